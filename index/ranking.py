"""Why a service stands where it stands: small named scores, added up with the weights of `weights.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from index.contacts import dialled
from index.records import COUNTRY, Directory, Helpline, Organization, Service

Record = Service | Helpline
# A service's first need is what it is for; later ones are what it also helps with.
_NEED_ORDER = (1.0, 0.92, 0.82, 0.74, 0.68)


@cache
def weights() -> Mapping[str, float]:
    loaded: dict[str, float] = yaml.safe_load(Path(__file__).with_name("weights.yml").read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True)
class Understood:
    """What the question says, before any record is looked at.

    needs: probability by need, without the share of other offices. meaning, words: by record id, 0..1.
    named: likeness by organization id. centres: ids of social services centres of the place.
    municipality: official name, COUNTRY for anywhere, or None.
    """

    needs: Mapping[str, float]
    elsewhere: float
    meaning: Mapping[str, float]
    words: Mapping[str, float]
    named: Mapping[str, float]
    municipality: str | None
    target_groups: frozenset[str] = frozenset()
    centres: frozenset[str] = frozenset()
    danger: bool = False


@dataclass(frozen=True)
class Hit:
    """A record with its score and the scores that make it up."""

    record: Record
    owner: str
    score: float
    reasons: Mapping[str, float] = field(default_factory=dict)
    elsewhere_in_crisis: bool = False

    @property
    def relevance(self) -> float:
        """What speaks for the record itself, without place and reach."""
        return sum(self.reasons.get(name, 0.0) for name in ("need", "meaning", "words", "name"))


def score_by_need(record: Record, asked: Understood) -> float:
    """The need's probability, less for needs that the record names later."""
    return max(
        (asked.needs.get(need, 0.0) * factor for need, factor in zip(record.needs, _NEED_ORDER, strict=False)),
        default=0.0,
    )


def score_by_meaning(record: Record, asked: Understood) -> float:
    floor = weights()["meaning_floor"]
    return max(0.0, asked.meaning.get(record.id, 0.0) - floor) / (1.0 - floor)


def score_by_words(record: Record, asked: Understood) -> float:
    return asked.words.get(record.id, 0.0)


def score_by_name(owner: str, asked: Understood) -> float:
    return asked.named.get(owner, 0.0)


def score_by_target(record: Record, asked: Understood) -> float:
    return 1.0 if asked.target_groups.intersection(record.target_groups) else 0.0


def score_by_place(organization: Organization | None, asked: Understood) -> Mapping[str, float]:
    """Own municipality before those that serve it, before the country."""
    if organization is None or asked.municipality in (None, COUNTRY):
        return {}
    if organization.municipality == asked.municipality:
        return {"own_place": 1.0}
    if asked.municipality in organization.serves:
        return {"serves_place": 1.0}
    return {}


def score(record: Record, organization: Organization | None, asked: Understood) -> Hit:
    """The record's hit; `organization` is None for help lines."""
    owner = organization.id if organization else record.id
    parts: dict[str, float] = {
        "need": score_by_need(record, asked),
        "meaning": score_by_meaning(record, asked),
        "words": score_by_words(record, asked),
        "name": score_by_name(owner, asked),
        "target": score_by_target(record, asked),
        "night": 1.0 if asked.danger and isinstance(record, Service) and record.night_intake else 0.0,
        "centre": 1.0 if organization and organization.id in asked.centres else 0.0,
        **score_by_place(organization, asked),
    }
    if isinstance(record, Service) and record.statutory:
        parts["statutory"] = 1.0
    elif organization is None:
        parts["line"] = 1.0 if asked.municipality not in (None, COUNTRY) else 0.0
    if organization is None or organization.phones or organization.email:
        parts["reachable"] = 1.0
    weighed = {name: weights()[name] * value for name, value in parts.items() if value}
    return Hit(record, owner, sum(weighed.values()), weighed)


def fold_institutions(hits: list[Hit], directory: Directory) -> list[Hit]:
    """One hit an institution, its best. Units and lines without a contact of their own count as their house."""
    houses = _houses(directory)
    best: dict[str, Hit] = {}
    for hit in sorted(hits, key=lambda h: -h.score):
        best.setdefault(houses.get(hit.owner, hit.owner), hit)
    return list(best.values())


def _houses(directory: Directory) -> dict[str, str]:
    """Whose contact a record without one of its own has: a unit's parent's, a line's institution's."""
    houses = {
        organization.id: organization.parent
        for organization in directory.organizations.values()
        if organization.parent and not (organization.phones or organization.email or organization.address)
    }
    numbers = {
        dialled(phone.number): organization.id
        for organization in directory.organizations.values()
        if organization.status == "active"
        for phone in organization.phones
    }
    for organization in directory.organizations.values():
        municipality = directory.municipality(organization.municipality)
        office = directory.organizations[municipality.id] if municipality else organization
        if organization.phones and {p.number for p in organization.phones} <= {p.number for p in office.phones}:
            houses[organization.id] = office.id
    return houses | {
        line.id: numbers[dialled(line.number)]
        for line in directory.shown_helplines()
        if line.number and dialled(line.number) in numbers
    }
