"""The desk's own system: it is told of conversations by a signed webhook, and speaks in them by `/channels/desk`."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from typing import Any

from stand_in import Answer, Incoming, StandIn, Taken

SECRET = "a secret of the desk"
_ALWAYS = {"event": str, "event_id": str, "conversation": str, "channel": str, "language": str}
# What may stand in each event beside these.
_MORE = {
    "begun": {"danger"}, "message": {"kind", "text", "location"}, "danger": {"kind", "text", "location", "danger"},
    "ended": {"reason"},
}  # fmt: skip
_WINDOW = 300


def signature(stamp: str, body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class DeskPlatform(StandIn):
    name = "desk"

    @property
    def settings(self) -> dict[str, Any]:
        return {"desk_url": f"{self.url}/kelrodis", "desk_secret": SECRET, "desk_hours": "24/7"}

    @property
    def events(self) -> list[dict[str, Any]]:
        """Everything that it was told, in its order."""
        return [taken.content for taken in self.taken]

    def message(self, text: str, *, message_id: str, person: str = "4242", sent_at: float | None = None) -> Incoming:
        """What the desk says; person: the conversation, as its events name it."""
        return self.post({"conversation": person, "event": "message", "text": text, "message_id": message_id})

    def release(self, person: str) -> Incoming:
        """The desk gives a conversation back."""
        return self.post({"conversation": person, "event": "release"})

    def post(self, content: Any, *, stamp: str | None = None, secret: str = SECRET) -> Incoming:
        body = json.dumps(content, ensure_ascii=False).encode()
        stamp = stamp or str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Kelrodis-Timestamp": stamp,
            "X-Kelrodis-Signature": signature(stamp, body, secret),
        }
        return Incoming(headers, body)

    def said(self, person: str = "4242") -> list[str]:
        """What people wrote to the desk; person: the conversation."""
        return [event["text"] for event in self.events if event["conversation"] == person and "text" in event]

    def take(self, request: Taken) -> Answer:
        stamp = request.headers.get("X-Kelrodis-Timestamp", "")
        if (request.method, request.path) != ("POST", "/kelrodis"):
            self.faults.append(f"{request.method} {request.path}")
            return Answer(404)
        given = request.headers.get("X-Kelrodis-Signature", "")
        if given != signature(stamp, request.body) or abs(time.time() - int(stamp)) > _WINDOW:
            self.faults.append("wrong signature")
            return Answer(403)
        self.faults += _faults(request.content)
        return Answer(200)


def _faults(event: dict[str, Any]) -> list[str]:
    """What is not as docs/integrating.md has it."""
    if any(not isinstance(event.get(name), kind) for name, kind in _ALWAYS.items()) or event["event"] not in _MORE:
        return ["fields that every event has"]
    faults = []
    if event.keys() - _ALWAYS.keys() - _MORE[event["event"]]:
        faults.append("unknown fields")
    if not re.fullmatch(r"[0-9a-f]{64}", event["conversation"]) or event["language"] not in ("lt", "pl", "en"):
        faults.append("conversation or language")
    if (event["event"] == "danger") and event.get("danger", {}).keys() != {"level", "topic"}:
        faults.append("danger")
    if "kind" in event and (event["kind"] == "text") != bool(event.get("text")):
        faults.append("text")
    if event["event"] == "ended" and event.get("reason") not in ("silent", "left"):
        faults.append("reason")
    return faults
