"""A chat of somebody's own that talks to the generic webhook: it checks each answer as docs/integrating.md has it."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

from stand_in import Answer, Incoming, StandIn, Taken

SECRET = "a secret of both sides"
_FIELDS = {
    "delivery": str, "conversation": str, "language": str, "text": str, "choices": list, "links": list, "urgent": bool,
}  # fmt: skip
_LONGEST_TEXT, _MOST_CHOICES, _LONGEST_TITLE, _MOST_LINKS, _LONGEST_PAYLOAD = 4096, 10, 40, 5, 64
_WINDOW = 300


def signature(stamp: str, body: bytes, secret: str = SECRET) -> str:
    """As the other side writes it down, not as we do."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class GenericPlatform(StandIn):
    name = "generic"

    @property
    def settings(self) -> dict[str, Any]:
        return {"generic_secret": SECRET, "generic_url": f"{self.url}/answers"}

    def post(self, content: Any, *, stamp: str | None = None, secret: str = SECRET) -> Incoming:
        """Any content, signed."""
        body = json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")
        stamp = stamp or str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Kelrodis-Timestamp": stamp,
            "X-Kelrodis-Signature": signature(stamp, body, secret),
        }
        return Incoming(headers, body)

    def message(self, text: str, *, message_id: str, person: str = "4242", sent_at: float | None = None) -> Incoming:
        content: dict[str, Any] = {"message_id": message_id, "conversation": person, "text": text}
        return self.post(content if sent_at is None else {**content, "sent_at": sent_at})

    def said(self, person: str = "4242") -> list[str]:
        return [taken.content["text"] for taken in self.taken if taken.content["conversation"] == person]

    def take(self, request: Taken) -> Answer:
        stamp = request.headers.get("X-Kelrodis-Timestamp", "")
        given = request.headers.get("X-Kelrodis-Signature", "")
        if (request.method, request.path) != ("POST", "/answers"):
            self.faults.append(f"{request.method} {request.path}")
            return Answer(404)
        if given != signature(stamp, request.body) or abs(time.time() - int(stamp)) > _WINDOW:
            self.faults.append("wrong signature")
            return Answer(403)
        self.faults += _faults(request.content)
        return Answer(200)


def _faults(answer: dict[str, Any]) -> list[str]:
    """What is not as agreed."""
    if answer.keys() != _FIELDS.keys() or any(not isinstance(answer[name], kind) for name, kind in _FIELDS.items()):
        return ["wrong fields"]
    faults = []
    if not 1 <= len(answer["text"]) <= _LONGEST_TEXT:
        faults.append("length of text")
    if not 1 <= len(answer["delivery"]) <= 128 or answer["language"] not in ("lt", "pl", "en"):
        faults.append("delivery or language")
    if len(answer["choices"]) > _MOST_CHOICES or len(answer["links"]) > _MOST_LINKS:
        faults.append("too many buttons")
    for choice in answer["choices"]:
        if choice.keys() != {"title", "payload"} or len(choice["payload"].encode()) > _LONGEST_PAYLOAD:
            faults.append("choice")
    for link in answer["links"]:
        if link.keys() != {"title", "url"} or not link["url"].startswith(("https://", "http://")):
            faults.append("link")
    faults += [
        "title" for part in (*answer["choices"], *answer["links"]) if not 1 <= len(part["title"]) <= _LONGEST_TITLE
    ]
    return faults
