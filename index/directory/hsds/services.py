"""A service as an HSDS object, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from index.directory.hsds.attributes import Attached, Sketch
from index.directory.hsds.contacts import (
    address_of,
    contact_of,
    hours_of,
    languages_of,
    location,
    phones_of,
    public_address,
    put_contact,
    put_hours,
    put_languages,
    put_phones,
    put_secrecy,
    secret_address,
)
from index.directory.hsds.organizations import put_status, status_of
from index.directory.hsds.terms import identity
from index.records import Municipality, Organization, Route, Service, Status, listed

# The standard knows four states; ours stands in an attribute beside.
STATES: Mapping[Status, str] = {
    "active": "active", "stale": "inactive", "planned": "inactive", "unverified": "inactive", "closed": "defunct",
}  # fmt: skip
_VOCABULARIES = ("categories", "needs", "target_groups")


def service_object(
    owner: Sketch, record: Service, serves: Iterable[str], route: Route | None, place: Municipality | None
) -> Sketch:
    """A service of an organization's object, which is not nested yet.

    Whom the organization serves, and steps and papers of the route, are told and never read back.
    """
    found = Sketch(
        owner.outlet, "service", record.id, organization_id=owner["id"], status=STATES[record.status],
        application_process=_steps(record, route), assured_date=record.verified and record.verified.on,
    )  # fmt: skip
    found.text("name", record.name)
    found.text("description", record.description)
    found.text("eligibility_description", record.who)
    found.text("fees_description", record.cost)
    found.loose_texts("how_to_get", record.how_to_get)
    found.alert(record.alert, has_field=True)
    put_phones(found, record.phones)
    put_contact(found, "email", record.email)
    put_contact(found, "url", record.website)
    put_hours(found, record.hours)
    put_languages(found, record.spoken_languages)
    _put_facts(found, record)
    put_papers(found, route)
    put_areas(found, serves)
    if has_place(record, owner):
        where = (location(found, record, place) if record.address else None) or owner["locations"][0]
        link = {"id": place_identity(record.id), "service_id": found["id"], "location_id": where["id"]}
        found["service_at_locations"] = [{**link, "location": where}]
    return found


def place_identity(service_id: str) -> str:
    """The UUID of a service at its location."""
    return identity("service_at_location", service_id)


def has_place(record: Service, owner: Sketch) -> bool:
    """A service with an address of its own is there; one whose own address is confidential is nowhere."""
    return bool(public_address(record)) if record.address else "locations" in owner


def _steps(record: Service, route: Route | None) -> str:
    return "\n".join((*listed(record.how_to_get, "lt"), *(listed(route.steps, "lt") if route else ())))


def _put_facts(found: Sketch, record: Service) -> None:
    found.fact("own_id", record.id)
    found.fact("route", record.route or None)
    for code in ("night_intake", "statutory"):
        if getattr(record, code):
            found.fact(code, "true")
    put_status(found, record.status)
    put_secrecy(found, record)
    found.verified("service", record.verified)
    if record.kind:
        found.vocabulary("kinds", (record.kind,))
    for taxonomy in _VOCABULARIES:
        found.vocabulary(taxonomy, getattr(record, taxonomy))
    found.statement("discretion", record.discretion)
    found.statement("first_contact", record.first_contact)


def put_papers(found: Sketch, route: Route | None) -> None:
    """The papers that a route usually takes."""
    by_language = route.documents if route else {}
    for position in range(len(by_language.get("lt", ()))):
        part = found.part("required_document", position)
        part.text(
            "document", {language: papers[position] for language, papers in by_language.items() if papers[position:]}
        )
        found.setdefault("required_documents", []).append(part)


def put_areas(found: Sketch, names: Iterable[str]) -> None:
    found["service_areas"] = [found.part("service_area", name, name=name) for name in names]


def service_record(entity: Mapping[str, Any], owner: Organization) -> Service:
    """The record of an object of ours. Raises KeyError or TypeError where it lacks what every record has."""
    says = Attached(entity)
    return Service(
        id=str(says.fact("own_id")),
        organization_id=owner.id,
        kind=next(iter(says.vocabulary("kinds")), ""),
        route=says.fact("route") or "",
        name=says.text("name"),
        description=says.text("description"),
        who=says.text("eligibility_description"),
        categories=says.vocabulary("categories"),
        needs=says.vocabulary("needs"),
        target_groups=says.vocabulary("target_groups"),
        how_to_get=says.texts("how_to_get"),
        cost=says.text("fees_description") or None,
        discretion=says.statement("discretion"),
        first_contact=says.statement("first_contact"),
        night_intake=says.truth("night_intake"),
        statutory=says.truth("statutory"),
        status=status_of(says),
        phones=phones_of(entity),
        email=contact_of(entity, says, "email"),
        website=contact_of(entity, says, "url"),
        address=secret_address(says, owner.municipality) or address_of(_own_location(entity)),
        hours=hours_of(entity),
        spoken_languages=languages_of(entity),
        alert=says.alert(),
        verified=says.verified("service"),
    )


def _own_location(entity: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The location that is the service's own: the organization's belongs to the organization."""
    for link in entity.get("service_at_locations") or ():
        where: Mapping[str, Any] = link.get("location") or {}
        if where and not where.get("organization_id"):
            return where
    return None
