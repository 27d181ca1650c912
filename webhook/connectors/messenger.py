"""Facebook Messenger: a page's events in, answers by the Send API out.

Sources: https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messages,
.../reference/send-api, .../send-messages/quick-replies, .../reference/templates/button, .../error-codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bot.presenting import buttons_of
from webhook.connectors import meta
from webhook.connectors.meta import listed, moment, position, under, word
from webhook.connectors.protocol import Call, Choice, Inbound, Limits, Link, Piece, Request
from webhook.connectors.saying.wording import sentence
from webhook.settings import Settings

# What the "Get started" button sends back; nothing that a person could type.
GET_STARTED = "kelrodis:get_started"
_MILLISECONDS = 1000
# The page's menu and greeting, by the language of a person's app; Messenger has no Lithuanian.
_LOCALES = {"default": "lt", "pl_PL": "pl", "en_US": "en", "en_GB": "en"}
_MENU = ("human", "start_over")
_FAULTS = meta.Faults(
    # Rate limits of app, page and account, and what the documentation calls temporary.
    later={1200: None, 2: None, 4: None, 32: None, 613: None, 80006: None},
    never={551: "unavailable", 10: "window", 100: "invalid", 190: meta.TOKEN},
)


def connector(settings: Settings) -> Messenger | None:
    """None until both the app secret and the page's access token are set."""
    secret, token = settings.messenger_secret, settings.messenger_token
    return Messenger(secret, token, settings.messenger_verify, settings.graph_api) if secret and token else None


@dataclass(frozen=True)
class Messenger:
    """One page. It only answers what a person wrote minutes ago (`RESPONSE`), well within the 24 hours allowed."""

    secret: str = field(repr=False)
    token: str = field(repr=False)
    verify_token: str | None = field(repr=False)
    graph_api: str

    name = "messenger"
    limits = Limits(text=2000, with_choices=2000, with_links=640, choices=13, title=20, links=3)

    def verify(self, request: Request) -> None:
        """The signature of the raw body. Raises Refusal."""
        meta.verify(self.secret, request)

    def greet(self, request: Request) -> str:
        """The handshake's challenge. Raises Refusal."""
        return meta.greet(self.verify_token, request)

    def parse(self, content: Any, request: Request) -> Iterator[Inbound]:
        """What people wrote, of up to 1,000 events; not what belongs to another app (`standby`)."""
        if under(content, "object") == "page":
            for entry in listed(content, "entry"):
                yield from filter(None, map(_inbound, listed(entry, "messaging")))

    def render(self, recipient: str, piece: Piece, delivery: str) -> Call:
        """A text with quick replies, or a button template where there are links. Silent: shown, without a sound."""
        message: dict[str, Any] = _template(piece) if piece.links else {"text": piece.text}
        if piece.choices:
            message["quick_replies"] = [*map(_quick_reply, piece.choices)]
        return self._call(
            "messages",
            {
                "recipient": {"id": recipient},
                "messaging_type": "RESPONSE",
                "notification_type": "REGULAR" if piece.loud else "SILENT_PUSH",
                "message": message,
            },
        )

    def send(self, call: Call) -> str | None:
        """The id of the message. Raises TryAgain or Undeliverable."""
        return word(meta.ask(call, self.name, _FAULTS), "message_id") or None

    def set_up(self, address: str) -> Iterable[Call]:
        """Subscribes to the page's messages and names greeting, "Get started" and menu.

        The address itself, with the verify token, is entered in the app's dashboard: to name it by a request takes
        the app's own token, which we do not have.
        """
        yield self._call("subscribed_apps", {"subscribed_fields": ["messages", "messaging_postbacks"]})
        yield self._call(
            "messenger_profile",
            {
                "get_started": {"payload": GET_STARTED},
                "greeting": [
                    {"locale": locale, "text": sentence("channel_messenger_greeting", language)}
                    for locale, language in _LOCALES.items()
                ],
                "persistent_menu": [
                    {"locale": locale, "composer_input_disabled": False, "call_to_actions": _menu(language)}
                    for locale, language in _LOCALES.items()
                ],
            },
        )

    def _call(self, what: str, body: Mapping[str, Any]) -> Call:
        return Call(f"{self.graph_api}/me/{what}", body, {"Authorization": f"Bearer {self.token}"})


def _inbound(event: Any) -> Inbound | None:
    """What a person sent; None for receipts, edits, reactions, and what the page itself has said."""
    message_id = word(event, "message", "mid") or word(event, "postback", "mid")
    sender = word(event, "sender", "id")
    if not message_id or not sender or under(event, "message", "is_echo"):
        return None
    came = partial(Inbound, message_id, sender, sent_at=moment(event, "timestamp", _MILLISECONDS))
    pressed = word(event, "postback", "payload") or word(event, "message", "quick_reply", "payload")
    if pressed == GET_STARTED:
        return came("start")
    if text := pressed or word(event, "message", "text"):
        return came(text=text)
    attachments = list(listed(event, "message", "attachments"))
    return _attached(came, attachments[0]) if attachments else None


def _attached(came: partial[Inbound], attachment: Any) -> Inbound:
    if word(attachment, "type") == "audio":
        return came("voice")
    coordinates = under(attachment, "payload", "coordinates")
    place = position(under(coordinates, "lat"), under(coordinates, "long"))
    return came("location", position=place) if place else came("attachment")


def _template(piece: Piece) -> dict[str, Any]:
    payload = {"template_type": "button", "text": piece.text, "buttons": [*map(_button, piece.links)]}
    return {"attachment": {"type": "template", "payload": payload}}


def _button(link: Link) -> dict[str, str]:
    return {"type": "web_url", "url": link.url, "title": link.title}


def _quick_reply(choice: Choice) -> dict[str, str]:
    return {"content_type": "text", "title": choice.title, "payload": choice.payload}


def _menu(language: str) -> list[dict[str, str]]:
    """What is always at hand; each sends words that a person could type, as every button does."""
    words = [(button.title, button.payload) for button in buttons_of(_MENU, (), language)]
    leaving = sentence("channel_messenger_exit", language)
    return [{"type": "postback", "title": title, "payload": payload} for title, payload in (*words, (leaving, leaving))]
