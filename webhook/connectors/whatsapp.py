"""WhatsApp, by Meta's Cloud API: messages to one number of ours in, answers from it out.

Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages,
.../messages/interactive-reply-buttons-messages, .../interactive-list-messages, .../interactive-cta-url-messages,
.../business-scoped-user-ids, .../support/error-codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from webhook.connectors import meta
from webhook.connectors.meta import listed, moment, position, under, word
from webhook.connectors.protocol import Call, Choice, Inbound, Limits, Link, Piece, Request
from webhook.connectors.saying.card_text import cut
from webhook.connectors.saying.composing import distinct
from webhook.connectors.saying.wording import sentence
from webhook.settings import Settings

# Three buttons, or a list of ten rows; a longer title is cut in the list and stands in the row's description.
_BUTTONS, _BUTTON_TITLE, _BUTTONS_TEXT = 3, 20, 1024
_ROW_TITLE, _ROW_DESCRIPTION = 24, 72
# Where a person's words stand, by type of message. What was pressed comes back as the id that we gave it.
_WORDS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "text": (("text", "body"),),
    "button": (("button", "payload"), ("button", "text")),
    "interactive": (("interactive", "button_reply", "id"), ("interactive", "list_reply", "id")),
    "image": (("image", "caption"),),
    "video": (("video", "caption"),),
    "document": (("document", "caption"),),
}
_ATTACHMENTS = frozenset({"image", "sticker", "video", "document", "contacts", "location", "unsupported"})
# Reported as messages that are not supported, but no new messages.
_NO_MESSAGES = frozenset({"edit", "pin", "poll_update"})
# One message every six seconds may go to one person; more are borrowed from the next ones.
_PAIR_SECONDS = 6.0
_FAULTS = meta.Faults(
    later={
        2: None, 4: None, 80007: None, 130429: None, 131000: None, 131016: None, 131048: None,
        131056: _PAIR_SECONDS, 131057: None, 133004: None,
    },
    never={
        131047: "window", 470: "window", 131026: "unavailable", 131030: "unavailable", 100: "invalid",
        131008: "invalid", 131009: "invalid", 131031: "locked", 368: "locked", 0: meta.TOKEN, 190: meta.TOKEN,
    },
)  # fmt: skip


def connector(settings: Settings) -> WhatsApp | None:
    """None until the app secret, the access token and the number's id are set."""
    secret, token, phone_id = settings.whatsapp_secret, settings.whatsapp_token, settings.whatsapp_phone_id
    if not (secret and token and phone_id):
        return None
    return WhatsApp(secret, token, phone_id, settings.whatsapp_verify, settings.graph_api)


@dataclass(frozen=True)
class WhatsApp:
    """One number.

    For 24 hours after a person has written, WhatsApp takes any message to them; later only bought templates, of which
    we have none. We never write first, and an answer is dropped after five minutes, so that every one is well within
    the window; should WhatsApp see it otherwise (131047), it is given up. WhatsApp has no silent messages.
    """

    secret: str = field(repr=False)
    token: str = field(repr=False)
    phone_id: str
    verify_token: str | None = field(repr=False)
    graph_api: str

    name = "whatsapp"
    limits = Limits(
        text=4096, with_choices=_BUTTONS_TEXT, with_links=_BUTTONS_TEXT, choices=10, title=_ROW_DESCRIPTION, links=1
    )

    def verify(self, request: Request) -> None:
        """The signature of the raw body. Raises Refusal."""
        meta.verify(self.secret, request)

    def greet(self, request: Request) -> str:
        """The handshake's challenge. Raises Refusal."""
        return meta.greet(self.verify_token, request)

    def parse(self, content: Any, request: Request) -> Iterator[Inbound]:
        """What people wrote to our number: no receipts, no groups, no other number of the same account."""
        for entry in listed(content, "entry"):
            for change in listed(entry, "changes"):
                ours = word(change, "value", "metadata", "phone_number_id") == self.phone_id
                if ours and word(change, "field") == "messages":
                    yield from filter(None, map(_inbound, listed(change, "value", "messages")))

    def render(self, recipient: str, piece: Piece, delivery: str) -> Call:
        """A text without preview; with choices buttons or a list; with a link a button that leads there.

        recipient: a telephone number, or the id of a person who does not show theirs.
        """
        to = {"to" if recipient.isdecimal() else "recipient": recipient}
        message = {"messaging_product": "whatsapp", "recipient_type": "individual", **to, **_message(piece)}
        return self._call(f"{self.phone_id}/messages", message)

    def send(self, call: Call) -> str | None:
        """The id of the message. Raises TryAgain or Undeliverable."""
        messages = listed(meta.ask(call, self.name, _FAULTS), "messages")
        return next((word(message, "id") or None for message in messages), None)

    def set_up(self, address: str) -> Iterable[Call]:
        """Has this number's events sent to our address, once the app is subscribed to `messages` of the account.

        Source: .../whatsapp/webhooks/override. WhatsApp greets us there with the verify token at once.
        """
        if self.verify_token:
            override = {"override_callback_uri": address, "verify_token": self.verify_token}
            yield self._call(self.phone_id, {"webhook_configuration": override})

    def _call(self, path: str, body: Mapping[str, Any]) -> Call:
        return Call(f"{self.graph_api}/{path}", body, {"Authorization": f"Bearer {self.token}"})


