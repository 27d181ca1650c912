"""Which language a message is written in, and when that cannot be known.

Two witnesses are weighed: letter statistics (lingua), and our own words and letters of each language
(``data/<language>/words.yml``), where grammar words
outweigh the rest, so that "potrzebna pašalpa w seniūnija" is Polish.
"""

from __future__ import annotations

import math
import re
import unicodedata
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
# Natural logarithms, chosen on hand-written messages and on lingua's test data.
_FUNCTION_WORD = 3.0
_CONTENT_WORD = 2.0
_COMMON_WORD = 1.8  # from `common_words.txt`, which nobody has looked through
_LETTER_DOUBT = 0.5  # a letter of one language alone halves the doubt
_OTHER_SHARE = 0.6  # "kur" is rather Lithuanian than Latvian here
_STATISTICS = 0.4  # lingua's word is worth this much of its own logarithm
_LEAST_LOGARITHM = -3.0  # … and never less than this,
_LEAST_LOGARITHM_A_WORD = 2.0  # lowered by this for each word that is not ours
_FOLDED_SHARE = 0.4  # "as" is rather English than Lithuanian "aš"
_SURE = 0.6
# Words of which we know none: lingua alone must be surer, the less text there is, and surer still of what is rare here.
_SURE_ALONE = {1: 0.65, 2: 0.5}
_SURE_ALONE_LONGER = 0.5
_SURE_OF_OTHER = 0.95
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
        folded = self.folded.get(fold(word), {})
        if len(folded) < 2 or (exact and word != fold(word)):
            return exact or folded
        return _shared(
            {
                tongue: worth * (1 if tongue in exact else _FOLDED_SHARE) * (_OTHER_SHARE if tongue == "other" else 1)
                for tongue, worth in folded.items()
            }
        )

    def tongues_of_letters(self, word: str) -> set[Tongue]:
        """Give the languages that alone write one of the word's letters."""
        return {self.letters[letter] for letter in word if letter in self.letters}


def _shared(points: Scores) -> Scores:
    """Divide a word among the languages that have it."""
    total = sum(points.values())
    return {tongue: worth * worth / total for tongue, worth in points.items()}


def detect(text: str) -> Detected:
    """Give the language of a message; about 0.1 ms once loaded, and the first call loads in a quarter of a second."""
    text = unicodedata.normalize("NFC", text)
    script = _judge_script(text)
    if script:
        return script
    spans = [(mention.start, mention.end) for mention in Gazetteer.load().find(text)]
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
    totals, strange = _weigh_words(words)
    if len(strange) == len(words):
        return _judge_by_statistics(words)
    if strange:
        for tongue, probability in _ask_lingua(strange).items():
            least = _LEAST_LOGARITHM - _LEAST_LOGARITHM_A_WORD * len(strange)
            totals[tongue] += _STATISTICS * max(math.log(probability or 1e-300), least)
    best, confidence = _most_likely(totals)
    return Detected(best, confidence) if confidence >= _SURE else _UNKNOWN


def _judge_by_statistics(words: Sequence[str]) -> Detected:
    statistics = _ask_lingua(words)
    for word in words:
        for tongue in _lexicon().tongues_of_letters(word):
            statistics[tongue] = 1 - (1 - statistics[tongue]) * _LETTER_DOUBT
    best = max(_TONGUES, key=statistics.__getitem__)
    least = _SURE_OF_OTHER if best == "other" else _SURE_ALONE.get(len(words), _SURE_ALONE_LONGER)
    enough = sum(map(len, words)) >= _FEWEST_LETTERS
    return Detected(best, round(statistics[best], 3)) if statistics[best] >= least and enough else _UNKNOWN


def _weigh_words(words: Sequence[str]) -> tuple[Scores, list[str]]:
    """Add up what our words speak for, and give the words that are not ours."""
    lexicon = _lexicon()
    totals: Scores = dict.fromkeys(_TONGUES, 0.0)
    strange = []
    for word in words:
        points = lexicon.points(word)
        for tongue, worth in points.items():
            totals[tongue] += worth
        if not points:
            strange.append(word)
    return totals, strange


def _most_likely(totals: Scores) -> tuple[Tongue, float]:
    best = max(_TONGUES, key=totals.__getitem__)
    odds = sum(math.exp(total - totals[best]) for total in totals.values())
    return best, round(1 / odds, 3)


def _ask_lingua(words: Sequence[str]) -> Scores:
    scores: Scores = dict.fromkeys(_TONGUES, 0.0)
    for confidence in _lingua().compute_language_confidence_values(" ".join(words)):
        scores[_LINGUA[confidence.language]] += confidence.value
    return scores


@cache
def _lingua() -> LanguageDetector:
    # With our words beside it, the large models add little and take 250 MB instead of 35.
    return LanguageDetectorBuilder.from_languages(*_LINGUA).with_low_accuracy_mode().build()


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
    _add_common_words(exact, folded)
    return _Lexicon(exact, folded, letters, frozenset(international))


def _add_common_words(exact: dict[str, Scores], folded: dict[str, Scores]) -> None:
    """Words that nobody has sorted, where the sorted ones say nothing."""
    sorted_ones = frozenset(folded)
    for tongue in _TONGUES:
        for word in _common_words(_DATA / tongue / "common_words.txt"):
            if fold(word) not in sorted_ones:
                exact.setdefault(word, {})[tongue] = _COMMON_WORD
                folded.setdefault(fold(word), {})[tongue] = _COMMON_WORD


def _common_words(path: Path) -> list[str]:
    """Words of people's phrases, written by `python -m index words`; only the three languages have them."""
    return path.read_text(encoding="utf-8").split() if path.exists() else []


def _read(path: Path) -> dict[str, Any]:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    words = [word for key, value in data.items() if key != "letters" for word in value]
    odd = [word for word in words if not isinstance(word, str) or word != word.casefold()]
    if odd:
        raise DataFault(
            f"{path.parent.name}/{path.name}: not words in lower case: {odd} (YAML reads a bare no as false)"
        )
    return dict(data)
