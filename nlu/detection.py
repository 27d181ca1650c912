"""Which language a message is written in, and when that cannot be known.

Two witnesses are weighed: letter statistics (lingua), and our own words and letters of each language
(``data/<language>/words.yml``), where grammar words outweigh the rest, so that "potrzebna pašalpa w seniūnija" is Polish.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from lingua import Language, LanguageDetector, LanguageDetectorBuilder

from nlu.errors import DataFault
from nlu.normalisation import fold
from nlu.places import Gazetteer

Tongue = Literal["lt", "pl", "en", "other"]
Scores = dict[Tongue, float]

_DATA = Path(__file__).parent / "data"
_TONGUES: tuple[Tongue, ...] = ("lt", "pl", "en", "other")
_LINGUA: Mapping[Language, Tongue] = {
    Language.LITHUANIAN: "lt",
    Language.POLISH: "pl",
    Language.ENGLISH: "en",
    Language.RUSSIAN: "other",
    Language.UKRAINIAN: "other",
    Language.LATVIAN: "other",
    Language.GERMAN: "other",
}
# Natural logarithms; chosen on hand-written messages and checked on lingua's test data.
_FUNCTION_WORD = 3.0
_CONTENT_WORD = 1.5
_LETTER = 1.0
_STATISTICS = 0.6  # lingua's word is worth this much of its own logarithm
_LEAST_PROBABILITY = 1e-3  # … and never more than this allows
_FOLDED_SHARE = 0.4  # "as" is rather English than Lithuanian "aš"
_SURE = 0.6
# Words of which we know none: lingua alone must be surer, the less text there is.
_SURE_ALONE = {1: 0.85, 2: 0.75}
_SURE_ALONE_LONGER = 0.6
_FEWEST_LETTERS = 4

_NOT_LANGUAGE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|\w*\d\w*|_+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True)
class Detected:
    """A language and how sure we are, 0 to 1; ``unknown`` has confidence 0: keep the conversation's language."""

    language: Literal["lt", "pl", "en", "other", "unknown"]
    confidence: float


_UNKNOWN = Detected("unknown", 0.0)


@dataclass(frozen=True)
class _Lexicon:
    """Our words and letters.

    exact: a word as the dictionary spells it → points of each language; folded: the same without diacritics;
    letters: a letter → the language that alone writes it; international: folded words that show nothing.
    """

    exact: Mapping[str, Scores]
    folded: Mapping[str, Scores]
    letters: Mapping[str, Tongue]
    international: frozenset[str]

    def points(self, word: str) -> Scores:
        """Give what one word speaks for; what several languages share is divided among them."""
        exact = self.exact.get(word, {})
        if word != fold(word) and exact:
            return _shared(exact)
        points: Scores = {tongue: worth * _FOLDED_SHARE for tongue, worth in self.folded.get(fold(word), {}).items()}
        points.update(exact)
        return _shared(points) if points else {}

    def letter_points(self, word: str) -> Scores:
        tongues = {self.letters[letter] for letter in word if letter in self.letters}
        return {tongue: _LETTER for tongue in tongues}


def _shared(points: Scores) -> Scores:
    """Divide among the languages that have the word, and keep only what sets one apart from the others."""
    if len(points) == 1:
        ((tongue, worth),) = points.items()
        return {tongue: max(worth, _CONTENT_WORD)}
    total = sum(points.values())
    return {tongue: worth * worth / total for tongue, worth in points.items()}


def detect(text: str) -> Detected:
    """Give the language of a message; about 0.1 ms once loaded."""
    script = _judge_script(text)
    if script:
        return script
    known_places = _gazetteer().find(text)
    spans = [(mention.start, mention.end) for mention in known_places]
    words = _speaking_words(_without(text, spans))
    return _judge(words) if words else _UNKNOWN


def _judge_script(text: str) -> Detected | None:
    """Text mostly in another script than Latin is in another language at once."""
    letters = [letter for letter in text if letter.isalpha()]
    foreign = sum(ord(letter) > 0x24F and not 0x1E00 <= ord(letter) <= 0x1EFF for letter in letters)
    return Detected("other", 0.99) if letters and foreign * 2 > len(letters) else None


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return _NOT_LANGUAGE.sub(" ", text)


def _speaking_words(text: str) -> list[str]:
    """Give the words in lower case that can show a language."""
    words = (match.replace("’", "'") for match in _WORD.findall(text.casefold()))
    return [word for word in words if fold(word) not in _lexicon().international]


def _judge(words: Sequence[str]) -> Detected:
    evidence = _weigh_words(words)
    statistics = _ask_lingua(" ".join(words))
    if not any(evidence.values()):
        return _judge_by_statistics(words, statistics)
    totals: Scores = {
        tongue: evidence[tongue] + _STATISTICS * math.log(max(statistics[tongue], _LEAST_PROBABILITY))
        for tongue in _TONGUES
    }
    best, confidence = _most_likely(totals)
    return Detected(best, confidence) if confidence >= _SURE else _UNKNOWN


def _judge_by_statistics(words: Sequence[str], statistics: Scores) -> Detected:
    best = max(_TONGUES, key=statistics.__getitem__)
    sure = statistics[best] >= _SURE_ALONE.get(len(words), _SURE_ALONE_LONGER)
    enough = sum(map(len, words)) >= _FEWEST_LETTERS
    return Detected(best, round(statistics[best], 3)) if sure and enough else _UNKNOWN


def _weigh_words(words: Sequence[str]) -> Scores:
    lexicon = _lexicon()
    evidence: Scores = dict.fromkeys(_TONGUES, 0.0)
    for word in words:
        for tongue, worth in (lexicon.points(word) or lexicon.letter_points(word)).items():
            evidence[tongue] += worth
    return evidence


def _most_likely(totals: Scores) -> tuple[Tongue, float]:
    best = max(_TONGUES, key=totals.__getitem__)
    odds = sum(math.exp(total - totals[best]) for total in totals.values())
    return best, round(1 / odds, 3)


def _ask_lingua(text: str) -> Scores:
    scores: Scores = dict.fromkeys(_TONGUES, 0.0)
    for confidence in _lingua().compute_language_confidence_values(text):
        scores[_LINGUA[confidence.language]] += confidence.value
    return scores


@cache
def _lingua() -> LanguageDetector:
    # With our words beside it, the large models add little and take 250 MB instead of 35.
    return LanguageDetectorBuilder.from_languages(*_LINGUA).with_low_accuracy_mode().build()


@cache
def _gazetteer() -> Gazetteer:
    return Gazetteer.load()


@cache
def _lexicon() -> _Lexicon:
    exact: dict[str, Scores] = {}
    folded: dict[str, Scores] = {}
    letters: dict[str, Tongue] = {}
    international: set[str] = set()
    for tongue in _TONGUES:
        data = _read(_DATA / tongue / "words.yml")
        for key, worth in (("content_words", _CONTENT_WORD), ("function_words", _FUNCTION_WORD)):
            for word in data.get(key, ()):
                exact.setdefault(word, {})[tongue] = worth
                folded.setdefault(fold(word), {})[tongue] = worth
        letters.update(dict.fromkeys(data["letters"], tongue))
        international.update(fold(word) for word in data.get("international", ()))
    return _Lexicon(exact, folded, letters, frozenset(international))


def _read(path: Path) -> dict[str, Any]:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    words = [word for key, value in data.items() if key != "letters" for word in value]
    odd = [word for word in words if not isinstance(word, str) or word != word.casefold()]
    if odd:
        raise DataFault(f"{path.parent.name}/{path.name}: not words in lower case: {odd} (YAML reads a bare no as false)")
    return dict(data)
