"""Makes records from the starter directory's files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.directory.files import read_folder
from index.errors import DirectoryFault
from index.needs.taxonomy import read_taxonomy
from index.records import (
    COUNTRY,
    LANGUAGES,
    Address,
    Contact,
    Directory,
    Helpline,
    Hours,
    Municipality,
    Organization,
    Phone,
    Route,
    Service,
    Source,
    Statement,
    Text,
    TextList,
    Way,
)

STARTER = Path(__file__).with_name("starter")
NATIONAL, ALL, NONE = "national", "all", "none"
_SCOPES = (ALL, NATIONAL, NONE)


def read_starter(folder: Path = STARTER, scope: str = ALL) -> Directory:
    """The records of a folder, or of them what `KELRODIS_STARTER` asks for.

    scope: national leaves out what serves single municipalities, but for their offices with what the law promises;
    none leaves help lines, routes, and the municipalities as places.
    Raises DirectoryFault, with file, line and reason for each fault.
    """
    if scope not in _SCOPES:
        raise DirectoryFault([f"KELRODIS_STARTER: {scope}: it must be one of {', '.join(_SCOPES)}"])
    files = read_folder(folder)
    faults: list[str] = []
    organizations: dict[str, Organization] = {}
    services: dict[str, Service] = {}
    for name, content in files["organizations"]:
        _take(organizations, _organization(content, name, faults), name, faults)
        for item in content["services"]:
            _take(services, _service(item, content["id"], _Sources(content, name, faults)), name, faults)
    municipalities = {item["official"]: _municipality(item) for _, item in files["municipalities"]}
    for name, item in files["municipalities"]:
        _take(organizations, _office(item, name, faults), name, faults)
        for _, template in files["statutory"]:
            sources = _Sources(item, name, faults)
            _take(services, _service(template, item["id"], sources, statutory=True), name, faults)
    directory = Directory(
        organizations=organizations,
        services=services,
        helplines={item["id"]: _helpline(item, name, faults) for name, item in files["helplines"]},
        municipalities=municipalities,
        routes={item["id"]: _route(item) for _, item in files["routes"]},
    )
    faults += _broken_links(directory)
    if faults:
        raise DirectoryFault(faults)
    return _narrowed(directory, scope)


def _narrowed(directory: Directory, scope: str) -> Directory:
    """What of the whole starter a scope holds."""
    if scope == ALL:
        return directory
    kept: set[str] = set()
    if scope == NATIONAL:
        offices = {municipality.id for municipality in directory.municipalities.values()}
        wide = [o for o in directory.organizations.values() if COUNTRY in o.serves or o.id in offices]
        # A parent gives its contacts to those that have none.
        kept = {o.id for o in wide} | {parent.id for o in wide for parent in directory.parents(o)}
    return replace(
        directory,
        organizations={key: record for key, record in directory.organizations.items() if key in kept},
        services={key: record for key, record in directory.services.items() if record.organization_id in kept},
    )


def _take(known: dict[str, Any], record: Organization | Service, name: str, faults: list[str]) -> None:
    if record.id in known:
        faults.append(f"{name}:1: {record.id}: this id stands twice")
    known[record.id] = record


def _broken_links(directory: Directory) -> Iterable[str]:
    needs = read_taxonomy().needs
    for service in directory.services.values():
        for need in service.needs:
            if need not in needs:
                yield f"{service.organization_id}.yml:1: {service.id}: needs: there is no {need}"
    places = {*directory.municipalities, COUNTRY}
    for organization in directory.organizations.values():
        where = f"{organization.id}.yml:1"
        if organization.parent and organization.parent not in directory.organizations:
            yield f"{where}: parent: there is no {organization.parent}"
        for place in (organization.municipality, *organization.serves):
            if place not in places:
                yield f"{where}: {place} is no municipality"


class _Sources:
    """Looks sources up by their position in the record's list."""

    def __init__(self, content: Mapping[str, Any], name: str, faults: list[str]) -> None:
        self.all = tuple(Source(item["url"], item["title"], item["date"]) for item in content["sources"])
        self._name, self._faults = name, faults

    def at(self, position: int | None) -> Source:
        if position is None:
            return self.all[0] if self.all else Source(None, "", None)
        if position > len(self.all):
            self._faults.append(f"{self._name}:1: source {position}: there are only {len(self.all)}")
            return Source(None, "", None)
        return self.all[position - 1]

    def contact(self, content: Mapping[str, Any] | None) -> Contact | None:
        return Contact(content["value"], self.at(content["source"])) if content else None

    def phones(self, content: Iterable[Mapping[str, Any]]) -> tuple[Phone, ...]:
        return tuple(Phone(p["number"], _text(p.get("label") or {}), self.at(p["source"])) for p in content)

    def address(self, content: Mapping[str, Any] | None) -> Address | None:
        if not content:
            return None
        return Address(content["text"], content.get("confidential", False), self.at(content["source"]))

    def statement(self, content: Mapping[str, Any] | None) -> Statement | None:
        return Statement(_text(content["text"]), self.at(content["source"])) if content else None


