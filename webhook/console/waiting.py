"""What waits for staff: overdue records, those that lack a language, residents' reports; each within one's scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from index.directory.database import Engine
from index.directory.keys import KINDS, Key, Record, found, key_of
from index.directory.plain import plain
from index.directory.reading import Reader
from index.records import COUNTRY, Directory, Helpline, Organization, Service
from index.staleness import Due, due_fields
from webhook.console.record_form import incomplete
from webhook.storage.reports import Reports

InScope = Callable[[Key], bool]


@dataclass(frozen=True)
class Overdue:
    """A record with its overdue fields, the most overdue first, and how often residents were shown it."""

    key: Key
    record: Record
    due: tuple[Due, ...]
    shown: int

    @property
    def weight(self) -> int:
        """What is shown twice as often, or overdue twice as long, comes as much earlier."""
        return self.due[0].days_overdue * (1 + self.shown)


@dataclass(frozen=True)
class Untranslated:
    """A record with its fields that lack a language, and the languages."""

    key: Key
    record: Record
    fields: tuple[tuple[str, tuple[str, ...]], ...]
    shown: int


@dataclass(frozen=True)
class Reported:
    """A record with what residents reported of it."""

    key: Key
    record: Record
    reports: tuple[Reports, ...]

    @property
    def count(self) -> int:
        return sum(report.n for report in self.reports)


@dataclass(frozen=True)
class _Seen:
    """What was found out about one record on a day."""

    key: Key
    record: Record
    due: tuple[Due, ...]
    lacking: tuple[tuple[str, tuple[str, ...]], ...]


class Standing:
    """What one state of the directory has that is overdue or incomplete on a day; made once for many questions.

    Of `before` is kept what it found out about records that are still the same: looking at ten thousand takes a second.
    """

    def __init__(self, directory: Directory, today: date, before: Standing | None = None) -> None:
        self.directory, self.today = directory, today
        known = before._seen if before and before.today == today else {}
        self._seen: dict[Key, _Seen] = {}
        for record in _active(directory):
            key = key_of(record)
            old = known.get(key)
            self._seen[key] = old if old and old.record is record else _look(key, record, today)

    def overdue(self, shown: Mapping[str, int], in_scope: InScope) -> list[Overdue]:
        """The weightiest first."""
        often = _by_record(self.directory, shown)
        rows = [
            Overdue(seen.key, seen.record, seen.due, often.get(seen.key.id, 0))
            for seen in self._seen.values()
            if seen.due and in_scope(seen.key)
        ]
        return sorted(rows, key=lambda row: (-row.weight, row.key.id))

    def untranslated(self, shown: Mapping[str, int], in_scope: InScope) -> list[Untranslated]:
        """The most shown first."""
        often = _by_record(self.directory, shown)
        rows = [
            Untranslated(seen.key, seen.record, seen.lacking, often.get(seen.key.id, 0))
            for seen in self._seen.values()
            if seen.lacking and in_scope(seen.key)
        ]
        return sorted(rows, key=lambda row: (-row.shown, row.key.id))


def _look(key: Key, record: Record, today: date) -> _Seen:
    return _Seen(key, record, due_fields(record, today), tuple(incomplete(key.kind, plain(record))))


_last: list[Standing] = []


def standing(directory: Directory, today: date) -> Standing:
    """The one of this state of the directory; it is looked at again only when the directory or the day has changed."""
    before = _last[0] if _last else None
    if before and before.directory is directory and before.today == today:
        return before
    _last[:] = [Standing(directory, today, before)]
    return _last[0]


def reported(
    directory: Directory, reports: Mapping[str, tuple[Reports, ...]], in_scope: InScope
) -> list[Reported]:  # fmt: skip
    """The most reported first. Reports of records that are gone have nothing to be handled on."""
    rows = []
    for identity, of in reports.items():
        record = directory.record(identity)
        if record and in_scope(key_of(record)):
            rows.append(Reported(key_of(record), record, of))
    return sorted(rows, key=lambda row: (-row.count, row.key.id))


def still_overdue(engine: Engine, rows: list[Overdue], today: date) -> list[Overdue]:
    """Without what was confirmed within the last second, which the directory in memory does not know yet."""
    fresh: dict[Key, Record] = {}
    with engine.connect() as connection:
        for kind in KINDS:
            ids = [row.key.id for row in rows if row.key.kind == kind]
            fresh |= {key_of(record): record for record in Reader(connection, kind, ids).records()} if ids else {}
    now = [replace(row, due=due_fields(fresh[row.key], today)) for row in rows if row.key in fresh]
    return [row for row in now if row.due]


def place_of(record: Record, directory: Directory) -> str:
    """The official municipality of a record, or the country."""
    if isinstance(record, Organization):
        return record.municipality
    owner = found(directory, Key("organization", record.organization_id)) if isinstance(record, Service) else None
    return owner.municipality if isinstance(owner, Organization) else COUNTRY


def number_of(record: Record, directory: Directory) -> str | None:
    """The number to call about a record."""
    if isinstance(record, Helpline):
        return record.number
    owner = directory.organizations.get(record.organization_id) if isinstance(record, Service) else None
    phones = record.phones or (owner.phones if owner else ())
    return phones[0].number if phones else None


def _active(directory: Directory) -> Iterator[Record]:
    """What residents may be shown; nobody has to call about the rest."""
    yield from (one for one in directory.organizations.values() if one.status == "active")
    yield from directory.shown()


def _by_record(directory: Directory, shown: Mapping[str, int]) -> dict[str, int]:
    """Cards are of services and lines; an organization was shown whenever one of its services was."""
    often = dict(shown)
    for service_id, n in shown.items():
        service = directory.services.get(service_id)
        if service:
            often[service.organization_id] = often.get(service.organization_id, 0) + n
    return often
