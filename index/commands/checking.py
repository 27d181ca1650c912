"""`check`: records that must not be shown as they are."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from typing import Any

from index.hours import VILNIUS


def add_to(commands: Any) -> None:
    check = commands.add_parser("check", help="look for records that must not be shown as they are")
    check.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    from index.checking import faults
    from index.directory.database import open_database
    from index.directory.reading import read_directory
    from index.needs.taxonomy import read_taxonomy

    directory = read_directory(open_database())
    found = list(faults(directory, read_taxonomy()))
    for fault in found:
        print(fault, file=sys.stderr)
    shown = sum(1 for _ in directory.shown_services())
    print(f"{shown} services are shown; {len(found)} faults; checked {datetime.now(VILNIUS):%Y-%m-%d %H:%M}")
    return 1 if found else 0
