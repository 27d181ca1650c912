"""The desk’s own system by webhook: what it is told of a conversation, and what it says in it.

Both ways are signed like the generic webhook, with the desk's secret. See docs/integrating.md.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from webhook.connectors.calls import make_call
from webhook.connectors.generic import SIGNATURE, TIMESTAMP
from webhook.connectors.protocol import Call, Inbound, Request
from webhook.connectors.saying.card_text import units
from webhook.connectors.signatures import check_stamped, sign, stamped
from webhook.messages import readable_text
from webhook.refusals import Refusal
from webhook.settings import SettingFault, Settings
from webhook.storage.hand_overs import HandOver

EventName = Literal["begun", "message", "danger", "ended"]
# Why a conversation is the bot's again: nobody answered, or the person left; both are told with `ended`.
Reason = Literal["silent", "left"]
MOST_LETTERS = 4096
_CONVERSATION = re.compile(r"[0-9a-f]{64}")
_LONGEST_ID = 128
# Fields of each thing that the desk may ask for.
_FIELDS = {"message": {"conversation", "event", "text", "message_id"}, "release": {"conversation", "event"}}


@dataclass(frozen=True)
class DeskWebhook:
    """Where the desk's system listens, and the secret of both ways."""

    url: str
    secret: str = field(repr=False)

    def verify(self, request: Request) -> None:
        """The signature, and that it is less than five minutes old. Raises Refusal."""
        given, timestamp = request.headers.get(SIGNATURE), request.headers.get(TIMESTAMP)
        check_stamped(self.secret, timestamp, request.body, given, request.arrived)

    def send(self, event: Mapping[str, Any], event_id: str) -> None:
        """Signed at this moment, however long it has waited. event_id: the same when it is sent again.

        Raises TryAgain or Undeliverable.
        """
        body = json.dumps({**event, "event_id": event_id}, ensure_ascii=False).encode()
        timestamp = str(int(time.time()))
        headers = {TIMESTAMP: timestamp, SIGNATURE: sign(self.secret, stamped(timestamp, body))}
        make_call(Call(self.url, {}, headers, signed=body))


@dataclass(frozen=True)
class Order:
    """What the desk's system asks for: to say a text, or, where there is none, to give the conversation back."""

    conversation: str
    text: str | None = None
    message_id: str = ""


def webhook_of(settings: Settings) -> DeskWebhook | None:
    """None without its address and secret. Raises SettingFault for an address that nothing can be sent to."""
    url, secret = settings.desk_url, settings.desk_secret
    if url and not url.startswith(("https://", "http://")):
        raise SettingFault("KELRODIS_DESK_URL must begin with https:// or http://")
    return DeskWebhook(url, secret) if url and secret else None


def begun(conversation: HandOver, topic: str | None) -> dict[str, Any]:
    """The desk has a new conversation. Nothing of what was written before it is told."""
    return _event("begun", conversation, topic)


def heard(conversation: HandOver, inbound: Inbound, topic: str | None) -> dict[str, Any]:
    """The person has written, after the hand-over; `danger` where the message tells of one."""
    event = _event("danger" if topic else "message", conversation, topic) | {"kind": inbound.kind}
    if inbound.text:
        event["text"] = inbound.text
    if inbound.position:
        event["location"] = dict(zip(("latitude", "longitude"), inbound.position, strict=True))
    return event


def ended(conversation: HandOver, reason: Reason) -> dict[str, Any]:
    """The bot answers again; what the desk says now reaches nobody."""
    return _event("ended", conversation, None) | {"reason": reason}


def _event(name: EventName, conversation: HandOver, topic: str | None) -> dict[str, Any]:
    event: dict[str, Any] = {
        "event": name,
        "conversation": conversation.person,
        "channel": conversation.channel,
        "language": conversation.language,
    }
    return event | {"danger": {"level": "danger", "topic": topic}} if topic else event


def read_order(content: Any) -> Order:
    """Raises Refusal, in the contract's words, for whatever is not as agreed."""
    if not isinstance(content, dict):
        raise Refusal("not_an_object")
    event = _string(content, "event")
    if event not in _FIELDS:
        raise Refusal("bad_value", "event")
    if content.keys() - _FIELDS[event]:
        raise Refusal("unknown_field")
    conversation = _string(content, "conversation")
    if not _CONVERSATION.fullmatch(conversation):
        raise Refusal("bad_value", "conversation")
    if event == "release":
        return Order(conversation)
    text = readable_text(_string(content, "text", MOST_LETTERS), "text")
    message_id = _string(content, "message_id")
    if not message_id.isprintable():
        raise Refusal("bad_value", "message_id")
    return Order(conversation, text, message_id)


def _string(content: Mapping[str, Any], name: str, longest: int = _LONGEST_ID) -> str:
    value = content.get(name)
    if value is None:
        raise Refusal("missing_field", name)
    if not isinstance(value, str):
        raise Refusal("wrong_type", name)
    if not 1 <= len(value) <= longest:
        raise Refusal("bad_length", name)
    return value


def cut(text: str, most: int) -> list[str]:
    """The text in messages of at most `most` units of UTF-16, parted where a paragraph, line, sentence or word ends."""
    found = []
    while units(text) > most:
        room = len(text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore"))
        # Later than half, or a lone first word would be a message.
        ends = (text.rfind(mark, room // 2, room) + len(mark.rstrip()) for mark in ("\n\n", "\n", ". ", " "))
        end = next((end for end in ends if end >= room // 2), room)
        found.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*found, text] if text else found
