"""Makes a letter's messages: danger first, the same answer as the page's, within a platform's limits, and discreet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from zlib import crc32

from bot.blanks import Source
from bot.message import Button, Reply, ReplyPart
from bot.recipe import reply_of
from index.cards import HelplineCard, ServiceCard
from index.helplines import emergency_number, helpline_card
from index.records import LANGUAGES
from webhook.connectors.delivery.letters import Content
from webhook.connectors.protocol import Choice, Limits, Link, Piece
from webhook.connectors.saying.card_text import (
    CardText,
    cut,
    helpline_text,
    link_to,
    service_text,
    units,
    web_addresses,
    without_web_addresses,
)
from webhook.connectors.saying.discretion import Kind, neutral_keys, opener
from webhook.connectors.saying.packing import Block, Message, pack
from webhook.connectors.saying.wording import sentence, wordings
from webhook.parts import now

_CHOOSE, _OR_WRITE, _TROUBLE = "channel_choose", "channel_or_write", "channel_trouble"


def pieces_of(content: Content, limits: Limits, finder: Source, public_url: str | None) -> tuple[Piece, ...]:
    """The messages, in their order; the same ones for the same content and directory.

    public_url: of our own page, which forgets; None where it is not known.
    """
    return _Composer(content, limits, finder, public_url).pieces()


class _Composer:
    """One letter on one platform."""

    def __init__(self, content: Content, limits: Limits, finder: Source, public_url: str | None) -> None:
        self._content, self._limits, self._finder = content, limits, finder
        self._emergency = emergency_number(finder.directory) or None
        self._public_url = public_url
        recipe = content.recipe
        spoken = recipe.parts[0].language if recipe and recipe.parts else content.language
        # What the person reads best, where we answer in other languages: our few own words in it say it in it.
        self._foreign = None if spoken in LANGUAGES else spoken
        # The same letter takes the same words when it is sent again. The first of each kind repeat no notice.
        self._turn = 0 if content.after else crc32(repr(content).encode())

    def pieces(self) -> tuple[Piece, ...]:
        content = self._content
        reply = reply_of(content.recipe, self._finder) if content.recipe else None
        blocks = list(self._blocks(reply))
        choices, others = self._choices(reply)
        if others:
            blocks.append(self._or_write(others))
        if not blocks:  # all that it was about has gone
            blocks.append(self._own(_TROUBLE))
        messages = pack(blocks, self._limits, self._opener, self._own(_CHOOSE) if choices else None)
        return tuple(
            self._piece(message, choices if message is messages[-1] else (), is_first=message is messages[0])
            for message in messages
        )

    def _blocks(self, reply: Reply | None) -> Iterator[Block]:
        """Everything that is said, in its order; the first words and the lines of a danger stand before all else.

        A question that ends the reply stays at the end, over its choices.
        """
        content = self._content
        parts = reply.parts if reply else ()
        lines = reply.crisis.helplines if reply else ()
        # The lines stand after the first bubble: it says what they are for.
        opening = parts[:1] if lines or content.is_urgent else ()
        language = parts[0].language if parts else content.language
        first = [*self._parts(opening), *(self._line(line, language) for line in lines)]
        before = [self._own(key) for key in content.before]
        yield from (first + before) if content.is_urgent else (before + first)
        others = parts[len(opening) :]
        below_cards = any(part.services for part in others[:-1]) and not others[-1].services
        question = others[-1:] if below_cards and others[-1].buttons and not content.hand_over else ()
        yield from self._parts(others[: len(others) - len(question)])
        yield from self._records(content.cards)
        yield from map(self._own, content.after)
        yield from self._parts(question)

    def _parts(self, parts: Sequence[ReplyPart]) -> Iterator[Block]:
        for part in parts:
            key = part.wording.key if part.wording else ""
            if part.text:
                words = self._text(part.text, part.language, neutral=key in neutral_keys())
                # What somebody in danger needs at once is a message that can be read at a glance, without cards.
                alone = self._is_grave and bool(part.services)
                yield replace(words, leads=bool(part.services), begins=alone)
            several = len(part.services) > 1
            for number, card in enumerate(part.services, 1):
                yield self._service(card, part.language, number if several else None)

    def _records(self, ids: Iterable[str]) -> Iterator[Block]:
        language, lines = self._content.language, self._finder.directory.helplines
        for identity in ids:
            line = lines.get(identity)
            if line and line.number:
                yield self._line(helpline_card(line, language, now()), language)
            elif service := self._finder.card(identity, language):
                yield self._service(service, language)

    @property
    def _in_text(self) -> bool:
        """Whether web addresses may stand in the text; else they are buttons."""
        return self._limits.links == 0

    def _own(self, key: str) -> Block:
        """A sentence of ours by key."""
        is_known = self._foreign in wordings()[key]
        language = self._foreign if self._foreign and is_known else self._content.language
        text = sentence(key, language, emergency=self._emergency, web_chat=self._public_url)
        return self._text(text, language, neutral=key in neutral_keys())

    def _text(self, text: str, language: str, *, neutral: bool) -> Block:
        """Words, with buttons in place of web addresses where the platform has room for as many as they need."""
        addresses = list(dict.fromkeys(web_addresses(text)))
        if not 0 < len(addresses) <= self._limits.links:
            return Block(language, text, neutral)
        plain = without_web_addresses(text, sentence("channel_by_button", language))
        return Block(language, plain, neutral, needed=tuple(map(link_to, addresses)))

    def _line(self, line: HelplineCard, language: str) -> Block:
        return _card(helpline_text(line, language, in_text=self._in_text), language)

    def _service(self, card: ServiceCard, language: str, number: int | None = None) -> Block:
        return _card(service_text(card, language, in_text=self._in_text, number=number), language)

    def _choices(self, reply: Reply | None) -> tuple[tuple[Choice, ...], tuple[Button, ...]]:
        """The quick replies of all bubbles that the platform has room for, and those that are left."""
        every = [button for part in reply.parts for button in part.buttons] if reply else []
        buttons = tuple({button.payload: button for button in every}.values())
        most = self._limits.choices
        titles = distinct((button.title for button in buttons[:most]), self._limits.title)
        shown = zip(titles, buttons[:most], strict=True)
        return tuple(Choice(title, button.payload) for title, button in shown), buttons[most:]

    def _or_write(self, buttons: Iterable[Button]) -> Block:
        language = self._content.language
        quoted = [sentence("channel_quoted", language, text=button.payload) for button in buttons]
        return Block(language, sentence(_OR_WRITE, language, choices=", ".join(quoted)))

    def _opener(self, number: int, language: str, letters: int) -> str:
        kind: Kind = "continuation"
        if number == 0:
            kind = "danger" if self._is_grave else "answer" if self._content.recipe else "notice"
        return opener(kind, self._foreign or language, self._turn + number, self._emergency, letters)

    @property
    def _is_grave(self) -> bool:
        return self._content.is_urgent or self._tells_to_write

    @property
    def _tells_to_write(self) -> bool:
        """Whether it is for somebody who cannot speak: the emergency number takes SMS, and a sound may betray them."""
        recipe = self._content.recipe
        return recipe is not None and recipe.silent and bool(recipe.lines)

    def _piece(self, message: Message, choices: tuple[Choice, ...], *, is_first: bool) -> Piece:
        links: Sequence[Link] = ()
        if message.fits(self._limits, with_choices=bool(choices), with_links=True):
            links = message.links[: self._limits.links]
        titles = distinct((link.title for link in links), self._limits.title)
        named = tuple(Link(title, link.url) for title, link in zip(titles, links, strict=True))
        loud = is_first and self._content.is_urgent and not self._tells_to_write
        return Piece(message.text, message.language, choices, named, loud)


def _card(card: CardText, language: str) -> Block:
    site = (card.site,) if card.site else ()
    return Block(language, card, needed=site) if card.needs_site else Block(language, card, offered=site)


def distinct(titles: Iterable[str], letters: int) -> list[str]:
    """The titles, each cut to so many letters, and no two alike."""
    made: list[str] = []
    for title in titles:
        short, number = cut(title, letters), 2
        while short in made:
            short, number = f"{cut(title, letters - units(str(number)) - 1)} {number}", number + 1
        made.append(short)
    return made
