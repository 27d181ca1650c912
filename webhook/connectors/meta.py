"""What Messenger and WhatsApp share: Meta's signature and handshake, the Graph API's faults, reading its JSON.

Sources: https://developers.facebook.com/docs/graph-api/webhooks/getting-started and
https://developers.facebook.com/docs/graph-api/guides/error-handling.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from webhook.connectors.calls import make_call, retry_after
from webhook.connectors.protocol import Call, Request, TryAgain, Undeliverable
from webhook.connectors.signatures import check, check_secret
from webhook.refusals import Refusal

_log = logging.getLogger("webhook.connectors")
_SCHEME = "sha256="
# The reason of an access token that is no longer taken.
TOKEN = "token"
# A moment in milliseconds has 13 digits; more is none.
_LONGEST_MOMENT = 16


def verify(secret: str, request: Request) -> None:
    """Raises Refusal unless X-Hub-Signature-256 is the raw body's signature by the app secret.

    Meta signs no time, so an event sent again passes here: it has the same message id, which is answered once.
    """
    given = request.headers.get("X-Hub-Signature-256")
    check(secret, request.body, given.removeprefix(_SCHEME) if given else None)


def greet(verify_token: str | None, request: Request) -> str:
    """The challenge of Meta's handshake, where it knows the verify token. Raises Refusal."""
    asked = request.arguments
    if asked.get("hub.mode") != "subscribe" or not verify_token:
        raise Refusal("not_signed")
    check_secret(verify_token, asked.get("hub.verify_token"))
    return asked.get("hub.challenge", "")


class Answer(Protocol):
    """What came back over HTTP. ok: the status is below 400."""

    @property
    def ok(self) -> bool: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def json(self) -> Any:
        """Raises ValueError where it is no JSON."""


@dataclass(frozen=True)
class Faults:
    """A product's error codes: `later` to try again, after so many seconds where that is published; `never`: why."""

    later: Mapping[int, float | None]
    never: Mapping[int, str]


def ask(call: Call, channel: str, faults: Faults) -> Any:
    """The Graph API's answer, as JSON; None where it is none.

    Raises TryAgain or Undeliverable by the code of its error, which says more than the HTTP status: a rate limit, too,
    comes as 400. Where the code is not known the status decides, as for everybody.
    """
    return _json(make_call(call, lambda answer: judge(channel, faults, answer)))


def judge(channel: str, faults: Faults, answer: Answer) -> None:
    """Raises TryAgain or Undeliverable where the Graph API's answer holds an error whose code is known."""
    error = under(_json(answer), "error")
    given = under(error, "code")
    code = given if isinstance(given, int) else -1
    if code in faults.later or under(error, "is_transient") is True:
        raise TryAgain(f"code_{code}", retry_after(answer.headers.get("Retry-After")) or faults.later.get(code))
    reason = faults.never.get(code)
    if reason == TOKEN:
        _tell_of_token(channel)
    if reason or (error and answer.ok):
        raise Undeliverable(reason or f"code_{code}")


def _json(answer: Answer) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


@cache
def _tell_of_token(channel: str) -> None:
    """Once: a token comes from the environment, so that a new one comes with a new process."""
    _log.error("%s no longer takes its access token: nobody is answered there until it has a new one", channel)


def under(content: Any, *keys: str) -> Any:
    """What lies under these keys, one within the other; None where the content has another shape."""
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else None
    return content


def listed(content: Any, *keys: str) -> Iterator[Any]:
    """The members of the list there; none where no list is there."""
    found = under(content, *keys)
    yield from found if isinstance(found, list) else ()


def word(content: Any, *keys: str) -> str:
    """The text there; empty where no text is there."""
    found = under(content, *keys)
    return found if isinstance(found, str) else ""


def moment(content: Any, key: str, per_second: int = 1) -> float | None:
    """Unix seconds of a time, which Meta writes as a number or as its digits."""
    digits = str(under(content, key))
    if not digits.isascii() or not digits.isdecimal() or len(digits) > _LONGEST_MOMENT:
        return None
    return int(digits) / per_second


def position(latitude: Any, longitude: Any) -> tuple[float, float] | None:
    """A place on earth, in degrees; None for anything else."""
    if not all(isinstance(degrees, int | float) for degrees in (latitude, longitude)):
        return None
    return (float(latitude), float(longitude)) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
