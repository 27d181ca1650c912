"""What the page of use shows and what its export holds: tables of counts in which no small group can be seen.

All tables of a page together must not tell more than each of them: needs are not crossed with outcomes, but what was
answered and what was asked for in vain are tables of their own, each the parts of one row of the outcomes, and left
out where that row does not stand by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from babel.dates import format_interval

from index.building import ELSEWHERE
from index.language_names import language_name
from index.needs.taxonomy import read_taxonomy
from index.records import Directory, Language, said
from webhook.console.texts import texts
from webhook.console.weeks import Weeks, monday_of
from webhook.storage.database import Engine
from webhook.storage.small_counts import Pooled, joined, pooled
from webhook.storage.use import ASKED, JUDGED, NOWHERE, UNKNOWN, Dimension, lookups_by, use_by

# The row of all groups that are too small for one of their own.
REST = "rest"
_TO_SUNDAY = timedelta(days=6)
_LOCALES = {"en": "en_GB"}


@dataclass(frozen=True)
class Row:
    """A group with its count. weeks: how many of them a step of the time line spans, else 1."""

    id: str
    label: str
    n: int
    weeks: int = 1


@dataclass(frozen=True)
class Figure:
    """One table; `use_<key>` is its title. Without rows there is nothing to show, or too little."""

    key: str
    rows: tuple[Row, ...]

    @property
    def total(self) -> int:
        return sum(row.n for row in self.rows)


def figures(engine: Engine, weeks: Weeks, directory: Directory, language: Language) -> tuple[Figure, ...]:
    """Every table for these weeks, the time line first, in the language of who looks."""

    def asked(dimension: Dimension, outcomes: tuple[str, ...] = ASKED) -> Mapping[str, int]:
        return use_by(engine, dimension, weeks.first, weeks.last, outcomes)

    def parts(outcome: str) -> Pooled:
        return pooled(asked("need", (outcome,)) if ended.shows(outcome) else {})

    names = _Names(texts(language), directory, language)
    ended = pooled(asked("outcome"))
    looked_up = lookups_by(engine, "outcome", weeks.first, weeks.last)
    return (
        _time_line(asked("day"), weeks, language),
        names.figure("outcomes", ended, names.outcome),
        names.figure("in_vain", parts("nothing_found"), names.need),
        names.figure("lookups", pooled(looked_up), names.outcome),
        names.figure("needs", parts("answered"), names.need),
        names.figure("places", pooled(asked("place")), names.place),
        names.figure("languages", pooled(asked("language")), names.spoken),
        names.figure("channels", pooled(asked("channel")), names.channel),
        names.figure("judged", pooled(asked("outcome", JUDGED)), names.outcome),
    )


@dataclass(frozen=True)
class _Names:
    """What groups are called."""

    words: Mapping[str, Any]
    directory: Directory
    language: Language

    def figure(self, key: str, table: Pooled, name: Callable[[str], str]) -> Figure:
        rows = tuple(Row(group, name(group), n) for group, n in table.rows)
        return Figure(key, (*rows, Row(REST, self.words["use_rest"], table.rest)) if table.rest else rows)

    def outcome(self, outcome: str) -> str:
        return str(self.words[f"use_outcome_{outcome}"])

    def need(self, need: str) -> str:
        if need in (ELSEWHERE, UNKNOWN):
            return str(self.words[f"use_need_{need}"])
        known = read_taxonomy().needs.get(need)
        return said(known.name, self.language).text if known else need

    def place(self, place: str) -> str:
        if place == NOWHERE:
            return str(self.words["use_nowhere"])
        municipality = self.directory.municipality(place)
        return said(municipality.short, self.language).text if municipality else place

    def spoken(self, code: str) -> str:
        return str(self.words.get(f"use_language_{code}") or language_name(code, self.language))

    def channel(self, channel: str) -> str:
        return str(self.words.get(f"use_channel_{channel}", channel))


def _time_line(by_day: Mapping[str, int], weeks: Weeks, language: Language) -> Figure:
    by_week: Counter[date] = Counter()
    for day, n in by_day.items():
        by_week[monday_of(date.fromisoformat(day))] += n
    spans = joined([(monday.isoformat(), by_week[monday]) for monday in weeks.mondays()])
    rows = []
    for span in spans if by_week else ():
        first, last = date.fromisoformat(span.first), date.fromisoformat(span.last)
        label = spoken_range(first, last + _TO_SUNDAY, language)
        rows.append(Row(span.first, label, span.n, (last - first).days // 7 + 1))
    return Figure("weeks", tuple(rows) if any(row.n for row in rows) else ())


def spoken_range(first: date, last: date, language: Language) -> str:
    """`2–8 Mar 2026`, as each language writes it."""
    return str(format_interval(first, last, "yMMMd", locale=_LOCALES.get(language, language)))
