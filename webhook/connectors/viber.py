"""Viber: signed events in, answers with keyboards out (https://creators.viber.com/docs/bots-api/).

Viber knows no voice messages to bots, no silent notifications, and no way to delete what a bot has said.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from webhook.connectors.calls import make_call
from webhook.connectors.protocol import (
    Call,
    Choice,
    Event,
    Inbound,
    Limits,
    Link,
    Piece,
    Request,
    TryAgain,
    Undeliverable,
)
from webhook.connectors.saying.wording import sentence
from webhook.connectors.signatures import check
from webhook.languages import DEFAULT, known_language
from webhook.settings import SettingFault, Settings

SIGNATURE = "X-Viber-Content-Signature"
_TOKEN_HEADER = "X-Viber-Auth-Token"
# A text has 7,000 letters (data-models/message), a keyboard 12 rows (https://developers.viber.com/docs/faq/), and a row
# some 40 letters. Viber shows a preview of an address in a text, so they are buttons: and all on one keyboard, since
# only the last one is shown.
_LIMITS = Limits(text=7000, with_choices=7000, with_links=7000, choices=6, title=40, links=6)
_TOKEN = re.compile(r"[A-Za-z0-9-]+")
_NAME = "Kelrodis"
# What every version of the app shows; newer features are not used.
_OLDEST_VERSION = 1
_WRITTEN = ("text", "url", "picture", "video", "file")
_ATTACHED = ("picture", "video", "file", "sticker", "contact", "rich_media")
# Beside those that cannot be chosen: message, subscribed, unsubscribed.
_EVENTS = ("conversation_started",)
# Answers of Viber that trying again does not change: bots-api/errors. 12 is for too many messages, others are faults
# of its own.
_FINAL = frozenset((*range(1, 12), *range(13, 25)))
_OK = 0
_MILLISECONDS = 1000.0


def connector(settings: Settings) -> Viber | None:
    """The connector; None without its token. Raises SettingFault where that cannot be one."""
    token = settings.viber_token
    if token and not _TOKEN.fullmatch(token):
        raise SettingFault("KELRODIS_VIBER_TOKEN must be as Viber shows it: letters, digits and hyphens")
    return Viber(token, settings.viber_api.rstrip("/")) if token else None


@dataclass(frozen=True)
class Viber:
    """The bot. Conversations with one person are read; groups are left alone."""

    token: str = field(repr=False)
    api: str

    name = "viber"
    limits = _LIMITS

    def verify(self, request: Request) -> None:
        """The token signs each event (getting-started/web-hooks; https://developers.viber.com/docs/api/rest-bot-api/)."""
        check(self.token, request.body, request.headers.get(SIGNATURE))

    def parse(self, content: Any, request: Request) -> Iterator[Event]:
        """A message (events/user-message-received), or the begin of a conversation with somebody who may be written to.

        Whoever opens one without having subscribed is told something by `acknowledge`, and subscribes by writing.
        """
        event = _mapping(content)
        token, at = event.get("message_token"), event.get("timestamp")
        found = _heard(event) if event.get("event") == "message" else _begun(event)
        if found and _is_whole(token):
            sent_at = at / _MILLISECONDS if _is_whole(at) else None
            yield Inbound(message_id=str(token), sent_at=sent_at, **found)

    def acknowledge(self, content: Any) -> Mapping[str, Any] | None:
        """The JSON of our 200: a welcome for who may not be written to yet (resources/messaging/welcome-message)."""
        event = _mapping(content)
        if event.get("event") != "conversation_started" or event.get("subscribed") is True:
            return None
        language = _person(event.get("user")).get("language") or DEFAULT
        return _said(sentence("channel_viber_welcome", language))

    def render(self, recipient: str, piece: Piece, delivery: str) -> Call:
        """A text, with a keyboard for what can be chosen (resources/messaging/send-message)."""
        body = {"receiver": recipient, **_said(piece.text)}
        if piece.choices or piece.links:
            body["keyboard"] = _keyboard(piece.choices, piece.links)
        return self._call("send_message", body)

    def send(self, call: Call) -> str | None:
        """Viber answers 200 to everything, and says in it what has become of the message (bots-api/errors)."""
        try:
            answer = _mapping(make_call(call).json())
        except ValueError:  # no JSON
            raise TryAgain("unreadable") from None
        status = answer.get("status")
        if _is_whole(status) and status in _FINAL:
            raise Undeliverable(f"viber_{status}")
        if status != _OK:
            raise TryAgain(f"viber_{status}" if _is_whole(status) else "unreadable")
        token = answer.get("message_token")
        return str(token) if _is_whole(token) else None

    def set_up(self, address: str) -> Iterable[Call]:
        """Name our address; neither names nor pictures of people are asked for (getting-started/web-hooks)."""
        body = {"url": address, "event_types": list(_EVENTS), "send_name": False, "send_photo": False}
        return (self._call("set_webhook", body),)

    def _call(self, method: str, body: Mapping[str, Any]) -> Call:
        return Call(url=f"{self.api}/{method}", body=body, headers={_TOKEN_HEADER: self.token})


def _said(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text, "min_api_version": _OLDEST_VERSION, "sender": {"name": _NAME}}


def _keyboard(choices: Sequence[Choice], links: Sequence[Link]) -> dict[str, Any]:
    """Buttons as wide as the screen, one below the other, so that their whole titles can be read."""
    replies = [_button(choice.title, "reply", choice.payload) for choice in choices]
    # Silent: else the address would also be sent to the bot, and stand in the conversation.
    opening = [{**_button(link.title, "open-url", link.url), "Silent": True} for link in links]
    return {"Type": "keyboard", "DefaultHeight": False, "Buttons": [*replies, *opening]}


def _button(title: str, action: str, body: str) -> dict[str, Any]:
    """The title is HTML."""
    text = html.escape(title, quote=False)
    return {"Columns": 6, "Rows": 1, "Text": text, "ActionType": action, "ActionBody": body}


def _heard(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a person sent; nothing for groups, and for the silent taps that open an address."""
    who, message = _person(event.get("sender")), _mapping(event.get("message"))
    if not who or "chat_id" in event or event.get("silent") is True:
        return None
    kind = message.get("type")
    # What stands below a picture is said too. Of an address that Viber made into a message, only the address is said.
    text = message.get("media") if kind == "url" else message.get("text")
    if kind in _WRITTEN and isinstance(text, str) and text:
        return {**who, "text": text}
    if kind == "location":
        position = _position(_mapping(message.get("location")))
        return {**who, "kind": "location", "position": position} if position else None
    return {**who, "kind": "attachment"} if kind in _ATTACHED else None


def _begun(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """Somebody who subscribed (events/user-subscribed), or who had and now opens the conversation."""
    opened = event.get("event") == "conversation_started" and event.get("subscribed") is True
    who = _person(event.get("user"))
    return {**who, "kind": "start"} if who and (opened or event.get("event") == "subscribed") else None


def _person(profile: Any) -> dict[str, Any]:
    """Recipient and language of an Inbound (data-models/subscriber); empty where nobody is named."""
    who = _mapping(profile)
    identity, spoken = who.get("id"), who.get("language")
    if not isinstance(identity, str) or not identity or not identity.isprintable():
        return {}
    return {"recipient": identity, "language": known_language(spoken[:2]) if isinstance(spoken, str) else None}


def _position(place: Mapping[str, Any]) -> tuple[float, float] | None:
    latitude, longitude = place.get("lat"), place.get("lon")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    return (float(latitude), float(longitude)) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _mapping(content: Any) -> Mapping[str, Any]:
    return content if isinstance(content, dict) else {}


def _is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
