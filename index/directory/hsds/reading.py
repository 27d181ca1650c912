"""Reads HSDS files as candidates, one organization at a time: our own export, pages of an API, packages of others."""

from __future__ import annotations

import codecs
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import IO, Any

import ijson

from index.directory.candidates import Candidate, HelplineCandidate, RowFault, Where
from index.directory.hsds.attributes import Attached
from index.directory.hsds.foreign import Unfit, foreign_organization, foreign_service
from index.directory.hsds.helplines import HELPLINE, line_record
from index.directory.hsds.organizations import OWN_SCHEME, identifier, organization_record
from index.directory.hsds.services import service_record
from index.directory.hsds.staging import Staging
from index.directory.hsds.terms import Entity
from index.records import Organization, Service

Read = Candidate | HelplineCandidate | RowFault
Placed = tuple[Where, Entity]
_LISTS = ("contents", "services", "organizations")
# Ours is twelve deep, the standard's deepest object hardly more.
_DEEPEST = 64
_STEPS = {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}
# What wrong types and missing fields of somebody else's objects raise.
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError)


def read_hsds_json(path: Path) -> Iterator[Read]:
    """A document of ours, a page of an API, a list of compiled services or organizations, or JSON lines of them.

    An entry's line is its number in the file. Each service is a candidate with its organization, about which all
    services that stand together are asked.
    """
    for owner, together in groupby(_entries(path), key=_owner):
        placed = list(together)
        if owner is None:
            yield from (entry for entry in placed if isinstance(entry, RowFault))
        else:
            yield from _read_together([entry for entry in placed if not isinstance(entry, RowFault)])


def read_hsds_csv(path: Path) -> Iterator[Read]:
    """A tabular data package: a folder, or a zip file of one. A row's line is its line in its table."""
    with tempfile.TemporaryDirectory(prefix="hsds-") as folder:
        staging = Staging(Path(folder) / "tables.sqlite3")
        try:
            staging.read(path)
            yield from staging.faults
            for where, organization, services in staging.organizations():
                yield from _read_organization(where, organization, services)
            for where, missing in staging.lost_services():
                yield RowFault(where, "organization_id", "needed", missing[:80])
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError) as fault:
            yield RowFault(Where(path.name, 1), "", "unreadable", type(fault).__name__)
        finally:
            staging.close()


def _entries(path: Path) -> Iterator[Placed | RowFault]:
    number = 0
    try:
        with path.open("rb") as file:
            start = len(codecs.BOM_UTF8) if file.read(3) == codecs.BOM_UTF8 else 0
            if _is_too_deep(file, start):
                yield RowFault(Where(path.name, 1), "", "unreadable", path.name[:80])
                return
            for prefix in _prefixes(file, start):
                file.seek(start)
                for entry in ijson.items(file, prefix, multiple_values=True, use_float=True):
                    number += 1
                    where = Where(path.name, number)
                    yield (
                        (where, entry)
                        if isinstance(entry, dict)
                        else RowFault(where, "", "unreadable", str(entry)[:80])
                    )
    except (ijson.JSONError, UnicodeDecodeError) as fault:
        yield RowFault(Where(path.name, number + 1), "", "unreadable", type(fault).__name__)


def _is_too_deep(file: IO[bytes], start: int) -> bool:
    """Whether lists and objects stand in each other so deep that naming their places would fill the memory."""
    file.seek(start)
    depth = 0
    # What breaks off is told when it is read; until there it may be whole.
    with suppress(ijson.JSONError, UnicodeDecodeError):
        for event, _ in ijson.basic_parse(file, multiple_values=True, use_float=True):
            depth += _STEPS.get(event, 0)
            if depth > _DEEPEST:
                return True
    return False


def _prefixes(file: IO[bytes], start: int) -> list[str]:
    """Where the entries stand in a file: in lists of a document, in one list, or one beside the other."""
    file.seek(start)
    found: list[str] = []
    for prefix, event, value in ijson.parse(file, multiple_values=True):
        if (prefix, event) == ("", "start_array"):
            return ["item"]
        if (prefix, event, value) == ("", "map_key", "id"):
            return [""]
        if (prefix, event) == ("", "map_key") and value in _LISTS:
            found.append(f"{value}.item")
        if (prefix, event) == ("", "end_map"):
            break
    return found or [""]


def _is_service(entry: Entity) -> bool:
    return any(field in entry for field in ("organization", "organization_id", "status"))


def _owner(read: Placed | RowFault) -> str | None:
    """The organization that an entry tells of; None for faults."""
    if isinstance(read, RowFault):
        return None
    where, entry = read
    nested = entry.get("organization")
    told = nested.get("id") if isinstance(nested, dict) else entry.get("organization_id")
    return str(told or where.line) if _is_service(entry) else str(entry.get("id") or where.line)


def _read_together(entries: list[Placed]) -> Iterator[Read]:
    """Entries of one organization."""
    where, first = entries[0]
    if not _is_service(first):
        for at, organization in entries:
            yield from _read_organization(at, organization, [(at, s) for s in organization.get("services") or ()])
        return
    owner = first.get("organization")
    if not isinstance(owner, dict):
        for at, entry in entries:
            yield RowFault(at, "organization", "needed", str(entry.get("name") or "")[:80])
        return
    yield from _read_organization(where, owner, entries)


def _read_organization(where: Where, entity: Entity, services: list[Placed]) -> Iterator[Read]:
    lines = [(at, service) for at, service in services if _fact(service, "record") == HELPLINE]
    for at, line in lines:
        yield _line(at, line)
    if lines and len(lines) == len(services):
        return  # what stands for an organization is the line itself
    try:
        if identifier(entity, OWN_SCHEME) is not None:
            organization = organization_record(entity)
        else:
            organization = foreign_organization(entity, [service for _, service in services])
    except Unfit as fault:
        yield RowFault(where, fault.field, fault.reason, fault.value)
        return
    except _MALFORMED as fault:
        yield RowFault(where, "organization", "unreadable", type(fault).__name__)
        return
    if not services:
        yield Candidate(where, organization, ())
    for at, service in services:
        read = _service(at, service, organization, entity)
        # One candidate a service: what is wrong with one leaves the others in.
        yield read if isinstance(read, RowFault) else Candidate(at, organization, (read,))


def _service(where: Where, entity: Entity, organization: Organization, owner: Entity) -> Service | RowFault:
    try:
        if _fact(entity, "own_id"):
            return service_record(entity, organization)
        return foreign_service(entity, organization, owner.get("description"))
    except Unfit as fault:
        return RowFault(where, fault.field, fault.reason, fault.value)
    except _MALFORMED as fault:
        return RowFault(where, "service", "unreadable", type(fault).__name__)


def _line(where: Where, entity: Entity) -> HelplineCandidate | RowFault:
    try:
        return HelplineCandidate(where, line_record(entity))
    except _MALFORMED as fault:
        return RowFault(where, "helpline", "unreadable", type(fault).__name__)


def _fact(entity: Any, code: str) -> str | None:
    """A fact of ours; None where the object is not even one."""
    try:
        return Attached(entity).fact(code)
    except _MALFORMED:
        return None
