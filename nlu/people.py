"""For whom help is asked: the target groups that the words of a question name."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from nlu.normalisation import fold

_DATA = Path(__file__).parent / "data"


def people_meant(text: str) -> frozenset[str]:
    """Target groups (ids of the directory's vocabulary) that the text speaks of, in any of the three languages."""
    folded = fold(text)
    return frozenset(group for group, pattern in _patterns().items() if pattern.search(folded))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    phrases: dict[str, list[str]] = {}
    for path in sorted(_DATA.glob("*/people.yml")):
        for group, wordings in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            phrases.setdefault(group, []).extend(wordings)
    return {group: _any_of(wordings) for group, wordings in phrases.items()}


def _any_of(wordings: list[str]) -> re.Pattern[str]:
    """Whole words; a star stands for any ending."""
    parts = (re.escape(fold(wording)).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for wording in wordings)
    return re.compile(rf"\b(?:{'|'.join(parts)})\b")
