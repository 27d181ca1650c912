"""`python -m webhook`: serves the chat, the search and the pages; `python -m webhook unavailable` writes one page."""

import argparse
import importlib
import sys

# Loaded when asked for: the page needs neither the search nor the dialogue.
_MODULES = {"serve": "webhook.wsgi", "unavailable": "webhook.unavailable"}

parser = argparse.ArgumentParser(prog="python -m webhook", description=__doc__)
parser.add_argument("command", nargs="?", choices=_MODULES, default="serve")
sys.exit(importlib.import_module(_MODULES[parser.parse_args().command]).main())
