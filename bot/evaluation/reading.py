"""How well acts, places, languages and danger are read, beside a peer each."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml
from rapidfuzz import fuzz, process

from index.evaluation.figures import Share, share
from index.evaluation.golden import GOLDEN, GoldenQuestion
from index.records import LANGUAGES, Directory
from nlu.crisis import CrisisReading, read_crisis
from nlu.detection import detect
from nlu.normalisation import fold
from nlu.places import Gazetteer
from nlu.settings import PROJECT

LANGID = PROJECT.parent / "shared" / "evaldata" / "langid.tsv"
_SHORT_WORDS = 3
# As many texts of each language and kind as keep the evaluation within its time.
_MOST = 400
_NAME_LIKENESS = 85.0


@dataclass(frozen=True)
class Compared:
    """One measured line: ours and the peer's share of right answers."""

    what: str
    language: str
    ours: Share
    peer: Share


def golden(name: str, language: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load((GOLDEN / language / f"{name}.yml").read_text(encoding="utf-8"))
    return loaded


def acts(read: Callable[[str], str], peer: Callable[[str], str]) -> list[Compared]:
    return [_compare("act", language, golden("acts", language), "act", read, peer) for language in LANGUAGES]


def places(gazetteer: Gazetteer, directory: Directory) -> list[Compared]:
    """The peer looks for the name, seat or short name of a municipality, with room for endings."""
    names = {
        fold(name): municipality.official
        for municipality in directory.municipalities.values()
        for name in (municipality.official, *municipality.name.values(), *municipality.short.values())
    }

    def ours(text: str) -> str | None:
        mentions = gazetteer.find(text)
        return mentions[0].municipality if mentions else None

    def alike(text: str) -> str | None:
        found = process.extractOne(fold(text), names.keys(), scorer=fuzz.partial_ratio, score_cutoff=_NAME_LIKENESS)
        return names[found[0]] if found else None

    return [_compare("place", language, golden("places", language), "place", ours, alike) for language in LANGUAGES]


def dangers(read: Callable[[str], CrisisReading]) -> Iterable[Compared]:
    """Messages of two golden sets that are read as danger, with meaning and by words alone, and their topics."""
    for name in ("crisis", "danger"):
        for language in LANGUAGES:
            for level in ("danger", "none"):
                texts = [item["text"] for item in golden(name, language) if item["level"] == level]
                yield Compared(
                    f"{name} golden set: {level} read as danger (beside: words alone)", language,
                    share(texts, lambda text: read(text).level == "danger"),
                    share(texts, lambda text: read_crisis(text).level == "danger"),
                )  # fmt: skip
            grave = [item for item in golden(name, language) if item["level"] == "danger"]
            yield _compare(
                f"{name} golden set: topic of danger (beside: words alone)", language, grave, "topic",
                lambda text: read(text).topic, lambda text: read_crisis(text).topic,
            )  # fmt: skip


def calm_questions(
    questions: Iterable[GoldenQuestion], grave: frozenset[str], read: Callable[[str], CrisisReading]
) -> Iterable[Compared]:
    """Golden questions for needs that nobody comes with in danger, read as danger all the same."""
    calm = [question for question in questions if question.need and question.need not in grave]
    for language in LANGUAGES:
        texts = [question.text for question in calm if question.language == language]
        yield Compared(
            "questions for everyday needs: read as danger (beside: words alone)", language,
            share(texts, lambda text: read(text).level == "danger"),
            share(texts, lambda text: read_crisis(text).level == "danger"),
        )  # fmt: skip


def milliseconds_by_words() -> list[float]:
    """What reading each golden message for danger takes without the encoder, shortest first."""
    texts = [item["text"] for name in ("crisis", "danger") for lang in LANGUAGES for item in golden(name, lang)]
    read_crisis(texts[0])
    found = []
    for text in texts:
        begun = time.perf_counter()
        read_crisis(text)
        found.append((time.perf_counter() - begun) * 1000)
    return sorted(found)


def languages() -> list[Compared]:
    """Chat texts of ours, and words, pairs and sentences of others, with and without diacritics."""
    found = []
    for language in LANGUAGES:
        items = golden("languages", language)
        short = [item for item in items if len(item["text"].split()) <= _SHORT_WORDS]
        found.append(_heard("chat texts of one to three words", language, [item["text"] for item in short]))
        longer = [item["text"] for item in items if item not in short]
        found.append(_heard("chat sentences", language, longer))
    return found + list(_langid())


def _langid() -> Iterable[Compared]:
    if not LANGID.exists():
        return
    with LANGID.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for source in sorted({row["source"] for row in rows}):
        for language in LANGUAGES:
            mine = [row for row in rows if row["source"] == source and row["lang"] == language]
            mine = mine[:: max(1, len(mine) // _MOST)][:_MOST]
            if mine:
                yield _heard(source, language, [row["text"] for row in mine])
                yield _heard(f"{source}, no diacritics", language, [row["text_no_diacritics"] for row in mine])


def _heard(what: str, language: str, texts: Sequence[str]) -> Compared:
    return Compared(
        what, language,
        share(texts, lambda text: detect(text).language == language),
        share(texts, lambda text: _lingua_alone(text) == language),
    )  # fmt: skip


def _compare(
    what: str, language: str, items: Sequence[dict[str, Any]], key: str,
    ours: Callable[[str], str | None], peer: Callable[[str], str | None],
) -> Compared:  # fmt: skip
    return Compared(
        what, language,
        share(items, lambda item: ours(item["text"]) == item[key]),
        share(items, lambda item: peer(item["text"]) == item[key]),
    )  # fmt: skip


def _lingua_alone(text: str) -> str:
    found = _lingua().detect_language_of(text)
    return str(found.iso_code_639_1.name).lower() if found else "unknown"


@cache
def _lingua() -> Any:
    from lingua import LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_all_languages().build()
