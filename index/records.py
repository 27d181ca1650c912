"""The directory's records as frozen values, with Open Referral HSDS names where it has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Language = Literal["lt", "pl", "en"]
LANGUAGES: tuple[Language, ...] = ("lt", "pl", "en")
COUNTRY = "Lietuva"

Text = Mapping[str, str]
"""One text by language; Lithuanian is always there."""
TextList = Mapping[str, tuple[str, ...]]

Status = Literal["active", "stale", "planned", "closed", "unverified"]
Via = Literal["own", "parent", "municipality", "line"]


@dataclass(frozen=True)
class Said:
    """A text together with the language that it is in."""

    text: str
    language: str


def said(text: Text, language: str) -> Said:
    """The text in `language`, else in Lithuanian, else in whichever there is."""
    for choice in (language, *LANGUAGES):
        if text.get(choice):
            return Said(text[choice], choice)
    return Said("", language)


def listed(texts: TextList, language: str) -> tuple[str, ...]:
    """Like `said`, for lists."""
    for choice in (language, *LANGUAGES):
        if texts.get(choice):
            return texts[choice]
    return ()


@dataclass(frozen=True)
class Source:
    """Where a fact was published. `date` is ISO, possibly only a year or month; None is undated."""

    url: str | None
    title: str
    date: str | None


How = Literal["phone", "email", "visit", "website", "institution"]


@dataclass(frozen=True)
class Verification:
    """That a person has confirmed something: on which day (ISO), whose account, and how."""

    on: str
    by: str
    how: How


@dataclass(frozen=True)
class Contact:
    """A contact value with its source. `verified` stays None until a person has confirmed it."""

    value: str
    source: Source
    verified: Verification | None = None


@dataclass(frozen=True)
class Phone:
    """A telephone as published in international form, or a short code as it is dialled."""

    number: str
    label: Text
    source: Source
    verified: Verification | None = None


@dataclass(frozen=True)
class Address:
    text: str
    confidential: bool
    source: Source
    verified: Verification | None = None


@dataclass(frozen=True)
class Hours:
    """Opening hours as published, and as a schedule where they can be read with certainty."""

    text: Text
    schedule: str | None
    source: Source
    verified: Verification | None = None


@dataclass(frozen=True)
class Statement:
    """An answer to a question that people ask before they dare, only where a source gives it."""

    text: Text
    source: Source
    verified: Verification | None = None


@dataclass(frozen=True)
class Alert:
    """What is different for a while: "full". `until` is the last day (ISO) on which it is shown."""

    text: Text
    until: str


@dataclass(frozen=True)
class Organization:
    id: str
    status: Status
    legal_status: str
    name: Text
    municipality: str
    serves: tuple[str, ...]
    sources: tuple[Source, ...]
    aliases: TextList = field(default_factory=dict)
    parent: str | None = None
    legal_code: str | None = None
    address: Address | None = None
    phones: tuple[Phone, ...] = ()
    email: Contact | None = None
    website: Contact | None = None
    hours: Hours | None = None
    spoken_languages: tuple[str, ...] = ()
    alert: Alert | None = None


@dataclass(frozen=True)
class Service:
    """What an organization does for people. `statutory` ones every municipality must give by law.

    discretion: whether anybody learns that one asked. first_contact: what happens when one calls or writes.
    phones … spoken_languages: only where they differ from the organization's.
    verified: that it is still offered as described.
    """

    id: str
    organization_id: str
    kind: str
    route: str
    name: Text
    description: Text
    who: Text
    categories: tuple[str, ...]
    needs: tuple[str, ...]
    target_groups: tuple[str, ...]
    how_to_get: TextList = field(default_factory=dict)
    cost: Text | None = None
    discretion: Statement | None = None
    first_contact: Statement | None = None
    night_intake: bool = False
    statutory: bool = False
    status: Status = "active"
    phones: tuple[Phone, ...] = ()
    email: Contact | None = None
    website: Contact | None = None
    address: Address | None = None
    hours: Hours | None = None
    spoken_languages: tuple[str, ...] = ()
    alert: Alert | None = None
    verified: Verification | None = None


@dataclass(frozen=True)
class Way:
    """One way to reach a help line."""

    kind: Literal["call", "sms", "chat", "email"]
    value: str
    hours_text: Text
    schedule: str | None


@dataclass(frozen=True)
class Helpline:
    """A line that people call. Only `active` ones are ever shown; `serves` is the country or municipalities.

    discretion, first_contact: as of a service. verified: that its number and ways are right.
    """

    id: str
    status: Status
    verification: str
    name: Text
    number: str | None
    ways: tuple[Way, ...]
    spoken_languages: tuple[str, ...]
    languages_known: bool
    free: bool | None
    who: Text
    description: Text
    crisis_topics: tuple[str, ...]
    danger_order: int
    needs: tuple[str, ...]
    target_groups: tuple[str, ...]
    sources: tuple[Source, ...]
    website: Contact | None = None
    email: Contact | None = None
    serves: tuple[str, ...] = (COUNTRY,)
    discretion: Statement | None = None
    first_contact: Statement | None = None
    alert: Alert | None = None
    verified: Verification | None = None

    def serves_place(self, municipality: str | None) -> bool:
        return COUNTRY in self.serves or municipality in self.serves


@dataclass(frozen=True)
class Municipality:
    """One of the sixty. Its contacts stand in the organization of the same id."""

    id: str
    official: str
    name: Text
    short: Text
    seat: str
    county: str
    department: Text
    centre: str | None = None


@dataclass(frozen=True)
class Route:
    """The common steps to a service, and the papers that they take."""

    id: str
    steps: TextList
    documents: TextList


@dataclass(frozen=True)
class Directory:
    """Everything that is known, at one moment."""

    organizations: Mapping[str, Organization]
    services: Mapping[str, Service]
    helplines: Mapping[str, Helpline]
    municipalities: Mapping[str, Municipality]
    routes: Mapping[str, Route]

    def shown_services(self) -> Iterator[Service]:
        """Services of organizations that may be shown to residents."""
        for service in self.services.values():
            if service.status == "active" and self.organizations[service.organization_id].status == "active":
                yield service

    def shown(self) -> Iterator[Service | Helpline]:
        """Everything that may answer a resident."""
        yield from self.shown_services()
        yield from self.shown_helplines()

    def shown_helplines(self) -> Iterator[Helpline]:
        return (line for line in self.helplines.values() if line.status == "active" and line.number)

    def record(self, identity: str) -> Service | Helpline | None:
        """What a card of this `service_id` was made of."""
        return self.services.get(identity) or self.helplines.get(identity)

    def municipality(self, official: str) -> Municipality | None:
        return self.municipalities.get(official)

    def parents(self, organization: Organization) -> Iterator[Organization]:
        """The organization's parent, its parent, and so on."""
        seen = {organization.id}
        parent = self.organizations.get(organization.parent or "")
        while parent and parent.id not in seen:
            seen.add(parent.id)
            yield parent
            parent = self.organizations.get(parent.parent or "")
