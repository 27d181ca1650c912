"""The words of the console in three languages, from `texts/*.yml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).with_name("texts")


@cache
def texts(language: str) -> dict[str, Any]:
    """Every text of the console in a language, by key."""
    return {key: said[language] for key, said in _content().items()}


@cache
def _content() -> dict[str, dict[str, Any]]:
    """All files together. Raises ValueError where two say the same key."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(FOLDER.glob("*.yml")):
        content: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        twice = found.keys() & content.keys()
        if twice:
            raise ValueError(f"{path.name} says again: {', '.join(sorted(twice))}")
        found |= content
    return found
