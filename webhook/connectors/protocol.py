"""What every platform's connector can do, and the values that pass between it and everything that knows no platform."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

Kind = Literal["text", "start", "location", "voice", "attachment"]


class TryAgain(Exception):
    """The platform did not take a message now. `after`: seconds for which it asks to wait, where it does."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.after = reason, after


class Undeliverable(Exception):
    """The platform will never take this message, as when the person has blocked the bot. `reason`: one word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Request:
    """What came in, before anything in it is believed. headers: without regard to case; arrived: unix seconds."""

    headers: Mapping[str, str]
    body: bytes
    arrived: float
    arguments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Inbound:
    """One thing that a person sent.

    message_id: the platform's own; unique within the channel. recipient: where answers go, as the platform names it;
    it also tells people apart. sent_at: unix seconds, None where the platform does not say. language: a hint (lt, pl,
    en). position: latitude and longitude.
    bot_answers: False where a person of the desk has this conversation: only danger is then read.
    """

    message_id: str
    recipient: str
    kind: Kind = "text"
    text: str = ""
    sent_at: float | None = None
    language: str | None = None
    municipality: str | None = None
    position: tuple[float, float] | None = None
    bot_answers: bool = True


@dataclass(frozen=True)
class DeskSpoke:
    """Somebody of the desk did something in a conversation: wrote a message there, or gave it back to the bot."""

    recipient: str
    released: bool = False


Event = Inbound | DeskSpoke


@dataclass(frozen=True)
class Limits:
    """What one message may hold.

    text: most letters of a message, in UTF-16 units; with_choices: of one that carries quick replies, with_links: of
    one that carries buttons to web addresses. choices, title: how many quick replies, and letters of each. links: how
    many buttons may lead to web addresses; these are then kept out of the text, where the platform would fetch a
    preview of them. 0: addresses may stand in the text.
    """

    text: int
    with_choices: int
    with_links: int
    choices: int
    title: int
    links: int = 0


@dataclass(frozen=True)
class Choice:
    """A quick reply: `payload` is sent back as a message."""

    title: str
    payload: str


@dataclass(frozen=True)
class Link:
    """A button that leads to a web address."""

    title: str
    url: str


@dataclass(frozen=True)
class Piece:
    """One message to a person, within a connector's limits. loud: it may sound, as danger must."""

    text: str
    language: str
    choices: tuple[Choice, ...] = ()
    links: tuple[Link, ...] = ()
    loud: bool = False


@dataclass(frozen=True)
class Call:
    """One request to a platform. body: sent as JSON. signed: bytes to send as they are, where they are signed."""

    url: str
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    signed: bytes | None = None


class Connector(Protocol):
    """One platform. `name` is its channel and the end of its address; `texts` of its own are keyed by it."""

    name: str
    limits: Limits

    def verify(self, request: Request) -> None:
        """Raises Refusal (`not_signed` or `wrong_signature`), before anything is parsed."""

    def parse(self, content: Any, request: Request) -> Iterable[Event]:
        """What the verified JSON says; anything that is no person's message gives nothing. Raises Refusal."""

    def render(self, recipient: str, piece: Piece, delivery: str) -> Call:
        """The request that brings a piece to a person. delivery: unlike any other piece's, the same when sent again."""

    def send(self, call: Call) -> str | None:
        """Makes the request; the platform's id of the message. Raises TryAgain or Undeliverable."""


@runtime_checkable
class Greeting(Protocol):
    """A connector whose platform asks, before all else, whether the address is ours."""

    def greet(self, request: Request) -> str:
        """The answer to that question. Raises Refusal."""


@runtime_checkable
class Erasing(Protocol):
    """A connector whose platform lets a bot delete what it has said."""

    def erase(self, recipient: str, message_ids: Iterable[str]) -> Iterable[Call]:
        """Requests that delete the bot's own messages."""


@runtime_checkable
class HandingOver(Protocol):
    """A connector whose platform has people at a desk, who can take a conversation over."""

    def hand_over(self, recipient: str, danger: str | None) -> Iterable[Call]:
        """Requests that give the conversation to the desk. danger: its topic, where there is one."""

    def take_back(self, recipient: str) -> Iterable[Call]:
        """Requests that give it to the bot again, when nobody of the desk has answered."""

    def warn(self, recipient: str, danger: str) -> Iterable[Call]:
        """Requests that mark a conversation of the desk as danger, with its topic."""


@runtime_checkable
class SettingUp(Protocol):
    """A connector whose platform is told once where we are."""

    def set_up(self, address: str) -> Iterable[Call]:
        """Requests that name our address to the platform, with commands and descriptions where it has them."""


@runtime_checkable
class Acknowledging(Protocol):
    """A connector whose platform reads something in our answer to an event."""

    def acknowledge(self, content: Any) -> Mapping[str, Any] | None:
        """The JSON of that answer to the same content that `parse` is given; None for none."""


@runtime_checkable
class ComingAgain(Protocol):
    """A connector whose platform sends an event again only after a certain status of ours."""

    @property
    def comes_again_after(self) -> int:
        """To be answered in place of 503."""


@runtime_checkable
class AnsweringAtOnce(Protocol):
    """A connector whose answers can go into the response to each message, and not through the outbox."""

    @property
    def answers_at_once(self) -> bool:
        """Whether they do, as it is configured."""

    def answer_now(self, recipient: str, pieces: Iterable[Piece], delivery: str) -> Mapping[str, Any]:
        """The JSON of the response."""
