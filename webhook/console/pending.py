"""Somebody whose password was right and whose second factor is still to come; the cookie holds it for minutes."""

from __future__ import annotations

from dataclasses import dataclass

from flask import session

from webhook.console.locks import safe
from webhook.console.places import safe_place
from webhook.console.presence import leave
from webhook.parts import now, parts
from webhook.storage import accounts
from webhook.storage.accounts import Credentials

_KEY = "staff_pending"
_SECONDS = 600


@dataclass(frozen=True)
class Pending:
    """Whose sign-in is half done, and where it leads; `proposed`: the secret that is being enrolled."""

    credentials: Credentials
    place: str
    proposed: str | None


def begin_pending(credentials: Credentials, place: str) -> None:
    """Forget what the cookie held, and remember the half that is done."""
    language = session.get("staff_language")
    leave()
    session[_KEY] = {
        "id": credentials.account.id,
        "generation": credentials.generation,
        "at": int(now().timestamp()),
        "place": place,
    }
    if language:
        session["staff_language"] = language


def read_pending() -> Pending | None:
    """None when nothing is half done, or it took too long, or the account has changed meanwhile."""
    kept = session.get(_KEY)
    if not isinstance(kept, dict) or now().timestamp() - kept["at"] > _SECONDS:
        return None
    credentials = accounts.credentials_by_id(parts().storage().engine, kept["id"])
    if credentials is None or credentials.generation != kept["generation"]:
        return None
    proposed = kept.get("proposed")
    return Pending(credentials, safe_place(kept["place"]), safe().unlock(proposed) if proposed else None)


def propose(secret: str) -> None:
    """Remember the secret that is being enrolled, encrypted, until a code proves that an app has it."""
    session[_KEY] = {**session[_KEY], "proposed": safe().lock(secret)}
