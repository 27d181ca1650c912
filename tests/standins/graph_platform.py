"""What the stand-ins of Messenger and WhatsApp share: signed events, the handshake, and how the Graph API refuses."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from abc import abstractmethod
from collections.abc import Iterator, Set
from typing import Any
from urllib.parse import urlsplit

from stand_in import Answer, Incoming, StandIn, Taken

SECRET, TOKEN, VERIFY = "app-secret-of-a-test", "EAAG-token-of-a-test", "verify-token-of-a-test"
Content = dict[str, Any]
_VERSION = "/v23.0/"
_INVALID, _TOKEN_REFUSED = 100, 190


class GraphPlatform(StandIn):
    """`taken` holds only what the real platform would take; everything else is refused and noted in `faults`."""

    @property
    def settings(self) -> Content:
        ours = {"secret": SECRET, "token": TOKEN, "verify": VERIFY}
        named = {f"{self.name}_{key}": value for key, value in ours.items()}
        return named | {"graph_api": self.url + _VERSION.rstrip("/")}

    @abstractmethod
    def faults_of(self, path: str, content: Content) -> Iterator[str]:
        """What the platform would refuse in a request to this path."""

    @abstractmethod
    def accepted(self, path: str) -> Content:
        """What the platform answers to a request that it takes."""

    def signed(self, content: Any) -> Incoming:
        """Any event, as Meta posts it: non-ASCII letters escaped, and signed so."""
        body = json.dumps(content).encode()
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        return Incoming({"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={digest}"}, body)

    def handshake(self, verify_token: str = VERIFY, challenge: str = "1158201444") -> dict[str, str]:
        """Arguments of the request by which Meta asks whether the address is ours."""
        return {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": challenge}

    def take(self, request: Taken) -> Answer:
        path = urlsplit(request.path)
        headers = {name.lower(): value for name, value in request.headers.items()}
        if headers.get("authorization") != f"Bearer {TOKEN}" or path.query:
            self.faults.append("the token stands in the header Authorization, and nowhere else")
            return refusal(_TOKEN_REFUSED, status=401)
        if request.method != "POST" or not path.path.startswith(_VERSION):
            faults = [f"{request.method} {path.path}: no such endpoint"]
        else:
            faults = list(self.faults_of(path.path.removeprefix(_VERSION), request.content))
        self.faults += faults
        return refusal(_INVALID) if faults else Answer(content=self.accepted(path.path.removeprefix(_VERSION)))


def refusal(code: int, *, status: int = 400, transient: bool = False, after: int | None = None) -> Answer:
    """An error as the Graph API answers it, to be given to `answer_next`."""
    error = {"message": "(#0) What a person wrote", "type": "OAuthException", "code": code, "fbtrace_id": "AbC"}
    headers = {} if after is None else {"Retry-After": str(after)}
    return Answer(status, {"error": error | ({"is_transient": True} if transient else {})}, headers)


def moment(sent_at: float | None) -> float:
    return time.time() if sent_at is None else sent_at


def faults_of_fields(name: str, content: Any, required: Set[str], optional: Set[str] = frozenset()) -> Iterator[str]:
    """Fields that are missing, and fields that the documentation does not know."""
    given = set(content) if isinstance(content, dict) else set()
    if required - given or given - required - optional:
        yield f"{name}: has {sorted(given)}, must have {sorted(required)}, may have {sorted(optional)}"


def faults_of_text(name: str, text: Any, most: int) -> Iterator[str]:
    if not isinstance(text, str) or not text.strip() or len(text) > most:
        yield f"{name}: 1 to {most} letters"


def faults_of_count(name: str, several: Any, most: int) -> Iterator[str]:
    if not isinstance(several, list) or not 1 <= len(several) <= most:
        yield f"{name}: 1 to {most}"


def faults_of_address(name: str, address: Any) -> Iterator[str]:
    if urlsplit(str(address)).scheme not in ("http", "https"):
        yield f"{name}: http or https"


def faults_of_twins(name: str, several: list[Any]) -> Iterator[str]:
    if len(set(several)) < len(several):
        yield f"{name}: each must be unlike the others"
