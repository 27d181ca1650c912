"""Brings the starter directory's files into the database, keeping what staff have edited."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.engine import Connection, Engine

from index.directory import tables as t
from index.directory.storing import Writer, digest, remove
from index.records import Directory, Service

ORIGIN = "starter"


@dataclass(frozen=True)
class ImportReport:
    """How many organizations were new or changed, were as before, kept staff's edits, or are gone."""

    written: int
    unchanged: int
    kept: int
    removed: int


def import_directory(engine: Engine, directory: Directory) -> ImportReport:
    """Makes the database say what the files say, in one transaction; edited records stay as they are."""
    services: dict[str, list[Service]] = defaultdict(list)
    for service in directory.services.values():
        services[service.organization_id].append(service)
    with engine.begin() as connection:
        before = {row.id: row for row in connection.execute(select(t.organization))}
        edited = {key for key, row in before.items() if row.edited_on}
        changed = [
            organization
            for key, organization in directory.organizations.items()
            if key not in edited and (key not in before or before[key].digest != digest(organization, services[key]))
        ]
        gone = {k for k, row in before.items() if row.origin == ORIGIN and k not in directory.organizations} - edited
        writer = Writer(connection)
        _remove_organizations(connection, gone | {organization.id for organization in changed})
        for organization in changed:
            writer.organization(organization, services[organization.id], ORIGIN)
        _replace_the_rest(connection, writer, directory)
        writer.flush()
        if _rest_has_changed(connection, directory) or changed or gone:
            _raise_revision(connection)
    known = len(directory.organizations)
    return ImportReport(len(changed), known - len(changed) - len(edited), len(edited), len(gone))


def _remove_organizations(connection: Connection, ids: set[str]) -> None:
    owned = connection.execute(select(t.service.c.id).where(t.service.c.organization_id.in_(ids))).scalars().all()
    remove(connection, "service", owned)
    remove(connection, "organization", ids)
    connection.execute(delete(t.service).where(t.service.c.organization_id.in_(ids)))
    connection.execute(delete(t.organization).where(t.organization.c.id.in_(ids)))


def _replace_the_rest(connection: Connection, writer: Writer, directory: Directory) -> None:
    for table, owner, key in (
        (t.helpline, "helpline", t.helpline.c.id),
        (t.municipality, "municipality", t.municipality.c.official),
    ):
        remove(connection, owner, connection.execute(select(key)).scalars().all())
        connection.execute(delete(table))
    connection.execute(delete(t.text).where(t.text.c.owner_type == "route"))
    for line in directory.helplines.values():
        writer.helpline(line)
    for municipality in directory.municipalities.values():
        writer.municipality(municipality)
    for route in directory.routes.values():
        writer.route(route)


def _rest_has_changed(connection: Connection, directory: Directory) -> bool:
    """Whether help lines, municipalities or routes differ from the last import's."""
    rest = repr((directory.helplines, directory.municipalities, directory.routes))
    digest_now = hashlib.sha256(rest.encode()).hexdigest()
    before = connection.execute(select(t.state.c.value).where(t.state.c.key == "rest")).scalar()
    connection.execute(delete(t.state).where(t.state.c.key == "rest"))
    connection.execute(t.state.insert().values(key="rest", value=digest_now))
    return bool(before != digest_now)


def _raise_revision(connection: Connection) -> None:
    """Processes compare this number to notice that the directory has changed."""
    last = connection.execute(select(t.state.c.value).where(t.state.c.key == "revision")).scalar()
    connection.execute(delete(t.state).where(t.state.c.key == "revision"))
    connection.execute(t.state.insert().values(key="revision", value=str(int(last or 0) + 1)))
