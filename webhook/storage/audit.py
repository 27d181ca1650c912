"""The log of what was done: sign-ins, account changes, exports, and the directory's own changes in the same view."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, literal, select, union_all

from index.directory.database import Connection, Engine, writing
from index.directory.tables import change
from index.hours import VILNIUS
from webhook.storage.tables import audit
from webhook.storage.times import stamp, stamp_before

# Triggers keep what is younger; see the migration.
SHORTEST_RETENTION = 30
# What the log calls a change of the directory: `directory_edit`, `directory_undo` …
_DIRECTORY = "directory_"
_AT_ONCE = 500


@dataclass(frozen=True)
class Entry:
    """Something that was done: when (UTC, ISO), by whom, what, to what, and more about it."""

    at: str
    actor: str
    action: str
    subject: str
    detail: str


@dataclass(frozen=True)
class Filter:
    """What to show: days (ISO, both included), an account's name, and what an action's name begins with.

    Days are those of Lithuania.
    """

    since: str = ""
    until: str = ""
    actor: str = ""
    action: str = ""


def record(engine: Engine, actor: str, action: str, subject: str = "", detail: str = "") -> None:
    """Write down that somebody did something. Never what residents wrote, never a password."""
    with writing(engine) as connection:
        write(connection, actor, action, subject, detail)


def write(connection: Connection, actor: str, action: str, subject: str = "", detail: str = "") -> None:
    """The same within a transaction, so that nothing happens without being written down."""
    at = stamp(datetime.now(UTC))
    connection.execute(insert(audit).values(at=at, actor=actor, action=action, subject=subject[:250], detail=detail))


def entries(engine: Engine, wanted: Filter, limit: int | None = None, offset: int = 0) -> tuple[Entry, ...]:
    """The newest first."""
    return tuple(stream(engine, wanted, limit, offset))


def stream(engine: Engine, wanted: Filter, limit: int | None = None, offset: int = 0) -> Iterator[Entry]:
    """The same, one after another, for exports."""
    everything = _everything()
    asked = (
        select(everything)
        .where(*_conditions(everything, wanted))
        .order_by(everything.c.at.desc(), everything.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    with engine.connect() as connection:
        for row in connection.execution_options(yield_per=_AT_ONCE).execute(asked):
            yield Entry(row.at, row.actor, row.action, row.subject, row.detail)


def actors(engine: Engine) -> tuple[str, ...]:
    """Everybody who did something, in the order of the alphabet."""
    everything = _everything()
    with engine.connect() as connection:
        rows = connection.execute(select(everything.c.actor).distinct().order_by(everything.c.actor))
        return tuple(row.actor for row in rows if row.actor)


def trim(engine: Engine, days: int, actor: str) -> int:
    """Delete what is older than a number of days, and write that down. Returns how many entries went.

    The directory's changes stay: they are its history. Raises ValueError below `SHORTEST_RETENTION`.
    """
    if days < SHORTEST_RETENTION:
        raise ValueError(f"the log is kept for {SHORTEST_RETENTION} days at least")
    before = stamp_before(datetime.now(UTC), days=days)
    with writing(engine) as connection:
        gone = int(connection.execute(delete(audit).where(audit.c.at < before)).rowcount)
        write(connection, actor, "audit_trim", before[:10], str(gone))
    return gone


def _midnight(day: str) -> datetime:
    """When a day begins in Lithuania."""
    return datetime.fromisoformat(day).replace(tzinfo=VILNIUS)


def _everything() -> Any:
    own = select(audit.c.id, audit.c.at, audit.c.actor, audit.c.action, audit.c.subject, audit.c.detail)
    of_directory = select(
        change.c.id,
        change.c.at,
        change.c.actor,
        (literal(_DIRECTORY) + change.c.how).label("action"),
        (change.c.kind + literal(" ") + change.c.record_id).label("subject"),
        change.c.field.label("detail"),
    )
    return union_all(own, of_directory).subquery()


def _conditions(everything: Any, wanted: Filter) -> Iterator[Any]:
    if wanted.since:
        yield everything.c.at >= stamp(_midnight(wanted.since))
    if wanted.until:
        yield everything.c.at < stamp(_midnight(wanted.until) + timedelta(days=1))
    if wanted.actor:
        yield everything.c.actor == wanted.actor
    if wanted.action:
        yield func.substr(everything.c.action, 1, len(wanted.action)) == wanted.action
