"""Answers on their way to messaging platforms, and which messages have been answered: keys, ids and digests of them.

Several processes may share it. Where answers go stands here as the caller has sealed it.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import Any

import dacite
from sqlalchemy import Table, and_, delete, exists, func, insert, not_, or_, select, update

from index.directory.database import Connection, Engine, writing
from webhook.connectors.delivery.letters import Content, Letter, read_content
from webhook.storage.tables import answered_message, outbox, sent_message
from webhook.storage.times import stamp

_log = logging.getLogger("webhook.delivery")


def put(engine: Engine, key_hash: str, letter: Letter | None, at: float) -> bool:
    """Note a message as answered and, with it or not at all, keep its answer. False: it was answered before.

    key_hash: keyed digest of the message's channel and id. letter: sealed; None where silence is the answer. One that
    erases takes the place of all that still waits for the same person: nothing is said to somebody who has left.
    at: unix seconds. Raises OperationalError while the database cannot be written.
    """
    with writing(engine) as connection:
        if _has_answered(connection, key_hash):
            return False
        connection.execute(insert(answered_message).values(key_hash=key_hash, at=_stamp(at)))
        if letter is not None:
            if letter.content.erase:
                earlier = and_(outbox.c.channel == letter.channel, outbox.c.person_hash == letter.person)
                connection.execute(delete(outbox).where(earlier))
            connection.execute(insert(outbox).values(**_row(letter)))
    return True


def is_answered(engine: Engine, key_hash: str) -> bool:
    """Whether a message has been answered by any process, in the last two days."""
    with engine.connect() as connection:
        return _has_answered(connection, key_hash)


def take_due(engine: Engine, channel: str, now: float, most: int, hold_seconds: float) -> tuple[Letter, ...]:
    """Take letters in hand, urgent ones first; nobody else takes them for so many seconds.

    Of one person's letters only the first is ever taken: the others stay while it waits or is in somebody's hand, so
    that answers arrive in their order. An urgent letter stands before the ones that are not. Of several people's
    letters those with fewer tries come first, so that one that a platform never takes does not keep the others.
    Writes nothing when nothing is due.
    """
    wanted = (
        select(outbox)
        .where(outbox.c.channel == channel, outbox.c.due_at <= now, _is_first())
        .order_by(outbox.c.urgent.desc(), outbox.c.tries, outbox.c.id)
        .limit(most)
    )
    with engine.connect() as connection:
        if connection.execute(wanted).first() is None:
            return ()
    with writing(engine) as connection:
        rows = connection.execute(wanted).all()
        letters = {row.id: _letter_of(row) for row in rows}
        unreadable = [letter_id for letter_id, letter in letters.items() if letter is None]
        connection.execute(delete(outbox).where(outbox.c.id.in_(unreadable)))
        connection.execute(update(outbox).where(outbox.c.id.in_(letters)).values(due_at=now + hold_seconds))
    if unreadable:
        _log.error("%s: %d answers cannot be read and are dropped", channel, len(unreadable))
    return tuple(letter for letter in letters.values() if letter is not None)


def next_due(engine: Engine, channel: str) -> float | None:
    """When a letter of the channel may be taken next, in unix seconds, which may be past; None where there is none."""
    with engine.connect() as connection:
        earliest = select(func.min(outbox.c.due_at)).where(outbox.c.channel == channel, _is_first())
        found: float | None = connection.execute(earliest).scalar()
        return found


def note_sent(engine: Engine, letter_id: int, pieces: int, held_until: float) -> None:
    """The platform has taken so many of the letter's messages; it stays in hand until then (unix seconds)."""
    later = update(outbox).where(outbox.c.id == letter_id, outbox.c.sent < pieces)
    with writing(engine) as connection:
        connection.execute(later.values(sent=pieces, due_at=held_until))


def postpone(engine: Engine, letter_id: int, until: float) -> None:
    """A try has failed; the next one is not before `until` (unix seconds)."""
    with writing(engine) as connection:
        tried = update(outbox).where(outbox.c.id == letter_id)
        connection.execute(tried.values(due_at=until, tries=outbox.c.tries + 1))


def remove(engine: Engine, letter_id: int) -> None:
    """It has arrived, or never will."""
    with writing(engine) as connection:
        connection.execute(delete(outbox).where(outbox.c.id == letter_id))


def drop_older(engine: Engine, before: float) -> Mapping[str, int]:
    """Remove letters made before `before` (unix seconds), also in part sent. How many, by channel."""
    old = outbox.c.made_at < before
    with engine.connect() as connection:
        if connection.execute(select(outbox.c.id).where(old)).first() is None:
            return {}
    with writing(engine) as connection:
        dropped = Counter[str](connection.execute(select(outbox.c.channel).where(old)).scalars())
        connection.execute(delete(outbox).where(old))
    return dropped


