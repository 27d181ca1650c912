"""Opening hours day by day as people type them (`8-12, 12.45–17`), the rule made of them, and the rule in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from index.hours import DAYS, Schedule, UnreadableHours, read_schedule
from index.records import LANGUAGES
from webhook.console.texts import texts

ALWAYS = "24/7"
_STRETCH = re.compile(r"(\d{1,2})(?:[:.](\d\d))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d\d))?")
_LAST_HOUR = 24


def day_cells(rule: str | None) -> dict[str, str]:
    """What stands in the field of each day. Also of a rule that was typed wrongly, so that it can be put right."""
    cells = dict.fromkeys(DAYS, "")
    for part in (rule or "").split(";") if rule != ALWAYS else ():
        days, _, times = part.strip().partition(" ")
        for day in _days(days):
            cells[day] = ", ".join(filter(None, (cells[day], times.replace(",", ", ").replace("-", "–"))))
    return cells


def rule_of(cells: Mapping[str, str], always: bool = False) -> str | None:
    """The rule of the days' fields; days of the same times stand together. What cannot be read stays as typed."""
    if always:
        return ALWAYS
    days_of: dict[str, list[str]] = {}
    for day in DAYS:
        times = ",".join(_tidy(part) for part in re.split(r"[,;\n]", cells.get(day, "")) if part.strip())
        if times:
            days_of.setdefault(times, []).append(day)
    return "; ".join(f"{_named(days, DAYS, '-', ',')} {times}" for times, days in days_of.items()) or None


def same_rule(rule: str | None) -> str | None:
    """The rule as `rule_of` would write it."""
    return rule_of(day_cells(rule), always=rule == ALWAYS)


def spoken_hours(rule: str, language: str) -> str:
    """`I–IV 7.30–11.30 ir 12.15–16.30; V 7.30–15.15`. Raises UnreadableHours."""
    words = texts(language)
    schedule = read_schedule(rule)
    if schedule.always:
        return str(words["keeping_always"])
    parts = []
    for times, days in _days_by_times(schedule, words["keeping_clock"]).items():
        named = words["keeping_daily"] if len(days) == len(DAYS) else _named(days, words["keeping_days"], "–", ", ")
        parts.append(f"{named} " + f" {words['keeping_and']} ".join(times))
    return "; ".join(parts)


def spoken_everywhere(rule: str | None) -> dict[str, str]:
    """The rule in every language; nothing where it cannot be read."""
    try:
        return {language: spoken_hours(rule, language) for language in LANGUAGES} if rule else {}
    except (UnreadableHours, ValueError):
        return {}


def _days_by_times(schedule: Schedule, clock: str) -> dict[tuple[str, ...], list[str]]:
    days_of: dict[tuple[str, ...], list[str]] = {}
    for day in DAYS:
        times = tuple(
            clock.format(opens.hour, opens.minute) + "–" + clock.format(closes.hour or _LAST_HOUR, closes.minute)
            for opening in schedule.openings
            if opening.byday == day
            for opens, closes in [(opening.opens_at, opening.closes_at)]
        )
        if times:
            days_of.setdefault(times, []).append(day)
    return days_of


def _named(days: list[str], names: tuple[str, ...] | list[str], to: str, also: str) -> str:
    """`Mo-We,Fr`, in the names given."""
    runs: list[list[int]] = []
    for at in (DAYS.index(day) for day in days):
        if runs and runs[-1][-1] == at - 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    return also.join(names[run[0]] if len(run) == 1 else f"{names[run[0]]}{to}{names[run[-1]]}" for run in runs)


def _days(text: str) -> Iterator[str]:
    for item in text.split(","):
        first, _, last = item.partition("-")
        if first in DAYS and (last or first) in DAYS:
            start, end = DAYS.index(first), DAYS.index(last or first)
            yield from DAYS[start : end + 1] if start <= end else DAYS[start:] + DAYS[: end + 1]


def _tidy(text: str) -> str:
    """`08:00-17:00` of `8–17`; anything else as it is, for the check to refuse."""
    match = _STRETCH.fullmatch(text.strip())
    if not match:
        return text.strip().replace("–", "-")
    opens, closes = (int(match[1]), int(match[2] or 0)), (int(match[3]), int(match[4] or 0))
    if max(opens[0], closes[0]) > _LAST_HOUR or max(opens[1], closes[1]) > 59:
        return text.strip()
    return f"{opens[0]:02}:{opens[1]:02}-{closes[0]:02}:{closes[1]:02}"
