"""What waits for somebody's decision: an import's conflict, proposed terms, what an institution says of itself."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection, Engine

from index.directory import tables as t
from index.directory.database import writing
from index.directory.editing import Change, Stale, UnknownRecord, change_record, now_utc, read_record, verify_record
from index.directory.keys import Key
from index.directory.plain import as_text, plain
from index.errors import FinderFault

OPEN, ACCEPTED, REFUSED = "open", "accepted", "refused"
# The field of a proposal whose value is the list of fields that an institution says are right.
CONFIRMED = "confirmed"
# The origin of terms that were read out of a record's own text.
TERMS = "terms"


class UnknownProposal(FinderFault):
    """There is no such open proposal: somebody else has decided."""


@dataclass(frozen=True)
class Proposal:
    """A value that a field may get. `known` is what stands there now; origin: import, terms, institution."""

    id: int
    at: str
    origin: str
    key: Key
    field: str
    value: Any
    known: Any


def propose(connection: Connection, origin: str, key: Key, field: str, value: Any) -> None:
    """Leaves a proposal; an open one of the same origin for the same field is replaced."""
    same = (
        t.proposal.c.kind == key.kind, t.proposal.c.record_id == key.id, t.proposal.c.field == field,
        t.proposal.c.origin == origin,
    )  # fmt: skip
    refused = select(t.proposal.c.id).where(*same, t.proposal.c.state == REFUSED, t.proposal.c.value == as_text(value))
    if origin != "institution" and connection.execute(refused).first():
        return
    connection.execute(delete(t.proposal).where(*same, t.proposal.c.state == OPEN))
    connection.execute(
        insert(t.proposal).values(
            kind=key.kind, record_id=key.id, at=now_utc(), origin=origin, field=field, value=as_text(value), state=OPEN
        )
    )


def open_proposals(
    engine: Engine, origin: str | None = None, keys: Iterable[Key] | None = None, limit: int = 100, offset: int = 0
) -> tuple[Proposal, ...]:
    """The oldest first."""
    wanted = select(t.proposal).where(t.proposal.c.state == OPEN).order_by(t.proposal.c.id)
    if origin:
        wanted = wanted.where(t.proposal.c.origin == origin)
    with engine.connect() as connection:
        if keys is None:
            rows = connection.execute(wanted.limit(limit).offset(offset)).all()
        else:
            own = {(key.kind, key.id) for key in keys}
            rows = [row for row in connection.execute(wanted) if (row.kind, row.record_id) in own]
            rows = rows[offset : offset + limit]
        return tuple(_proposal(connection, row) for row in rows)


def proposal(engine: Engine, number: int) -> Proposal:
    """One open proposal. Raises UnknownProposal."""
    with engine.connect() as connection:
        return _open(connection, number)


def accept(engine: Engine, number: int, actor: str, seen: Proposal | None = None) -> tuple[Change, ...]:
    """Writes the value into the record. Raises UnknownProposal, InvalidFields, UnknownRecord.

    seen: the proposal beside the value that somebody compared it with; where that has changed since, Stale is raised.
    """
    with writing(engine) as connection:
        found = _open(connection, number)
        if seen is not None and seen != found:
            raise Stale([found.field])
        _close(connection, number, ACCEPTED, actor)
        if found.field == CONFIRMED:
            right = _unchanged(connection, found)
            return verify_record(connection, found.key, right, actor, "institution", found.at[:10])
        return change_record(connection, found.key, {found.field: found.value}, actor, "accept")


def refuse(engine: Engine, number: int, actor: str) -> None:
    """Leaves the record as it is; proposed terms, which are used at once, go from it. Raises UnknownProposal."""
    with writing(engine) as connection:
        found = _open(connection, number)
        _close(connection, number, REFUSED, actor)
        if found.origin == TERMS and isinstance(found.value, list) and found.known == found.value:
            change_record(connection, found.key, {found.field: []}, actor, "refuse")


def _open(connection: Connection, number: int) -> Proposal:
    row = connection.execute(select(t.proposal).where(t.proposal.c.id == number, t.proposal.c.state == OPEN)).first()
    if row is None:
        raise UnknownProposal(f"Proposal {number} is not open.")
    return _proposal(connection, row)


def _unchanged(connection: Connection, found: Proposal) -> list[str]:
    """Of the fields that an institution said are right those that still hold what it saw, and no later proof."""
    since = select(t.change.c.field).where(
        t.change.c.kind == found.key.kind, t.change.c.record_id == found.key.id, t.change.c.at > found.at
    )
    changed = set(connection.execute(since).scalars())
    return [field for field in found.value if ("verified" if field == "record" else field) not in changed]


def _close(connection: Connection, number: int, state: str, actor: str) -> None:
    connection.execute(
        update(t.proposal).where(t.proposal.c.id == number).values(state=state, closed_at=now_utc(), closed_by=actor)
    )


def _proposal(connection: Connection, row: Any) -> Proposal:
    key = Key(row.kind, row.record_id)
    try:
        known = None if row.field == CONFIRMED else plain(read_record(connection, key)).get(row.field)
    except UnknownRecord:  # it has gone since; whoever looks through the queue refuses the proposal
        known = None
    return Proposal(row.id, row.at, row.origin, key, row.field, json.loads(row.value), known)
