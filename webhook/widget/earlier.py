"""Keeps the scripts that were handed out under their hash: a page that embeds one by its hash goes on getting it."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from index.always import put_in_place
from nlu.settings import var_folder

_log = logging.getLogger("webhook")
# Some 35 kB each; the help lines inside change a few times a year.
_MOST = 50


def keep_script(mark: str, text: str) -> None:
    """Write a script beside its predecessors; the oldest go. A full disk keeps nobody from getting the newest."""
    target = _folder() / f"{mark}.js"
    try:
        if not target.exists():
            put_in_place(target, text)
        for old in sorted(_folder().glob("*.js"), key=lambda path: path.stat().st_mtime)[:-_MOST]:
            old.unlink()
    except OSError as fault:
        _log.warning("a script could not be kept (%s)", type(fault).__name__)


def kept_script(mark: str) -> str | None:
    """The script of this hash; None where there was none."""
    path = _folder() / f"{mark}.js"
    return path.read_text(encoding="utf-8") if re.fullmatch("[0-9a-f]+", mark) and path.exists() else None


def _folder() -> Path:
    return var_folder() / "scripts"
