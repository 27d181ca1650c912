"""Words that point at things of the conversation: a language, a place in the list, a change of mind, a fear to ask."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import yaml

from nlu.normalisation import fold
from nlu.settings import DATA
from nlu.words import words

LAST = -1
_LANGUAGES = ("lt", "pl", "en")
_NUMBER = re.compile(r"(?<!\d)([1-9])(?!\d)")
# A correction is short; a longer sentence that begins with "no" is a question of its own.
_LONGEST_CORRECTION = 7
# The question before a call is short as well; who says more asks for something.
_LONGEST_QUESTION = 12
_BETWEEN = r" (?:\w+ ){0,4}?"


@cache
def _data() -> dict[str, dict[str, Any]]:
    return {
        language: yaml.safe_load((DATA / language / "references.yml").read_text(encoding="utf-8"))
        for language in _LANGUAGES
    }


@cache
def _language_words() -> dict[str, str]:
    return {
        fold(word): meant
        for content in _data().values()
        for meant, forms in content["languages"].items()
        for word in forms
    }


@cache
def _ordinals() -> dict[str, int]:
    return {
        fold(str(word)): int(position)
        for content in _data().values()
        for position, forms in content["ordinals"].items()
        for word in forms
    }


def requested_language(text: str) -> str | None:
    """The language that is named in the text (lt, pl, en), or None."""
    named = [_language_words()[word] for word in map(fold, words(text)) if word in _language_words()]
    return named[-1] if named else None


def position(text: str) -> int | None:
    """The place in a list that is meant, from 1, `LAST` for the last, or None."""
    for word in map(fold, words(text)):
        if word in _ordinals():
            return _ordinals()[word]
    digit = _NUMBER.search(text)
    return int(digit[1]) if digit else None


def correction(text: str) -> str | None:
    """What follows a "no, …" that changes the question before it, or None."""
    folded = text.strip()
    if len(words(folded)) > _LONGEST_CORRECTION:
        return None
    for content in _data().values():
        for phrase in sorted(content["correction"], key=len, reverse=True):
            match = re.match(rf"{re.escape(phrase)}\s*[,.!–-]\s*(.+)", folded, re.IGNORECASE)
            if match:
                return match[1].strip()
    return None


def means_anywhere(text: str) -> bool:
    """Whether a person says that the place does not matter."""
    folded = " ".join(map(fold, words(text)))
    phrases = (fold(p).replace("'", " ") for content in _data().values() for p in content["anywhere"])
    return any(f" {' '.join(phrase.split())} " in f" {folded} " for phrase in phrases)


def asks_about_first_contact(text: str) -> bool:
    """Whether a person wants to know what happens when they call or write."""
    return len(words(text)) <= _LONGEST_QUESTION and _is_asked("first_contact", text)


def asks_about_discretion(text: str) -> bool:
    """Whether a question about privacy is about who learns of it, and not about what this chat stores."""
    return _is_asked("discretion", text)


def _is_asked(question: str, text: str) -> bool:
    return bool(_question(question).search(" ".join(map(fold, words(text)))))


@cache
def _question(name: str) -> re.Pattern[str]:
    """All languages' phrases of a question as one expression, for folded words with one blank between them."""
    phrases = (words_of.split() for content in _data().values() for words_of in content[name])
    written = (_BETWEEN.join(fold(word).replace("*", r"\w*") for word in phrase) for phrase in phrases)
    return re.compile(rf"\b(?:{'|'.join(written)})\b")
