"""Changes records with history: every change says who made it, when, how, and what stood there before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection, Engine

from index.directory import tables as t
from index.directory.database import writing
from index.directory.keys import Key, Record
from index.directory.plain import PlainRecord, as_text, plain, record_of
from index.directory.reading import Reader
from index.directory.revisions import raise_revision
from index.directory.storing import Writer, remove
from index.directory.validation import Fault, faults_of, record_faults
from index.directory.withdrawing import forget_withdrawn, remember_withdrawn
from index.errors import FinderFault
from index.records import How

# Stands for the record itself where it came to be.
WHOLE = "*"
# What can be verified by itself; anything else is verified with the record.
PROVEN = ("phones", "email", "website", "address", "hours")
# The value of a field that holds nothing.
_NOTHING: Mapping[str, Any] = {"phones": [], "aliases": {}, "how_to_get": {}, "spoken_languages": [], "ways": []}
# Without these a record is none.
_NEEDED = frozenset({"id", "organization_id", "name", "status", "municipality", "serves", "sources"})


class UnknownRecord(FinderFault):
    """There is no record of this kind and id."""


class KnownRecord(FinderFault):
    """There is a record of this id already."""


class Stale(FinderFault):
    """Somebody changed the fields after they were read. `fields` names them."""

    def __init__(self, fields: Iterable[str]) -> None:
        super().__init__("The record has changed meanwhile.")
        self.fields = tuple(fields)


class InvalidFields(FinderFault):
    """Some values must not stand in the record. `faults` says which and why."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(", ".join(f"{fault.field}: {fault.code}" for fault in self.faults))


class NotUndoable(FinderFault):
    """The change made the record, or took nothing away."""


@dataclass(frozen=True)
class Change:
    """One field of one record, once changed. `at` is UTC (ISO); before and after are plain JSON values."""

    id: int
    at: str
    actor: str
    how: str
    key: Key
    field: str
    before: Any
    after: Any


def record(engine: Engine, key: Key) -> Record:
    """The record as it stands in the database. Raises UnknownRecord."""
    with engine.connect() as connection:
        return read_record(connection, key)


def read_record(connection: Connection, key: Key) -> Record:
    """Within a transaction. Raises UnknownRecord."""
    if key.kind in ("organization", "service", "helpline"):
        for found in Reader(connection, key.kind, [key.id]).records():
            return found
    raise UnknownRecord(f"There is no {key.kind} {key.id}.")


def edit(
    engine: Engine, key: Key, values: Mapping[str, Any], actor: str, how: str = "edit",
    seen: Mapping[str, Any] | None = None,
) -> tuple[Change, ...]:  # fmt: skip
    """Gives fields new plain values; those that are as before change nothing.

    seen: what the person saw before editing; where that no longer stands there, Stale is raised.
    Raises UnknownRecord, InvalidFields, Stale, UnreadableRecord.
    """
    with writing(engine) as connection:
        return change_record(connection, key, values, actor, how, seen)


def change_record(
    connection: Connection, key: Key, values: Mapping[str, Any], actor: str, how: str,
    seen: Mapping[str, Any] | None = None,
) -> tuple[Change, ...]:  # fmt: skip
    """`edit` within a transaction."""
    before = plain(read_record(connection, key))
    changed = {field: value for field, value in values.items() if value != before[field]}
    stale = [field for field in changed if seen is not None and field in seen and seen[field] != before[field]]
    if stale:
        raise Stale(stale)
    faults = [fault for field, value in changed.items() for fault in faults_of(key.kind, field, value)]
    if faults:
        raise InvalidFields(faults)
    if not changed:
        return ()
    _replace(connection, key, {**before, **changed})
    raise_revision(connection, [key])
    return tuple(
        _note_down(connection, key, field, before[field], value, actor, how) for field, value in changed.items()
    )


def create(engine: Engine, kind: str, content: PlainRecord, actor: str) -> Key:
    """A record that was not there before. Raises KnownRecord, InvalidFields, UnreadableRecord."""
    key = Key(kind, content["id"])
    faults = record_faults(kind, content)
    if faults:
        raise InvalidFields(faults)
    with writing(engine) as connection:
        if any(Reader(connection, kind, [key.id]).records()):
            raise KnownRecord(f"There is a {kind} {key.id} already.")
        _replace(connection, key, content)
        raise_revision(connection, [key])
        _note_down(connection, key, WHOLE, None, content, actor, "create")
    return key


