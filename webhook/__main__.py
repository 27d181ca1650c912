"""`python -m webhook` serves the chat, the search and the pages; other words after it do one thing and end."""

import argparse
import importlib
import sys
from collections.abc import Callable

# Loaded when asked for: most need neither the search nor the dialogue.
_WITHOUT_ARGUMENTS = {"serve": "webhook.wsgi", "unavailable": "webhook.unavailable"}
_WITH_ARGUMENTS = {
    "staff": "webhook.enlisting",
    "audit": "webhook.trimming",
    "probe": "webhook.probe",
    "backup": "webhook.backup",
    "restore": "webhook.restore",
    "channels": "webhook.connectors.setting_up",
}

parser = argparse.ArgumentParser(prog="python -m webhook", description=__doc__)
parser.add_argument("command", nargs="?", choices=(*_WITHOUT_ARGUMENTS, *_WITH_ARGUMENTS), default="serve")
parser.add_argument("arguments", nargs=argparse.REMAINDER, help="of the command; --help after it lists them")
given = parser.parse_args()
if given.command in _WITHOUT_ARGUMENTS:
    if given.arguments:
        parser.error(f"{given.command} takes no arguments")
    main: Callable[[], int] = importlib.import_module(_WITHOUT_ARGUMENTS[given.command]).main
    sys.exit(main())
sys.exit(importlib.import_module(_WITH_ARGUMENTS[given.command]).main(given.arguments))
