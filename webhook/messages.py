"""Makes the one `Message` that everything behind the doors knows, out of what a caller sent."""

from __future__ import annotations

import unicodedata

from bot.message import Message
from webhook.parts import parts
from webhook.refusals import Refusal

_KEPT_CONTROLS = frozenset("\n\t\u200d")
MOST_CHARACTERS = 2000


def read_message(
    sender: str, text: str, channel: str, language: str | None = None, municipality: str | None = None
) -> Message:
    """Raises Refusal for a text without anything to read, and for an unknown municipality."""
    return Message(sender, readable_text(text, "message"), channel, language, official_place(municipality))


def readable_text(text: str, field: str) -> str:
    """The text without control characters. Raises Refusal when nothing readable is left, or it is no Unicode."""
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise Refusal("bad_text", field)
    kept = "".join(" " if _is_control(sign) else sign for sign in text).strip()
    if not any(unicodedata.category(sign)[0] in "LNPS" for sign in kept):
        raise Refusal("bad_text", field)
    return kept


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cf") and sign not in _KEPT_CONTROLS


def official_place(name: str | None) -> str | None:
    """The official municipality for any name or case form of it. Raises Refusal when there is none."""
    if name is None:
        return None
    found = parts().gazetteer().resolve(readable_text(name, "municipality"))
    if found is None:
        raise Refusal("unknown_municipality", "municipality")
    return found
