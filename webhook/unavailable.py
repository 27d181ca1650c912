"""Writes `var/unavailable.html`: what a proxy such as nginx shows while the server is away, whole in itself."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from index.always import put_in_place, read_always
from index.errors import FinderFault, IndexMissing
from index.records import LANGUAGES
from nlu.settings import var_folder
from webhook.settings import SettingFault, Settings
from webhook.widget import rendering
from webhook.widget.texts import texts

_log = logging.getLogger("webhook")
_TEMPLATES = Path(__file__).with_name("widget") / "templates"
_FILE = "unavailable.html"


def main() -> int:
    """Write the page and say where it is. Returns the exit status."""
    try:
        print(write_page(Settings.from_environment()))
    except (FinderFault, SettingFault, OSError) as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


def write_page(settings: Settings) -> Path:
    """Where the page now is. Raises IndexMissing when no help line is known: it would say nothing that helps."""
    lines = read_always()
    if not all(lines.values()):
        raise IndexMissing("There is no list of help lines yet: run `make setup`.")
    templates = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    page = templates.get_template(f"widget/{_FILE}").render(
        lines=lines, languages=LANGUAGES, texts=texts, show=rendering, settings=settings
    )
    put_in_place(var_folder() / _FILE, page)
    return var_folder() / _FILE


def renew_page(settings: Settings) -> None:
    """Write the page at a start of the server, which starts all the same where that fails."""
    try:
        write_page(settings)
    except Exception as fault:  # noqa: BLE001  # a full disk or a missing list must not keep the chat from answering
        _log.warning("unavailable.html could not be written (%s)", type(fault).__name__)
