"""Makes the texts that are searched: each service in each language, and the names of institutions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from index.needs.taxonomy import Taxonomy
from index.records import LANGUAGES, Directory, Helpline, Organization, Service, said


@dataclass(frozen=True)
class Passage:
    """A text to embed, its language, and the ids that it speaks for (a statutory text speaks for sixty)."""

    text: str
    language: str
    targets: tuple[str, ...]


def passages(directory: Directory, taxonomy: Taxonomy) -> list[Passage]:
    """Every passage once, however many records share its text."""
    targets: dict[tuple[str, str], list[str]] = defaultdict(list)
    for service in directory.shown_services():
        organization = directory.organizations[service.organization_id]
        for language in LANGUAGES:
            for text in _service_texts(organization, service, taxonomy, language):
                targets[text, language].append(service.id)
    for line in directory.shown_helplines():
        for language in LANGUAGES:
            targets[_helpline_text(line, language), language].append(line.id)
    return [Passage(text, language, tuple(ids)) for (text, language), ids in targets.items()]


def _service_texts(organization: Organization, service: Service, taxonomy: Taxonomy, language: str) -> Iterable[str]:
    if not service.name.get(language):
        return
    name, description = said(service.name, language).text, said(service.description, language).text
    yield f"{name}. {description} {said(service.who, language).text}".strip()
    if not service.statutory:
        yield f"{said(organization.name, language).text}: {name}"


def _helpline_text(line: Helpline, language: str) -> str:
    return f"{said(line.name, language).text}. {said(line.description, language).text} {said(line.who, language).text}"


def searchable_words(directory: Directory, taxonomy: Taxonomy) -> dict[str, list[tuple[str, str]]]:
    """For each id the (text, language) pairs whose words are matched."""
    found: dict[str, list[tuple[str, str]]] = {}
    for service in directory.shown_services():
        organization = directory.organizations[service.organization_id]
        found[service.id] = [
            (" ".join(_words_of(organization, service, taxonomy, language)), language) for language in LANGUAGES
        ]
    for line in directory.shown_helplines():
        found[line.id] = [(_helpline_text(line, language), language) for language in LANGUAGES]
    return found


def _words_of(organization: Organization, service: Service, taxonomy: Taxonomy, language: str) -> Iterable[str]:
    yield from (service.name.get(language, ""), service.description.get(language, ""), service.who.get(language, ""))
    if not service.statutory:
        yield organization.name.get(language, "")
        yield from organization.aliases.get(language, ())
    for need in service.needs:
        if need in taxonomy.needs:
            yield taxonomy.needs[need].name.get(language, "")
    if service.kind in taxonomy.kinds:
        yield taxonomy.kinds[service.kind].name.get(language, "")


def institution_names(directory: Directory) -> dict[str, tuple[str, ...]]:
    """Names and aliases of each shown organization and line, in every language."""
    names = {
        organization.id: tuple(
            dict.fromkeys([*organization.name.values(), *(a for group in organization.aliases.values() for a in group)])
        )
        for organization in directory.organizations.values()
        if organization.status == "active" and organization.legal_status != "municipality"
    }
    # Whoever types a line's number asks about the line.
    names |= {line.id: (*line.name.values(), line.number or "") for line in directory.shown_helplines()}
    return names