def _text(content: Mapping[str, str]) -> Text:
    return {language: content[language] for language in LANGUAGES if content.get(language)}


def _texts(content: Mapping[str, list[str]] | None) -> TextList:
    return {language: tuple((content or {}).get(language, ())) for language in LANGUAGES}


def _organization(content: Mapping[str, Any], name: str, faults: list[str]) -> Organization:
    sources = _Sources(content, name, faults)
    hours = content.get("hours")
    return Organization(
        id=content["id"],
        status=content["status"],
        legal_status=content.get("legal_status") or "",
        name=_text(content["name"]),
        municipality=content["municipality"],
        serves=tuple(content["serves"]),
        sources=sources.all,
        aliases=_texts(content.get("aliases")),
        parent=content.get("parent"),
        legal_code=content.get("legal_code"),
        address=sources.address(content.get("address")),
        phones=sources.phones(content.get("phones") or ()),
        email=sources.contact(content.get("email")),
        website=sources.contact(content.get("website")),
        hours=Hours(_text(hours["text"]), hours.get("schedule"), sources.at(hours["source"])) if hours else None,
        spoken_languages=tuple(content.get("spoken_languages") or ()),
    )


def _service(content: Mapping[str, Any], organization: str, sources: _Sources, statutory: bool = False) -> Service:
    return Service(
        id=f"{organization}.{content['slug']}",
        organization_id=organization,
        kind=content["kind"],
        route=content["route"],
        name=_text(content["name"]),
        description=_text(content["description"]),
        who=_text(content["who"]),
        categories=tuple(content["categories"]),
        needs=tuple(content["needs"]),
        target_groups=tuple(content["target_groups"]),
        how_to_get=_texts(content.get("how_to_get")),
        cost=_text(content["cost"]) if content.get("cost") else None,
        discretion=sources.statement(content.get("discretion")),
        first_contact=sources.statement(content.get("first_contact")),
        night_intake=content.get("night_intake", False),
        statutory=statutory,
    )


def _municipality(content: Mapping[str, Any]) -> Municipality:
    return Municipality(
        id=content["id"],
        official=content["official"],
        name=_text(content["name"]),
        short=_text(content["short"]),
        seat=content["seat"],
        county=content.get("county") or "",
        department=_text(content["department"]["name"]),
        centre=(content.get("centre") or {}).get("organization"),
    )


def _office(content: Mapping[str, Any], name: str, faults: list[str]) -> Organization:
    """The municipality as an organization; its social department's number stands first."""
    sources = _Sources(content, name, faults)
    department, centre = content["department"], content.get("centre") or {}
    phones = sources.phones(content.get("phones") or ())
    # The social department answers first, then the switchboard, then the social services centre.
    phones = tuple({p.number: p for p in (*_unit(department, sources), *phones, *_unit(centre, sources))}.values())
    email = sources.contact(content.get("email"))
    if department.get("email"):
        email = Contact(department["email"], sources.at(department.get("source")))
    return Organization(
        id=content["id"],
        status="active",
        legal_status="municipality",
        name=_text(content["name"]),
        municipality=content["official"],
        serves=(content["official"],),
        sources=sources.all,
        aliases={"lt": (content["short"]["lt"],), "pl": (content["short"]["pl"],), "en": (content["short"]["en"],)},
        address=sources.address(content.get("address")),
        phones=phones,
        email=email,
        website=sources.contact(content.get("website")),
    )


def _unit(content: Mapping[str, Any], sources: _Sources) -> tuple[Phone, ...]:
    if not content.get("phone"):
        return ()
    return (
        Phone(
            content["phone"], _text(content.get("phone_label") or content["name"]), sources.at(content.get("source"))
        ),
    )


def _helpline(content: Mapping[str, Any], name: str, faults: list[str]) -> Helpline:
    sources = _Sources(content, name, faults)
    return Helpline(
        id=content["id"],
        status=content["status"],
        verification=content["verification"],
        name=_text(content["name"]),
        number=content["number"],
        ways=tuple(
            Way(way["kind"], way["value"], _text(way.get("hours_text") or {}), way.get("schedule"))
            for way in content["ways"]
        ),
        spoken_languages=tuple(content["spoken_languages"]),
        languages_known=content["languages_known"],
        free=content.get("free"),
        who=_text(content["who"]),
        description=_text(content["description"]),
        crisis_topics=tuple(content.get("crisis_topics") or ()),
        danger_order=content.get("danger_order", 99),
        needs=tuple(content["needs"]),
        target_groups=tuple(content.get("target_groups") or ()),
        sources=sources.all,
        website=sources.contact(content.get("website")),
        email=sources.contact(content.get("email")),
        serves=tuple(content.get("serves") or (COUNTRY,)),
        discretion=sources.statement(content.get("discretion")),
        first_contact=sources.statement(content.get("first_contact")),
    )


def _route(content: Mapping[str, Any]) -> Route:
    return Route(content["id"], _texts(content["steps"]), _texts(content.get("documents")))
