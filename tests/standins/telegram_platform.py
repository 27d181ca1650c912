"""A stand-in for Telegram's Bot API (https://core.telegram.org/bots/api), with its published limits and refusals."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from stand_in import Answer, Incoming, StandIn, Taken

TOKEN, SECRET = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11", "a_secret-of-Telegram"
Content = dict[str, Any]
_LONGEST_TEXT, _MOST_BUTTONS, _MOST_DELETED, _DELETABLE = 4096, 100, 100, 48 * 3600
_PORTS = (None, 443, 80, 88, 8443)
# Fields of each method, without those that have no place in plain text to one person.
_FIELDS = {
    "sendMessage": {
        "chat_id",
        "text",
        "link_preview_options",
        "disable_notification",
        "protect_content",
        "reply_markup",
    },
    "deleteMessages": {"chat_id", "message_ids"},
    "answerCallbackQuery": {"callback_query_id", "text", "show_alert", "url", "cache_time"},
    "setWebhook": {"url", "ip_address", "max_connections", "allowed_updates", "drop_pending_updates", "secret_token"},
    "getWebhookInfo": set(),
    "setMyCommands": {"commands", "scope", "language_code"},
    "setMyDescription": {"description", "language_code"},
    "setMyShortDescription": {"short_description", "language_code"},
}


class TelegramPlatform(StandIn):
    """`blocked`, `gone`: people who have blocked the bot, or whose account is no more. `shown`: what they see."""

    name = "telegram"

    def __init__(self) -> None:
        super().__init__()
        self.blocked: set[str] = set()
        self.gone: set[str] = set()
        self.kept: dict[tuple[str, str], Content] = {}
        self._shown: dict[tuple[str, int], tuple[str, float]] = {}
        self._said: list[tuple[str, str]] = []
        self._updates: dict[str, int] = {}

    @property
    def settings(self) -> dict[str, Any]:
        return {"telegram_token": TOKEN, "telegram_secret": SECRET, "telegram_api": self.url}

    def message(self, text: str, *, message_id: str, person: str = "4242", sent_at: float | None = None) -> Incoming:
        """A Message of a private chat; the same `message_id` is the same update, sent again."""
        content = self._from(person, sent_at) | {"from": _person(person), "text": text}
        return self.update(message_id, message=content)

    def pressed(self, payload: str, *, message_id: str, person: str = "4242") -> Incoming:
        """The press of a button below the bot's message."""
        below = self._from(person, None) | {"from": {"id": 1, "is_bot": True, "first_name": "Bot"}, "text": "…"}
        query = {"id": f"8{message_id}", "from": _person(person), "message": below, "data": payload}
        return self.update(message_id, callback_query=query | {"chat_instance": "1"})

    def update(self, message_id: str, **content: Any) -> Incoming:
        """Any Update, as Telegram posts it."""
        update_id = self._updates.setdefault(message_id, 10000 + len(self._updates))
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": SECRET}
        return Incoming(headers, json.dumps({"update_id": update_id} | content).encode())

    def said(self, person: str = "4242") -> list[str]:
        return [text for recipient, text in self._said if recipient == person]

    def shown(self, person: str = "4242") -> list[str]:
        """What the person was sent and nobody has deleted."""
        return [text for (recipient, _), (text, _) in self._shown.items() if recipient == person]

    def too_many(self, seconds: int, *, with_header: bool = True) -> Answer:
        """To be given to `answer_next`. The Bot API says it in the body, and its server in a header as well."""
        headers = {"Retry-After": str(seconds)} if with_header else {}
        refusal = _refused(429, f"Too Many Requests: retry after {seconds}")
        return Answer(429, refusal.content | {"parameters": {"retry_after": seconds}}, headers)

    def take(self, request: Taken) -> Answer:
        path = re.fullmatch(r"/bot([^/]+)/(\w+)", request.path)
        if path is None or path[2] not in _FIELDS:
            return self._fault(404, "Not Found")
        if path[1] != TOKEN:
            return self._fault(401, "Unauthorized")
        method, content = path[2], request.content or {}
        if unknown := content.keys() - _FIELDS[method]:
            return self._fault(400, f"{method}: {', '.join(sorted(unknown))} not asked for")
        do: dict[str, Callable[[Content], Answer]] = {
            "sendMessage": self._send,
            "deleteMessages": self._delete,
            "getWebhookInfo": self._tell,
        }
        return do[method](content) if method in do else self._keep(method, content)

    def answered(self, content: Any) -> None:
        """Takes what we say to an update: nothing, or one method (#making-requests-when-getting-updates)."""
        if content and (content.get("method") != "answerCallbackQuery" or not content.get("callback_query_id")):
            self.faults.append("no such answer to an update")

    def _from(self, person: str, sent_at: float | None) -> Content:
        date = int(time.time() if sent_at is None else sent_at)
        chat = {"id": int(person), "type": "private", "first_name": "Test"}
        return {"message_id": 1365 + len(self._updates), "date": date, "chat": chat}

    def _send(self, content: Content) -> Answer:
        person = str(content.get("chat_id"))
        if person in self.blocked:
            return _refused(403, "Forbidden: bot was blocked by the user")
        if person in self.gone or not isinstance(content.get("chat_id"), int):
            return _refused(400, "Bad Request: chat not found")
        if faults := list(_faults_of_message(content)):
            return self._fault(400, *faults)
        self._said.append((person, content["text"]))
        number = 5000 + len(self._said)
        self._shown[person, number] = content["text"], time.time()
        message = self._from(person, None) | {"message_id": number, "text": content["text"]}
        return Answer(content={"ok": True, "result": message})

    def _delete(self, content: Content) -> Answer:
        ids = content["message_ids"]
        if not 1 <= len(ids) <= _MOST_DELETED or not all(isinstance(number, int) for number in ids):
            return self._fault(400, "deleteMessages: 1 to 100 ids")
        for number in ids:
            _, at = self._shown.get((str(content["chat_id"]), number), ("", time.time()))
            if time.time() - at > _DELETABLE:
                return self._fault(400, "deleteMessages: older than 48 hours")
        for number in ids:
            self._shown.pop((str(content["chat_id"]), number), None)
        return _taken()

    def _keep(self, method: str, content: Content) -> Answer:
        if faults := list(_faults_of_setting(content)):
            return self._fault(400, *(f"{method}: {fault}" for fault in faults))
        self.kept[method, content.get("language_code", "")] = content
        return _taken()

    def _tell(self, _: Content) -> Answer:
        hook = self.kept.get(("setWebhook", ""), {})
        state = {"url": hook.get("url", ""), "has_custom_certificate": False, "pending_update_count": 2}
        return Answer(content={"ok": True, "result": state | {"last_error_message": "Wrong response: 502 Bad Gateway"}})

    def _fault(self, status: int, *faults: str) -> Answer:
        self.faults.extend(faults)
        return _refused(status, faults[0])


