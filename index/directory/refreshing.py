"""Brings a directory that was read before up to what the database says now, by reading only what has changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy.engine import Connection, Engine

from index.directory.keys import Key
from index.directory.reading import Reader, read_directory
from index.directory.revisions import read_revision, touched_since
from index.records import Directory

# Above this, reading everything takes no longer.
_MOST_RECORDS = 2_000
_AT_ONCE = 500
_Record = TypeVar("_Record")


def refresh(engine: Engine, directory: Directory, since: str) -> tuple[Directory, str]:
    """The directory as it stands now, and its revision; the same object when nothing has changed after `since`.

    Records that have not changed are the same objects as before.
    """
    # The revision first: what changes between the two is then read again, never missed.
    revision = read_revision(engine)
    if revision == since:
        return directory, since
    with engine.connect() as connection:
        keys = touched_since(connection, since)
        if keys is not None and len(keys) <= _MOST_RECORDS:
            return _renewed(connection, directory, keys), revision
    return read_directory(engine), revision


def _renewed(connection: Connection, directory: Directory, keys: Iterable[Key]) -> Directory:
    ids: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        ids[key.kind].append(key.id)
    organizations = _merged(connection, "organization", directory.organizations, ids["organization"])
    services = _merged(connection, "service", directory.services, ids["service"])
    return replace(
        directory,
        organizations=organizations,
        services={key: service for key, service in services.items() if service.organization_id in organizations},
        helplines=_merged(connection, "helpline", directory.helplines, ids["helpline"]),
    )


def _merged(
    connection: Connection, kind: str, before: Mapping[str, _Record], touched: Sequence[str]
) -> dict[str, _Record]:
    """What stood there before keeps its order; what was touched and is not found is gone."""
    parts = (touched[start : start + _AT_ONCE] for start in range(0, len(touched), _AT_ONCE))
    found: dict[str, Any] = {record.id: record for part in parts for record in Reader(connection, kind, part).records()}
    gone = {key for key in touched if key not in found}
    kept = {key: found.get(key, record) for key, record in before.items() if key not in gone}
    return {**kept, **found}
