"""Finds a way to reach somebody for every record: its own, its parent's, its municipality's, a national line's."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers

from index.cards import PhoneCard
from index.records import COUNTRY, Contact, Directory, Helpline, Organization, Service, Via, said
from index.texts import phrase

# More numbers than this on a card are noise to somebody in a hurry.
_MOST_PHONES = 4


@dataclass(frozen=True)
class Reach:
    """How somebody is reached. `verified` fields and sources are the ones of the organization that owns them."""

    phones: tuple[PhoneCard, ...]
    email: str | None
    website: str | None
    # Whose page the website is, where it is not the institution's or its municipality's.
    page_of: str | None = None


def dialled(number: str) -> str:
    """The `tel:` form: international for full numbers, as dialled for short codes and 0 800 numbers."""
    digits = "".join(sign for sign in number if sign.isdigit() or sign == "+")
    if len(digits) <= 6:
        return digits
    parsed = phonenumbers.parse("+370" + digits[1:] if digits.startswith("0") else digits, "LT")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def reach(directory: Directory, service: Service, language: str) -> Reach:
    """The nearest contact that works for a service, labelled with whose it is and what to ask for."""
    organization = directory.organizations[service.organization_id]
    own = _own_phones(service if service.phones else organization, language)
    email = _value(service.email or organization.email)
    website = _value(service.website or organization.website)
    if own or email:
        return Reach(own, email, website)
    asked = said(service.name, language).text
    for parent in directory.parents(organization):
        if parent.phones or parent.email:
            phones = _borrowed(
                parent, phrase("phone_parent", language, name=said(parent.name, language).text, service=asked), "parent"
            )
            return Reach(phones, parent.email.value if parent.email else None, website or _site(parent))
    return _from_outside(directory, organization, service, language, website)


def _from_outside(
    directory: Directory, organization: Organization, service: Service, language: str, website: str | None
) -> Reach:
    asked = said(service.name, language).text
    municipality = directory.municipality(organization.municipality)
    # Without the starter's offices a municipality is a place only.
    office = directory.organizations.get(municipality.id) if municipality else None
    if municipality and office:
        label = phrase(
            "phone_municipality",
            language,
            name=said(municipality.name, language).text,
            department=said(municipality.department, language).text,
            service=asked,
        )
        if office.phones or office.email:
            phones = _borrowed(office, label, "municipality")
            return Reach(phones, office.email.value if office.email else None, website or _site(office))
        website = website or _site(office)
    line = _nearest_line(directory, service) if office is None else None
    phones = (_line_phone(line, language),) if line else ()
    if phones or website:
        return Reach(phones, None, website)
    page = _national_page(directory)
    return Reach((), None, _site(page), said(page.name, language).text) if page else Reach((), None, None)


def _national_page(directory: Directory) -> Organization | None:
    """The page where social support is applied for in every municipality."""
    for service in directory.shown_services():
        organization = directory.organizations[service.organization_id]
        if service.kind == "e_service" and COUNTRY in organization.serves and organization.website:
            return organization
    return None


def _value(contact: Contact | None) -> str | None:
    return contact.value if contact else None


def _own_phones(owner: Organization | Service, language: str) -> tuple[PhoneCard, ...]:
    name = said(owner.name, language).text
    return tuple(
        PhoneCard(
            number=phone.number,
            label=said(phone.label, language).text or phrase("phone_own", language, name=name),
            tel=dialled(phone.number),
            via="own",
        )
        for phone in owner.phones[:_MOST_PHONES]
    )


def _borrowed(owner: Organization, label: str, via: Via) -> tuple[PhoneCard, ...]:
    return tuple(PhoneCard(phone.number, label, dialled(phone.number), via) for phone in owner.phones[:2])


def _site(organization: Organization) -> str | None:
    return organization.website.value if organization.website else None


def _nearest_line(directory: Directory, service: Service) -> Helpline | None:
    """The line that shares the service's most fitting need."""
    for need in service.needs:
        for line in directory.shown_helplines():
            if need in line.needs[:2]:
                return line
    return None


def _line_phone(line: Helpline, language: str) -> PhoneCard:
    assert line.number is not None  # only shown lines come here, and those have a number
    name = said(line.name, language).text
    return PhoneCard(line.number, phrase("phone_line", language, name=name), dialled(line.number), "line")