def _faults_of_message(content: Content) -> Iterator[str]:
    text = content.get("text") or ""
    if not text.strip() or len(text.encode("utf-16-le")) // 2 > _LONGEST_TEXT:
        yield "text: 1 to 4096 units of UTF-16"
    if content.get("link_preview_options") != {"is_disabled": True}:
        yield "link_preview_options: a preview would be shown"
    if not isinstance(content.get("disable_notification"), bool):
        yield "disable_notification: not said"
    rows = content.get("reply_markup", {"inline_keyboard": [[]]})["inline_keyboard"]
    buttons = [button for row in rows for button in row]
    if len(buttons) > _MOST_BUTTONS or any(len(row) > 8 for row in rows):
        yield "inline_keyboard: at most 100 buttons, 8 in a row"
    for button in buttons:
        yield from _faults_of_button(button)


def _faults_of_button(button: Content) -> Iterator[str]:
    if not button.get("text", "").strip() or button.keys() not in ({"text", "callback_data"}, {"text", "url"}):
        yield "button: a title, and either callback_data or url"
    if not 1 <= len(button.get("callback_data", "-").encode()) <= 64:
        yield "callback_data: 1 to 64 bytes"
    address = urlsplit(button.get("url", "https://example.org/"))
    if address.scheme not in ("http", "https") or "." not in (address.hostname or ""):
        yield "url: a public address"


def _faults_of_setting(content: Content) -> Iterator[str]:
    if "url" in content and "max_connections" in content:
        address = urlsplit(content["url"])
        if address.scheme != "https" or address.port not in _PORTS:
            yield "url: https on 443, 80, 88 or 8443"
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", content.get("secret_token", "")):
            yield "secret_token: 1 to 256 of A-Za-z0-9_-"
        if not 1 <= content["max_connections"] <= 100:
            yield "max_connections: 1 to 100"
    if len(content.get("description", "")) > 512 or len(content.get("short_description", "")) > 120:
        yield "description: at most 512 letters, the short one 120"
    if not re.fullmatch(r"([a-z]{2})?", content.get("language_code", "")):
        yield "language_code: two letters"
    for command in content.get("commands", []):
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]) or not 1 <= len(command["description"]) <= 256:
            yield "commands: 1 to 32 of a-z0-9_, described in 1 to 256 letters"


def _person(person: str) -> Content:
    return {"id": int(person), "is_bot": False, "first_name": "Test", "language_code": "lt"}


def _refused(status: int, description: str) -> Answer:
    return Answer(status, {"ok": False, "error_code": status, "description": description})


def _taken() -> Answer:
    return Answer(content={"ok": True, "result": True})
