"""A small client of Kelrodis in the standard library alone (Python 3.11): copy it into your program.

Example:

    kelrodis = Kelrodis("https://kelrodis.example.lt")
    answer = kelrodis.chat(new_sender(), "gdzie w Wilnie znajdę schronienie")
    print([(line.name, line.number) for line in answer.helplines])  # in danger: before everything else
    print([(part.text, part.services) for part in answer.parts])
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Literal, Self
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

Language = Literal["lt", "pl", "en"]
Content = dict[str, Any]
_TOO_MANY, _OUR_FAULTS = 429, 500


@dataclass(frozen=True)
class HelpLine:
    """A number to call. tel: for a `tel:` link."""

    id: str
    name: str
    number: str
    tel: str

    @classmethod
    def read(cls, content: Content) -> Self:
        return cls(content["id"], content["name"], content["number"], content["tel"])


@dataclass(frozen=True)
class Phone:
    """via: `own`, or whose it is where the institution has none: `parent`, `municipality`, `line`."""

    number: str
    label: str
    tel: str
    via: str

    @classmethod
    def read(cls, content: Content) -> Self:
        return cls(content["number"], content["label"], content["tel"], content["via"])


@dataclass(frozen=True)
class Service:
    """A card. Show the telephone with its label, and the date: verified_on (confirmed) or source_date (published)."""

    service_id: str
    service: str
    organization: str
    description: str
    phones: tuple[Phone, ...]
    address: str | None
    hours_text: str | None
    verified_on: str | None
    source_date: str | None
    alert: str | None
    fallback: bool

    @classmethod
    def read(cls, content: Content) -> Self:
        as_they_are = ("service_id", "service", "organization", "description", "address", "hours_text", "verified_on")
        return cls(
            **{name: content[name] for name in (*as_they_are, "source_date", "fallback")},
            phones=tuple(Phone.read(phone) for phone in content["phones"]),
            alert=content["alert"]["text"] if content["alert"] else None,
        )


@dataclass(frozen=True)
class Part:
    """One bubble. buttons: what to show on each, and what to send as the next message when it is pressed."""

    language: str
    text: str
    services: tuple[Service, ...]
    buttons: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, content: Content) -> Self:
        buttons = tuple((button["title"], button["payload"]) for button in content["buttons"])
        return cls(content["language"], content["text"], tuple(map(Service.read, content["services"])), buttons)


@dataclass(frozen=True)
class Answer:
    """level: `none`, `distress` or `danger`. helplines: show them first; there are none where level is `none`."""

    language: str
    level: str
    helplines: tuple[HelpLine, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Found:
    """match: whether something answers; else services are next steps (`fallback`), or none."""

    match: bool
    total: int
    services: tuple[Service, ...]
    helplines: tuple[HelpLine, ...]


class KelrodisFault(Exception):
    """No answer; show `helplines` beside your apology. code: of the error table, or `unreachable`. status: 0 then."""

    def __init__(self, code: str, status: int, helplines: tuple[HelpLine, ...], wait: float | None = None) -> None:
        super().__init__(code)
        self.code, self.status, self.helplines, self.wait = code, status, helplines, wait

    @property
    def passes(self) -> bool:  # the same request may be answered later
        return self.status in (0, _TOO_MANY) or self.status >= _OUR_FAULTS


class Kelrodis:
    """One service. tries: of each request; longest_wait: seconds, however long the server asks to wait."""

    def __init__(
        self, address: str, tries: int = 3, longest_wait: float = 60.0, pause: Callable[[float], object] = time.sleep
    ) -> None:
        self._address, self._tries, self._longest_wait, self._pause = address.rstrip("/"), tries, longest_wait, pause
        self._lines: tuple[HelpLine, ...] = ()

    def chat(
        self, sender: str, message: str, language: Language | None = None, municipality: str | None = None
    ) -> Answer:
        """The answer to one message; tried again, it is still answered once. Raises KelrodisFault."""
        hints = {"language": language, "municipality": municipality, "message_id": secrets.token_hex(16)}
        found = self._ask("/api/v1/chat", {"sender": sender, "message": message, **hints})
        parts = tuple(map(Part.read, found["replies"]))
        return Answer(found["language"], found["crisis"]["level"], _lines(found["crisis"]), parts)

    def end(self, sender: str) -> None:
        """Erase a conversation: when the person leaves, or asks for it."""
        self._ask("/api/v1/chat/end", {"sender": sender})

    def search(self, query: str, municipality: str | None = None, limit: int = 5) -> Found:
        """Services without a conversation."""
        found = self._ask("/api/v1/search", {"query": query, "municipality": municipality, "limit": limit})
        services = tuple(map(Service.read, found["results"]))
        return Found(found["match"], found["total"], services, _lines(found["crisis"]))

    def helplines(self, language: Language) -> tuple[HelpLine, ...]:
        """Every line; ask at your start: they are given with faults when the service cannot be reached later."""
        self._lines = _lines(self._ask(f"/api/v1/helplines?{urlencode({'language': language})}"))
        return self._lines

    def _ask(self, path: str, body: Content | None = None) -> Content:
        for doubled in range(1, self._tries):
            try:
                return self._call(path, body)
            except KelrodisFault as fault:
                if not fault.passes:
                    raise
                self._pause(min(2.0**doubled if fault.wait is None else fault.wait, self._longest_wait))
        return self._call(path, body)

    def _call(self, path: str, body: Content | None) -> Content:
        data = json.dumps(body).encode() if body is not None else None
        request = Request(self._address + path, data, {"Content-Type": "application/json"})
        try:
            with urlopen(request, timeout=30) as answer:
                return dict(json.loads(answer.read() or b"{}"))
        except HTTPError as refused:
            raise self._fault(refused) from None
        except (OSError, HTTPException):  # neither says what was sent
            raise KelrodisFault("unreachable", 0, self._lines) from None

    def _fault(self, refused: HTTPError) -> KelrodisFault:
        try:
            content = json.loads(refused.read())
            code, lines = content["error"]["code"], _lines(content)
        except (ValueError, LookupError, TypeError, OSError, HTTPException):  # as from a proxy in front of it
            code, lines = "unreachable", ()
        wait = refused.headers.get("Retry-After", "")  # seconds
        return KelrodisFault(code, refused.code, lines or self._lines, float(wait) if wait.isdecimal() else None)


def new_sender() -> str:
    """A name for a conversation that nobody can guess. Keep it as long as the conversation, and no longer."""
    return secrets.token_hex(16)


def _lines(content: Content) -> tuple[HelpLine, ...]:
    return tuple(map(HelpLine.read, content.get("helplines", ())))
