"""Packs what is to be said into as few messages as fit: cut between cards and sentences, least important lines out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from webhook.connectors.card_text import ADDRESS, DOCUMENTS, CardText, shorten, units
from webhook.connectors.discretion import FIRST_SHOWN
from webhook.connectors.protocol import Limits, Link

# A longer message is read to its end by nobody on a telephone: cards then say less, and more when they are asked.
_COMFORTABLE = 1600
_GAP = "\n\n"
_LINE_END, _SENTENCE_END, _WORD_END = re.compile(r"(?<=\n)"), re.compile(r"(?<=[.!?…:])\s+"), re.compile(r"(?<=\s)")

# The neutral words for a message: its place among all, and its language.
Opener = Callable[[int, str], str]


@dataclass(frozen=True)
class Block:
    """Something that is said in one go: words or a card.

    neutral: anybody may read it. leads: what comes next belongs to it, as cards to the words over them. needed: buttons
    without which it is of no use; offered: others, where there is room.
    """

    language: str
    said: str | CardText
    neutral: bool = False
    leads: bool = False
    needed: tuple[Link, ...] = ()
    offered: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Passage:
    """A block, or a part of one, as the text that it will be."""

    text: str
    block: Block


@dataclass(frozen=True)
class Message:
    """Passages that go out as one message. number: its place among all, from 0."""

    number: int
    opener: Opener
    passages: tuple[Passage, ...] = ()

    @property
    def language(self) -> str:
        return self.passages[0].block.language

    @property
    def text(self) -> str:
        """What is said; it begins with an opener unless its own neutral words fill what a locked screen shows."""
        said = _GAP.join(passage.text for passage in self.passages)
        return said if self._begins_neutrally() else self.opener(self.number, self.language) + _GAP + said

    def _begins_neutrally(self) -> bool:
        revealing = (place for place, passage in enumerate(self.passages) if not passage.block.neutral)
        first = next(revealing, None)
        return first is None or len(_GAP.join(passage.text for passage in self.passages[:first])) >= FIRST_SHOWN

    @property
    def needed(self) -> tuple[Link, ...]:
        return _distinct(link for passage in self.passages for link in passage.block.needed)

    @property
    def links(self) -> tuple[Link, ...]:
        """All that its blocks would have, the needed ones first."""
        return _distinct([*self.needed, *(link for passage in self.passages for link in passage.block.offered)])

    def fits(self, limits: Limits, *, with_choices: bool = False, with_links: bool = False) -> bool:
        """Whether it does as it is, and with what it is to carry."""
        most = [limits.text]
        most += [limits.with_choices] if with_choices else []
        most += [limits.with_links] if with_links or self.needed else []
        return units(self.text) <= min(most) and len(self.needed) <= limits.links

    def and_then(self, *passages: Passage) -> Message:
        return replace(self, passages=self.passages + passages)


def pack(blocks: Sequence[Block], limits: Limits, opener: Opener, choosing: Block | None) -> list[Message]:
    """The fewest messages, and the fullest cards that make no more of them. choosing: stands over the choices, if any,
    where the last message has no room for them."""
    fewest = _packed(blocks, limits, opener, choosing, ADDRESS)
    for least in range(DOCUMENTS, ADDRESS, -1):
        fuller = _packed(blocks, limits, opener, choosing, least)
        if len(fuller) <= len(fewest) and all(units(message.text) <= _COMFORTABLE for message in fuller):
            return fuller
    return fewest


def _packed(
    blocks: Sequence[Block], limits: Limits, opener: Opener, choosing: Block | None, least: int
) -> list[Message]:
    messages: list[Message] = []
    for passage in _passages(blocks, limits, opener, least):
        grown = messages[-1].and_then(passage) if messages else None
        if grown and grown.fits(limits):
            messages[-1] = grown
        else:
            messages += _begun(messages, passage, limits, opener)
    if choosing and not (messages and messages[-1].fits(limits, with_choices=True)):
        messages += [
            Message(len(messages), opener, (passage,)) for passage in _passages([choosing], limits, opener, least)
        ]
    return messages


def _begun(messages: list[Message], passage: Passage, limits: Limits, opener: Opener) -> list[Message]:
    """A new message; words that lead to the passage are taken along from the end of the last one, where they fit."""
    alone = Message(len(messages), opener, (passage,))
    if not messages or len(messages[-1].passages) == 1 or not messages[-1].passages[-1].block.leads:
        return [alone]
    *stay, leading = messages[-1].passages
    together = replace(alone, passages=(leading, passage))
    if not together.fits(limits):
        return [alone]
    messages[-1] = replace(messages[-1], passages=tuple(stay))
    return [together]


def _passages(blocks: Iterable[Block], limits: Limits, opener: Opener, least: int) -> Iterator[Passage]:
    """Each fits into a message of its own, with the longest opener before it."""
    for block in blocks:
        longest = max(units(opener(number, block.language)) for number in range(4))
        room = (limits.with_links if block.needed else limits.text) - longest - units(_GAP)
        text = shorten(block.said, room, least) if isinstance(block.said, CardText) else block.said
        first, *others = split(text, room)
        yield Passage(first, block)
        # The buttons belong to the beginning: what is said after it needs none.
        yield from (Passage(other, replace(block, needed=(), offered=())) for other in others)


def split(text: str, room: int) -> list[str]:
    """Parts of at most `room` units: between lines, else sentences, else words, else anywhere."""
    for ends in (_LINE_END, _SENTENCE_END, _WORD_END, None):
        if units(text) <= room:
            break
        steps = ends.split(text) if ends else list(text)
        parts = _gathered(steps, room, " " if ends is _SENTENCE_END else "")
        if all(units(part) <= room for part in parts):
            return parts
        if len(parts) > 1:
            return [piece for part in parts for piece in split(part, room)]
    return [text]


def _gathered(steps: Iterable[str], room: int, between: str) -> list[str]:
    """As many steps together as fit."""
    parts: list[str] = []
    for step in steps:
        if parts and units((grown := parts[-1] + between + step).strip()) <= room:
            parts[-1] = grown
        else:
            parts.append(step)
    return [stripped for part in parts if (stripped := part.strip())]


def _distinct(links: Iterable[Link]) -> tuple[Link, ...]:
    return tuple({link.url: link for link in links}.values())