def leave_no_trace(engine: Engine) -> None:
    """Empty the log beside an SQLite file, in which what was removed could be read until it is written over.

    Does nothing while somebody reads or writes, and in other databases.
    """
    if engine.dialect.name != "sqlite":
        return
    with closing(engine.raw_connection()) as raw, suppress(engine.dialect.dbapi.OperationalError):
        raw.execute("PRAGMA busy_timeout = 0")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def is_there(engine: Engine, letter_id: int) -> bool:
    """Whether a letter is still to be sent."""
    with engine.connect() as connection:
        return connection.execute(select(outbox.c.id).where(outbox.c.id == letter_id)).first() is not None


def waiting(engine: Engine, channel: str) -> Mapping[int, str]:
    """Letters of the channel that have not arrived, those in hand too: their person's digest by their id."""
    with engine.connect() as connection:
        rows = connection.execute(select(outbox.c.id, outbox.c.person_hash).where(outbox.c.channel == channel))
        return {row.id: row.person_hash for row in rows}


def forget_answered(engine: Engine, before: float) -> None:
    """Forget which messages were answered before `before` (unix seconds): no platform sends them again by then."""
    _forget(engine, answered_message, before)


def remember_sent(engine: Engine, person: str, message_id: str, at: float) -> None:
    """Keep the platform's id of a message of the bot's, so that it can be deleted there. at: unix seconds."""
    with writing(engine) as connection:
        connection.execute(insert(sent_message).values(person_hash=person, message_id=message_id, at=_stamp(at)))


def sent_to(engine: Engine, person: str) -> tuple[str, ...]:
    """The platform's ids of the bot's messages to a person, oldest first."""
    wanted = select(sent_message.c.message_id).where(sent_message.c.person_hash == person).order_by(sent_message.c.id)
    with engine.connect() as connection:
        return tuple(connection.execute(wanted).scalars())


def forget_sent(engine: Engine, person: str, message_ids: Iterable[str]) -> None:
    """They are deleted there."""
    gone = and_(sent_message.c.person_hash == person, sent_message.c.message_id.in_(tuple(message_ids)))
    with writing(engine) as connection:
        connection.execute(delete(sent_message).where(gone))


def forget_old_sent(engine: Engine, before: float) -> None:
    """Forget ids of messages sent before `before` (unix seconds), which no platform deletes any more."""
    _forget(engine, sent_message, before)


def _forget(engine: Engine, table: Table, before: float) -> None:
    with writing(engine) as connection:
        connection.execute(delete(table).where(table.c.at < _stamp(before)))


def _has_answered(connection: Connection, key_hash: str) -> bool:
    wanted = select(answered_message.c.key_hash).where(answered_message.c.key_hash == key_hash)
    return connection.execute(wanted).first() is not None


def _is_first() -> Any:  # SQLAlchemy 1.4 has no types
    """Of one person's letters the urgent one, else the oldest."""
    other = outbox.alias()
    is_before = or_(
        and_(other.c.urgent, not_(outbox.c.urgent)),
        and_(other.c.urgent == outbox.c.urgent, other.c.id < outbox.c.id),
    )
    theirs = and_(other.c.channel == outbox.c.channel, other.c.person_hash == outbox.c.person_hash)
    return not_(exists().where(theirs, is_before))


def _row(letter: Letter) -> dict[str, Any]:
    return {
        "channel": letter.channel,
        "person_hash": letter.person,
        "recipient": letter.recipient,
        "content": json.dumps(letter.content.as_json()),
        "urgent": letter.urgent,
        "sent": letter.sent,
        "tries": letter.tries,
        "made_at": letter.made_at,
        "due_at": letter.made_at,
    }


def _letter_of(row: Any) -> Letter | None:
    """None for one that another version wrote and this one cannot read."""
    content = _content_of(row.content)
    if content is None:
        return None
    return Letter(
        channel=row.channel,
        person=row.person_hash,
        recipient=row.recipient,
        content=content,
        made_at=row.made_at,
        urgent=row.urgent,
        sent=row.sent,
        tries=row.tries,
        id=row.id,
    )


def _content_of(text: str) -> Content | None:
    try:
        return read_content(json.loads(text))
    except (ValueError, TypeError, dacite.DaciteError):
        return None


def _stamp(at: float) -> str:
    return stamp(datetime.fromtimestamp(at, UTC))
