"""A Chatwoot installation with an agent bot: conversations with a status, and the API as far as bots may use it."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from itertools import count
from typing import Any

from stand_in import Answer, Incoming, StandIn, Taken

TOKEN, SECRET, ACCOUNT = "token-of-the-bot", "secret-of-the-bot", 3
_PATH = re.compile(rf"/api/v1/accounts/{ACCOUNT}/conversations/(\d+)/(messages|toggle_status|toggle_priority)")
_FIELDS = {
    "messages": {"content", "message_type", "private", "content_type", "content_attributes"},
    "toggle_status": {"status"},
    "toggle_priority": {"priority"},
}
_STATUSES, _PRIORITIES = ("open", "resolved", "pending", "snoozed"), ("low", "medium", "high", "urgent", None)
# Instagram's inbox is the one that takes least; WhatsApp's buttons and list rows hold so much.
_MOST_BYTES, _MOST_ITEMS, _MOST_BUTTONS, _LONGEST_BUTTON, _LONGEST_ROW, _LONGEST_VALUE = 1000, 10, 3, 20, 24, 200
_WIDGET = "Channel::WebWidget"


class ChatwootPlatform(StandIn):
    name = "chatwoot"

    def __init__(self, channel: str = _WIDGET) -> None:
        super().__init__()
        self.channel = channel
        # Of conversations, by number; who writes first makes a pending one.
        self.statuses: dict[int, str] = {}
        self.priorities: dict[int, str | None] = {}
        self._numbers: dict[str, int] = {}
        self._ids = count(1000)

    @property
    def settings(self) -> dict[str, Any]:
        return {"chatwoot_url": self.url, "chatwoot_token": TOKEN, "chatwoot_secret": SECRET}

    def number(self, person: str) -> int:
        """Of a person's conversation."""
        number = self._numbers.setdefault(person, int(person) if person.isdigit() else 10**6 + len(self._numbers))
        self.statuses.setdefault(number, "pending")
        return number

    def status(self, person: str = "4242") -> str:
        return self.statuses[self.number(person)]

    def message(self, text: str, *, message_id: str, person: str = "4242", sent_at: float | None = None) -> Incoming:
        """message_id: Chatwoot's are numbers; other texts become one."""
        number = (
            int(message_id) if message_id.isdigit() else int(hashlib.sha256(message_id.encode()).hexdigest()[:12], 16)
        )
        sender = {"id": self.number(person), "name": "patient-sun-12", "avatar": "", "type": "contact"}
        return self.post(self._message(number, text, person, "incoming", sender, sent_at))

    def agent_says(self, text: str, person: str = "4242") -> Incoming:
        """What the bot hears when an agent answers."""
        sender = {"id": 1, "name": "Agent", "email": "agent@example.com", "type": "user"}
        return self.post(self._message(next(self._ids), text, person, "outgoing", sender, None))

    def agent_sets(self, status: str, person: str = "4242") -> Incoming | None:
        """What the bot hears when an agent changes the status: of pending, nothing."""
        self.statuses[self.number(person)] = status
        if status not in ("resolved", "open"):
            return None
        event = {"resolved": "conversation_resolved", "open": "conversation_opened"}[status]
        return self.post(self._conversation(person) | {"event": event})

    def post(self, content: Any, *, stamp: str | None = None, secret: str = SECRET) -> Incoming:
        """Any event, signed as version 4.13 does."""
        body = json.dumps(content, ensure_ascii=False).encode()
        stamp = stamp or str(int(time.time()))
        digest = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "X-Chatwoot-Delivery": "a8f5f167-f44f-4964-ae6c-998dee827110",
            "X-Chatwoot-Timestamp": stamp,
            "X-Chatwoot-Signature": f"sha256={digest}",
        }
        return Incoming(headers, body)

    def said(self, person: str = "4242") -> list[str]:
        return [content["content"] for content in self._messages(person) if not content.get("private")]

    def notes(self, person: str = "4242") -> list[str]:
        """What only agents see."""
        return [content["content"] for content in self._messages(person) if content.get("private")]

    def take(self, request: Taken) -> Answer:
        found = _PATH.fullmatch(request.path)
        if request.method != "POST" or found is None:
            return self._refuse(f"{request.method} {request.path}", 404)
        if request.headers.get("api_access_token") != TOKEN:
            return self._refuse("wrong token", 401)
        number, action, content = int(found[1]), found[2], request.content
        if number not in self.statuses:
            return self._refuse("no such conversation", 404)
        if content.keys() - _FIELDS[action]:
            return self._refuse("unknown fields", 422)
        if action == "messages":
            faults = _faults(content, self.channel)
            self.faults += faults
            return Answer(422, {"error": faults[0]}) if faults else Answer(200, {"id": next(self._ids), **content})
        return self._set_status(number, content) if action == "toggle_status" else self._set_priority(number, content)

    def _set_status(self, number: int, content: Any) -> Answer:
        if content.get("status") not in _STATUSES:
            return self._refuse("status", 422)
        self.statuses[number] = content["status"]
        return Answer(200, {"meta": {}, "payload": {"success": True, "current_status": content["status"]}})

    def _set_priority(self, number: int, content: Any) -> Answer:
        if content.get("priority") not in _PRIORITIES:
            return self._refuse("priority", 422)
        self.priorities[number] = content["priority"]
        return Answer(200, None)

    def _refuse(self, fault: str, status: int) -> Answer:
        self.faults.append(fault)
        return Answer(status, {"error": fault})

    def _messages(self, person: str) -> list[dict[str, Any]]:
        path = f"/api/v1/accounts/{ACCOUNT}/conversations/{self.number(person)}/messages"
        return [taken.content for taken in self.taken if taken.path == path]

    def _message(
        self, number: int, text: str, person: str, kind: str, sender: dict[str, Any], sent_at: float | None
    ) -> dict[str, Any]:
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(sent_at or time.time()))
        return {
            "id": number, "content": text, "created_at": f"{at}.000Z", "message_type": kind, "content_type": "text",
            "private": False, "content_attributes": {}, "additional_attributes": {}, "source_id": None,
            "sender": sender, "inbox": {"id": 1, "name": "Acme Support"}, "account": {"id": ACCOUNT, "name": "Acme"},
            "conversation": self._conversation(person), "event": "message_created",
        }  # fmt: skip

    def _conversation(self, person: str) -> dict[str, Any]:
        number = self.number(person)
        return {
            "additional_attributes": {}, "can_reply": True, "channel": self.channel, "id": number, "inbox_id": 1,
            "contact_inbox": {"id": 12, "contact_id": number, "inbox_id": 1, "source_id": "405f1d30", "hmac_verified": False},
            "messages": [{"id": 1, "content": "x", "account_id": ACCOUNT, "conversation_id": number, "message_type": 0}],
            "meta": {"sender": {"id": number, "type": "contact"}, "assignee": None},
            "status": self.statuses[number], "unread_count": 1, "timestamp": int(time.time()),
        }  # fmt: skip


