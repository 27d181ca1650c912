"""The words by which tables are read, from `words.yml`: folded, of all languages together."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from nlu.normalisation import fold


@cache
def words(key: str) -> frozenset[str]:
    """The words of one key of `words.yml`, without diacritics and in small letters."""
    return frozenset(fold(str(word)) for by_language in _read()[key].values() for word in by_language)


@cache
def _read() -> dict[str, dict[str, list[str]]]:
    loaded: dict[str, dict[str, list[str]]] = yaml.safe_load(
        Path(__file__).with_name("words.yml").read_text(encoding="utf-8")
    )
    return loaded
