"""`import`: HSDS packages and people's tables into the directory, with a report of every row that stayed outside."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.directory.database import Engine
    from index.directory.incoming.bringing import Entry, FileReport
    from index.directory.incoming.reading import Table

_FORMATS = {".json": "hsds-json", ".jsonl": "hsds-json", ".zip": "hsds-csv", "": "hsds-csv",
            ".xlsx": "xlsx", ".xlsm": "xlsx"}  # fmt: skip
_REJECTED = ".rejected.csv"
# Characters that the database keeps of an origin's name.
_LONGEST_ORIGIN = 60


def add_to(commands: Any) -> None:
    command = commands.add_parser("import", help="bring a file's organizations and services in (docs/importing.md)")
    command.add_argument("file", type=Path)
    command.add_argument("--format", choices=["auto", "hsds-json", "hsds-csv", "csv", "xlsx"], default="auto")
    command.add_argument("--map", type=Path, help="YAML that says what the columns hold")
    command.add_argument("--origin", help="whose list it is; the file's name, if left out")
    command.add_argument("--municipality", help="of rows that name none")
    command.add_argument("--language", choices=["lt", "pl", "en"], help="of texts whose column does not say it")
    command.add_argument("--dry-run", action="store_true", help="only tell what would happen")
    command.add_argument("--report", type=Path, help="a CSV file of everything that is told")
    command.add_argument("--no-index", action="store_true", help="leave terms and the index for later")
    command.set_defaults(run=run)


@dataclass(frozen=True)
class _Source:
    """What is read. `table` is the CSV or XLSX file that rows can be taken from again."""

    entries: Iterable[Entry]
    table: Table | None = None


def run(args: argparse.Namespace) -> int:
    """Raises UnreadableTable, UnknownPlace."""
    from index.commands.building import make_findable
    from index.directory.database import open_database

    args.origin = args.origin or args.file.name.partition(".")[0][:_LONGEST_ORIGIN]
    args.language = args.language or "lt"
    fault = _unfit(args)
    if fault:
        print(fault, file=sys.stderr)
        return 1
    engine = open_database()
    try:
        source = _open(args)
        report = _bring(source, engine, args)
    except OSError as unreadable:
        print(f"{args.file}: {unreadable.strerror}", file=sys.stderr)
        return 1
    told = _tell(source, report, args)
    if not args.dry_run and not args.no_index:
        make_findable(engine)
    return 0 if told else 1


def _unfit(args: argparse.Namespace) -> str | None:
    """Why nothing can be begun with these arguments."""
    from index.directory.importing import ORIGIN

    for path in filter(None, (args.file, args.map)):
        if not path.exists():
            return f"There is no {path}."
        if path.is_dir() and (path == args.map or args.format not in ("auto", "hsds-csv")):
            return f"{path} is a folder."
    if args.report and not args.report.parent.is_dir():
        return f"There is no {args.report.parent}."
    if not args.origin or len(args.origin) > _LONGEST_ORIGIN or args.origin == ORIGIN:
        return f"Name the list with --origin, in at most {_LONGEST_ORIGIN} signs; {ORIGIN} is taken."
    return None


def _tell(source: _Source, report: FileReport, args: argparse.Namespace) -> bool:
    """On the terminal and in files; whether they could be written."""
    from index.directory.incoming.telling import print_report, write_report

    rejected, fault = None, None
    try:
        rejected = None if args.dry_run else _write_rejected(source, report, args.file)
        if args.report:
            write_report(report, args.language, args.report)
    except OSError as fault_of_file:
        fault = f"{fault_of_file.filename}: {fault_of_file.strerror}"
    unknown = source.table.columns.unknown if source.table else ()
    print_report(report, args.language, unknown, rejected, args.dry_run)
    if fault:
        print(fault, file=sys.stderr)
    return fault is None


def _bring(source: _Source, engine: Engine, args: argparse.Namespace) -> FileReport:
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from index.directory.incoming.bringing import Manner, bring

    columns = (SpinnerColumn(), TextColumn("{task.completed} rows read and merged"), TimeElapsedColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task("import", total=None)
        manner = Manner(source.table is not None, args.file.name.endswith(_REJECTED), args.dry_run)
        return bring(engine, source.entries, args.origin, manner, lambda more: bar.advance(task, more))


def _open(args: argparse.Namespace) -> _Source:
    """Raises UnreadableTable, UnknownPlace."""
    from index.directory.hsds.reading import read_hsds_csv, read_hsds_json
    from index.directory.incoming.bringing import checked
    from index.directory.incoming.headers import ColumnMap, read_map
    from index.directory.incoming.reading import Table
    from index.directory.incoming.rows import Told

    kind = args.format if args.format != "auto" else _FORMATS.get(args.file.suffix.casefold(), "csv")
    if kind in ("hsds-json", "hsds-csv"):
        read = read_hsds_json if kind == "hsds-json" else read_hsds_csv
        return _Source(checked(read(args.file)))
    mapped = read_map(args.map) if args.map else ColumnMap()
    language = mapped.language or args.language
    table = Table(args.file, Told(args.file.name, args.origin, language, _place(args.municipality), mapped))
    return _Source(table, table)


def _place(name: str | None) -> str | None:
    from index.directory.incoming.cells import read_place
    from index.errors import UnknownPlace

    found = read_place(name) if name else None
    if name and not found:
        raise UnknownPlace(f"{name} is no municipality.")
    return found


def _write_rejected(source: _Source, report: FileReport, file: Path) -> Path | None:
    """The rows that stayed outside, beside the file. None where there are none, or the file is no table."""
    if not source.table or not report.faults:
        return None
    target = file.with_name(file.name.removesuffix(_REJECTED) + _REJECTED)
    beside = target.with_suffix(".writing")
    source.table.write_rows({fault.where.line for fault in report.faults}, beside)
    beside.replace(target)
    return target
