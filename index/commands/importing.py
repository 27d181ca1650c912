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
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from index.directory.database import open_database
    from index.directory.incoming.bringing import Manner, bring
    from index.directory.incoming.telling import print_report, write_report

    if not args.file.exists():
        print(f"There is no {args.file}.", file=sys.stderr)
        return 1
    args.origin = args.origin or args.file.name.partition(".")[0]
    args.language = args.language or "lt"
    source = _open(args)
    engine = open_database()
    columns = (SpinnerColumn(), TextColumn("{task.completed} rows read and merged"), TimeElapsedColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task("import", total=None)
        manner = Manner(source.table is not None, args.file.name.endswith(_REJECTED), args.dry_run)
        report = bring(engine, source.entries, args.origin, manner, lambda more: bar.advance(task, more))
    rejected = None if args.dry_run else _write_rejected(source, report, args.file)
    unknown = source.table.columns.unknown if source.table else ()
    print_report(report, args.language, unknown, rejected, args.dry_run)
    if args.report:
        write_report(report, args.language, args.report)
    if report.outcome.touched and not args.dry_run and not args.no_index:
        make_findable(engine)
    return 0


def make_findable(engine: Engine) -> None:
    """Builds the index, and gives services without needs the terms that their texts propose."""
    from index.commands.building import build_the_index
    from index.proposing import propose_for_all
    from index.search import ServiceIndex

    build_the_index(engine)
    # Terms stand in no text that is encoded, so the index is whole without another build.
    filled = propose_for_all(engine, ServiceIndex.open(), "import")
    if filled:
        print(f"    {filled} services were given needs from their texts; they wait in the queue to be confirmed")


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
