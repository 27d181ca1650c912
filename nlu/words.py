"""Splits text into words and cuts them to stems, the same way for records and for questions."""

from __future__ import annotations

import re
from functools import cache, lru_cache

import snowballstemmer

from nlu.normalisation import fold

_WORD = re.compile(r"\w+")
_SNOWBALL = {"lt": "lithuanian", "pl": "polish", "en": "english"}


@cache
def _stemmer(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(_SNOWBALL[language])


def words(text: str) -> list[str]:
    """Words in lower case, with their diacritics."""
    return _WORD.findall(text.casefold())


@lru_cache(maxsize=50_000)
def stem(word: str, language: str) -> str:
    """The folded stem, so that a word without its diacritics meets the one with them."""
    # Stemmers know the endings with diacritics and without; folding the stem joins the two.
    return fold(str(_stemmer(language).stemWord(word)))


def stems(text: str, language: str) -> list[str]:
    return [stem(word, language) for word in words(text)]


def stems_in_all(text: str) -> list[str]:
    """Stems under each language's rules, for a question whose language is not certain; no repeats of a word."""
    found: list[str] = []
    for word in words(text):
        found += dict.fromkeys(stem(word, language) for language in _SNOWBALL)
    return found
