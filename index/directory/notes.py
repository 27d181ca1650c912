"""Internal notes on records: staff write them for each other; residents and exports never see them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Engine

from index.directory import tables as t
from index.directory.database import writing
from index.directory.editing import now_utc
from index.directory.keys import Key


@dataclass(frozen=True)
class Note:
    """`at` is UTC (ISO)."""

    id: int
    at: str
    actor: str
    text: str


def add_note(engine: Engine, key: Key, text: str, actor: str) -> None:
    with writing(engine) as connection:
        connection.execute(insert(t.note).values(kind=key.kind, record_id=key.id, at=now_utc(), actor=actor, text=text))


def notes(engine: Engine, key: Key) -> tuple[Note, ...]:
    """The newest first."""
    wanted = select(t.note).where(t.note.c.kind == key.kind, t.note.c.record_id == key.id).order_by(t.note.c.id.desc())
    with engine.connect() as connection:
        return tuple(Note(row.id, row.at, row.actor, row.text) for row in connection.execute(wanted))


def remove_note(engine: Engine, number: int) -> None:
    with writing(engine) as connection:
        connection.execute(delete(t.note).where(t.note.c.id == number))
