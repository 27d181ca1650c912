"""What a locked screen may show: the beginning of every message, and how somebody asks to leave."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from nlu.normalisation import fold
from webhook.connectors.saying.wording import sentence, wordings

# Letters of a message that may be shown while the telephone is locked.
FIRST_SHOWN = 80
# Letters that a short opener of an answer fills: neutral words of the answer's own fill the others.
BRIEF = 60
Kind = Literal["answer", "brief", "continuation", "danger", "desk", "notice"]

_HERE = Path(__file__).parent
_WORD = re.compile(r"\w+")


@cache
def neutral_keys() -> frozenset[str]:
    """Keys of responses and of our own words that anybody may read."""
    return frozenset(key for keys in _read("neutral_keys.yml").values() for key in keys)


@cache
def openers(kind: Kind) -> tuple[str, ...]:
    """Keys of the neutral sentences that a message of this kind may begin with."""
    return tuple(sorted(key for key in wordings() if key.startswith(f"channel_open_{kind}_")))


def opener(kind: Kind, language: str, turn: int, emergency: str | None, letters: int = FIRST_SHOWN) -> str:
    """A neutral sentence that fills so many letters of a locked screen; `turn` chooses among those of the kind."""
    if kind == "danger" and not emergency:
        kind = "answer"
    if kind == "answer" and letters <= BRIEF:
        kind = "brief"
    keys = openers(kind)
    return sentence(keys[turn % len(keys)], language, emergency=emergency)


def means_exit(text: str) -> bool:
    """Whether somebody wants to leave, and says nothing else."""
    return exit_language(text) is not None


def exit_language(text: str) -> str | None:
    """The language in which somebody says that they want to leave, the first one that has such words; else None."""
    return next((language for language in _exit_words() if _bare(text) in _exit_words()[language]), None)


@cache
def _exit_words() -> Mapping[str, frozenset[str]]:
    return {language: frozenset(map(_bare, words)) for language, words in _read("exit_words.yml").items()}


def _bare(text: str) -> str:
    """Its words alone, folded: a command's slash and punctuation say nothing."""
    return " ".join(_WORD.findall(fold(text)))


def _read(name: str) -> Mapping[str, list[str]]:
    content: dict[str, list[str]] = yaml.safe_load((_HERE / name).read_text(encoding="utf-8"))
    return content
