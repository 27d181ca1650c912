"""The words of the console in three languages, from `texts/*.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from webhook.wordings import read_wordings

FOLDER = Path(__file__).with_name("texts")


@cache
def texts(language: str) -> dict[str, Any]:
    """Every text of the console in a language, by key."""
    return {key: said[language] for key, said in _content().items()}


@cache
def _content() -> Mapping[str, Mapping[str, Any]]:
    """All files together. Raises ValueError where two say the same key."""
    return read_wordings(FOLDER)
