"""Looks for records that must not be shown as they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from index.hours import VILNIUS, UnreadableHours, read_schedule
from index.needs.taxonomy import Taxonomy
from index.presenting import CardMaker
from index.ranking import Hit
from index.records import LANGUAGES, Directory, Service


def faults(directory: Directory, taxonomy: Taxonomy) -> Iterator[str]:
    """One sentence for each fault; nothing when all is well."""
    yield from _cards_without_a_way(directory, taxonomy)
    yield from _unknown_terms(directory, taxonomy)
    yield from _needs_without_a_service(directory, taxonomy)
    yield from _unreadable_hours(directory)


def _cards_without_a_way(directory: Directory, taxonomy: Taxonomy) -> Iterator[str]:
    for language in LANGUAGES:
        maker = CardMaker(directory, taxonomy, language, datetime.now(VILNIUS))
        for record in directory.shown():
            try:
                maker.card(Hit(record, record.id, 0.0))
            except ValueError as fault:
                yield str(fault)


def _unknown_terms(directory: Directory, taxonomy: Taxonomy) -> Iterator[str]:
    known = {"needs": taxonomy.needs, "target_groups": taxonomy.target_groups, "categories": taxonomy.categories}
    for service in directory.services.values():
        for field, terms in known.items():
            for term in getattr(service, field):
                if term not in terms:
                    yield f"{service.id}: {field}: there is no {term}"
        if service.kind not in taxonomy.kinds:
            yield f"{service.id}: kind: there is no {service.kind}"
        if service.route not in directory.routes:
            yield f"{service.id}: route: there is no {service.route}"


def _needs_without_a_service(directory: Directory, taxonomy: Taxonomy) -> Iterator[str]:
    answered = {need for record in directory.shown() for need in record.needs}
    for need in taxonomy.needs:
        if need not in answered:
            yield f"{need}: no shown service answers this need"


def _unreadable_hours(directory: Directory) -> Iterator[str]:
    rules = [(o.id, o.hours.schedule) for o in directory.organizations.values() if o.hours and o.hours.schedule]
    rules += [(line.id, way.schedule) for line in directory.helplines.values() for way in line.ways if way.schedule]
    for owner, rule in rules:
        try:
            read_schedule(rule)
        except UnreadableHours:
            yield f"{owner}: the hours {rule} cannot be read"


def incomplete_texts(directory: Directory) -> Iterator[str]:
    """Records of the starter directory that lack a language."""
    for service in directory.services.values():
        for field in ("name", "description", "who"):
            yield from _lacking(service, field)


def _lacking(service: Service, field: str) -> Iterator[str]:
    for language in LANGUAGES:
        if not getattr(service, field).get(language):
            yield f"{service.id}: {field} is missing in {language}"
