"""The second factor: time-based codes (RFC 6238), the picture that an app reads, and codes for a lost telephone."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime

import pyotp
import segno
from markupsafe import Markup

_ISSUER = "Kelrodis"
_STEP_SECONDS = 30
# Telephones' clocks go wrong by so many steps and are believed all the same.
_STEPS_AROUND = (0, -1, 1)
_RECOVERY_CODES = 10
# Without signs that look alike.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_GAPS = re.compile(r"[\s-]+")


def new_secret() -> str:
    """160 random bits in base32, as apps want them."""
    return pyotp.random_base32()


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The time step that a code belongs to; None when it is not right now."""
    totp, typed = pyotp.TOTP(secret), _GAPS.sub("", code)
    step_now = int(at.timestamp()) // _STEP_SECONDS
    right = None
    for away in _STEPS_AROUND:
        if hmac.compare_digest(totp.at((step_now + away) * _STEP_SECONDS).encode(), typed.encode()) and right is None:
            right = step_now + away
    return right


def picture(secret: str, name: str) -> Markup:
    """The QR code for an app, as SVG without any style of its own."""
    address = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER)
    drawn = segno.make(address, error="m").svg_inline(scale=4, border=2, dark="#000000", light="#ffffff", omitsize=True)
    return Markup(drawn)  # made of modules alone: nothing typed is in it


def spelled(secret: str) -> str:
    """In groups of four, for whoever types it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def new_recovery_codes() -> tuple[str, ...]:
    """Each works once, in place of a code: 50 bits, `abcde-fghjk`."""
    return tuple(f"{_letters()}-{_letters()}" for _ in range(_RECOVERY_CODES))


def as_kept(typed: str) -> str:
    """A recovery code as it was given out, however somebody types it."""
    bare = _GAPS.sub("", typed).casefold()
    return f"{bare[:5]}-{bare[5:]}"


def _letters() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(5))
