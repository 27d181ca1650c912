"""Telegram: updates come with a secret token, answers go out through the Bot API (https://core.telegram.org/bots/api)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.message import Button
from bot.presenting import buttons_of
from index.records import LANGUAGES
from webhook.connectors.calls import make_call, retry_after
from webhook.connectors.protocol import Call, Choice, Event, Inbound, Kind, Limits, Link, Piece, Request, TryAgain
from webhook.connectors.saying.wording import sentence
from webhook.connectors.signatures import check_secret
from webhook.languages import DEFAULT, known_language
from webhook.settings import SettingFault, Settings

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
# In units of UTF-16. A keyboard would hold 100 buttons, a screen does not. Addresses stay beside what they belong to:
# a preview of them is refused with each message.
_LIMITS = Limits(text=4096, with_choices=4096, with_links=4096, choices=10, title=64)
_MOST_DELETED = 100
# Fewer than the server's threads, so that the website is answered however much is written here.
_MOST_CONNECTIONS = 4
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_COMMAND = re.compile(r"/([a-z0-9_]{1,32})(?:@\w+)?(?:\s+(.+))?", re.IGNORECASE | re.DOTALL)
# "help" alone is read as a cry for it; the command asks what the bot is for (https://core.telegram.org/bots/features).
_BEGINNING, _LEAVING = ("start", "help"), ("exit", "stop")
_LANGUAGE_BUTTONS = {"lt": "lithuanian", "pl": "polish", "en": "english"}
_MENU = ("help", "exit")
_SPOKEN = ("voice", "audio", "video_note")
_ATTACHED = (
    "photo", "sticker", "document", "video", "animation", "contact", "poll", "dice", "story", "game", "paid_media",
    "checklist",
)  # fmt: skip


def connector(settings: Settings) -> Telegram | None:
    """The connector; None without its token and secret. Raises SettingFault where Telegram would refuse either."""
    token, secret = settings.telegram_token, settings.telegram_secret
    if token and not _TOKEN.fullmatch(token):
        raise SettingFault("KELRODIS_TELEGRAM_TOKEN must be as BotFather gives it: digits, a colon, letters")
    if secret and not _SECRET.fullmatch(secret):
        raise SettingFault("KELRODIS_TELEGRAM_SECRET must be 1 to 256 of A-Z, a-z, 0-9, _ and -")
    return Telegram(token, secret, settings.telegram_api.rstrip("/")) if token and secret else None


@dataclass(frozen=True)
class Telegram:
    """The bot. Only private chats are read; groups, channels, edits and other bots are left alone."""

    token: str = field(repr=False)
    secret: str = field(repr=False)
    api: str

    name = "telegram"
    limits = _LIMITS

    def verify(self, request: Request) -> None:
        """The secret that `set_up` gave to Telegram comes back with each update (#setwebhook)."""
        check_secret(self.secret, request.headers.get(SECRET_HEADER))

    def parse(self, content: Any, request: Request) -> Iterator[Event]:
        """A person's message, or the press of a button (#update). An update sent again keeps its update_id."""
        update_id = _whole(_mapping(content).get("update_id"))
        found = _heard(_part(content, "message")) or _pressed(_part(content, "callback_query"))
        if found and update_id is not None:
            yield Inbound(**{"message_id": str(update_id)} | found)

    def acknowledge(self, content: Any) -> Mapping[str, Any] | None:
        """The JSON of our 200 to an update: it stops the waiting sign on a pressed button.

        Telegram takes one method as the answer to a webhook (#making-requests-when-getting-updates).
        """
        pressed = _part(content, "callback_query").get("id")
        if not isinstance(pressed, str) or not pressed.isprintable():
            return None
        return {"method": "answerCallbackQuery", "callback_query_id": pressed}

    def render(self, recipient: str, piece: Piece, delivery: str) -> Call:
        """Plain text without preview, silent unless it is loud (#sendmessage)."""
        body: dict[str, Any] = {
            "chat_id": int(recipient),
            "text": piece.text,
            "link_preview_options": {"is_disabled": True},
            "disable_notification": not piece.loud,
        }
        if buttons := [*map(_choice, piece.choices), *map(_link, piece.links)]:
            # One below the other: each is as wide as the message, and its whole title can be read.
            body["reply_markup"] = {"inline_keyboard": [[button] for button in buttons]}
        return self._call("sendMessage", body)

    def send(self, call: Call) -> str | None:
        """The message's id; None for methods that make no message. 403: blocked; 400: no such chat."""
        message_id = _mapping(_result(call)).get("message_id")
        return None if message_id is None else str(message_id)

    def erase(self, recipient: str, message_ids: Iterable[str]) -> Iterator[Call]:
        """Within 48 hours, a hundred at a time; those that are gone already are skipped (#deletemessages)."""
        ids = [int(message_id) for message_id in message_ids]
        for first in range(0, len(ids), _MOST_DELETED):
            several = ids[first : first + _MOST_DELETED]
            yield self._call("deleteMessages", {"chat_id": int(recipient), "message_ids": several})

    def set_up(self, address: str) -> Iterator[Call]:
        """Where updates go, and what people see of the bot before they write: menu, description, short description."""
        hook = {
            "url": address,
            "secret_token": self.secret,
            "allowed_updates": ["message", "callback_query"],
            "drop_pending_updates": False,
            "max_connections": _MOST_CONNECTIONS,
        }
        yield self._call("setWebhook", hook)
        for language in LANGUAGES:
            # Without a code it is for everybody whose language has nothing of its own.
            code = {} if language == DEFAULT else {"language_code": language}
            menu = {"commands": _menu(language), "scope": {"type": "all_private_chats"}}
            short = {"short_description": sentence("channel_telegram_short", language)}
            yield self._call("setMyCommands", menu | code)
            yield self._call("setMyDescription", {"description": sentence("channel_telegram_about", language)} | code)
            yield self._call("setMyShortDescription", short | code)

    def state(self) -> Mapping[str, object]:
        """What Telegram says of the address it was given: updates that wait there, its last error (#getwebhookinfo)."""
        return _mapping(_result(self._call("getWebhookInfo", {})))

    def _call(self, method: str, body: Mapping[str, Any]) -> Call:
        return Call(f"{self.api}/bot{self.token}/{method}", body)


def _result(call: Call) -> Any:
    """What the Bot API gave back (#making-requests). Raises TryAgain where somebody else answers in its place."""
    content = _content(make_call(call, _wait_as_asked))
    if content.get("ok") is not True:
        raise TryAgain("unreadable")
    return content.get("result")


def _wait_as_asked(answer: Any) -> None:
    """The body says how long; the header may be lost on the way (#responseparameters)."""
    seconds = _whole(_part(_content(answer), "parameters").get("retry_after"))
    if seconds is not None:
        raise TryAgain("too_many", retry_after(str(seconds)))


def _content(answer: Any) -> Mapping[str, Any]:
    try:
        return _mapping(answer.json())
    except ValueError:
        return {}


def _heard(message: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fields of an Inbound from a Message (#message); None for what is no person's private message."""
    person = _person(message, message)
    said = _said(message)
    if person is None or said is None:
        return None
    return person | {"sent_at": _whole(message.get("date"))} | said


def _pressed(query: Mapping[str, Any]) -> dict[str, Any] | None:
    """The same from a CallbackQuery (#callbackquery), which does not say when the button was pressed."""
    person, data = _person(query, _part(query, "message")), query.get("data")
    return person | {"text": data} if person and isinstance(data, str) and data.strip() else None


def _person(event: Mapping[str, Any], message: Mapping[str, Any]) -> dict[str, Any] | None:
    """Who did it, in a private chat; None for everybody else."""
    chat, author = _part(message, "chat"), _part(event, "from")
    number = _whole(chat.get("id"))
    if chat.get("type") != "private" or number is None or author.get("is_bot") is not False:
        return None
    language, _, _ = str(author.get("language_code")).lower().partition("-")
    return {"recipient": str(number), "language": known_language(language)}


def _said(message: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a message holds. Words under a picture are words; events of the chat itself are nothing."""
    for name in ("text", "caption"):
        if isinstance(words := message.get(name), str) and words.strip():
            return _read(words.strip())
    if position := _position(_part(message, "location") or _part(_part(message, "venue"), "location")):
        return {"kind": "location", "position": position}
    # Each picture of an album is a message; all of them together are answered once.
    album = {"message_id": f"album-{message['media_group_id']}"} if "media_group_id" in message else {}
    kinds: tuple[tuple[Kind, Sequence[str]], ...] = (("voice", _SPOKEN), ("attachment", _ATTACHED))
    return next((album | {"kind": kind} for kind, names in kinds if any(name in message for name in names)), None)


def _read(words: str) -> dict[str, Any]:
    """Text, or a command of ours. Words after a command are what the person wants to say, and are never lost."""
    command = _COMMAND.fullmatch(words)
    name, rest = (command[1].lower(), command[2]) if command else ("", None)
    if name in _BEGINNING and known_language(rest) == rest:
        # Nothing follows, or a language: a link or a QR code can carry it (https://t.me/<bot>?start=pl).
        return {"kind": "start"} | ({"language": rest} if rest else {})
    if name not in (*_BEGINNING, *_LEAVING, *_LANGUAGE_BUTTONS):
        return {"text": words}
    if rest:
        return {"text": rest}
    return {"text": "exit" if name in _LEAVING else _button_of(name, DEFAULT).payload}


def _position(location: Mapping[str, Any]) -> tuple[float, float] | None:
    """Latitude and longitude of a Location (#location)."""
    match location.get("latitude"), location.get("longitude"):
        case int() | float() as north, int() | float() as east if abs(north) <= 90 and abs(east) <= 180:
            return float(north), float(east)
    return None


def _menu(language: str) -> list[dict[str, str]]:
    """Commands with what they do (#botcommand); the languages are named each in itself."""
    ours = {name: sentence(f"channel_telegram_command_{name}", language) for name in _MENU}
    languages = {name: _button_of(name, language).title for name in _LANGUAGE_BUTTONS}
    return [{"command": name, "description": about} for name, about in (ours | languages).items()]


def _button_of(name: str, language: str) -> Button:
    return buttons_of((_LANGUAGE_BUTTONS[name],), (), language)[0]


def _choice(choice: Choice) -> dict[str, str]:
    return {"text": choice.title, "callback_data": choice.payload}


def _link(link: Link) -> dict[str, str]:
    return {"text": link.title, "url": link.url}


def _part(content: Any, name: str) -> Mapping[str, Any]:
    return _mapping(_mapping(content).get(name))


def _mapping(content: Any) -> Mapping[str, Any]:
    return content if isinstance(content, Mapping) else {}


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
