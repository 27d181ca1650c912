"""Reads the words of a part of the web server: every YAML file of a folder, `key:` and under it each language."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


def read_wordings(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """All files of a folder together. Raises ValueError where two say the same key."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.yml")):
        content: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        twice = found.keys() & content.keys()
        if twice:
            raise ValueError(f"{path.name} says again: {', '.join(sorted(twice))}")
        found |= content
    return found
