"""Makes requests to platforms, and says of each answer whether to try again."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

from webhook.connectors.protocol import Call, TryAgain, Undeliverable

# Seconds to connect, and between two bytes of an answer.
_TIMEOUTS = (3.05, 10.0)
_TOO_MANY, _REQUEST_TIMEOUT, _OUR_LIMIT = 429, 408, 500
_LONGEST_WAIT = 300.0
_local = threading.local()
# Its warnings name whole addresses, and Telegram's hold the bot's token.
logging.getLogger("urllib3").setLevel(logging.ERROR)


def make_call(call: Call, judge: Callable[[requests.Response], None] = lambda answer: None) -> requests.Response:
    """The platform's answer, where it took the request.

    judge: sees every answer before its status decides, and raises TryAgain or Undeliverable where a platform says
    more in the body.
    Raises TryAgain where it cannot be reached, is late, asks to wait (429) or has a fault of its own (5xx), and
    Undeliverable for everything else that is no success. No text of either goes into an exception.
    """
    body = call.signed if call.signed is not None else json.dumps(call.body, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", **call.headers}
    try:
        answer = _session().request(
            call.method, call.url, data=body, headers=headers, timeout=_TIMEOUTS, allow_redirects=False
        )
    except requests.Timeout:
        raise TryAgain("late") from None
    except requests.RequestException:
        raise TryAgain("unreachable") from None
    judge(answer)
    if answer.ok and not answer.is_redirect:
        return answer
    if answer.status_code in (_TOO_MANY, _REQUEST_TIMEOUT) or answer.status_code >= _OUR_LIMIT:
        raise TryAgain(f"status_{answer.status_code}", retry_after(answer.headers.get("Retry-After")))
    raise Undeliverable(f"status_{answer.status_code}")


def retry_after(text: str | None) -> float | None:
    """Seconds of a Retry-After header, in either of its forms; None where there is none that can be read."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):  # the second: a date without its zone
            return None
    return min(max(seconds, 0.0), _LONGEST_WAIT) if seconds == seconds else None  # NaN is no number of seconds


def _session() -> requests.Session:
    """One for each thread, whose connections are used again."""
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
    session: requests.Session = _local.session
    return session
