"""Conversations that a person of the desk has taken over: who, where and since when, never what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from index.directory.database import Connection, Engine, writing
from webhook.storage.safe import Safe
from webhook.storage.tables import answered_message, hand_over
from webhook.storage.times import stamp


@dataclass(frozen=True)
class HandOver:
    """One conversation at the desk.

    person: keyed digest that tells people apart. recipient: as the platform names them. begun_at, waiting_since: unix
    seconds; the person waits for no answer where it is None.
    """

    person: str
    channel: str
    recipient: str
    language: str
    begun_at: float
    waiting_since: float | None


@dataclass(frozen=True)
class HandOvers:
    """The table of them, with recipients encrypted. Writing raises OperationalError while an import writes."""

    engine: Engine
    safe: Safe

    def begin(self, person: str, channel: str, recipient: str, language: str, at: float) -> bool:
        """The person waits from now on; False where the desk has the conversation already."""
        with writing(self.engine) as connection:
            if _row(connection, person):
                return False
            connection.execute(
                insert(hand_over).values(
                    person_hash=person,
                    channel=channel,
                    recipient=self.safe.lock(recipient),
                    language=language,
                    begun_at=at,
                    waiting_since=at,
                )
            )
        return True

    def find(self, person: str) -> HandOver | None:
        """The conversation, where the desk has it."""
        with self.engine.connect() as connection:
            row = _row(connection, person)
        return self._read(row) if row else None

    def wait(self, person: str, since: float) -> None:
        """The person has written; who waits already has waited since the earlier message."""
        waits_later = hand_over.c.waiting_since.is_(None) | (hand_over.c.waiting_since > since)
        with writing(self.engine) as connection:
            connection.execute(
                update(hand_over).where(hand_over.c.person_hash == person, waits_later).values(waiting_since=since)
            )

    def answer(self, person: str) -> None:
        """Somebody of the desk has written: nobody waits."""
        with writing(self.engine) as connection:
            connection.execute(update(hand_over).where(hand_over.c.person_hash == person).values(waiting_since=None))

    def end(self, person: str) -> HandOver | None:
        """Forget one; what it was, None where there was none."""
        return next(iter(self._end(hand_over.c.person_hash == person)), None)

    def end_waiting(self, since: float) -> tuple[HandOver, ...]:
        """Forget all who have waited since then or longer. Each is returned to one caller only."""
        return self._end(hand_over.c.waiting_since <= since)

    def end_old(self, begun: float) -> tuple[HandOver, ...]:
        """Forget all that began then or earlier and where nobody waits."""
        return self._end((hand_over.c.begun_at <= begun) & hand_over.c.waiting_since.is_(None))

    def is_said(self, key: str) -> bool:
        """Whether a message of the desk, by keyed digest, has gone to its person."""
        with self.engine.connect() as connection:
            return _is_noted(connection, key)

    def note_said(self, key: str, at: datetime) -> None:
        """It has; kept as long as the ids of people's own messages."""
        with writing(self.engine) as connection:
            if not _is_noted(connection, key):
                connection.execute(insert(answered_message).values(key_hash=key, at=stamp(at.astimezone(UTC))))

    def _end(self, which: Any) -> tuple[HandOver, ...]:
        # Mostly there is none, and reading disturbs nobody.
        with self.engine.connect() as connection:
            if connection.execute(select(hand_over.c.person_hash).where(which).limit(1)).first() is None:
                return ()
        with writing(self.engine) as connection:
            rows = connection.execute(select(hand_over).where(which)).all()
            connection.execute(delete(hand_over).where(which))
        return tuple(found for row in rows if (found := self._read(row)))

    def _read(self, row: Any) -> HandOver | None:
        """None where it was written with another secret key: nobody can be reached by it."""
        recipient = self.safe.unlock(row.recipient)
        if recipient is None:
            return None
        return HandOver(row.person_hash, row.channel, recipient, row.language, row.begun_at, row.waiting_since)


def _row(connection: Connection, person: str) -> Any:
    return connection.execute(select(hand_over).where(hand_over.c.person_hash == person)).first()


def _is_noted(connection: Connection, key: str) -> bool:
    found = select(answered_message.c.key_hash).where(answered_message.c.key_hash == key)
    return connection.execute(found).first() is not None
