"""`draft`: a record proposed from the text of a page, with the line that each field came from."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any


def add_to(commands: Any) -> None:
    command = commands.add_parser("draft", help="propose a record from a page's text (docs/importing.md)")
    command.add_argument("file", type=Path)
    command.add_argument("--language", choices=["lt", "pl", "en"], help="of the page; found out, if left out")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from index.drafting import draft, written

    if not args.file.is_file():
        print(f"There is no {args.file}.", file=sys.stderr)
        return 1
    sys.stdout.write(written(draft(args.file.read_text(encoding="utf-8", errors="replace"), args.language)))
    return 0
