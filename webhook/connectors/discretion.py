"""What a locked screen may show: the beginning of every message, and how somebody asks to leave."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from nlu.normalisation import fold
from webhook.connectors.wording import sentence, wordings

# Letters of a message that may be shown while the telephone is locked.
FIRST_SHOWN = 80
Kind = Literal["answer", "continuation", "danger", "notice"]

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


def opener(kind: Kind, language: str, turn: int, emergency: str | None) -> str:
    """A neutral sentence that fills what a locked screen shows; `turn` chooses among those of the kind."""
    if kind == "danger" and not emergency:
        kind = "answer"
    keys = openers(kind)
    return sentence(keys[turn % len(keys)], language, emergency=emergency)


def means_exit(text: str) -> bool:
    """Whether somebody wants to leave, and says nothing else."""
    return _bare(text) in _exit_words()


@cache
def _exit_words() -> frozenset[str]:
    return frozenset(_bare(word) for words in _read("exit_words.yml").values() for word in words)


def _bare(text: str) -> str:
    """Its words alone, folded: a command's slash and punctuation say nothing."""
    return " ".join(_WORD.findall(fold(text)))


def _read(name: str) -> Mapping[str, list[str]]:
    content: dict[str, list[str]] = yaml.safe_load((_HERE / name).read_text(encoding="utf-8"))
    return content
