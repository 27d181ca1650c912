"""What templates need to show an answer: links that are safe, dates, hours and languages in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_date
from markupsafe import Markup, escape
from phonenumbers import PhoneNumberFormat, PhoneNumberMatcher, format_number

from index.contacts import dialled as dialled  # templates use it
from index.records import LANGUAGES, Said, said
from webhook.parts import parts
from webhook.widget.keys import key_of
from webhook.widget.texts import texts

_SAFE = ("http://", "https://")
_ADDRESS = re.compile(r"https?://[^\s,]+[^\s,.;:)]|[\w.+-]+@[\w-]+\.[\w.-]*\w")
# How a date is read where only the year, or the month, is known, and where the day is; a month alone stands in the
# nominative. English as in Europe.
_LOCALES = {"en": "en_GB"}
_DATE_FORMATS = {
    "lt": ("y 'm'.", "y 'm'. LLLL", "y 'm'. MMMM d 'd'."),
    "pl": ("y 'r'.", "LLLL y", "d MMMM y"),
    "en": ("y", "MMMM y", "d MMMM y"),
}

_QUESTIONS = ("discretion", "first_contact")


@dataclass(frozen=True)
class Answered:
    """A question that people ask before they dare, with what a source says. `source_url` None: not on the web."""

    question: str
    said: Said
    source_url: str | None


def safe_link(address: str | None) -> str | None:
    """The address if a browser may be sent there, else None."""
    return address if address and address.lower().startswith(_SAFE) else None


def linked(text: str) -> Markup:
    """The text with web and e-mail addresses and telephones as links; everything else is escaped."""
    found = [(match.start(), match.end(), _target(match.group())) for match in _ADDRESS.finditer(text)]
    for number in PhoneNumberMatcher(text, "LT"):
        if not any(start <= number.start < end for start, end, _ in found):
            tel = format_number(number.number, PhoneNumberFormat.E164)
            found.append((number.start, number.end, f"tel:{tel}"))
    made, at = Markup(), 0
    for start, end, target in sorted(found):
        made += escape(text[at:start]) + Markup('<a href="{}">{}</a>').format(target, text[start:end])
        at = end
    return made + escape(text[at:])


def _target(address: str) -> str:
    return f"mailto:{address}" if "@" in address else address


def site_name(address: str) -> str:
    """The host of an address, as people know it: `vmkc.lt`."""
    try:
        host = urlsplit(address).hostname or address
    except ValueError:
        return address
    return host.removeprefix("www.")


def own_language(answer: Mapping[str, Any]) -> str:
    """The language of help lines: the person's own, where the answer begins in it, else the answer's."""
    first = answer["replies"][0]["language"] if answer["replies"] else answer["language"]
    return str(first if first not in LANGUAGES else answer["language"])


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


def is_emergency(line: Mapping[str, Any]) -> bool:
    """Whether the number that is called also takes text messages, which only the emergency number does."""
    return any(way["kind"] == "sms" and way["value"] == line["number"] for way in line["ways"])


def keys_of(cards: Sequence[Mapping[str, Any]]) -> str:
    """The neutral keys of several cards, as the address of their hand-out has them."""
    return ".".join(key_of(card["service_id"]) for card in cards)


def asks_in_lithuanian(card: Mapping[str, Any]) -> bool:
    """Whether the card's names are not the ones that are known at the desk. Help lines have no desk."""
    renamed = card["organization_lt"] != card["organization"] or card["service_lt"] != card["service"]
    return bool(renamed and card["organization_id"] != card["service_id"])


def lithuanian_names(card: Mapping[str, Any]) -> str:
    """The institution and the service as they are called at the desk, each name once."""
    names = [card["organization_lt"], card["service_lt"]]
    return ", ".join(dict.fromkeys(name for name in names if name))


def spoken_date(iso: str, language: str) -> str:
    """`2025 m. rugsėjo 3 d.` of `2025-09-03`; also of a month or a year alone."""
    parts = [int(part) for part in iso.split("-")]
    pattern = _DATE_FORMATS[language][len(parts) - 1]
    year, month, day = (*parts, 1, 1)[:3]
    return str(format_date(date(year, month, day), pattern, locale=_LOCALES.get(language, language)))


def origin(card: Mapping[str, Any], language: str) -> str:
    """Where a card's facts come from and whether a person confirmed them."""
    words = texts(language)
    if card["verified_on"]:
        return str(words["confirmed"]).format(date=spoken_date(card["verified_on"], language))
    if card["source_date"]:
        return str(words["from_page"]).format(date=spoken_date(card["source_date"], language))
    return str(words["from_undated"])


def answered(card: Mapping[str, Any], language: str) -> Iterator[Answered]:
    """Who learns of it and what happens on the call, where a source of the card's service says it."""
    directory = parts().finder.directory
    record = directory.record(card["service_id"]) if directory else None
    for question in _QUESTIONS if record else ():
        statement = getattr(record, question)
        if statement:
            yield Answered(question, said(statement.text, language), safe_link(statement.source.url))
