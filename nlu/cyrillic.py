"""Tells Russian from Ukrainian, for the few sentences that are said in both; anything uncertain is neither."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Literal

import yaml
from lingua import Language, LanguageDetector, LanguageDetectorBuilder

from nlu.settings import DATA
from nlu.words import words

Cyrillic = Literal["ru", "uk"]
# Telephones without a Ukrainian keyboard have the Latin letter.
_LATIN_I = re.compile(r"(?<=[а-яґє])i|i(?=[а-яґє])", re.IGNORECASE)
_LETTERS = re.compile(r"[\u0400-\u04ff]")
# Where neither letters nor words tell, lingua must be this sure.
_SURE = 0.8


def russian_or_ukrainian(text: str) -> Cyrillic | None:
    """`ru` or `uk` for a text in Cyrillic letters that is certainly one of them."""
    found = [word for word in words(_LATIN_I.sub("і", text)) if _LETTERS.search(word)]
    if not found or any(letter in _data()["neither"] for word in found for letter in word):
        return None
    russian, ukrainian = (sum(_shows(word, language) for word in found) for language in ("ru", "uk"))
    if russian != ukrainian:
        return "ru" if russian > ukrainian else "uk"
    return _by_statistics(" ".join(found))


def _shows(word: str, language: Cyrillic) -> bool:
    own = _data()[language]
    return word in own["words"] or any(letter in own["letters"] for letter in word)


def _by_statistics(text: str) -> Cyrillic | None:
    best = _lingua().compute_language_confidence_values(text)[0]
    if best.value < _SURE:
        return None
    return "ru" if best.language == Language.RUSSIAN else "uk"


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((DATA / "other" / "cyrillic.yml").read_text(encoding="utf-8"))
    for language in ("ru", "uk"):
        data[language]["words"] = frozenset(data[language]["words"].split())
    return data


@cache
def _lingua() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(Language.RUSSIAN, Language.UKRAINIAN).with_low_accuracy_mode().build()
