"""A stand-in for Viber's bot API (https://creators.viber.com/docs/bots-api/), with its published limits and refusals."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
import zlib
from typing import Any

from stand_in import Answer, Incoming, StandIn, Taken

TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9"
Content = dict[str, Any]
_LONGEST_TEXT, _LONGEST_NAME, _LARGEST, _MOST_ROWS, _COLUMNS, _LONGEST_TITLE = 7000, 28, 30_000, 12, 6, 250
_MESSAGE = {"receiver", "min_api_version", "sender", "tracking_data", "type", "text", "keyboard"}
_KEYBOARD = {"Type", "Buttons", "BgColor", "DefaultHeight"}
_BUTTON = {
    "Columns",
    "Rows",
    "BgColor",
    "Silent",
    "ActionType",
    "ActionBody",
    "Text",
    "TextVAlign",
    "TextHAlign",
    "TextSize",
}
_WEBHOOK = {"url", "event_types", "send_name", "send_photo"}
_EVENTS = {"delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started", "message"}
_OK, _NOT_SUBSCRIBED, _FIRST_TOKEN = 0, 6, 5741311803571721087


class ViberPlatform(StandIn):
    """`unsubscribed`: people to whom nothing may be sent. `delivered`: what others were shown. It answers 200 to everything, with a status inside."""

    name = "viber"

    def __init__(self) -> None:
        super().__init__()
        self.unsubscribed: set[str] = set()
        self.delivered: list[Content] = []
        self.webhook: Content = {}

    @property
    def settings(self) -> dict[str, Any]:
        return {"viber_token": TOKEN, "viber_api": self.url}

    def event(self, content: Content, token: str = TOKEN) -> Incoming:
        """Any event, signed as Viber signs it."""
        body = json.dumps(content).encode()
        signature = hmac.new(token.encode(), body, hashlib.sha256).hexdigest()
        return Incoming({"Content-Type": "application/json", "X-Viber-Content-Signature": signature}, body)

    def message(self, text: str, *, message_id: str, person: str = "4242", sent_at: float | None = None) -> Incoming:
        """The same `message_id` is the same message, sent again."""
        return self.event(
            {
                "event": "message",
                "timestamp": int((sent_at or time.time()) * 1000),
                "chat_hostname": "SN-CALLBACK-04_",
                "message_token": 4912661846000000000 + zlib.crc32(message_id.encode()),
                "sender": {"id": person, "name": "Viber user", "language": "lt-LT", "country": "LT", "api_version": 10},
                "message": {"type": "text", "text": text},
                "silent": False,
            }
        )

    def said(self, person: str = "4242") -> list[str]:
        return [content["text"] for content in self.delivered if content["receiver"] == person]

    def refuse_next(self, status: int, message: str) -> None:
        """The next request is answered as Viber refuses: 200 with a status."""
        self.answer_next(Answer(200, {"status": status, "status_message": message, "chat_hostname": "SN-CHAT-05_"}))

    def take(self, request: Taken) -> Answer:
        status, message = self._judge(request)
        told: Content = {"status": status, "status_message": message, "chat_hostname": "SN-CHAT-05_"}
        if status == _OK:
            told["message_token"] = _FIRST_TOKEN + len(self.taken)
        elif status != _NOT_SUBSCRIBED:  # whoever has left is no fault of ours
            self.faults.append(message)
        return Answer(200, told)

    def _judge(self, request: Taken) -> tuple[int, str]:
        content = request.content
        if request.headers.get("X-Viber-Auth-Token") != TOKEN:
            return 2, "invalidAuthToken"
        if (request.method, request.path) == ("POST", "/set_webhook"):
            self.webhook = content
            return _webhook_fault(content)
        if (request.method, request.path) != ("POST", "/send_message"):
            return 3, f"{request.method} {request.path}"
        if len(request.body) > _LARGEST:
            return 3, "larger than 30 KB"
        fault = _message_fault(content)
        if fault == (_OK, "ok"):
            if content["receiver"] in self.unsubscribed:
                return _NOT_SUBSCRIBED, "notSubscribed"
            self.delivered.append(content)
        return fault


def _webhook_fault(content: Content) -> tuple[int, str]:
    if content.keys() - _WEBHOOK or set(content.get("event_types", [])) - _EVENTS:
        return 3, "unknown field or event"
    return (_OK, "ok") if content["url"].startswith("https://") else (1, "invalidUrl")


def _message_fault(content: Content) -> tuple[int, str]:
    """What data-models/message and resources/messaging/keyboards do not allow; addresses would get a preview."""
    if not {"receiver", "type", "text", "sender"} <= content.keys() or not content["sender"].get("name"):
        return 4, "missingData"
    if content.keys() - _MESSAGE or content["type"] != "text" or len(content["sender"]["name"]) > _LONGEST_NAME:
        return 3, "unknown field, type or too long a name"
    if not 1 <= len(content["text"]) <= _LONGEST_TEXT:
        return 3, "length of the text"
    if "http" in content["text"]:
        return 3, "an address in the text, which gets a preview"
    return _keyboard_fault(content["keyboard"]) if "keyboard" in content else (_OK, "ok")


def _keyboard_fault(keyboard: Content) -> tuple[int, str]:
    if keyboard.keys() - _KEYBOARD or keyboard.get("Type") != "keyboard" or not keyboard.get("Buttons"):
        return 3, "keyboard"
    rows = sum(button.get("Rows", 1) * button.get("Columns", _COLUMNS) / _COLUMNS for button in keyboard["Buttons"])
    if rows > _MOST_ROWS:
        return 3, "too many rows"
    for button in keyboard["Buttons"]:
        if button.keys() - _BUTTON or not button.get("ActionBody"):
            return 3, "button"
        if not 1 <= len(button.get("Text", "")) <= _LONGEST_TITLE or re.search(r"<|&(?!amp;|lt;|gt;)", button["Text"]):
            return 3, "title of a button, which is HTML"
        if button.get("ActionType", "reply") not in ("reply", "open-url"):
            return 3, "type of a button"
        if button.get("ActionType") == "open-url" and not button["ActionBody"].startswith(("https://", "http://")):
            return 3, "address of a button"
    return _OK, "ok"