def _faults(content: dict[str, Any], channel: str) -> list[str]:
    """What Chatwoot, or the strictest platform behind it, would not take."""
    faults, text = [], content.get("content")
    if not isinstance(text, str) or not text.strip():
        return ["no content"]
    if content.get("message_type") != "outgoing" or not isinstance(content.get("private"), bool):
        faults.append("message_type or private")
    if len(text.encode()) > _MOST_BYTES and not content["private"]:
        faults.append("too long")
    if content.get("content_type", "text") not in ("text", "input_select"):
        faults.append("content_type")
    items = content.get("content_attributes", {}).get("items", [])
    if (content.get("content_type") == "input_select") != bool(items):
        faults.append("items")
    if items and channel not in ("Channel::WebWidget", "Channel::Whatsapp", "Channel::Telegram"):
        faults.append("choices that nobody sees")
    return faults + _faults_of_items(items)


def _faults_of_items(items: list[dict[str, str]]) -> list[str]:
    faults = []
    longest = _LONGEST_BUTTON if len(items) <= _MOST_BUTTONS else _LONGEST_ROW
    for item in items:
        if item.keys() != {"title", "value"}:
            faults.append("invalid keys for items")
        elif not 1 <= len(item["title"]) <= longest or not 1 <= len(item["value"]) <= _LONGEST_VALUE:
            faults.append("length of an item")
    if len(items) > _MOST_ITEMS:
        faults.append("too many items")
    return faults
