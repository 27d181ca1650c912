"""What templates need to show an answer; `static/chat.js` builds the same elements and must be changed with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from webhook.widget.texts import texts

_SAFE = ("http://", "https://")


def safe_link(address: str | None) -> str | None:
    """The address if a browser may be sent there, else None."""
    return address if address and address.lower().startswith(_SAFE) else None


def site_name(address: str) -> str:
    """The host of an address, as people know it: `vmkc.lt`."""
    try:
        host = urlsplit(address).hostname or address
    except ValueError:
        return address
    return host.removeprefix("www.")


def open_text(card: Mapping[str, Any], language: str) -> str | None:
    """Whether the place is open now and when that changes; None when the hours are not known."""
    if card["open_now"] is None:
        return None
    words, change = texts(language), card["hours_change_at"]
    key = "open" if card["open_now"] else "closed"
    if not change:
        return str(words[f"{key}_now"])
    day = words["weekdays"][date.fromisoformat(change[:10]).weekday()]
    return str(words[f"{key}_until"]).format(day=day, time=change[11:16])


def language_names(codes: list[str], language: str) -> str:
    """`lietuvių, lenkų`; an unknown code stays as it is."""
    names = texts(language)["languages"]
    return ", ".join(names.get(code, code) for code in codes)


def asks_in_lithuanian(card: Mapping[str, Any]) -> bool:
    """Whether the card's names are not the ones that are known at the desk. Help lines have no desk."""
    renamed = card["organization_lt"] != card["organization"] or card["service_lt"] != card["service"]
    return bool(renamed and card["organization_id"] != card["service_id"])


def lithuanian_names(card: Mapping[str, Any]) -> str:
    """The institution and the service as they are called at the desk, each name once."""
    names = [card["organization_lt"], card["service_lt"]]
    return ", ".join(dict.fromkeys(name for name in names if name))
