"""Takes away what an origin no longer names, unless people have edited it or something else hangs on it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from index.directory import tables as t
from index.directory.completing import completed
from index.directory.keys import KINDS, Key
from index.directory.plain import plain
from index.directory.reading import Reader
from index.directory.storing import in_pieces, remove


def remove_vanished(connection: Connection, origin: str, missing: Sequence[Key]) -> list[Key]:
    """The records that were removed, with what the origin said of them and what waited in the queue."""
    kept = {key for kind in KINDS for key in _edited(connection, origin, kind, _ids(missing, kind))}
    kept |= _held(connection, set(missing), kept)
    gone = [key for key in missing if key not in kept]
    for kind in reversed(KINDS):
        ids = _ids(gone, kind)
        remove(connection, kind, ids)
        for some in in_pieces(ids):
            for table in (t.base, t.proposal):
                connection.execute(delete(table).where(table.c.kind == kind, table.c.record_id.in_(some)))
    return gone


def _edited(connection: Connection, origin: str, kind: str, ids: Iterable[str]) -> Iterable[Key]:
    """Records that say something else than the origin did last, or that another origin knows as well."""
    for some in in_pieces(ids):
        rows = connection.execute(select(t.base).where(t.base.c.kind == kind, t.base.c.record_id.in_(some))).all()
        said = {row.record_id: json.loads(row.content) for row in rows if row.origin == origin}
        shared = {row.record_id for row in rows if row.origin != origin}
        for record in Reader(connection, kind, some).records():
            if record.id in shared or plain(record) != completed(said[record.id]):
                yield Key(kind, record.id)


def _held(connection: Connection, missing: set[Key], kept: set[Key]) -> set[Key]:
    """Organizations that have to stay: of services that stay, and parents of organizations that stay."""
    services = connection.execute(select(t.service.c.id, t.service.c.organization_id)).all()
    held = {
        row.organization_id
        for row in services
        if Key("service", row.id) in kept or Key("service", row.id) not in missing
    }
    held |= {key.id for key in kept if key.kind == "organization"}
    parents = {row.id: row.parent_organization_id for row in connection.execute(select(t.organization))}
    staying = [one for one in parents if one in held or Key("organization", one) not in missing]
    for one in staying:
        parent = parents.get(one)
        while parent and parent not in held:
            held.add(parent)
            parent = parents.get(parent)
    return {Key("organization", one) for one in held}


def _ids(keys: Iterable[Key], kind: str) -> list[str]:
    return [key.id for key in keys if key.kind == kind]
