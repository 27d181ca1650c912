"""One turn of a conversation, apart from Rasa: what is known before it, and what is to be said and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.outcome import TALK, Outcome
from index.cards import ServiceCard

# More misses than this in a row, and a person is offered a person.
MISSES_BEFORE_A_PERSON = 2
HIDING = "hiding"


@dataclass(frozen=True)
class Memory:
    """What is kept from turn to turn; Rasa's slots of the same names. Ids only, no cards.

    municipality: official name, `Lietuva` for anywhere, or None. query: the last request.
    shown: ids of the cards last shown, in their order. chosen: the one spoken of. offset: how many were shown.
    needs: ids of the needs that the last request was understood as.
    asked: what the bot asked last (`place`), HIDING after it has refused to say where somebody hides, or None.
    topic: of the danger that the person spoke of. misses: requests in a row that found nothing.
    silent: the person has said that they cannot speak.
    """

    language: str = "lt"
    municipality: str | None = None
    query: str | None = None
    shown: tuple[str, ...] = ()
    chosen: str | None = None
    offset: int = 0
    needs: tuple[str, ...] = ()
    asked: str | None = None
    topic: str | None = None
    misses: int = 0
    silent: bool = False

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> Memory:
        return cls(
            language=slots.get("language") or "lt",
            municipality=slots.get("municipality"),
            query=slots.get("query"),
            shown=tuple(slots.get("shown") or ()),
            chosen=slots.get("chosen"),
            offset=int(slots.get("offset") or 0),
            needs=tuple(slots.get("needs") or ()),
            asked=slots.get("asked"),
            topic=slots.get("topic"),
            misses=int(slots.get("misses") or 0),
            silent=bool(slots.get("silent")),
        )


@dataclass(frozen=True)
class Turn:
    """A message as it was understood.

    act: Rasa's intent. place: the municipality that the message itself names. foreign: the message is in a
    language that is answered in Lithuanian and English.
    """

    text: str
    act: str
    place: str | None
    foreign: bool
    crisis_level: str
    crisis_topic: str | None
    memory: Memory


@dataclass(frozen=True)
class Say:
    """One bubble: a response's key and whom its blanks are about, cards, and quick replies.

    about: a record's id or a municipality's official name; `bot.blanks` fills in the words. buttons: keys of
    `domain/buttons.yml`. needs: ids of needs, offered as quick replies by name.
    """

    key: str
    about: str = ""
    cards: tuple[ServiceCard, ...] = ()
    buttons: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What a turn says, in order, which fields of the memory change, and what has become of the message."""

    says: tuple[Say, ...]
    changes: Mapping[str, Any] = field(default_factory=dict)
    outcome: Outcome = TALK
