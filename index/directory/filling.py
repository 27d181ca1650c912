"""Gives many services terms that they lack: used at once, and left as open proposals for somebody to confirm."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, Engine

from index.directory import tables as t
from index.directory.database import writing
from index.directory.editing import now_utc
from index.directory.keys import Key
from index.directory.plain import as_text
from index.directory.proposals import OPEN
from index.directory.proposals import TERMS as ORIGIN
from index.directory.revisions import raise_revision

Row = tuple[str, str, Any]
"""Service, field, value."""
Terms = Mapping[str, Mapping[str, Any]]
"""By service: plain values of kind, needs, target_groups, categories; only of fields that hold nothing."""


def proposed_once(engine: Engine) -> frozenset[str]:
    """Services whose terms were proposed before, whatever became of it: people's decisions stay."""
    wanted = select(t.proposal.c.record_id).where(t.proposal.c.origin == ORIGIN)
    with engine.connect() as connection:
        return frozenset(connection.execute(wanted).scalars())


def unconfirmed(engine: Engine) -> frozenset[str]:
    """Services whose terms nobody has confirmed yet."""
    wanted = select(t.proposal.c.record_id).where(t.proposal.c.origin == ORIGIN, t.proposal.c.state == OPEN)
    with engine.connect() as connection:
        return frozenset(connection.execute(wanted).scalars())


def fill_terms(engine: Engine, terms: Terms, actor: str) -> int:
    """In one transaction, as quick for a thousand as a single edit is for ten; how many services were filled.

    A service that somebody has given needs meanwhile is left alone.
    """
    with writing(engine) as connection:
        served = _served(connection, terms)
        free = {key: fields for key, fields in terms.items() if key not in served}
        rows = [(key, field, value) for key, fields in free.items() for field, value in fields.items() if value]
        if rows:
            _write(connection, rows)
            _note_down(connection, rows, actor)
            raise_revision(connection, [Key("service", key) for key in free])
        return len(free)


def _served(connection: Connection, keys: Collection[str]) -> frozenset[str]:
    """Those of the services that have needs now."""
    owned = t.attribute.c
    wanted = select(owned.owner_id).where(owned.owner_type == "service", owned.taxonomy == "needs")
    return frozenset(connection.execute(wanted).scalars()).intersection(keys)


def _write(connection: Connection, rows: Collection[Row]) -> None:
    attributes = [
        {"owner_type": "service", "owner_id": key, "position": position, "taxonomy": field, "term": term}
        for key, field, value in rows
        if field != "kind"
        for position, term in enumerate(value)
    ]
    if attributes:
        connection.execute(insert(t.attribute), attributes)
    for key, field, value in rows:
        if field == "kind":
            connection.execute(update(t.service).where(t.service.c.id == key).values(kind=value))


def _note_down(connection: Connection, rows: Collection[Row], actor: str) -> None:
    at = now_utc()
    changes, proposals = [], []
    for key, field, value in rows:
        told = {"kind": "service", "record_id": key, "at": at, "field": field}
        before = as_text("" if field == "kind" else [])
        changes.append({**told, "actor": actor, "how": "import", "before": before, "after": as_text(value)})
        proposals.append({**told, "origin": ORIGIN, "value": as_text(value), "state": OPEN})
    connection.execute(insert(t.change), changes)
    connection.execute(insert(t.proposal), proposals)
