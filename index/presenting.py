"""Makes cards of services and help lines: texts in the person's language, contacts, hours, sources."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote_plus

from index.cards import Alert as AlertCard
from index.cards import PhoneCard, ServiceCard
from index.contacts import dialled, reach
from index.hours import state_at
from index.needs.taxonomy import Taxonomy
from index.ranking import Hit
from index.records import (
    COUNTRY,
    Address,
    Alert,
    Directory,
    Helpline,
    Organization,
    Route,
    Service,
    Source,
    listed,
    said,
)
from index.texts import phrase

_CONTACTS = ("email", "website", "address", "hours")
_MAP = "https://www.openstreetmap.org/search?query="


class CardMaker:
    """Makes cards from one state of the directory at one moment."""

    def __init__(self, directory: Directory, taxonomy: Taxonomy, language: str, now: datetime) -> None:
        self._directory, self._taxonomy = directory, taxonomy
        self._language, self._now = language, now

    def card(
        self, hit: Hit, needs: tuple[str, ...] = (), people: frozenset[str] = frozenset(), fallback: bool = False
    ) -> ServiceCard:
        """The hit's card; `needs` and `people` are what the question was understood as.

        Raises ValueError when nobody can be reached (the check of the index forbids that).
        """
        why = phrase("why_next_step", self._language) if fallback else self._why(hit, needs, people)
        if isinstance(hit.record, Helpline):
            return self._of_helpline(hit.record, why, hit.score, fallback)
        return self._of_service(hit.record, why, hit.score, fallback)

    def _why(self, hit: Hit, needs: tuple[str, ...], people: frozenset[str]) -> str:
        parts = []
        fitting = next((need for need in needs if need in hit.record.needs), None)
        strongest = max(("need", "meaning", "words", "name"), key=lambda name: hit.reasons.get(name, 0.0))
        if strongest == "name":
            parts.append(phrase("why_name", self._language))
        elif fitting:
            need = _inside_a_sentence(said(self._taxonomy.needs[fitting].name, self._language).text)
            parts.append(phrase("why_need", self._language, need=need))
        else:
            parts.append(phrase("why_words", self._language))
        group = next((group for group in hit.record.target_groups if group in people), None)
        if group:
            people_named = _inside_a_sentence(said(self._taxonomy.target_groups[group].name, self._language).text)
            parts.append(phrase("why_people", self._language, group=people_named))
        if isinstance(hit.record, Helpline):
            if COUNTRY in hit.record.serves:
                parts.append(phrase("why_line", self._language))
        elif hit.record.statutory:
            parts.append(phrase("why_statutory", self._language))
        elif hit.elsewhere_in_crisis:
            parts.append(phrase("why_elsewhere", self._language))
        return " ".join(parts)

    def _of_service(self, service: Service, why: str, score: float, fallback: bool) -> ServiceCard:
        language, directory = self._language, self._directory
        organization = directory.organizations[service.organization_id]
        name = said(service.name, language)
        way = reach(directory, service, language)
        route = directory.routes.get(service.route)
        address = _public_address(service.address or organization.address)
        open_hours = service.hours or organization.hours
        hours = state_at(open_hours.schedule if open_hours else None, self._now)
        newest = _best_source(_sources_of(organization, service))
        return ServiceCard(
            service_id=service.id, organization_id=organization.id,
            organization=said(organization.name, language).text, service=name.text,
            organization_lt=said(organization.name, "lt").text, service_lt=said(service.name, "lt").text,
            description=said(service.description, language).text, why=why,
            how_to_get=_steps(service, route, way.page_of, language),
            who=said(service.who, language).text,
            cost=said(service.cost, language).text if service.cost else None,
            documents=listed(route.documents, language) if route else (),
            target_groups=service.target_groups, municipality=organization.municipality, serves=organization.serves,
            address=address.text if address else None,
            map_url=_MAP + quote_plus(address.text) if address else None,
            phones=way.phones, email=way.email, website=way.website,
            hours_text=said(open_hours.text, language).text if open_hours else None,
            open_now=hours.open_now, hours_change_at=hours.change_at.isoformat() if hours.change_at else None,
            spoken_languages=service.spoken_languages or organization.spoken_languages,
            alert=self._alert(service.alert, organization.alert), verified_on=_verified(organization, service),
            source_date=newest.date, source_url=newest.url, unverified_fields=_unverified(organization, service),
            text_language=name.language, score=round(score, 4), fallback=fallback,
        )  # fmt: skip

    def _of_helpline(self, line: Helpline, why: str, score: float, fallback: bool) -> ServiceCard:
        language = self._language
        call = next((way for way in line.ways if way.kind == "call"), None)
        hours = state_at(call.schedule if call else None, self._now)
        newest = _best_source(line.sources)
        route = self._directory.routes.get("helpline")
        name = said(line.name, language)
        phones = (PhoneCard(line.number, name.text, dialled(line.number), "own"),) if line.number else ()
        return ServiceCard(
            service_id=line.id, organization_id=line.id, organization=name.text, service=name.text,
            organization_lt=said(line.name, "lt").text, service_lt=said(line.name, "lt").text,
            description=said(line.description, language).text, why=why,
            how_to_get=listed(route.steps, language) if route else (), who=said(line.who, language).text, cost=None,
            documents=(), target_groups=line.target_groups, municipality=line.serves[0], serves=line.serves,
            address=None, map_url=None, phones=phones,
            email=line.email.value if line.email else None, website=line.website.value if line.website else None,
            hours_text=(said(call.hours_text, language).text or None) if call else None, open_now=hours.open_now,
            hours_change_at=hours.change_at.isoformat() if hours.change_at else None,
            spoken_languages=line.spoken_languages, alert=self._alert(line.alert),
            verified_on=line.verified.on if line.verified else None, source_date=newest.date, source_url=newest.url,
            unverified_fields=("phones",) if phones and not line.verified else (),
            text_language=name.language, score=round(score, 4), fallback=fallback,
        )  # fmt: skip

    def _alert(self, *alerts: Alert | None) -> AlertCard | None:
        """The first that is still true today: a service's own before its organization's."""
        today = self._now.date().isoformat()
        for alert in alerts:
            if alert and today <= alert.until:
                return AlertCard(said(alert.text, self._language).text, alert.until)
        return None


def _public_address(address: Address | None) -> Address | None:
    return None if address is None or address.confidential else address


def _inside_a_sentence(name: str) -> str:
    """The name with a small first letter, save the English "I"."""
    return name if name.startswith("I ") else name[:1].lower() + name[1:]


def _steps(service: Service, route: Route | None, page_of: str | None, language: str) -> tuple[str, ...]:
    """What the institution says of itself, then the common steps, then whose page stands in for its own."""
    page = (phrase("step_page", language, name=page_of),) if page_of else ()
    return listed(service.how_to_get, language) + (listed(route.steps, language) if route else ()) + page


def _sources_of(organization: Organization, service: Service) -> tuple[Source, ...]:
    """Of the records and of each contact on the card: an edited number is newer than the page it once came from."""
    contacts = [getattr(service, name) or getattr(organization, name) for name in _CONTACTS]
    values = [*(service.phones or organization.phones), *(contact for contact in contacts if contact)]
    return organization.sources + tuple(value.source for value in values)


def _best_source(sources: tuple[Source, ...]) -> Source:
    """The newest dated source; its address, or else the first address that there is."""
    dated = [source for source in sources if source.date]
    newest = max(dated, key=lambda source: source.date or "") if dated else Source(None, "", None)
    url = newest.url or next((source.url for source in sources if source.url), None)
    return Source(url, newest.title, newest.date)


def _fields(organization: Organization, service: Service) -> dict[str, str | None]:
    """When each contact field on the card was confirmed with the institution, None for never."""
    found: dict[str, str | None] = {}
    phones = service.phones or organization.phones
    if phones:
        dates = [phone.verified.on for phone in phones if phone.verified]
        found["phones"] = min(dates) if len(dates) == len(phones) else None
    for name in _CONTACTS:
        value = getattr(service, name) or getattr(organization, name)
        if value is not None:
            found[name] = value.verified.on if value.verified else None
    return found


def _verified(organization: Organization, service: Service) -> str | None:
    dates = list(_fields(organization, service).values())
    return min(date for date in dates if date) if dates and None not in dates else None


def _unverified(organization: Organization, service: Service) -> tuple[str, ...]:
    return tuple(name for name, verified in _fields(organization, service).items() if verified is None)
