"""Cards as lines of plain text, in the words of the pages, with the least important lines left out first."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from index.cards import HelplineCard, ServiceCard
from webhook.connectors.protocol import Link
from webhook.connectors.saying.wording import sentence
from webhook.widget.rendering import (
    asks_in_lithuanian,
    is_emergency,
    language_names,
    lithuanian_names,
    open_text,
    origin,
    safe_link,
    site_name,
    spoken_date,
)
from webhook.widget.texts import texts

# How important a line is. NEEDED is never left out; a greater number goes sooner.
NEEDED, HOURS, ADDRESS, WHO, COST, HOW, LANGUAGES, EMAIL, WEBSITE, DOCUMENTS = range(10)
# Of the steps to a service, as many as the pages show.
_MOST_STEPS = 4
_SHORTEST_NAME = 24
_CUT = "…"
# A web address, with its scheme or without; the end of an e-mail address is none.
_WEB = re.compile(
    r"https?://[^\s,)]*[^\s,.;:)]"
    r"|(?<![\w@./-])(?:www\.)?(?:[\w-]+\.)+(?:lt|eu|com|org|net|info|pl)\b(?!@)(?:/[^\s,)]*[^\s,.;:)])?"
)


@dataclass(frozen=True)
class Line:
    """importance: see above. is_name: may be cut where nothing else can be left out."""

    text: str
    importance: int = NEEDED
    is_name: bool = False


@dataclass(frozen=True)
class CardText:
    """A card's lines in their order.

    site: where a button may lead, in place of an address in the text. needs_site: nobody can be reached without it.
    """

    lines: tuple[Line, ...]
    site: Link | None = None
    needs_site: bool = False


def units(text: str) -> int:
    """Its length as Telegram counts it, the strictest of all: in units of UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, letters: int) -> str:
    """The text if it fits, else its beginning with `…`."""
    if units(text) <= letters:
        return text
    kept = text.encode("utf-16-le")[: 2 * max(letters - 1, 0)].decode("utf-16-le", "ignore")
    return kept.rstrip(" ,;–-„“”(") + _CUT


def shorten(card: CardText, letters: int, least: int = DOCUMENTS) -> str:
    """The card in at most so many letters, without lines that are less important than `least`.

    Lines go from the least important on, then long names are cut. What must be said stays, even beyond `letters`.
    """
    for importance in range(least, NEEDED - 1, -1):
        text = _joined(line for line in card.lines if line.importance <= importance)
        if units(text) <= letters:
            return text
    needed = [line for line in card.lines if line.importance == NEEDED]
    longest = max((units(line.text) for line in needed if line.is_name), default=_SHORTEST_NAME)
    for length in range(longest, _SHORTEST_NAME - 1, -1):
        text = _joined(replace(line, text=cut(line.text, length)) if line.is_name else line for line in needed)
        if units(text) <= letters:
            break
    return text


def _joined(lines: Iterable[Line]) -> str:
    return "\n".join(line.text for line in lines)


def web_addresses(text: str) -> list[str]:
    """The web addresses in a text, as they stand there."""
    return _WEB.findall(text)


def without_web_addresses(text: str, instead: str) -> str:
    return _WEB.sub(instead, text)


def link_to(address: str) -> Link:
    """A button that leads to a web address, named after the site."""
    url = safe_link(address) or f"https://{address}"
    return Link(site_name(url), url)


def service_text(card: ServiceCard, language: str, *, in_text: bool, number: int | None = None) -> CardText:
    """A service's card in its answer's language. in_text: web addresses may stand in the text. number: its place."""
    facts = card.as_json()
    site = link_to(card.website) if safe_link(card.website) and card.website else None
    needs_site = not (card.phones or card.email)
    lines = (
        *_names(card, facts, language, number),
        *_reach(card, language),
        *_facts(card, facts, language, in_text=in_text),
        *_website(card, language, needs_site=needs_site, by_button=site is not None and not in_text),
        Line(origin(facts, language)),
    )
    return CardText(lines, None if in_text else site, needs_site and site is not None and not in_text)


def helpline_text(line: HelplineCard, language: str, *, in_text: bool) -> CardText:
    """A help line: its number and whose it is, then the ways to reach it, the first one for who cannot speak."""
    words, facts = texts(language), line.as_json()
    title = sentence("channel_card_line", language, number=line.number, name=line.name)
    chat = next((way.value for way in line.ways if way.kind == "chat" and safe_link(way.value)), None)
    site = link_to(chat) if chat and not in_text else None
    first = line.ways[0].kind if line.ways else "call"
    made = [Line(f"{title} ({words['free']})" if line.free else title)]
    for way in facts["ways"]:
        importance = NEEDED if way["kind"] == first or _other_number(line, way) else HOURS
        if way["kind"] == "chat" and site:
            if importance != NEEDED:
                continue
            way |= {"value": sentence("channel_by_button", language)}
        if text := _way(line, way, facts, words, language):
            made.append(Line(text, importance))
    if line.languages_known and line.spoken_languages:
        spoken = language_names(list(line.spoken_languages), language)
        made.append(Line(words["line_speaks"].format(languages=spoken), HOURS))
    return CardText(tuple(made), site, site is not None and first == "chat")


