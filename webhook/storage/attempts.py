"""Failed sign-ins in a row, and the locks that they bring; counted before the answer is known, so that a burst of
attempts gets no more of them than one after another would."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update

from index.directory.database import Engine, writing
from webhook.storage.tables import attempt
from webhook.storage.times import stamp, stamp_before

# A key's first half says who, the second by which way, so that all of somebody's locks can be undone together.
HALF = 32
# A lock doubles with each one that follows, up to this.
_LONGEST_MINUTES = 240
_FORGOTTEN_AFTER_HOURS = 24


@dataclass(frozen=True)
class Limit:
    """So many failures in a row, then so many minutes of waiting, and twice as many the next time."""

    failures: int
    minutes: int

    def wait_after(self, failures: int) -> int:
        """Minutes to wait after so many failures; 0 for none."""
        rounds, rest = divmod(failures, self.failures)
        return 0 if rest or not rounds else min(self.minutes * 2 ** (rounds - 1), _LONGEST_MINUTES)


def begin_attempt(engine: Engine, key: str, at: datetime, limit: Limit) -> int:
    """Count an attempt as failed until `forget` says otherwise. Returns minutes to wait; 0: it may be made."""
    with writing(engine) as connection:
        row = connection.execute(select(attempt).where(attempt.c.key_hash == key)).first()
        if row and row.locked_until and row.locked_until > stamp(at):
            return _minutes_until(row.locked_until, at)
        is_new = row is None or row.failed_at < stamp_before(at, hours=_FORGOTTEN_AFTER_HOURS)
        failures = 1 if is_new else row.failures + 1
        wait = limit.wait_after(failures)
        values = {
            "failures": failures,
            "failed_at": stamp(at),
            "locked_until": stamp(at + timedelta(minutes=wait)) if wait else None,
        }
        if row is None:
            connection.execute(insert(attempt).values(key_hash=key, **values))
        else:
            connection.execute(update(attempt).where(attempt.c.key_hash == key).values(**values))
        connection.execute(delete(attempt).where(attempt.c.failed_at < stamp_before(at, hours=_FORGOTTEN_AFTER_HOURS)))
    return 0


def minutes_locked(engine: Engine, beginning: str, at: datetime) -> int:
    """How long the longest lock still lasts among keys that begin so; 0 for none."""
    with engine.connect() as connection:
        until = connection.execute(select(func.max(attempt.c.locked_until)).where(_begins(beginning))).scalar()
    return _minutes_until(until, at) if until and until > stamp(at) else 0


def forget(engine: Engine, beginning: str) -> None:
    """Failures of all keys that begin so: after a success, or when an administrator unlocks."""
    with writing(engine) as connection:
        connection.execute(delete(attempt).where(_begins(beginning)))


def take_back(engine: Engine, key: str) -> None:
    """An attempt that succeeded is no failure; the others of the same key stay."""
    with writing(engine) as connection:
        fewer = {"failures": attempt.c.failures - 1, "locked_until": None}
        connection.execute(update(attempt).where(attempt.c.key_hash == key, attempt.c.failures > 0).values(**fewer))


def _begins(beginning: str):  # type: ignore[no-untyped-def]  # SQLAlchemy 1.4 has no types
    return func.substr(attempt.c.key_hash, 1, len(beginning)) == beginning


def _minutes_until(until: str, at: datetime) -> int:
    return math.ceil((datetime.fromisoformat(until) - at).total_seconds() / 60)
