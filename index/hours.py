"""Reads opening hours and tells whether a place is open, in Lithuanian local time.

The rule is a subset of OpenStreetMap's opening_hours: `Mo-Th 08:00-12:00,12:45-17:00; Fr 08:00-15:45`,
`Mo-Su 13:00-01:00` (over midnight), `24/7`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

VILNIUS = ZoneInfo("Europe/Vilnius")
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_PART = re.compile(r"^([A-Z][a-z](?:[-,][A-Z][a-z])*) (\d\d:\d\d-\d\d:\d\d(?:,\d\d:\d\d-\d\d:\d\d)*)$")
# How far ahead a change of state is looked for; the longest run of holidays is four days.
_HORIZON = 10


@dataclass(frozen=True)
class Opening:
    """HSDS schedule fields of one stretch: two-letter day, opening and closing time."""

    byday: str
    opens_at: time
    closes_at: time


@dataclass(frozen=True)
class Schedule:
    """When a place is open. `always` is round the clock on every day of the year."""

    openings: tuple[Opening, ...]
    always: bool = False

    @property
    def every_day(self) -> bool:
        return {opening.byday for opening in self.openings} == set(DAYS)


class UnreadableHours(ValueError):
    """The rule is not written in the subset that is understood."""


@cache
def read_schedule(rule: str) -> Schedule:
    """Raises UnreadableHours when the rule is not in the subset."""
    if rule.strip() == "24/7":
        return Schedule((), always=True)
    openings: list[Opening] = []
    for part in rule.split(";"):
        match = _PART.match(part.strip())
        if match is None:
            raise UnreadableHours(rule)
        for day in _days(match[1]):
            for stretch in match[2].split(","):
                opens, closes = stretch.split("-")
                openings.append(Opening(day, _time(opens), _time(closes)))
    return Schedule(tuple(openings))


def _days(text: str) -> list[str]:
    days: list[str] = []
    for item in text.split(","):
        first, _, last = item.partition("-")
        if first not in DAYS or (last and last not in DAYS):
            raise UnreadableHours(text)
        start, end = DAYS.index(first), DAYS.index(last or first)
        days += DAYS[start : end + 1] if start <= end else DAYS[start:] + DAYS[: end + 1]
    return days


def _time(text: str) -> time:
    hour, minute = map(int, text.split(":"))
    return time(hour % 24, minute)


@cache
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("LT", years=[year]))


def is_public_holiday(day: date) -> bool:
    return day in _public_holidays(day.year)


def stretches(schedule: Schedule, day: date) -> list[tuple[datetime, datetime]]:
    """The stretches that begin on `day`, with holidays and shortened eves taken into account."""
    # What is open all week keeps public holidays too; offices do not.
    if not schedule.every_day and is_public_holiday(day):
        return []
    found = []
    for opening in schedule.openings:
        if opening.byday == DAYS[day.weekday()]:
            start = datetime.combine(day, opening.opens_at, VILNIUS)
            end = datetime.combine(day, opening.closes_at, VILNIUS)
            found.append((start, end if end > start else end + timedelta(days=1)))
    if found and not schedule.every_day and is_public_holiday(day + timedelta(days=1)):
        # Labour Code, art. 112: on the eve of a public holiday the working day is an hour shorter.
        start, end = found[-1]
        found[-1] = (start, max(start, end - timedelta(hours=1)))
    return found


@dataclass(frozen=True)
class OpenState:
    """`open_now` None means that the hours are not known; `change_at` is when it opens or closes next."""

    open_now: bool | None
    change_at: datetime | None


def state_at(rule: str | None, moment: datetime) -> OpenState:
    """Whether a place with this rule is open at a moment (aware, or local time of Vilnius)."""
    if rule is None:
        return OpenState(None, None)
    try:
        schedule = read_schedule(rule)
    except UnreadableHours:
        return OpenState(None, None)
    if schedule.always:
        return OpenState(True, None)
    moment = moment.astimezone(VILNIUS) if moment.tzinfo else moment.replace(tzinfo=VILNIUS)
    for offset in range(-1, _HORIZON):
        for start, end in stretches(schedule, moment.date() + timedelta(days=offset)):
            if start <= moment < end:
                return OpenState(True, end)
            if start > moment:
                return OpenState(False, start)
    return OpenState(False, None)
