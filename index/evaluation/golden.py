"""The golden questions: what people may ask, and which institutions would be a right answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from index.records import LANGUAGES, Language
from nlu.settings import PROJECT

GOLDEN = PROJECT / "tests" / "golden"


@dataclass(frozen=True)
class GoldenQuestion:
    """`expect` holds the ids of which any in the first three is right; empty for what nobody here answers."""

    text: str
    language: Language
    style: str
    expect: frozenset[str]
    need: str | None = None
    place: str | None = None


def golden_questions(folder: Path = GOLDEN) -> Iterator[GoldenQuestion]:
    """Answerable ones first, then unanswerable ones, in each language."""
    for language in LANGUAGES:
        for item in yaml.safe_load((folder / language / "questions.yml").read_text(encoding="utf-8")):
            yield GoldenQuestion(
                str(item["text"]), language, item["style"], frozenset(item["expect"]), item["need"], item["place"]
            )
        for item in yaml.safe_load((folder / language / "unanswerable.yml").read_text(encoding="utf-8")):
            yield GoldenQuestion(str(item["text"]), language, item["style"], frozenset())
