"""`export`: the directory for other systems, as Open Referral HSDS 3.0, or as one table for a spreadsheet."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from index.directory.hsds.compiled import Compiled
from index.hours import VILNIUS
from index.records import LANGUAGES

_FORMATS = ("hsds-json", "hsds-csv", "csv")


def add_to(commands: Any) -> None:
    export = commands.add_parser("export", help="give the directory out as HSDS 3.0 or as a table")
    export.add_argument("--format", choices=_FORMATS, default="hsds-json")
    export.add_argument("--output", type=Path, help="a file; of hsds-csv a folder or .zip; else standard output")
    export.add_argument("--all", action="store_true", help="records too that residents are not shown")
    export.add_argument("--language", choices=LANGUAGES, default="lt", help="of the table's headings")
    export.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from index.directory.database import open_database
    from index.directory.hsds.attributes import Outlet
    from index.directory.hsds.changes import last_changes
    from index.directory.hsds.flat import write_table
    from index.directory.hsds.packages import json_document, write_package
    from index.directory.reading import read_directory

    if args.format == "hsds-csv" and args.output is None:
        print("hsds-csv is many files: name a folder or a .zip with --output", file=sys.stderr)
        return 1
    engine = open_database()
    directory = read_directory(engine)
    outlet = Outlet(datetime.now(VILNIUS).date(), telling_how=True)
    compiled = Compiled(directory, outlet, args.all, last_changes(engine))
    try:
        if args.format == "hsds-csv":
            write_package(compiled, args.output)
        else:
            with _opened(args.output) as file:
                if args.format == "csv":
                    write_table(directory, args.all, args.language, file)
                else:
                    file.writelines(json_document(compiled))
    except OSError as fault:
        print(f"{args.output}: {type(fault).__name__}", file=sys.stderr)
        return 1
    _tell(compiled, args.output)
    return 0


@contextmanager
def _opened(path: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that stands complete or not at all."""
    if path is None:
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]  # it is a TextIOWrapper here
        yield sys.stdout
        return
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            yield file
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _tell(compiled: Compiled, path: Path | None) -> None:
    if path:
        organizations, services = len(compiled.organization_ids), len(compiled.service_ids)
        print(f"{path}: {organizations} organizations, {services} services", file=sys.stderr)
