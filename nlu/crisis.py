"""Reads a message for danger before anything else does: needs neither Rasa nor the encoder, only words as data.

`nlu/data/crisis.yml` says which classes of words together mean what, whichever language they come from;
`nlu/data/<lang>/crisis.yml` holds each language's words, its own phrases and what only sounds like danger.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import yaml

from nlu.crisis_phrases import Find, Lexicon, Pattern, Scan, compile_pattern, tokens_of
from nlu.errors import DataFault

Level = Literal["none", "distress", "danger"]
LANGUAGES = ("lt", "pl", "en", "other")
# The first that applies names the topic: what must be said to the emergency line comes before its background.
TOPICS = (
    *("overdose", "suicide", "medical", "harming", "exploitation", "child", "violence", "homeless"),
    *("seeking_person", "other"),
)
# recent: danger, unless the sentence says that it was long ago.
_LEVELS = ("danger", "recent", "distress")
_STILL_HEAVY = {"suicide", "harming"}  # "I do not want to kill myself" is no danger, yet not nothing
_DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True)
class CrisisReading:
    """How urgent a message is and about what; `topic` is None exactly when the level is none.

    hinted: danger that no word names and that the meaning only hints at; an everyday request may sound so too.
    """

    level: Level
    topic: str | None
    hinted: bool = False


NO_CRISIS = CrisisReading("none", None)


@dataclass(frozen=True)
class _Knowledge:
    """The data, compiled: patterns under their anchors, and the terms that change what a find means."""

    lexicon: Lexicon
    harmless: Mapping[int, list[Pattern]]
    meanings: Mapping[int, list[Pattern]]
    markers: Mapping[int, list[Pattern]]
    negators: int
    carriers: int
    person: int


def _load(path: Path) -> dict[str, Any]:
    data = yaml.safe_load(path.read_text("utf-8"))
    if not isinstance(data, dict):
        raise DataFault(f"{path.name} of {path.parent.name} is not a mapping")
    return data


def _grouped(patterns: Iterable[Pattern]) -> dict[int, list[Pattern]]:
    groups: dict[int, list[Pattern]] = defaultdict(list)
    for pattern in patterns:
        groups[pattern.anchor].append(pattern)
    return groups


@cache
def _knowledge() -> _Knowledge:
    files = [_load(_DATA / "crisis.yml"), *(_load(_DATA / language / "crisis.yml") for language in LANGUAGES)]
    classes: dict[str, list[str]] = defaultdict(list)
    for file in files:
        for name, words in (file.get("classes") or {}).items():
            classes[name] += words.split()
    lexicon = Lexicon(classes, (word for file in files for word in (file.get("real_words") or "").split()))

    def compiled(section: str, label: str, file: dict[str, Any]) -> list[Pattern]:
        return [compile_pattern(source, label, lexicon) for source in file.get(section) or ()]

    meanings: list[Pattern] = []
    for file in files:
        for level in _LEVELS:
            for topic in file.get(level) or ():
                if topic not in TOPICS:
                    raise DataFault(f"unknown topic {topic}")
                meanings += compiled(topic, f"{level} {topic}", file[level])
    return _Knowledge(
        lexicon,
        _grouped(pattern for file in files for pattern in compiled("harmless", "harmless", file)),
        _grouped(meanings),
        _grouped(pattern for file in files for name in ("past", "subject") for pattern in compiled(name, name, file)),
        lexicon.term("@negator"),
        lexicon.term("@carrier"),
        lexicon.term("@me|@my"),
    )


def _is_denied(find: Find, scan: Scan, known: _Knowledge) -> bool:
    """Whether a word of the find is negated by one that is not part of it ("does not hit me")."""
    for index in find.words:
        before = index - 1
        while before in find.words or (before >= 0 and scan.fills(before, known.carriers)):
            before -= 1
        if before < 0 or scan.tokens[before].clause != scan.tokens[index].clause:
            continue
        if scan.fills(before, known.negators):
            return True
    return False


def _sentences_marked(scan: Scan, known: _Knowledge) -> dict[str, set[int]]:
    """Sentences that speak of long ago (`past`) or of a lecture, a job, a film (`subject`)."""
    marked: dict[str, set[int]] = {"past": set(), "subject": set()}
    for find in scan.finds(known.markers):
        marked[find.pattern.label].add(scan.tokens[find.words[0]].sentence)
    return marked


def _meaning(find: Find, scan: Scan, known: _Knowledge, marked: Mapping[str, set[int]]) -> tuple[Level, str]:
    level, topic = find.pattern.label.split()
    sentence = scan.tokens[find.words[0]].sentence
    if sentence in marked["subject"] and not any(scan.fills(word, known.person) for word in find.words):
        return "none", topic
    if topic != "seeking_person" and _is_denied(find, scan, known):
        return ("distress" if topic in _STILL_HEAVY else "none"), topic
    if level == "recent":
        level = "distress" if sentence in marked["past"] else "danger"
    return cast(Level, level), topic


def read_crisis(text: str) -> CrisisReading:
    """Say how urgent a message is: ``danger`` to life, health or a child, ``distress``, or ``none``."""
    known = _knowledge()
    scan = Scan(tokens_of(text), known.lexicon)
    scan.hide(word for find in list(scan.finds(known.harmless)) for word in find.words)
    marked = _sentences_marked(scan, known)
    topics: dict[str, set[str]] = {"danger": set(), "distress": set(), "none": set()}
    settled: set[str] = set()
    for find in scan.finds(known.meanings, settled):
        level, topic = _meaning(find, scan, known, marked)
        topics[level].add(topic)
        if level == "danger" or find.pattern.label == f"{level} {topic}":  # it cannot get worse
            settled.add(find.pattern.label)
    level = "danger" if topics["danger"] else "distress" if topics["distress"] else "none"
    if level == "none":
        return NO_CRISIS
    if "seeking_person" in topics["distress"]:  # whatever else is said, this person must not get an address
        return CrisisReading(level, "seeking_person")
    return CrisisReading(level, min(topics[level], key=TOPICS.index))
