"""`python -m index COMMAND`: the directory and its index by hand; the commands stand in `index/commands/`."""

from __future__ import annotations

import argparse
import sys

from index.commands import building, checking, drafting, exporting, importing, learning, searching
from index.errors import DirectoryFault, FinderFault
from nlu.errors import NluError

_FAULT = 1


def main(arguments: list[str] | None = None) -> int:
    args = _parser().parse_args(arguments)
    try:
        return int(args.run(args))
    except DirectoryFault as fault:
        print(f"The directory's files have {len(fault.faults)} faults:", file=sys.stderr)
        print("\n".join(f"  {line}" for line in fault.faults), file=sys.stderr)
    except (FinderFault, NluError) as fault:
        print(str(fault), file=sys.stderr)
    return _FAULT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m index", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (building, searching, importing, exporting, drafting, checking, learning):
        command.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
