"""The simplest platform: signed JSON in, JSON out. What is said is as good as what it is made of: ids of records."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stand_in import Answer, Incoming, StandIn, Taken

from webhook.connectors.calls import make_call
from webhook.connectors.delivery.letters import Content, Letter
from webhook.connectors.protocol import Call, Connector, Inbound, Limits, Piece, Request
from webhook.connectors.signatures import check

SECRET = "a secret of the tests"


@dataclass(frozen=True)
class Plain:
    """Its connector."""

    url: str
    name: str = "plain"
    limits: Limits = Limits(text=200, with_choices=200, with_links=200, choices=3, title=20)  # noqa: RUF009  # frozen

    def verify(self, request: Request) -> None:
        check(SECRET, request.body, request.headers.get("X-Signature"))

    def parse(self, content: Any, request: Request) -> Iterable[Inbound]:
        return (Inbound(content["id"], content["person"], text=content["text"], sent_at=content["at"]),)

    def render(self, recipient: str, piece: Piece, delivery: str) -> Call:
        if piece.text == "poison":
            raise ValueError(f"cannot say {piece.text} to {recipient}")
        return Call(f"{self.url}/say", {"to": recipient, "text": piece.text, "delivery": delivery})

    def send(self, call: Call) -> str | None:
        found: Mapping[str, str] = make_call(call).json()
        return found.get("id")


@dataclass(frozen=True)
class Forgetful(Plain):
    """The same where a bot may delete what it has said."""

    def erase(self, recipient: str, message_ids: Iterable[str]) -> Iterable[Call]:
        return [Call(f"{self.url}/delete", {"to": recipient, "id": message_id}) for message_id in message_ids]


class PlainPlatform(StandIn):
    """Knows deliveries by their name, and does not show a second one that has the same."""

    name = "plain"

    def __init__(self) -> None:
        self.shown: dict[str, list[str]] = defaultdict(list)
        self.deleted: list[str] = []
        self.names: dict[str, set[str]] = defaultdict(set)
        self.times = Counter[str]()
        super().__init__()

    @property
    def settings(self) -> dict[str, Any]:
        return {}

    def message(self, text: str, *, message_id: str, person: str = "4242", sent_at: float | None = None) -> Incoming:
        content = {"id": message_id, "person": person, "text": text, "at": time.time() if sent_at is None else sent_at}
        body = json.dumps(content).encode()
        return Incoming({"X-Signature": hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}, body)

    def said(self, person: str = "4242") -> list[str]:
        return self.shown[person]

    def take(self, request: Taken) -> Answer:
        said = request.content
        if request.path == "/delete":
            self.deleted.append(said["id"])
            return Answer()
        if set(said) != {"to", "text", "delivery"} or not 0 < len(said["text"]) <= 200:
            self.faults.append("not as agreed")
            return Answer(400)
        self.times[said["delivery"]] += 1
        self.names[said["text"]].add(said["delivery"])
        if self.times[said["delivery"]] == 1:
            self.shown[said["to"]].append(said["text"])
        return Answer(content={"id": f"sent-{sum(self.times.values())}"})


def compose(content: Content, _connector: Connector) -> tuple[Piece, ...]:
    """A message for each record."""
    return tuple(Piece(card, content.language) for card in content.cards)


def digest(person: str) -> str:
    return hashlib.sha256(person.encode()).hexdigest()


def letter(
    *cards: str, person: str = "4242", channel: str = "plain", made_at: float | None = None, **more: Any
) -> Letter:
    """An answer that shows these records. more: fields of Letter, and `erase`."""
    content = Content("lt", cards=cards, erase=more.pop("erase", False))
    made_at = time.time() if made_at is None else made_at
    return Letter(channel, digest(person), person, content, made_at, **more)
