"""Browsers that are signed in. A session ends by sign-out, idle, after long use, and with its account's generation."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from index.directory.database import Engine, OperationalError, writing
from webhook.staff import Account
from webhook.storage.accounts import account_of
from webhook.storage.safe import digest
from webhook.storage.tables import account, staff_session
from webhook.storage.times import stamp, stamp_before

# Seconds between two notes that a session is alive: looking things up writes nothing.
_NOTED_EVERY = 60


@dataclass(frozen=True)
class Lifetime:
    """Minutes that a session lives without use, and in all."""

    idle: int
    whole: int


def begin(engine: Engine, account_id: int, at: datetime, generation: int | None = None) -> str:
    """A new session's token, which only the browser knows. generation: of the account; else the one of now."""
    token = secrets.token_urlsafe(32)
    now = select(account.c.generation).where(account.c.id == account_id).scalar_subquery()
    with writing(engine) as connection:
        connection.execute(
            insert(staff_session).values(
                token_hash=digest(token),
                account_id=account_id,
                generation=now if generation is None else generation,
                begun_at=stamp(at),
                seen_at=stamp(at),
            )
        )
        connection.execute(update(account).where(account.c.id == account_id).values(signed_in_at=stamp(at)))
    return token


def find(engine: Engine, token: str, at: datetime, lives: Lifetime) -> Account | None:
    """Whose session it is, and that it is in use; None when it is over."""
    wanted = staff_session.c.token_hash == digest(token)
    with engine.connect() as connection:
        row = connection.execute(
            select(account, staff_session.c.seen_at)
            .join(staff_session, staff_session.c.account_id == account.c.id)
            .where(
                wanted,
                account.c.active,
                staff_session.c.generation == account.c.generation,
                staff_session.c.seen_at > stamp_before(at, minutes=lives.idle),
                staff_session.c.begun_at > stamp_before(at, minutes=lives.whole),
            )
        ).first()
        found = account_of(connection, row) if row else None
    if row and row.seen_at < stamp_before(at, seconds=_NOTED_EVERY):
        # While an import writes, looking things up goes on; the next look-up notes it.
        with suppress(OperationalError), writing(engine, patience=0) as connection:
            connection.execute(update(staff_session).where(wanted).values(seen_at=stamp(at)))
    return found


def end(engine: Engine, token: str) -> None:
    """Whoever holds the token is signed out."""
    with writing(engine) as connection:
        connection.execute(delete(staff_session).where(staff_session.c.token_hash == digest(token)))


def forget_old(engine: Engine, at: datetime, lives: Lifetime) -> None:
    """Take away what is over anyway."""
    with writing(engine) as connection:
        connection.execute(
            delete(staff_session).where(
                (staff_session.c.begun_at <= stamp_before(at, minutes=lives.whole))
                | (staff_session.c.seen_at <= stamp_before(at, minutes=lives.idle))
            )
        )
