"""Records from the HSDS of other systems, which know nothing of our attributes: what can be told, and no more."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel import Locale

from index.directory.hsds.contacts import written
from index.directory.hsds.terms import Entity
from index.directory.hsds.weeks import rule_of, text_of
from index.directory.incoming.telephones import as_kept
from index.records import COUNTRY, Address, Contact, Hours, Organization, Phone, Service, Source, Status, Text, TextList
from nlu.detection import detect
from nlu.places import Gazetteer

PREFIX = "hsds"
_STATES: Mapping[str, Status] = {"inactive": "stale", "temporarily closed": "stale", "defunct": "closed"}
_SPOKEN_HERE = ("lt", "pl", "en")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
# Characters; a language shows in fewer.
_ENOUGH_TEXT = 300
_CODE = re.compile(r"[a-z]{2}")


class Unfit(Exception):
    """An organization or service cannot become a record. `reason` is a key of `faults.yml`."""

    def __init__(self, field: str, reason: str, value: object = "") -> None:
        super().__init__(reason)
        self.field, self.reason, self.value = field, reason, str(value)[:80]


def own_identity(foreign: object) -> str:
    """Twelve signs that the same foreign id always gives."""
    return hashlib.sha256(str(foreign).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class _Reading:
    """What holds for all values of one object: its language and source."""

    language: str
    source: Source

    def text(self, value: object) -> Text:
        """Raises TypeError for what is no text."""
        if isinstance(value, dict | list):
            raise TypeError
        words = " ".join(str(value or "").split())
        return {self.language: words} if words else {}

    def texts(self, values: Iterable[str]) -> TextList:
        told = tuple(filter(None, values))
        return {code: told if code == self.language else () for code in _SPOKEN_HERE}

    def contact(self, value: object) -> Contact | None:
        return Contact(str(value).strip(), self.source) if value else None

    def phones(self, *owners: Mapping[str, Any]) -> tuple[Phone, ...]:
        """Telephones of objects and of their contacts, save those of single employees."""
        entries = [phone for owner in owners for phone in _phones(owner) if phone.get("number")]
        found = {
            (number := as_kept(str(phone["number"]))): Phone(number, self.text(phone.get("description")), self.source)
            for phone in reversed(entries)
        }
        return tuple(reversed(found.values()))

    def hours(self, schedules: Iterable[Mapping[str, Any]]) -> Hours | None:
        schedules = list(schedules)
        rule = rule_of(schedules)
        text = text_of(schedules, rule, self.language)
        return Hours(self.text(text), rule, self.source) if text else None

    def address(self, where: Mapping[str, Any]) -> Address | None:
        for address in where.get("addresses") or ():
            if address.get("address_type") != "virtual" and written(address):
                return Address(written(address), False, self.source)
        return None


def foreign_organization(entity: Entity, services: Iterable[Entity]) -> Organization:
    """An organization of another system, with what its services tell of it. Raises Unfit."""
    services = list(services)
    if not entity.get("id") or not entity.get("name"):
        raise Unfit("organization", "no_name" if entity.get("id") else "needed")
    reading = _reading(
        entity, str(entity["name"]), entity.get("description"), *(s.get("description") for s in services)
    )
    places = [*(entity.get("locations") or ()), *(where for service in services for where in _locations(service))]
    where: Mapping[str, Any] = next((place for place in places if place.get("addresses")), {})
    municipality, serves = _area(places, services)
    parent = entity.get("parent_organization_id")
    return Organization(
        id=f"{PREFIX}-{own_identity(entity['id'])}",
        status="active",
        legal_status=str(entity.get("legal_status") or ""),
        name=reading.text(entity["name"]),
        municipality=municipality,
        serves=serves,
        sources=(reading.source,),
        aliases=reading.texts([_said(entity, "alternate_name")]),
        parent=f"{PREFIX}-{own_identity(parent)}" if parent else None,
        address=reading.address(where),
        phones=reading.phones(entity, *(entity.get("locations") or ())),
        email=reading.contact(entity.get("email") or _first_email(entity)),
        website=reading.contact(entity.get("website") or entity.get("url")),
        hours=reading.hours(where.get("schedules") or ()) if entity.get("locations") else None,
        spoken_languages=_languages(*(entity.get("locations") or ())),
    )


def foreign_service(entity: Entity, organization: Organization, described: object = "") -> Service:
    """A service of another system; `described` is what its organization says of itself. Raises Unfit.

    Its kind, needs and target groups are nobody's guess yet.
    """
    if not entity.get("id") or not entity.get("name"):
        raise Unfit("service", "needed", entity.get("id") or "")
    reading = _reading(entity, str(entity["name"]), entity.get("description"), entity.get("eligibility_description"))
    links = entity.get("service_at_locations") or ()
    where = _locations(entity)
    address = next(filter(None, map(reading.address, where)), None)
    schedules = (
        entity.get("schedules"),
        *(link.get("schedules") for link in links),
        *(w.get("schedules") for w in where),
    )
    return Service(
        id=f"{organization.id}.{own_identity(entity['id'])}",
        organization_id=organization.id,
        kind="",
        route="",
        name=reading.text(entity["name"]),
        description=reading.text(entity.get("description") or described or entity["name"]),
        who=reading.text("; ".join(_who(entity, reading.language))),
        categories=(),
        needs=(),
        target_groups=(),
        how_to_get=reading.texts(_steps(entity, reading.language)),
        cost=reading.text("; ".join(filter(None, _costs(entity)))) or None,
        status=_STATES.get(str(entity.get("status")), "active"),
        phones=reading.phones(entity, *links),
        email=reading.contact(entity.get("email") or _first_email(entity)),
        website=reading.contact(entity.get("url")),
        address=address if address and address.text != (organization.address and organization.address.text) else None,
        hours=reading.hours(next(filter(None, schedules), ())),
        spoken_languages=_languages(entity, *where),
    )


def _reading(entity: Entity, *texts: object) -> _Reading:
    """One language is detected for all texts of an object; what is in doubt is Lithuanian."""
    told = detect(" ".join(str(text) for text in texts if text)[:_ENOUGH_TEXT]).language
    page = str(entity.get("website") or entity.get("url") or "")
    changed = str(entity.get("last_modified") or entity.get("assured_date") or "")
    source = Source(
        page if page.startswith(("http://", "https://")) else None,
        f"HSDS {entity['id']}",
        changed[:10] if _DATE.match(changed) else None,
    )
    return _Reading(told if told in _SPOKEN_HERE else "lt", source)


def _phones(owner: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from owner.get("phones") or ()
    for contact in owner.get("contacts") or ():
        if not contact.get("name"):
            yield from contact.get("phones") or ()


def _first_email(entity: Entity) -> object:
    """That of an office, not of a person."""
    contacts = entity.get("contacts") or ()
    return next((contact["email"] for contact in contacts if contact.get("email") and not contact.get("name")), None)


def _locations(service: Entity) -> list[Mapping[str, Any]]:
    return [link["location"] for link in service.get("service_at_locations") or () if link.get("location")]


def _languages(*owners: Mapping[str, Any]) -> tuple[str, ...]:
    """Languages by code or name; what is neither is left out."""
    found = [language for owner in owners for language in owner.get("languages") or ()]
    codes = (_language(_said(language, "code")) or _language(_said(language, "name")) for language in found)
    return tuple(dict.fromkeys(filter(None, codes)))


def _language(told: str) -> str | None:
    """`lt` of "lt", "lt-LT", "lit", "Lithuanian", "lietuvių"."""
    known = _language_names()
    return known.get(told.casefold()) or known.get(told.casefold().split("-")[0])


@cache
def _language_names() -> Mapping[str, str]:
    locales = [Locale.parse(language).languages for language in _SPOKEN_HERE]
    names = {name.casefold(): code for names in locales for code, name in names.items() if _CODE.fullmatch(code)}
    return {**names, **{code: code for code in locales[0] if _CODE.fullmatch(code)}, **_words()["languages"]}


def _area(places: Iterable[Mapping[str, Any]], services: Iterable[Entity]) -> tuple[str, tuple[str, ...]]:
    """The municipality of the first address, and those that are served. Raises Unfit when a place is none of ours."""
    gazetteer = Gazetteer.load()
    addresses = [address for place in places for address in place.get("addresses") or ()]
    here = next(filter(None, (_municipality(address, gazetteer) for address in addresses)), None)
    areas = [
        str(area.get("name") or area.get("extent") or "") for s in services for area in s.get("service_areas") or ()
    ]
    served = tuple(dict.fromkeys(filter(None, map(gazetteer.resolve, filter(None, areas)))))
    if not here and not served and (addresses or any(areas)):
        raise Unfit("municipality", "no_municipality", written(addresses[0]) if addresses else areas[0])
    here = here or (served[0] if len(served) == 1 else COUNTRY)
    return here, served or (here,)


def _municipality(address: Mapping[str, Any], gazetteer: Gazetteer) -> str | None:
    if str(address.get("country") or "LT").upper() not in ("LT", "LTU", "LIETUVA", "LITHUANIA"):
        return None
    for field in ("region", "city", "state_province"):
        found = gazetteer.resolve(str(address.get(field) or ""))
        if found and found != COUNTRY:
            return found
    mentions = gazetteer.find(written(address))
    return mentions[-1].municipality if mentions else None


def _who(entity: Entity, language: str) -> Iterator[str]:
    if entity.get("eligibility_description"):
        yield str(entity["eligibility_description"])
    youngest, oldest = (_number(entity.get(field)) for field in ("minimum_age", "maximum_age"))
    if youngest or oldest:
        yield _word("ages", language, f"{youngest or 0}–{oldest}" if oldest else f"{youngest}+")


def _number(value: object) -> str:
    return str(value).removesuffix(".0") if value not in (None, "") else ""


def _costs(entity: Entity) -> Iterator[str]:
    told = entity.get("fees_description") or entity.get("fees")
    if told:
        yield str(told)
    for option in entity.get("cost_options") or ():
        amount = " ".join(filter(None, (_number(option.get("amount")), _said(option, "currency").upper())))
        yield " – ".join(filter(None, (_said(option, "option"), amount, _said(option, "amount_description"))))


def _said(entity: Mapping[str, Any], field: str) -> str:
    return str(entity.get(field) or "").strip()


def _steps(entity: Entity, language: str) -> Iterator[str]:
    yield from map(str.strip, _said(entity, "application_process").splitlines())
    papers = [document for entry in entity.get("required_documents") or () if (document := _said(entry, "document"))]
    if papers:
        yield _word("papers", language, "; ".join(papers))


def _word(key: str, language: str, what: str) -> str:
    return _words()[key][language].format(what=what)


@cache
def _words() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = yaml.safe_load(Path(__file__).with_name("words.yml").read_text("utf-8"))
    return loaded