def withdraw(engine: Engine, key: Key, field: str, actor: str, number: str | None = None) -> tuple[Change, ...]:
    """Takes a wrong value away, or with `number` one telephone of several; no import ever brings it back.

    Raises UnknownRecord, and InvalidFields where a record cannot be without the field.
    """
    if field in _NEEDED or (key.kind == "helpline" and field == "number"):
        raise InvalidFields([Fault(field, "needed", "")])
    with writing(engine) as connection:
        before = plain(read_record(connection, key))[field]
        gone, after = before, _NOTHING.get(field)
        if number and field == "phones":
            gone = [phone for phone in before if phone["number"] == number]
            after = [phone for phone in before if phone["number"] != number]
        changes = change_record(connection, key, {field: after}, actor, "withdraw")
        if changes:
            remember_withdrawn(connection, key, field, gone)
        return changes


def verify(engine: Engine, key: Key, fields: Iterable[str], actor: str, how: How, on: str) -> tuple[Change, ...]:
    """Says that somebody confirmed these fields on a day; `record` is the service or line as a whole."""
    with writing(engine) as connection:
        return verify_record(connection, key, fields, actor, how, on)


def verify_record(
    connection: Connection, key: Key, fields: Iterable[str], actor: str, how: str, on: str
) -> tuple[Change, ...]:
    """`verify` within a transaction. Fields that hold nothing are passed over."""
    now = plain(read_record(connection, key))
    verified = {"on": on, "by": actor, "how": how}
    values: dict[str, Any] = {}
    for field in fields:
        if field == "record":
            values["verified"] = verified
        elif now.get(field):
            value = now[field]
            values[field] = (
                [{**item, "verified": verified} for item in value]
                if isinstance(value, list)
                else {**value, "verified": verified}
            )
    return change_record(connection, key, values, actor, "verify")


def undo(engine: Engine, change_id: int, actor: str) -> tuple[Change, ...]:
    """Brings back what stood there before a change. Raises Stale when the field changed again, NotUndoable."""
    with writing(engine) as connection:
        row = connection.execute(select(t.change).where(t.change.c.id == change_id)).first()
        if row is None or row.field == WHOLE:
            raise NotUndoable("This change cannot be undone.")
        change = _change(row)
        if change.how == "withdraw":
            forget_withdrawn(connection, change.key, change.field, change.before)
        seen = {change.field: change.after}
        return change_record(connection, change.key, {change.field: change.before}, actor, "undo", seen)


def history(engine: Engine, key: Key) -> tuple[Change, ...]:
    """Every change of a record, the newest first."""
    wanted = select(t.change).where(t.change.c.kind == key.kind, t.change.c.record_id == key.id)
    with engine.connect() as connection:
        return tuple(_change(row) for row in connection.execute(wanted.order_by(t.change.c.id.desc())))


def changes_between(engine: Engine, first: str, last: str, limit: int = 1000) -> tuple[Change, ...]:
    """Changes of all records from one moment (ISO, UTC) until another, the newest first."""
    wanted = select(t.change).where(t.change.c.at >= first, t.change.c.at < last)
    with engine.connect() as connection:
        rows = connection.execute(wanted.order_by(t.change.c.id.desc()).limit(limit))
        return tuple(_change(row) for row in rows)


def now_utc() -> str:
    """The moment as history writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _replace(connection: Connection, key: Key, content: PlainRecord) -> None:
    """Rows of the record as it shall be, instead of those that are. Services stay with their organization."""
    record = record_of(key.kind, content)
    remove(connection, key.kind, [key.id], with_record=False)
    writer = Writer(connection)
    writer.record(record)
    writer.flush()


def _note_down(connection: Connection, key: Key, field: str, before: Any, after: Any, actor: str, how: str) -> Change:
    at = now_utc()
    number = connection.execute(
        insert(t.change).values(
            kind=key.kind, record_id=key.id, at=at, actor=actor, how=how, field=field,
            before=as_text(before), after=as_text(after),
        )
    ).inserted_primary_key[0]  # fmt: skip
    return Change(number, at, actor, how, key, field, before, after)


def _change(row: Any) -> Change:
    return Change(
        row.id, row.at, row.actor, row.how, Key(row.kind, row.record_id), row.field,
        json.loads(row.before), json.loads(row.after),
    )  # fmt: skip
