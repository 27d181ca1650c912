"""A help line as an HSDS organization with one service, which carries everything; and back from the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from index.directory.hsds.attributes import Attached, Outlet, Sketch
from index.directory.hsds.contacts import contact_of, languages_of, put_contact, put_languages, put_schedules
from index.directory.hsds.organizations import OWN_SCHEME, identify, put_sources, put_status, status_of
from index.directory.hsds.services import STATES, put_areas
from index.records import Helpline, Text, Way

HELPLINE = "helpline"
_VOCABULARIES = ("needs", "target_groups")
# What the standard calls a telephone that is written to.
_PHONE_TYPES = {"call": "voice", "sms": "text"}


def line_organization(outlet: Outlet, record: Helpline) -> Sketch:
    """The organization behind a line, of which we know no more than the line's own name."""
    found = Sketch(
        outlet, "organization", record.id, email=record.email and record.email.value,
        website=record.website and record.website.value,
    )  # fmt: skip
    found.text("name", record.name)
    found.text("description", record.description)
    identify(found, OWN_SCHEME, record.id)
    found.fact("record", HELPLINE)
    return found


def line_service(owner: Sketch, record: Helpline) -> Sketch:
    """The service of a line's organization."""
    found = Sketch(
        owner.outlet, "service", record.id, organization_id=owner["id"], status=STATES[record.status],
        assured_date=record.verified and record.verified.on,
    )  # fmt: skip
    found.text("name", record.name)
    found.text("description", record.description)
    found.text("eligibility_description", record.who)
    found.alert(record.alert, has_field=True)
    if record.number:
        found["phones"] = [found.part("phone", "own", number=record.number, type="voice")]
    put_contact(found, "email", record.email)
    put_contact(found, "url", record.website)
    put_languages(found, record.spoken_languages)
    put_areas(found, record.serves)
    found["contacts"] = [_way(found, position, way) for position, way in enumerate(record.ways)]
    call = next((way for way in record.ways if way.kind == "call"), None)
    if call:
        put_schedules(found, call.hours_text, call.schedule)
    _put_facts(found, record)
    return found


def _put_facts(found: Sketch, record: Helpline) -> None:
    found.fact("own_id", record.id)
    found.fact("record", HELPLINE)
    found.fact("verification", record.verification)
    found.fact("languages_known", _truth(record.languages_known))
    found.fact("free", None if record.free is None else _truth(record.free))
    found.fact("danger_order", str(record.danger_order))
    for topic in record.crisis_topics:
        found.fact("crisis_topic", topic)
    put_status(found, record.status)
    put_sources(found, record)
    found.verified("service", record.verified)
    for taxonomy in _VOCABULARIES:
        found.vocabulary(taxonomy, getattr(record, taxonomy))
    found.statement("discretion", record.discretion)
    found.statement("first_contact", record.first_contact)


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _way(owner: Sketch, position: int, way: Way) -> Sketch:
    """A way to reach the line is a contact; the standard gives contacts no hours."""
    part = owner.part("contact", position, email=way.value if way.kind == "email" else None)
    if way.kind in _PHONE_TYPES:
        part["phones"] = [part.part("phone", "own", number=way.value, type=_PHONE_TYPES[way.kind])]
    part.fact("way", way.kind)
    part.fact("way_value", way.value)
    part.fact("hours_rule", way.schedule)
    part.loose_text("hours", way.hours_text)
    return part


def _way_of(contact: Mapping[str, Any]) -> Way:
    says = Attached(contact)
    kind: Any = says.fact("way")
    hours: Text = says.text("hours")
    return Way(kind, says.fact("way_value") or "", hours, says.fact("hours_rule"))


def line_record(entity: Mapping[str, Any]) -> Helpline:
    """The record of a line's service. Raises KeyError, TypeError or ValueError where it lacks what every line has."""
    says = Attached(entity)
    free = says.fact("free")
    return Helpline(
        id=str(says.fact("own_id")),
        status=status_of(says),
        verification=says.fact("verification") or "",
        name=says.text("name"),
        number=next((phone["number"] for phone in entity.get("phones") or ()), None),
        ways=tuple(_way_of(contact) for contact in entity.get("contacts") or ()),
        spoken_languages=languages_of(entity),
        languages_known=says.truth("languages_known"),
        free=None if free is None else free == "true",
        who=says.text("eligibility_description"),
        description=says.text("description"),
        crisis_topics=says.facts("crisis_topic"),
        danger_order=int(says.fact("danger_order") or 0),
        needs=says.vocabulary("needs"),
        target_groups=says.vocabulary("target_groups"),
        sources=says.sources(),
        website=contact_of(entity, says, "url"),
        email=contact_of(entity, says, "email"),
        serves=tuple(area["name"] for area in entity.get("service_areas") or ()),
        discretion=says.statement("discretion"),
        first_contact=says.statement("first_contact"),
        alert=says.alert(),
        verified=says.verified("service"),
    )