def _names(card: ServiceCard, facts: Mapping[str, Any], language: str, number: int | None) -> Iterator[Line]:
    words = texts(language)
    name = card.organization
    if number is not None:
        name = sentence("channel_card_numbered", language, number=str(number), name=name)
    # Of the institution's own telephones its name says whose they are, so it stays whole; of others their labels do.
    yield Line(name, is_name=all(phone.via != "own" for phone in card.phones))
    if card.service != card.organization:
        yield Line(card.service, is_name=True)
    if card.alert:
        until = words["until"].format(date=spoken_date(card.alert.until, language))
        yield Line(sentence("channel_card_alert", language, text=card.alert.text, until=until))
    if language != "lt" and asks_in_lithuanian(facts):
        names = lithuanian_names(facts)
        # Of several cards each says it short; what the names are for is told of one that is asked about.
        told = _row(words["ask_for"], names, language) if number is None else _in_lithuanian(names, language)
        yield Line(told, is_name=True)


def _reach(card: ServiceCard, language: str) -> Iterator[Line]:
    numbers: defaultdict[str, list[str]] = defaultdict(list)
    for phone in card.phones:
        numbers[phone.label if phone.label != card.organization else ""].append(phone.number)
    for label, same in numbers.items():
        yield from _phones(label, same, language)
    if card.email:
        importance = EMAIL if card.phones else NEEDED
        yield Line(_row(texts(language)["email"], card.email, language), importance)


def _phones(label: str, numbers: Sequence[str], language: str) -> Iterator[Line]:
    """The numbers, each on a line that apps make tappable; whose they all are is said once."""
    if not label:
        yield from (Line(sentence("channel_card_phone", language, number=number)) for number in numbers)
    elif len(numbers) == 1:
        yield Line(sentence("channel_card_phone_of", language, number=numbers[0], label=label))
    else:
        yield Line(sentence("channel_card_phones_of", language, numbers="\n".join(numbers), label=label))


def _facts(card: ServiceCard, facts: Mapping[str, Any], language: str, *, in_text: bool) -> Iterator[Line]:
    words = texts(language)
    steps = [step for step in card.how_to_get[:_MOST_STEPS] if in_text or not web_addresses(step)]
    hours = "; ".join(filter(None, (open_text(facts, language), card.hours_text)))
    for key, value, importance in (
        ("hours", hours, HOURS),
        ("address", card.address, ADDRESS),
        ("who", card.who, WHO),
        ("cost", card.cost, COST),
        ("how_to_get", " ".join(steps), HOW),
        ("spoken_languages", language_names(list(card.spoken_languages), language), LANGUAGES),
        ("documents", "; ".join(card.documents), DOCUMENTS),
    ):
        if value:
            yield Line(_row(words[key], value, language), importance)


def _website(card: ServiceCard, language: str, *, needs_site: bool, by_button: bool) -> Iterator[Line]:
    value = sentence("channel_by_button", language) if by_button else card.website
    if card.website and value and (needs_site or not by_button):
        yield Line(_row(texts(language)["website"], value, language), NEEDED if needs_site else WEBSITE)


def _way(
    line: HelplineCard, way: Mapping[str, Any], facts: Mapping[str, Any], words: Mapping[str, Any], language: str
) -> str:
    """One way to reach a line, with its hours."""
    hours = way["hours_text"] or ""
    if way["kind"] != "call":
        reached = _row(words[f"way_{way['kind']}"], way["value"], language)
        return f"{reached} ({hours})" if hours else reached
    number = way["value"] if _other_number(line, way) else ""
    answers = None if is_emergency(facts) else way["open_now"]
    state = "" if answers is None else words["line_open" if answers else "line_closed"]
    return ", ".join(filter(None, (number, hours, state)))


def _other_number(line: HelplineCard, way: Mapping[str, Any]) -> bool:
    return bool(way["kind"] == "call" and way["value"] != line.number)


def _in_lithuanian(names: str, language: str) -> str:
    return sentence("channel_card_in_lithuanian", language, names=names)


def _row(name: str, value: str, language: str) -> str:
    return sentence("channel_card_row", language, name=name, value=value)
