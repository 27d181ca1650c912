"""Says why a value may not stand in a field, in the reader's language; the sentences stand in `faults.yml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml


@cache
def _sentences() -> dict[str, dict[str, str]]:
    read: dict[str, dict[str, str]] = yaml.safe_load(Path(__file__).with_name("faults.yml").read_text(encoding="utf-8"))
    return read


def fault_sentence(code: str, language: str, value: str = "") -> str:
    """The sentence of a fault's code; an unknown code is a KeyError."""
    return _sentences()[code][language].format(value=value)


def fault_codes() -> frozenset[str]:
    """Every code that has a sentence."""
    return frozenset(_sentences())
