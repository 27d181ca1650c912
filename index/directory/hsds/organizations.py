"""An organization as an HSDS object, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from index.directory.hsds.attributes import Attached, Outlet, Sketch
from index.directory.hsds.contacts import (
    address_of,
    contact_of,
    hours_of,
    languages_of,
    location,
    phones_of,
    put_contact,
    put_phones,
    put_secrecy,
    secret_address,
)
from index.directory.hsds.terms import identity
from index.records import Municipality, Organization, Status

OWN_SCHEME, _LEGAL_SCHEME = "kelrodis", "LT-JAR"
_STATES: tuple[Status, ...] = get_args(Status)


def organization_object(
    outlet: Outlet, record: Organization, description: str, place: Municipality | None, parent: str | None
) -> Sketch:
    """`parent` is given only where it goes out as well. The description is told, never read back."""
    found = Sketch(
        outlet, "organization", record.id, description=description, legal_status=record.legal_status,
        parent_organization_id=parent and identity("organization", parent),
        alternate_name=next(iter(record.aliases.get("lt", ())), None),
    )  # fmt: skip
    found.text("name", record.name)
    found.loose_texts("aliases", record.aliases)
    put_contact(found, "email", record.email)
    put_contact(found, "website", record.website)
    put_phones(found, record.phones)
    identify(found, OWN_SCHEME, record.id)
    if record.legal_code:
        identify(found, _LEGAL_SCHEME, record.legal_code)
    put_status(found, record.status)
    found.fact("municipality", record.municipality)
    found.fact("parent", parent)
    for name in record.serves:
        found.fact("serves", name)
    put_sources(found, record)
    put_secrecy(found, record)
    found.alert(record.alert)
    where = location(found, record, place)
    if where:
        found["locations"] = [where]
    return found


def identify(sketch: Sketch, scheme: str, value: str) -> None:
    """One more name that an organization is known by."""
    part = sketch.part("organization_identifier", scheme, identifier_scheme=scheme, identifier_type=scheme)
    part["identifier"] = value
    sketch.setdefault("organization_identifiers", []).append(part)


def identifier(entity: Mapping[str, Any], scheme: str) -> str | None:
    for entry in entity.get("organization_identifiers") or ():
        if entry.get("identifier_scheme") == scheme:
            return str(entry["identifier"])
    return None


def put_status(sketch: Sketch, status: Status) -> None:
    if status != "active":
        sketch.fact("status", status)


def status_of(says: Attached) -> Status:
    return next((state for state in _STATES if state == says.fact("status")), "active")


def put_sources(sketch: Sketch, record: Any) -> None:
    for position, source in enumerate(record.sources):
        sketch.source(f"sources.{position}", source)


def organization_record(entity: Mapping[str, Any]) -> Organization:
    """The record of an object of ours. Raises KeyError or TypeError where it lacks what every record has."""
    says = Attached(entity)
    where: Mapping[str, Any] = next(iter(entity.get("locations") or ()), {})
    return Organization(
        id=str(identifier(entity, OWN_SCHEME)),
        status=status_of(says),
        legal_status=entity.get("legal_status") or "",
        name=says.text("name"),
        municipality=says.fact("municipality") or "",
        serves=says.facts("serves"),
        sources=says.sources(),
        aliases=says.texts("aliases"),
        parent=says.fact("parent"),
        legal_code=identifier(entity, _LEGAL_SCHEME),
        address=secret_address(says, says.fact("municipality") or "") or address_of(where),
        phones=phones_of(entity),
        email=contact_of(entity, says, "email"),
        website=contact_of(entity, says, "website"),
        hours=hours_of(where),
        spoken_languages=languages_of(where),
        alert=says.alert(),
    )
