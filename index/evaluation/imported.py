"""How well records are found that come in Lithuanian alone and without terms: ours, stripped of all that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.directory.database import open_database
from index.evaluation.figures import Answered, Share, share
from index.evaluation.finding import answer_all
from index.evaluation.golden import GoldenQuestion
from index.proposing import Proposed, Proposer, described
from index.records import Directory, Organization, Service, Text, TextList
from index.search import ServiceIndex
from index.shelf import Shelf

_KEPT = "lt"


@dataclass(frozen=True)
class Agreement:
    """Of how many records the proposal says what people have written: terms are proposed from the other institutions'.

    first: their first need. among: one of their needs. kind: the official kind. groups: of the groups proposed, right.
    """

    first: Share
    among: Share
    kind: Share
    groups: Share


@dataclass(frozen=True)
class Imported:
    """Answers of a directory whose institutions' services were imported so, and how far the proposals agree."""

    answered: tuple[Answered, ...]
    agreement: Agreement


def imported(index: ServiceIndex, questions: Sequence[GoldenQuestion]) -> Imported:
    """Statutory services and help lines, which no municipality imports, stay as they are."""
    shelf = index.shelf
    services = [service for service in shelf.directory.shown_services() if not service.statutory]
    proposed = Proposer(shelf, index.encoder).propose([described(service) for service in services], apart=True)
    directory = _stripped(shelf.directory, dict(zip((s.id for s in services), proposed, strict=True)))
    bare = Shelf(directory, shelf.build, index.encoder, revision="imported")
    answered = answer_all(ServiceIndex(index.encoder, open_database(), bare), questions)
    return Imported(tuple(answered), _agreement(services, proposed))


def _stripped(directory: Directory, proposed: dict[str, Proposed]) -> Directory:
    services = {
        key: _service(service, proposed[key]) if key in proposed else service
        for key, service in directory.services.items()
    }
    owners = {services[key].organization_id for key in proposed}
    organizations = {
        key: _organization(organization) if key in owners else organization
        for key, organization in directory.organizations.items()
    }
    return replace(directory, services=services, organizations=organizations)


def _service(service: Service, terms: Proposed) -> Service:
    return replace(
        service, name=_one(service.name), description=_one(service.description), who=_one(service.who),
        how_to_get=_some(service.how_to_get), kind=terms.kind, needs=terms.needs, target_groups=terms.target_groups,
        categories=terms.categories,
    )  # fmt: skip


def _organization(organization: Organization) -> Organization:
    return replace(organization, name=_one(organization.name), aliases=_some(organization.aliases))


def _one(text: Text) -> Text:
    return {_KEPT: text[_KEPT]}


def _some(texts: TextList) -> TextList:
    return {_KEPT: texts.get(_KEPT, ())}


def _agreement(services: Sequence[Service], proposed: Sequence[Proposed]) -> Agreement:
    pairs = list(zip(services, proposed, strict=True))
    groups = [(service, group) for service, terms in pairs for group in terms.target_groups]
    return Agreement(
        first=share(pairs, lambda pair: pair[1].needs[0] == pair[0].needs[0]),
        among=share(pairs, lambda pair: pair[1].needs[0] in pair[0].needs),
        kind=share(pairs, lambda pair: pair[1].kind == pair[0].kind),
        groups=share(groups, lambda pair: pair[1] in pair[0].target_groups),
    )
