"""Telephones, addresses, opening hours, languages and locations as HSDS objects, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from index.directory.hsds.attributes import Attached, Sketch
from index.hours import DAYS, UnreadableHours, read_schedule
from index.language_names import language_name
from index.records import Address, Contact, Hours, Municipality, Organization, Phone, Service, Source, Text

_COUNTRY_CODE = "LT"
_TIME_ZONE = "Europe/Vilnius"
_ADDRESS = re.compile(r"(?P<street>.+), (?:(?P<code>(?:LT-)?\d{5}) )?(?P<city>[^,;\d]+)", re.DOTALL)
# A minute before midnight: the standard knows no 24:00.
_ALL_DAY = ("00:00", "23:59")


def put_phones(sketch: Sketch, phones: Iterable[Phone]) -> None:
    for position, phone in enumerate(phones):
        part = sketch.part("phone", position, number=phone.number, type="voice")
        part.text("description", phone.label)
        part.proof("number", phone)
        sketch.setdefault("phones", []).append(part)


def phones_of(entity: Mapping[str, Any]) -> tuple[Phone, ...]:
    attached = [(phone, Attached(phone)) for phone in entity.get("phones") or ()]
    return tuple(Phone(phone["number"], says.text("description"), *says.proof("number")) for phone, says in attached)


def put_contact(sketch: Sketch, field: str, contact: Contact | None) -> None:
    """An e-mail address or website, with its proof."""
    if contact:
        sketch[field] = contact.value
        sketch.proof(field, contact)


def contact_of(entity: Mapping[str, Any], says: Attached, field: str) -> Contact | None:
    return Contact(entity[field], *says.proof(field)) if entity.get(field) else None


def put_languages(sketch: Sketch, codes: Iterable[str]) -> None:
    for code in codes:
        sketch.setdefault("languages", []).append(
            sketch.part("language", code, name=language_name(code, "lt"), code=code)
        )


def languages_of(entity: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(language["code"] for language in entity.get("languages") or ())


def put_hours(sketch: Sketch, hours: Hours | None) -> None:
    if hours:
        put_schedules(sketch, hours.text, hours.schedule)
        sketch["schedules"][0].proof("schedule", hours)


def put_schedules(sketch: Sketch, text: Text, rule: str | None) -> None:
    """One schedule for each stretch of the day; the first one carries the text and the whole rule."""
    stretches = _stretches(rule)
    for position, ((opens, closes), days) in enumerate(stretches or [((None, None), None)]):
        part = sketch.part(
            "schedule", position, freq=days and "WEEKLY", byday=days, opens_at=opens, closes_at=closes,
            notes=days and _TIME_ZONE,
        )  # fmt: skip
        sketch.setdefault("schedules", []).append(part)
    first = sketch["schedules"][0]
    first.text("description", text)
    first.fact("hours_rule", rule)


def _stretches(rule: str | None) -> list[tuple[tuple[str, str], str]]:
    """((opens, closes), "MO,TU") of a rule; nothing where it cannot be read."""
    try:
        schedule = read_schedule(rule or "")
    except UnreadableHours:
        return []
    if schedule.always:
        return [(_ALL_DAY, ",".join(DAYS).upper())]
    days: dict[tuple[str, str], list[str]] = {}
    for opening in schedule.openings:
        days.setdefault((_clock(opening.opens_at), _clock(opening.closes_at)), []).append(opening.byday.upper())
    return [(stretch, ",".join(dict.fromkeys(found))) for stretch, found in days.items()]


def _clock(moment: time) -> str:
    return f"{moment:%H:%M}"


def hours_of(entity: Mapping[str, Any]) -> Hours | None:
    schedules = entity.get("schedules") or ()
    if not schedules:
        return None
    says = Attached(schedules[0])
    return Hours(says.text("description"), says.fact("hours_rule"), *says.proof("schedule"))


def public_address(record: Organization | Service, owner: Organization | None = None) -> Address | None:
    """Where a record may be said to be. A service whose own address is confidential is not at its owner's."""
    address = record.address or (owner.address if owner else None)
    return address if address and not address.confidential else None


def location(owner: Sketch, record: Organization | Service, place: Municipality | None) -> Sketch | None:
    """Where a record is found; virtual where the address is confidential or unknown. None where nothing is told.

    An organization's hours and languages stand here, since the standard gives organizations none of their own.
    """
    address = public_address(record)
    found = owner.part("location", "own", location_type="physical" if address else "virtual", name=owner["name"])
    if address:
        found["addresses"] = [_address(found, address, place)]
    elif owner.get("website"):
        found["url"] = owner["website"]
    if isinstance(record, Organization):
        found["organization_id"] = owner["id"]
        put_languages(found, record.spoken_languages)
        put_hours(found, record.hours)
    return found if address or "languages" in found or "schedules" in found else None


def _address(owner: Sketch, address: Address, place: Municipality | None) -> Sketch:
    match = _ADDRESS.fullmatch(address.text)
    seat = place.seat if place else ""
    part = owner.part(
        "address", "own", country=_COUNTRY_CODE, address_type="physical", region=place.official if place else None
    )
    part.update(
        address_1=match["street"] if match else address.text,
        city=match["city"] if match else seat,
        postal_code=(match["code"] or "") if match else "",
        state_province=place.county if place else "",
    )
    if not match:
        part.fact("address", address.text)
    part.proof("address_1", address)
    return part


def put_secrecy(sketch: Sketch, record: Organization | Service) -> None:
    """That a record's own address is confidential, and nothing of it."""
    if record.address and record.address.confidential:
        sketch.fact("confidential", "true")


def secret_address(says: Attached, place: str) -> Address | None:
    """Where a record's own address is confidential: in its municipality, and no more is known."""
    return Address(place, True, Source(None, "", None)) if says.truth("confidential") else None


def address_of(location: Mapping[str, Any] | None) -> Address | None:
    addresses = (location or {}).get("addresses") or ()
    if not addresses:
        return None
    says = Attached(addresses[0])
    return Address(says.fact("address") or written(addresses[0]), False, *says.proof("address_1"))


def written(address: Mapping[str, Any]) -> str:
    """An HSDS address in one line, as it is written in Lithuania."""
    street = ", ".join(str(address[line]) for line in ("address_1", "address_2") if address.get(line))
    town = " ".join(str(address[part]) for part in ("postal_code", "city") if address.get(part))
    return ", ".join(part for part in (street, town) if part)
