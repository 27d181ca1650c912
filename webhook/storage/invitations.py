"""Links by which institutions look at their own records: only a hash of each is kept, and it opens once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import insert, select, update

from index.directory.database import Connection, Engine, writing
from index.directory.keys import Key
from webhook.storage.tables import invitation
from webhook.storage.times import stamp

LIFETIME = timedelta(days=14)
State = Literal["open", "used", "expired"]


@dataclass(frozen=True)
class Invitation:
    """`expires_at` is UTC (ISO)."""

    key: Key
    created_by: str
    expires_at: str
    state: State


def invite(engine: Engine, key: Key, token: str, actor: str, now: datetime) -> Invitation:
    """Remember that whoever has this token may speak for a record until two weeks from now."""
    expires_at = stamp(now + LIFETIME)
    row = {
        "token_hash": _hash(token), "kind": key.kind, "record_id": key.id, "created_at": stamp(now),
        "created_by": actor, "expires_at": expires_at,
    }  # fmt: skip
    with writing(engine) as connection:
        connection.execute(insert(invitation).values(row))
    return Invitation(key, actor, expires_at, "open")


def find_invitation(engine: Engine, token: str, now: datetime) -> Invitation | None:
    """The invitation of a token, used and expired ones too."""
    with engine.connect() as connection:
        row = connection.execute(select(invitation).where(invitation.c.token_hash == _hash(token))).first()
    if row is None:
        return None
    state: State = "used" if row.used_at else "expired" if row.expires_at <= stamp(now) else "open"
    return Invitation(Key(row.kind, row.record_id), row.created_by, row.expires_at, state)


def use_invitation(connection: Connection, token: str, now: datetime) -> bool:
    """Use it up, within the transaction that writes the answer; False where somebody was faster or it has expired."""
    still_open = invitation.c.used_at.is_(None) & (invitation.c.expires_at > stamp(now))
    taken = update(invitation).where(invitation.c.token_hash == _hash(token), still_open).values(used_at=stamp(now))
    return bool(connection.execute(taken).rowcount)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
