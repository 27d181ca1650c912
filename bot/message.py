"""What comes in through any door, and what goes out through the same one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.outcome import TALK, Outcome
from index.cards import CrisisCard, ServiceCard


@dataclass(frozen=True)
class Message:
    """One message of one person.

    sender: unguessable; conversations are kept apart by it.
    language_hint: used where the text's own language is not clear (lt, pl, en).
    municipality: official name, where the door knows it; the text's own place wins.
    """

    sender: str
    text: str
    channel: str
    language_hint: str | None = None
    municipality: str | None = None


@dataclass(frozen=True)
class Button:
    """`payload` is plain text, at most 64 bytes, to be sent back as a message."""

    title: str
    payload: str


@dataclass(frozen=True)
class Wording:
    """What a bubble's words are made of: keys of the domain and ids of the directory, none of the words themselves.

    key: of a response. about: whom its blanks are about. silent: its first line is for who cannot speak.
    """

    key: str = ""
    about: str = ""
    buttons: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    silent: bool = False


@dataclass(frozen=True)
class ReplyPart:
    """One bubble of an answer. `wording` makes it again later, and goes out of no door."""

    language: str
    text: str
    services: tuple[ServiceCard, ...] = ()
    buttons: tuple[Button, ...] = ()
    wording: Wording = Wording()

    def as_json(self) -> dict[str, Any]:
        return {
            "language": self.language,
            "text": self.text,
            "services": [card.as_json() for card in self.services],
            "buttons": [{"title": button.title, "payload": button.payload} for button in self.buttons],
        }


@dataclass(frozen=True)
class Reply:
    """The whole answer; danger stands before everything else. `outcome` is for counting, and goes out of no door."""

    language: str
    crisis: CrisisCard
    parts: tuple[ReplyPart, ...]
    outcome: Outcome = TALK

    def as_json(self) -> dict[str, Any]:
        return {
            "language": self.language,
            "crisis": self.crisis.as_json(),
            "replies": [part.as_json() for part in self.parts],
        }
