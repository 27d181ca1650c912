"""Ranges of days in whole weeks: two views never differ by less than a week, so no single day can be told from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

_WEEK = timedelta(days=7)
# Older counts than this many weeks cannot be asked for at once.
MOST_WEEKS = 5 * 53


@dataclass(frozen=True)
class Weeks:
    """From a Monday to a Sunday, both included; the running week too, as far as it has come."""

    first: date
    last: date

    def mondays(self) -> Iterator[date]:
        """Each week's first day."""
        monday = self.first
        while monday <= self.last:
            yield monday
            monday += _WEEK


def weeks_around(first: date, last: date, today: date) -> Weeks:
    """The whole weeks that hold these days, at most MOST_WEEKS, none of them in the future."""
    first, last = sorted((min(first, today), min(last, today)))
    end = monday_of(last) + _WEEK - timedelta(days=1)
    return Weeks(max(monday_of(first), end + timedelta(days=1) - MOST_WEEKS * _WEEK), end)


def monday_of(day: date) -> date:
    """The first day of a day's week."""
    return day - timedelta(days=day.weekday())


def _last_month(today: date) -> tuple[date, date]:
    end = today.replace(day=1) - timedelta(days=1)
    return end.replace(day=1), end


# Each gives the first and the last day that it means.
PRESETS: Mapping[str, Callable[[date], tuple[date, date]]] = {
    "days_30": lambda today: (today - timedelta(days=29), today),
    "this_month": lambda today: (today.replace(day=1), today),
    "last_month": _last_month,
    "year": lambda today: (today - timedelta(days=364), today),
}


def preset(name: str, today: date) -> Weeks:
    """The weeks of one of PRESETS; an unknown name is a KeyError."""
    return weeks_around(*PRESETS[name](today), today)
