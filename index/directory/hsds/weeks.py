"""Schedules of other systems as a rule of `index.hours`, where they can be read with certainty, and as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from babel.dates import get_day_names

from index.directory.incoming.opening import read_opening
from index.hours import DAYS, UnreadableHours, read_schedule

_CODES = tuple(day.upper() for day in DAYS)
# Times in Lithuania: without an offset, or with one of ours. "Z" would be another hour in summer than in winter.
_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::\d\d)?(?:\+0?[23]:?00)?")
_PLAIN = {"interval": ("", "1"), "freq": ("", "WEEKLY")}
_UNUSUAL = ("count", "byweekno", "bymonthday", "byyearday", "until", "valid_from", "valid_to")
_ALL_DAY = ("00:00-23:59", "00:00-24:00", "00:00-00:00")


def rule_of(schedules: Iterable[Mapping[str, Any]]) -> str | None:
    """The rule of a place's schedules together; None where one of them says more than days and hours."""
    week: dict[str, list[str]] = {}
    for schedule in schedules:
        stretch = _stretch(schedule)
        days = _days(schedule)
        if not stretch or not days:
            return _told(schedules)
        for day in days:
            if stretch not in week.setdefault(day, []):
                week[day].append(stretch)
    return _checked(_written(week)) if week else None


def _told(schedules: Iterable[Mapping[str, Any]]) -> str | None:
    """Hours that are only described."""
    descriptions = [str(schedule.get("description") or "") for schedule in schedules]
    structured = any(schedule.get("byday") or schedule.get("freq") for schedule in schedules)
    return None if structured else read_opening("; ".join(filter(None, descriptions)))


def _stretch(schedule: Mapping[str, Any]) -> str | None:
    if any(schedule.get(field) for field in _UNUSUAL):
        return None
    if any(str(schedule.get(field) or "") not in known for field, known in _PLAIN.items()):
        return None
    opens, closes = (_TIME.fullmatch(str(schedule.get(field) or "")) for field in ("opens_at", "closes_at"))
    if not opens or not closes:
        return None
    return f"{int(opens[1]):02}:{opens[2]}-{int(closes[1]):02}:{closes[2]}"


def _days(schedule: Mapping[str, Any]) -> list[str]:
    named = [day.strip().upper() for day in str(schedule.get("byday") or "").split(",")]
    return [DAYS[_CODES.index(day)] for day in named] if all(day in _CODES for day in named) else []


def _written(week: Mapping[str, list[str]]) -> str:
    if len(week) == len(DAYS) and all(stretches[0] in _ALL_DAY for stretches in week.values()):
        return "24/7"
    hours: dict[str, list[str]] = {}
    for day in DAYS:
        if day in week:
            hours.setdefault(",".join(sorted(week[day])), []).append(day)
    return "; ".join(f"{','.join(_runs(days))} {told}" for told, days in hours.items())


def _runs(days: list[str]) -> list[str]:
    """`Mo-We`, `Fr` for days in the order of the week."""
    runs: list[list[str]] = []
    for day in days:
        if runs and DAYS.index(day) == DAYS.index(runs[-1][-1]) + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return [run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]


def _checked(rule: str) -> str | None:
    try:
        read_schedule(rule)
    except UnreadableHours:
        return None
    return rule


def text_of(schedules: Iterable[Mapping[str, Any]], rule: str | None, language: str) -> str:
    """What the schedules say of themselves, else the rule with the days' names of a language."""
    described = dict.fromkeys(str(entry["description"]) for entry in schedules if entry.get("description"))
    if described:
        return "; ".join(described)
    names = get_day_names("abbreviated", "stand-alone", locale=language)
    return re.sub("|".join(DAYS), lambda day: names[DAYS.index(day[0])], rule or "")
