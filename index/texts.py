"""The few sentences that the index itself says on cards, from `texts.yml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml


@cache
def _texts() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = yaml.safe_load(
        Path(__file__).with_name("texts.yml").read_text(encoding="utf-8")
    )
    return loaded


def phrase(key: str, language: str, **values: str) -> str:
    """The sentence of this key in a language, with its blanks filled. An unknown key is a KeyError."""
    return _texts()[key][language].format(**values)
