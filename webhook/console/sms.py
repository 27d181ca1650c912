"""Counts a text message as the network does, and fits text into its alphabet."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

# GSM 03.38: the default alphabet, and its extension, whose signs take the room of two.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
# Room of a message that stands alone, and of each part of a longer one, which begins with a header of six bytes.
_GSM, _UCS2 = (160, 153), (70, 67)
# What Unicode does not take apart.
_PLAIN = {"ł": "l", "Ł": "L", "–": "-", "—": "-", "„": '"', "“": '"', "”": '"', "’": "'", "\u00a0": " ", "…": "..."}


@dataclass(frozen=True)
class Length:
    """How long a message is. used, room: of all its parts, in the alphabet's units. plain: in the GSM alphabet."""

    used: int
    room: int
    parts: int
    plain: bool


def measure(text: str) -> Length:
    """The parts that a message takes; no sign is cut in two at the end of a part."""
    plain = all(sign in _BASIC or sign in _EXTENSION for sign in text)
    widths = [_width(sign, plain) for sign in text]
    alone, each = _GSM if plain else _UCS2
    used = sum(widths)
    if used <= alone:
        return Length(used, alone, 1, plain)
    parts = _parts(widths, each)
    return Length(used, parts * each, parts, plain)


def plainly(text: str) -> str:
    """The text in the GSM alphabet, without diacritics: `Šeškinė` becomes `Seskine`."""
    return "".join(_plain(sign) for sign in text)


def _plain(sign: str) -> str:
    if sign in _BASIC or sign in _EXTENSION:
        return sign
    bare = _PLAIN.get(sign) or unicodedata.normalize("NFKD", sign)
    return "".join(part for part in bare if part in _BASIC)


def _width(sign: str, plain: bool) -> int:
    if plain:
        return 2 if sign in _EXTENSION else 1
    return len(sign.encode("utf-16-le")) // 2


def _parts(widths: Iterable[int], room: int) -> int:
    parts, used = 1, 0
    for width in widths:
        if used + width > room:
            parts, used = parts + 1, 0
        used += width
    return parts
