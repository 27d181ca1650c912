"""`python -m webhook audit trim`: deletes log entries older than KELRODIS_AUDIT_DAYS, and writes that down."""

from __future__ import annotations

import argparse
import getpass
import sys

from index.errors import NewerDatabase
from webhook.settings import SettingFault, Settings
from webhook.storage import audit
from webhook.storage.database import OUT_OF_REACH, PATIENCE, OperationalError, open_storage


def main(arguments: list[str]) -> int:
    """To be run by a timer, once a day. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m webhook audit", description=__doc__)
    parser.add_argument("does", choices=("trim",))
    parser.parse_args(arguments)
    try:
        days = Settings.from_environment().audit_days
        gone = audit.trim(open_storage(patience=PATIENCE).engine, days, f"{getpass.getuser()} (command)")
    except (SettingFault, ValueError) as fault:
        print(fault, file=sys.stderr)
        return 2
    except (NewerDatabase, OperationalError) as fault:
        print(fault if isinstance(fault, NewerDatabase) else OUT_OF_REACH, file=sys.stderr)
        return 1
    print(f"deleted {gone} entries older than {days} days")
    return 0
