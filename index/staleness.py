"""Which fields of a record somebody should confirm again, and since when; the days stand in `staleness.yml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from index.directory.keys import Record, key_of
from index.records import Service, Source, Verification

WHOLE = "record"
_FILE = Path(__file__).parent / "directory" / "staleness.yml"


@dataclass(frozen=True)
class Due:
    """A field to confirm. `since`: when it was last confirmed, else published; None where neither is known."""

    field: str
    since: date | None
    days_overdue: int


def due_fields(record: Record, today: date) -> tuple[Due, ...]:
    """What is overdue on a day, the most overdue first; empty fields never are."""
    found = []
    for field, most in _days()[key_of(record).kind].items():
        for since in _ages(record, field):
            overdue = (today - since).days - most if since else _unknown()
            if overdue > 0:
                found.append(Due(field, since, overdue))
    return tuple(sorted(found, key=lambda due: -due.days_overdue))


def _ages(record: Record, field: str) -> Iterator[date | None]:
    """The day from which the field's age counts: of several telephones the oldest; nothing where it is empty."""
    if field == WHOLE:
        # What every municipality must give by law is not asked after.
        if not (isinstance(record, Service) and record.statutory):
            yield _age(getattr(record, "verified", None), *getattr(record, "sources", ()))
        return
    value: Any = getattr(record, field)
    values = value if isinstance(value, tuple) else (value,) if value else ()
    ages = [_age(one.verified, one.source) for one in values]
    if ages:
        yield None if None in ages else min(age for age in ages if age)


def _age(verified: Verification | None, *sources: Source) -> date | None:
    if verified:
        return date.fromisoformat(verified.on)
    return max((day for source in sources if (day := _first_day(source.date))), default=None)


def _first_day(iso: str | None) -> date | None:
    """The first day of a date that may be only a year or a month."""
    if not iso:
        return None
    year, month, day = (*(int(part) for part in iso.split("-")), 1, 1)[:3]
    return date(year, month, day)


@cache
def _content() -> Mapping[str, Any]:
    content: Mapping[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return content


def _days() -> Mapping[str, Mapping[str, int]]:
    return _content()  # the days by field, under each kind


def _unknown() -> int:
    return int(_content()["unknown"])
