"""Counts the directory's changes, so that every process notices them and reads only what is new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection, Engine

from index.directory import tables as t
from index.directory.keys import Key
from index.directory.storing import in_pieces

_REVISION = "revision"
# The revision at which anything may have changed: whoever knows an older one reads everything anew.
_WHOLE = "whole_revision"


def read_revision(engine: Engine) -> str:
    """Changes with every change of the directory."""
    with engine.connect() as connection:
        return str(_value(connection, _REVISION) or "")


def raise_revision(connection: Connection, keys: Iterable[Key], whole: bool = False) -> int:
    """Says that these records have changed, were added or are gone; with `whole`, that anything may have."""
    revision = int(_value(connection, _REVISION) or 0) + 1
    _set(connection, _REVISION, revision)
    if whole:
        _set(connection, _WHOLE, revision)
        connection.execute(delete(t.touched))
        return revision
    by_kind: dict[str, set[str]] = defaultdict(set)
    for key in keys:
        by_kind[key.kind].add(key.id)
    for kind, ids in by_kind.items():
        for some in in_pieces(sorted(ids)):
            connection.execute(delete(t.touched).where(t.touched.c.kind == kind, t.touched.c.record_id.in_(some)))
            rows = [{"kind": kind, "record_id": one, "revision": revision} for one in some]
            connection.execute(insert(t.touched), rows)
    return revision


def touched_since(connection: Connection, revision: str) -> tuple[Key, ...] | None:
    """The records that changed after a revision; None when the whole directory has to be read."""
    whole = _value(connection, _WHOLE)
    if not revision or (whole and int(revision) < int(whole)):
        return None
    rows = connection.execute(
        select(t.touched.c.kind, t.touched.c.record_id).where(t.touched.c.revision > int(revision))
    )
    return tuple(Key(row.kind, row.record_id) for row in rows)


def _value(connection: Connection, key: str) -> str | None:
    found: str | None = connection.execute(select(t.state.c.value).where(t.state.c.key == key)).scalar()
    return found


def _set(connection: Connection, key: str, value: object) -> None:
    connection.execute(delete(t.state).where(t.state.c.key == key))
    connection.execute(insert(t.state).values(key=key, value=str(value)))
