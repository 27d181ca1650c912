"""Packs what is to be said into as few messages as fit: cut between cards and sentences, least important lines out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile, takewhile

from webhook.connectors.protocol import Limits, Link
from webhook.connectors.saying.card_text import ADDRESS, DOCUMENTS, CardText, shorten, units
from webhook.connectors.saying.discretion import FIRST_SHOWN

# More is read to its end by nobody on a telephone, whose screen holds 600 letters or so: several cards then say less,
# and more when one of them is asked about.
_COMFORTABLE, _COMFORTABLE_ALONE = 1200, 2000
_GAP = "\n\n"
_LINE_END, _SENTENCE_END, _WORD_END = re.compile(r"(?<=\n)"), re.compile(r"(?<=[.!?…:])\s+"), re.compile(r"(?<=\s)")

# The neutral words for a message: its place among all, its language, and how many letters they must fill.
Opener = Callable[[int, str, int], str]


@dataclass(frozen=True)
class Block:
    """Something that is said in one go: words or a card.

    neutral: anybody may read it. leads: what comes next belongs to it, as cards to the words over them. begins: it
    starts a message, since what stands before is to be read alone. needed: buttons without which it is of no use;
    offered: others, where there is room.
    """

    language: str
    said: str | CardText
    neutral: bool = False
    leads: bool = False
    begins: bool = False
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
        """What is said; an opener fills what its own neutral words leave of the letters that a locked screen shows."""
        said = _GAP.join(passage.text for passage in self.passages)
        lacking = FIRST_SHOWN - self._neutral_letters()
        return said if lacking <= 0 else self.opener(self.number, self.language, lacking) + _GAP + said

    def _neutral_letters(self) -> int:
        """How far anybody may read: the gap before what says more belongs to it, too."""
        neutral = [*takewhile(lambda passage: passage.block.neutral, self.passages)]
        if len(neutral) == len(self.passages):
            return FIRST_SHOWN
        return len("".join(passage.text + _GAP for passage in neutral))

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
    """The fewest messages, and the fullest cards that make no more of them and are comfortable to read.

    choosing: stands over the choices, if any, where the last message has no room for them and no question to give them.
    """
    fewest = _packed(blocks, limits, opener, choosing, ADDRESS)
    several = sum(isinstance(block.said, CardText) for block in blocks) > 1
    comfortable = _COMFORTABLE if several else _COMFORTABLE_ALONE
    for least in range(DOCUMENTS, ADDRESS, -1):
        fuller = _packed(blocks, limits, opener, choosing, least)
        if len(fuller) <= len(fewest) and sum(units(message.text) for message in fuller) <= comfortable:
            return fuller
    return fewest


def _packed(
    blocks: Sequence[Block], limits: Limits, opener: Opener, choosing: Block | None, least: int
) -> list[Message]:
    messages: list[Message] = []
    for passage in _passages(blocks, limits, opener, least):
        grown = messages[-1].and_then(passage) if messages else None
        if grown and grown.fits(limits) and not passage.block.begins:
            messages[-1] = grown
        else:
            messages += _begun(messages, passage, limits, opener)
    if choosing and not (messages and messages[-1].fits(limits, with_choices=True)):
        asked = _asked_last(messages, limits)
        messages += asked or [
            Message(len(messages), opener, (passage,)) for passage in _passages([choosing], limits, opener, least)
        ]
    return messages


def _asked_last(messages: list[Message], limits: Limits) -> list[Message]:
    """The question that ends the last message, in one of its own that has room for the choices; none without any."""
    if not messages:
        return []
    last = messages[-1]
    kept = list(dropwhile(lambda passage: passage.block.neutral, reversed(last.passages)))[::-1]
    asking = Message(len(messages), last.opener, last.passages[len(kept) :])
    if not (kept and asking.passages and asking.fits(limits, with_choices=True)):
        return []
    messages[-1] = replace(last, passages=tuple(kept))
    return [asking]


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
        longest = max(units(opener(number, block.language, FIRST_SHOWN)) for number in range(4))
        room = (limits.with_links if block.needed else limits.text) - longest - units(_GAP)
        text = shorten(block.said, room, least) if isinstance(block.said, CardText) else block.said
        first, *others = split(text, room)
        yield Passage(first, block)
        # The buttons belong to the beginning: what is said after it needs none.
        yield from (Passage(other, replace(block, begins=False, needed=(), offered=())) for other in others)


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
