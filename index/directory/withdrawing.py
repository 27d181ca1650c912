"""Values that somebody took away because they were wrong: no import may bring them back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from index.directory import tables as t
from index.directory.keys import Key
from index.directory.plain import as_text


def essences(field: str, value: Any) -> frozenset[str]:
    """What a plain value says, without labels, sources and dates: numbers, the address, the rule."""
    if not value:
        return frozenset()
    if field == "phones":
        return frozenset("".join(sign for sign in phone["number"] if sign.isdigit()) for phone in value)
    if field in ("email", "website"):
        return frozenset({value["value"].strip().rstrip("/").casefold()})
    if field == "address":
        return frozenset({" ".join(value["text"].casefold().split())})
    if field == "hours":
        return frozenset({value["schedule"] or as_text(value["text"])})
    return frozenset({as_text(value)})


def remember_withdrawn(connection: Connection, key: Key, field: str, value: Any) -> None:
    """From now on this value stays away from the field."""
    rows = [
        {"kind": key.kind, "record_id": key.id, "field": field, "value": essence} for essence in essences(field, value)
    ]
    if rows:
        connection.execute(insert(t.withdrawn), rows)


def forget_withdrawn(connection: Connection, key: Key, field: str, value: Any) -> None:
    """The withdrawal of this value was a mistake; others of the same field stay withdrawn."""
    connection.execute(
        delete(t.withdrawn).where(
            t.withdrawn.c.kind == key.kind, t.withdrawn.c.record_id == key.id, t.withdrawn.c.field == field,
            t.withdrawn.c.value.in_(essences(field, value)),
        )
    )  # fmt: skip


def withdrawn_of(connection: Connection, key: Key) -> frozenset[tuple[str, str]]:
    """(field, essence) of everything that was withdrawn from a record."""
    rows = connection.execute(
        select(t.withdrawn.c.field, t.withdrawn.c.value).where(
            t.withdrawn.c.kind == key.kind, t.withdrawn.c.record_id == key.id
        )
    )
    return frozenset((row.field, row.value) for row in rows)


def all_withdrawn(connection: Connection) -> dict[Key, frozenset[tuple[str, str]]]:
    """The same of every record, for an import."""
    found: dict[Key, set[tuple[str, str]]] = {}
    for row in connection.execute(select(t.withdrawn)):
        found.setdefault(Key(row.kind, row.record_id), set()).add((row.field, row.value))
    return {key: frozenset(pairs) for key, pairs in found.items()}


def without_withdrawn(field: str, value: Any, gone: Iterable[tuple[str, str]]) -> Any:
    """The plain value without what was withdrawn: fewer telephones, or nothing."""
    gone = frozenset(gone)
    if field == "phones":
        return [phone for phone in value if not {(field, one) for one in essences(field, [phone])} & gone]
    return None if {(field, one) for one in essences(field, value)} & gone else value
