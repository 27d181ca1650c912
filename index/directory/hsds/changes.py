"""When each record changed last, from what the directory remembers of changes."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from index.directory import tables as t
from index.directory.keys import Key

Changes = Mapping[Key, str]
"""ISO time in UTC by record; what nobody has changed since it came in has none."""


def last_changes(engine: Engine) -> Changes:
    """The newest change of every record that has any."""
    newest = select(t.change.c.kind, t.change.c.record_id, func.max(t.change.c.at).label("at")).group_by(
        t.change.c.kind, t.change.c.record_id
    )
    with engine.connect() as connection:
        return {Key(row.kind, row.record_id): row.at for row in connection.execute(newest)}
