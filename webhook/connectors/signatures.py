"""Signatures by a shared secret, HMAC-SHA256 in hexadecimal digits, compared without telling how far they agree."""

from __future__ import annotations

import hashlib
import hmac
import re

from webhook.refusals import Refusal

# How old a signed request may be, in seconds, and how far clocks may differ.
REPLAY_WINDOW = 300.0
_MOMENT = re.compile(r"[0-9]{1,12}")


def sign(secret: str, content: bytes) -> str:
    """64 hexadecimal digits."""
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def check(secret: str, content: bytes, given: str | None) -> None:
    """Raises Refusal (`not_signed`, `wrong_signature`) unless `given` is the content's signature."""
    check_secret(sign(secret, content), given.lower() if given else None)


def check_secret(expected: str, given: str | None) -> None:
    """The same for a secret that is sent as it is."""
    if not given:
        raise Refusal("not_signed")
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogateescape")):
        raise Refusal("wrong_signature")


def stamped(timestamp: str, body: bytes) -> bytes:
    """What the generic webhook and the desk sign: the time and the body, so that neither can be replaced."""
    return timestamp.encode("ascii", "replace") + b"." + body


def check_stamped(secret: str, timestamp: str | None, body: bytes, given: str | None, now: float) -> None:
    """Raises Refusal for a missing or wrong signature, and `wrong_signature` for a time outside the replay window."""
    if not timestamp:
        raise Refusal("not_signed")
    check(secret, stamped(timestamp, body), given)
    if not _MOMENT.fullmatch(timestamp) or abs(now - int(timestamp)) > REPLAY_WINDOW:
        raise Refusal("wrong_signature")
