"""How people type on a telephone: without diacritics, and with keys that are swapped, missed, doubled or beside."""

from __future__ import annotations

import random

from nlu.normalisation import fold

_KEYS = "qwertyuiopasdfghjklzxcvbnm"
_SHORTEST = 6


def with_slips(text: str, dice: random.Random) -> str:
    """The text with one to three slips."""
    for _ in range(1 + (len(text) > 30) + (dice.random() < 0.4)):
        text = _with_slip(text, dice)
    return text


def _with_slip(text: str, dice: random.Random) -> str:
    if len(text) < _SHORTEST:
        return text
    at = dice.randrange(1, len(text) - 2)
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    missing, doubled = text[:at] + text[at + 1 :], text[: at + 1] + text[at:]
    other = text[:at] + dice.choice(_KEYS) + text[at + 1 :]
    return dice.choice([swapped, missing, doubled, other])


def without_diacritics(text: str) -> str | None:
    """The text in plain letters; None where it has no others."""
    bare = fold(text)
    return bare if bare != text.casefold() else None


def as_typed(text: str) -> str | None:
    """The text as somebody in haste types it, always the same way; None where that would change nothing.

    Two in five come with slips, half of these and all others without diacritics.
    """
    dice = random.Random(text)
    hasty, bare = dice.random() < 0.4, fold(text)
    typed = with_slips(bare if dice.random() < 0.5 else text, dice) if hasty else bare
    return typed if typed not in (text, text.casefold()) else None
