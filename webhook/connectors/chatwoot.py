"""Chatwoot: an agent bot hears its events, answers through its API, and leaves a conversation to its agents.

Sources: https://www.chatwoot.com/hc/user-guide/articles/1677693021-how-to-use-webhooks (payloads),
https://developers.chatwoot.com/api-reference (API), https://github.com/chatwoot/chatwoot/pull/13892 (signatures).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from webhook.connectors.calls import make_call
from webhook.connectors.protocol import Call, Choice, DeskSpoke, Event, Inbound, Limits, Piece, Request
from webhook.connectors.saying.wording import sentence, wordings
from webhook.connectors.signatures import check_secret, check_stamped
from webhook.languages import known_language
from webhook.settings import Settings

# Behind a conversation stands any platform: 800 letters fit the smallest (Instagram: 1,000 bytes), 500 also with ten
# choices in words. In WhatsApp choices become buttons (20 letters) or a list (10 rows).
_LIMITS = Limits(text=800, with_choices=500, with_links=500, choices=10, title=20)
# https://www.chatwoot.com/docs/product/others/interactive-messages#supported-channels: elsewhere only the text is
# shown, and what shows the choices of an API inbox is its client's affair.
_SHOWING_CHOICES = ("Channel::WebWidget", "Channel::Whatsapp", "Channel::Telegram")
_IN_WORDS = "words"
_INCOMING, _OUTGOING = ("incoming", 0), ("outgoing", 1)
_PENDING = "pending"
_NUMBER = re.compile(r"[0-9]{1,18}")
# What agents read is in the language of their office.
_AGENTS_LANGUAGE = "lt"


def connector(settings: Settings) -> Chatwoot | None:
    """The connector; None without the address, the bot's token and its secret."""
    url, token, secret = settings.chatwoot_url, settings.chatwoot_token, settings.chatwoot_secret
    return Chatwoot(url.rstrip("/"), token, secret) if url and token and secret else None


@dataclass(frozen=True)
class Chatwoot:
    """The agent bot. A recipient is `account/conversation`, and `account/conversation/words` without choices."""

    url: str
    token: str = field(repr=False)
    secret: str = field(repr=False)

    name = "chatwoot"
    # After anything else but this and 429, it opens the conversation to the agents, and the bot is out.
    comes_again_after = 500
    limits = _LIMITS

    def verify(self, request: Request) -> None:
        """From version 4.13 on, Chatwoot signs `timestamp.body` with the bot's secret. Earlier ones sign nothing: for
        them the bot's address ends with `?secret=…`, which is as safe as the logs of the proxies on its way.
        """
        if "secret" in request.arguments:
            check_secret(self.secret, request.arguments["secret"])
            return
        given = request.headers.get("X-Chatwoot-Signature")
        timestamp = request.headers.get("X-Chatwoot-Timestamp")
        signature = given.removeprefix("sha256=") if given else None
        check_stamped(self.secret, timestamp, request.body, signature, request.arrived)

    def parse(self, content: Any, request: Request) -> Iterator[Event]:
        """A contact's message or choice; what an agent wrote to the contact; a conversation that was resolved.

        Agent bots are not told when a conversation becomes pending again: the next message in it says so.
        """
        event = _mapping(content)
        read = _READERS.get(str(event.get("event")))
        if read:
            yield from read(event)

    def render(self, recipient: str, piece: Piece, delivery: str) -> Call:
        """A message of the bot; choices as Chatwoot's `input_select`, else in words."""
        if not piece.choices:
            return self._message(recipient, {"content": piece.text})
        if recipient.endswith(_IN_WORDS):
            return self._message(recipient, {"content": f"{piece.text}\n\n{_in_words(piece)}"})
        items = {"items": [_item(choice) for choice in piece.choices]}
        return self._message(
            recipient, {"content": piece.text, "content_type": "input_select", "content_attributes": items}
        )

    def send(self, call: Call) -> str | None:
        """The message's id; None for what makes no message."""
        answer = make_call(call)
        try:
            return _number(_mapping(answer.json()).get("id"))
        except ValueError:  # an empty answer, as of a new priority
            return None

    def hand_over(self, recipient: str, danger: str | None) -> Iterator[Call]:
        """Open: Chatwoot shows it to the agents, as when a bot hands over."""
        yield self._call(recipient, "toggle_status", {"status": "open"})
        if danger:
            yield from self.warn(recipient, danger)

    def take_back(self, recipient: str) -> Iterator[Call]:
        """Pending: the bot's."""
        yield self._call(recipient, "toggle_status", {"status": _PENDING})

    def warn(self, recipient: str, danger: str) -> Iterator[Call]:
        """Urgent, with a note that only agents see."""
        yield self._call(recipient, "toggle_priority", {"priority": "urgent"})
        known = f"channel_desk_topic_{danger}"
        topic = sentence(known if known in wordings() else "channel_desk_topic_other", _AGENTS_LANGUAGE)
        note = sentence("channel_desk_danger", _AGENTS_LANGUAGE, topic=topic)
        yield self._message(recipient, {"content": note, "private": True})

    def _message(self, recipient: str, body: Mapping[str, Any]) -> Call:
        return self._call(recipient, "messages", {"message_type": "outgoing", "private": False, **body})

    def _call(self, recipient: str, action: str, body: Mapping[str, Any]) -> Call:
        account, conversation = recipient.split("/")[:2]
        address = f"{self.url}/api/v1/accounts/{account}/conversations/{conversation}/{action}"
        return Call(address, body, {"api_access_token": self.token})