def _inbound(message: Any) -> Inbound | None:
    """What a person sent; None for reactions, edits, groups and whatever else is no message to us."""
    message_id, kind = word(message, "id"), word(message, "type")
    # Who hides their number is known by an id that only our business knows.
    sender = word(message, "from") or word(message, "from_user_id")
    if not message_id or not sender or under(message, "group_id"):
        return None
    came = partial(Inbound, message_id, sender, sent_at=moment(message, "timestamp"))
    if text := next(filter(None, (word(message, *keys) for keys in _WORDS.get(kind, ()))), ""):
        return came(text=text)
    place = position(under(message, "location", "latitude"), under(message, "location", "longitude"))
    if place:
        return came("location", position=place)
    if kind == "audio":
        return came("voice")
    is_message = kind in _ATTACHMENTS and word(message, "unsupported", "type") not in _NO_MESSAGES
    return came("attachment") if is_message else None


def _message(piece: Piece) -> dict[str, Any]:
    if piece.choices:
        return {"type": "interactive", "interactive": _choosing(piece)}
    if piece.links:
        return {"type": "interactive", "interactive": _leading(piece.text, piece.links[0])}
    return {"type": "text", "text": {"body": piece.text, "preview_url": False}}


def _choosing(piece: Piece) -> dict[str, Any]:
    """Buttons while all of them fit whole, else a list. A link beside choices stands in the text: no room is left."""
    text = "\n\n".join([piece.text, *(f"{link.title}: {link.url}" for link in piece.links)])
    titles = [choice.title for choice in piece.choices]
    fits = len(titles) <= _BUTTONS and max(map(len, titles)) <= _BUTTON_TITLE and len(text) <= _BUTTONS_TEXT
    if fits and len(set(titles)) == len(titles):
        return {"type": "button", "body": {"text": text}, "action": {"buttons": [*map(_button, piece.choices)]}}
    rows = [_row(title, choice) for title, choice in zip(distinct(titles, _ROW_TITLE), piece.choices, strict=True)]
    button = sentence("channel_whatsapp_choose", piece.language)
    return {"type": "list", "body": {"text": text}, "action": {"button": button, "sections": [{"rows": rows}]}}


def _button(choice: Choice) -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": choice.payload, "title": choice.title}}


def _row(title: str, choice: Choice) -> dict[str, str]:
    whole = {"description": choice.title} if title != choice.title else {}
    return {"id": choice.payload, "title": title, **whole}


def _leading(text: str, link: Link) -> dict[str, Any]:
    parameters = {"display_text": cut(link.title, _BUTTON_TITLE), "url": link.url}
    return {"type": "cta_url", "body": {"text": text}, "action": {"name": "cta_url", "parameters": parameters}}
