"""Tells what an import did: on the terminal, and as a CSV file that Excel opens."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from index.directory.faults import fault_sentence
from index.directory.hsds.flat import guarded
from index.directory.incoming.bringing import FileReport
from index.directory.keys import Key
from index.directory.plain import as_text

# More lines than these are read in the CSV report.
_SHOWN = 100
_COLUMNS = ("outcome", "file", "line", "record", "field", "reason", "value", "message")
Line = tuple[str, str, int | str, str, str, str, str, str]
"""What `_COLUMNS` names."""


def lines_of(report: FileReport, language: str) -> Iterator[Line]:
    """Everything that is told, refused rows first."""
    for what, told in (("refused", report.faults), ("remark", report.remarks)):
        for one in told:
            message = fault_sentence(one.reason, language, one.value)
            yield what, one.where.file, one.where.line, "", one.field, one.reason, one.value, message
    for conflict in report.outcome.conflicts:
        yield _line(report, "conflict", conflict.key, conflict.field, as_text(conflict.theirs))
    for key in report.outcome.created:
        yield _line(report, "created", key)
    for key, fields in report.outcome.changed.items():
        yield _line(report, "changed", key, ", ".join(fields))
    for key in report.outcome.missing:
        yield _line(report, "missing", key)


def _line(report: FileReport, what: str, key: Key, field: str = "", value: str = "") -> Line:
    where = report.where.get(key)
    return what, where.file if where else "", where.line if where else "", f"{key.kind} {key.id}", field, "", value, ""


def write_report(report: FileReport, language: str, path: Path) -> None:
    """One line for each refused row's fault, remark, conflict, and created, changed or missing record."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        written = csv.writer(file, delimiter=";")
        written.writerow(_COLUMNS)
        written.writerows([guarded(str(cell)) for cell in line] for line in lines_of(report, language))


def print_report(
    report: FileReport, language: str, unknown: Sequence[str], rejected: Path | None, dry_run: bool
) -> None:
    """Counts, then what somebody has to look at."""
    console, outcome = Console(), report.outcome
    rows = len({(fault.where.file, fault.where.line) for fault in report.faults})
    console.print(
        f"{'Would be: ' if dry_run else ''}{len(outcome.created)} created, {len(outcome.changed)} changed, "
        f"{outcome.unchanged} unchanged, {len(outcome.conflicts)} conflicts, {rows} rows refused"
    )
    if unknown:
        console.print(f"Columns that are not known, and were not read: {', '.join(unknown)} (see --map)", markup=False)
    if outcome.missing:
        console.print(f"{len(outcome.missing)} records of this origin are not in the file; they stay as they are.")
    told = [line for line in lines_of(report, language) if line[0] in ("refused", "remark", "conflict")]
    if told:
        table = Table("outcome", "line", "field", "what")
        for what, _, line, record, field, _, value, message in told[:_SHOWN]:
            table.add_row(what, str(line), f"{record} {field}".strip(), message or value)
        console.print(table, markup=False)
    if len(told) > _SHOWN:
        console.print(f"{len(told) - _SHOWN} more: see --report")
    if rejected:
        console.print(f"The refused rows stand in {rejected}: mend them there and import that file.", markup=False)