def _in_words(piece: Piece) -> str:
    """Choices that the person can only write."""
    quoted = (sentence("channel_quoted", piece.language, text=choice.title) for choice in piece.choices)
    return sentence("channel_or_write", piece.language, choices=", ".join(quoted))


def _item(choice: Choice) -> dict[str, str]:
    return {"title": choice.title, "value": choice.payload}


def _written(event: Mapping[str, Any]) -> Iterator[Event]:
    """A message that was made: by a contact, or by an agent. Private notes are neither."""
    conversation = _mapping(event.get("conversation"))
    recipient, message_id = _recipient(event, conversation), _number(event.get("id"))
    if recipient is None or message_id is None or event.get("private"):
        return
    # Newer versions say no type of a contact, and always that of others.
    sender = _mapping(event.get("sender")).get("type", "contact")
    if event.get("message_type") in _INCOMING and sender == "contact":
        heard = _said(event) or _attached(event)
        if heard:
            yield Inbound(
                message_id, recipient, sent_at=_seconds(event.get("created_at")), **heard, **_of(conversation)
            )
    elif event.get("message_type") in _OUTGOING and sender == "user" and not _is_automatic(event):
        yield DeskSpoke(recipient)


def _chosen(event: Mapping[str, Any]) -> Iterator[Event]:
    """Where the website's chat offered choices, the one taken is added to the bot's own message.

    Later changes to that message say it again, so it has one id; when it was taken, nothing says.
    """
    conversation = _mapping(event.get("conversation"))
    recipient, message_id = _recipient(event, conversation), _number(event.get("id"))
    text = _submitted(event)
    if recipient and message_id and text and event.get("content_type") == "input_select":
        yield Inbound(f"{message_id}/choice", recipient, text=text, **_of(conversation))


def _resolved(event: Mapping[str, Any]) -> Iterator[Event]:
    """An agent closed the conversation: the contact's next message makes it pending, and the bot's."""
    recipient = _recipient(event, event)
    if recipient:
        yield DeskSpoke(recipient, released=True)


def _changed(event: Mapping[str, Any]) -> Iterator[Event]:
    """Not sent to agent bots so far; account webhooks have it."""
    if event.get("status") in (_PENDING, "resolved"):
        yield from _resolved(event)


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Iterable[Event]]] = {
    "message_created": _written,
    "message_updated": _chosen,
    "conversation_resolved": _resolved,
    "conversation_status_changed": _changed,
}


def _recipient(event: Mapping[str, Any], conversation: Mapping[str, Any]) -> str | None:
    """Of a message, or of a conversation, which names its account in its last message only."""
    last = next(iter(_mappings(conversation.get("messages"))), {})
    account = _number(_mapping(event.get("account")).get("id")) or _number(last.get("account_id"))
    number = _number(conversation.get("id"))
    if account is None or number is None:
        return None
    shows = conversation.get("channel") in _SHOWING_CHOICES
    return f"{account}/{number}" if shows else f"{account}/{number}/{_IN_WORDS}"


def _of(conversation: Mapping[str, Any]) -> dict[str, Any]:
    """What a conversation says of each message in it."""
    language = str(_mapping(conversation.get("additional_attributes")).get("browser_language") or "")[:2]
    return {"bot_answers": conversation.get("status") == _PENDING, "language": known_language(language)}


def _said(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """Words, or the choice that they stand for. A place is a place, also with a name."""
    text = event.get("content")
    said = (text.strip() if isinstance(text, str) else "") or _submitted(event)
    is_place = any(attachment.get("file_type") == "location" for attachment in _mappings(event.get("attachments")))
    return {"text": said} if said and not is_place else None


def _submitted(event: Mapping[str, Any]) -> str:
    values = _mappings(_mapping(event.get("content_attributes")).get("submitted_values"))
    first = next(iter(values), {})
    said = first.get("value") or first.get("title")
    return said.strip() if isinstance(said, str) else ""


def _attached(event: Mapping[str, Any]) -> dict[str, Any] | None:
    attachments = _mappings(event.get("attachments"))
    for attachment in attachments:
        position = _position(attachment)
        if position:
            return {"kind": "location", "position": position}
        if attachment.get("file_type") == "audio":
            return {"kind": "voice"}
    return {"kind": "attachment"} if attachments or event.get("content_type") == "sticker" else None


def _position(attachment: Mapping[str, Any]) -> tuple[float, float] | None:
    """Where the person is; both numbers are 0 where Chatwoot was not told."""
    place = attachment.get("coordinates_lat"), attachment.get("coordinates_long")
    if attachment.get("file_type") != "location" or not all(isinstance(number, (int, float)) for number in place):
        return None
    latitude, longitude = map(float, place)  # type: ignore[arg-type]  # numbers, as was just seen
    if (latitude, longitude) == (0.0, 0.0) or not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return latitude, longitude


def _is_automatic(event: Mapping[str, Any]) -> bool:
    """Automation rules and campaigns write in an agent's name."""
    rule = _mapping(event.get("content_attributes")).get("automation_rule_id")
    return bool(rule or _mapping(event.get("additional_attributes")).get("campaign_id"))


def _seconds(moment: Any) -> float | None:
    """`2020-03-03 13:05:57 UTC`, `2021-07-23T18:02:48.000Z` or unix seconds, as versions differ."""
    if isinstance(moment, (int, float)) and not isinstance(moment, bool):
        return float(moment)
    try:
        read = datetime.fromisoformat(str(moment).replace(" UTC", "+00:00"))
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def _number(value: Any) -> str | None:
    """An id, which documentation and versions give as a number or as text."""
    return str(value) if _NUMBER.fullmatch(str(value)) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list) else []
