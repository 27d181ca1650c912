"""How often somebody may be wrong: per name, per address, per second factor; known browsers are counted apart."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cache

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from webhook.parts import now, parts
from webhook.proxies import caller_key
from webhook.storage import attempts
from webhook.storage.accounts import folded
from webhook.storage.safe import Safe

_ADDRESS_MINUTES = 15
_KNOWN_SECONDS = 180 * 86400
_SIGN_IN = "/staff/sign-in"


@cache
def _safe(secret_key: str) -> Safe:
    return Safe(secret_key)


def safe() -> Safe:
    """What encrypts and digests with this application's key."""
    return _safe(str(current_app.secret_key))


@dataclass(frozen=True)
class Attempt:
    """One attempt to sign in, already counted as failed. `wait`: minutes for which none may be made."""

    key: str
    address: str | None
    wait: int

    def succeeded(self) -> None:
        """It was none of the failures."""
        engine = parts().storage().engine
        attempts.forget(engine, self.key)
        if self.address:
            attempts.take_back(engine, self.address)

    def minutes_left(self) -> int:
        """How long no further one may be made by the same way; it tells nothing of other ways."""
        return self.wait or attempts.minutes_locked(parts().storage().engine, self.key, now())


def begin_sign_in(name: str) -> Attempt:
    """Count an attempt with a name, whether an account has it or not.

    A browser that has signed in with the name before has a count of its own, and its office's address is not looked
    at: strangers who guess lock neither out.
    """
    engine, settings, at = parts().storage().engine, parts().settings, now()
    device, address = _known_device(name), None
    if device is None:
        address = _key(f"address {caller_key()}", "address")
        limit = attempts.Limit(settings.staff_address_failures, _ADDRESS_MINUTES)
        wait = attempts.begin_attempt(engine, address, at, limit)
        if wait:
            return Attempt("", address, wait)
    key = _key(folded(name), device or "name")
    return Attempt(key, address, attempts.begin_attempt(engine, key, at, _by_name()))


def begin_code(name: str) -> Attempt:
    """Count an attempt with a code of the second factor."""
    return _begin_by(name, "code")


def begin_change(name: str) -> Attempt:
    """Count an attempt to change a password by who is signed in, whom no stranger's attempts may hinder."""
    return _begin_by(name, "change")


def minutes_locked(name: str) -> int:
    """How long a name stays locked, by whichever way; 0 when it is not."""
    return attempts.minutes_locked(parts().storage().engine, _who(folded(name)), now())


def unlock(name: str) -> None:
    """Forget everybody's failures with a name."""
    attempts.forget(parts().storage().engine, _who(folded(name)))


def remember_device(response: Response, name: str) -> Response:
    """Let this browser be known by the name that it signed in with."""
    device = _known_device(name) or secrets.token_hex(8)
    response.set_cookie(
        _cookie(name), _signer().dumps([_who(folded(name)), device]), max_age=_KNOWN_SECONDS, path=_SIGN_IN,
        httponly=True, samesite="Strict", secure=request.is_secure,
    )  # fmt: skip
    return response


def _known_device(name: str) -> str | None:
    try:
        who, device = _signer().loads(request.cookies.get(_cookie(name), ""), max_age=_KNOWN_SECONDS)
    except (BadSignature, ValueError, TypeError):
        return None
    return str(device) if who == _who(folded(name)) else None


def _begin_by(name: str, way: str) -> Attempt:
    key = _key(folded(name), way)
    return Attempt(key, None, attempts.begin_attempt(parts().storage().engine, key, now(), _by_name()))


def _by_name() -> attempts.Limit:
    return attempts.Limit(parts().settings.staff_lock_failures, parts().settings.staff_lock_minutes)


def _cookie(name: str) -> str:
    return f"kelrodis_known_{_who(folded(name))[:8]}"


def _who(text: str) -> str:
    return safe().keyed_digest(text)[: attempts.HALF]


def _key(who: str, way: str) -> str:
    return _who(who) + safe().keyed_digest(way)[: attempts.HALF]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="kelrodis known browser")
