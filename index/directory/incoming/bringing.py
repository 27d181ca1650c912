"""Brings what a reader of files gives into the directory: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import select

from index.directory import tables as t
from index.directory.candidates import Candidate, HelplineCandidate, RowFault, Where
from index.directory.database import Connection, Engine, writing
from index.directory.importing import Importer, Outcome
from index.directory.incoming.rows import Remark
from index.directory.incoming.staging import Staging
from index.directory.keys import Key, Record
from index.directory.plain import PlainRecord, plain
from index.directory.validation import record_faults, told_only

# Records merged at a time: enough that statements are few, few enough that they need little memory.
_AT_ONCE = 400
Entry = Candidate | HelplineCandidate | RowFault | Remark
Progress = Callable[[int], None]
"""Is told of every so many rows read, then records merged."""


@dataclass
class FileReport:
    """What came of a file. `where` tells where each record stands in it."""

    outcome: Outcome = field(default_factory=Outcome)
    faults: list[RowFault] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    where: dict[Key, Where] = field(default_factory=dict)


class _DryRun(Exception):
    """Everything was tried, and is to be as before."""


@dataclass(frozen=True)
class Manner:
    """How a file's records are taken.

    cells: an empty field says nothing, as in a table; else it says that there is none.
    adds: the file holds only some rows of a longer one, such as those that were mended.
    """

    cells: bool = False
    adds: bool = False
    dry_run: bool = False


def bring(
    engine: Engine, entries: Iterable[Entry], origin: str, manner: Manner = Manner(),
    progress: Progress = lambda records: None,
) -> FileReport:  # fmt: skip
    """Merges candidates; faulty rows stay outside. A dry run leaves the database as it is."""
    report = FileReport()
    with Staging() as staging:
        for number, entry in enumerate(entries, 1):
            if isinstance(entry, RowFault):
                report.faults.append(entry)
            elif isinstance(entry, Remark):
                report.remarks.append(entry)
            else:
                staging.add(entry)
            if number % _AT_ONCE == 0:
                progress(_AT_ONCE)
        with suppress(_DryRun), writing(engine) as connection:
            _merge(connection, staging, Importer(connection, origin, manner.cells), manner, report, progress)
            if manner.dry_run:
                raise _DryRun
    return report


def checked(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Candidates of readers that leave the checking of fields to others; what has faults becomes these."""
    for entry in entries:
        faults = list(_faults(entry))
        if faults:
            yield from faults
        else:
            yield entry


def _faults(entry: Entry) -> Iterator[RowFault]:
    records: list[tuple[str, Record]] = []
    if isinstance(entry, Candidate):
        records = [("organization", entry.organization), *(("service", service) for service in entry.services)]
    elif isinstance(entry, HelplineCandidate):
        records = [("helpline", entry.helpline)]
    else:
        return
    for kind, record in records:
        for fault in record_faults(kind, told_only(plain(record))):
            yield RowFault(entry.where, fault.field, fault.code, fault.value)


def _merge(
    connection: Connection, staging: Staging, importer: Importer, manner: Manner, report: FileReport, progress: Progress
) -> None:
    there = set(connection.execute(select(t.organization.c.id)).scalars())
    known = staging.organizations() | there
    offices = {row.official for row in connection.execute(select(t.municipality)) if row.id in there}
    places = offices if manner.cells else None
    waiting: dict[Key, PlainRecord] = {}

    def before(key: Key) -> PlainRecord | None:
        return importer.said_before([key]).get(key) if manner.adds else None

    for bundle in staging.bundles(known, places, before):
        if isinstance(bundle, RowFault):
            report.faults.append(bundle)
            continue
        if isinstance(bundle, Remark):
            report.remarks.append(bundle)
            continue
        waiting |= bundle.records
        report.where |= bundle.where
        if len(waiting) >= _AT_ONCE:
            importer.bring(waiting)
            progress(len(waiting))
            waiting = {}
    importer.bring(waiting)
    report.outcome = importer.finish(remove_missing=False)
    if manner.adds:
        report.outcome.missing.clear()
    report.faults.sort(key=lambda fault: (fault.where.file, fault.where.line))
