"""What people see of a record. A card cannot be made without a way to reach somebody."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from index.records import Via


@dataclass(frozen=True)
class PhoneCard:
    """`number` as it is read, `tel` as it is dialled, `label` says whose it is and what to ask for."""

    number: str
    label: str
    tel: str
    via: Via


@dataclass(frozen=True)
class Alert:
    text: str
    until: str


@dataclass(frozen=True)
class ServiceCard:
    """A service as an answer; see the contract for each field's meaning.

    `source_date` None means that every source is undated. Raises ValueError without a way to reach somebody.
    """

    service_id: str
    organization_id: str
    organization: str
    service: str
    organization_lt: str
    service_lt: str
    description: str
    why: str
    how_to_get: tuple[str, ...]
    who: str
    cost: str | None
    documents: tuple[str, ...]
    target_groups: tuple[str, ...]
    municipality: str
    serves: tuple[str, ...]
    address: str | None
    map_url: str | None
    phones: tuple[PhoneCard, ...]
    email: str | None
    website: str | None
    hours_text: str | None
    open_now: bool | None
    hours_change_at: str | None
    spoken_languages: tuple[str, ...]
    alert: Alert | None
    verified_on: str | None
    source_date: str | None
    source_url: str | None
    unverified_fields: tuple[str, ...]
    text_language: str
    score: float
    fallback: bool = False

    def __post_init__(self) -> None:
        if not (self.phones or self.email or self.website):
            raise ValueError(f"{self.service_id}: a card needs a way to reach somebody")

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class WayCard:
    kind: str
    value: str
    hours_text: str | None
    open_now: bool | None


@dataclass(frozen=True)
class HelplineCard:
    id: str
    name: str
    number: str
    tel: str
    ways: tuple[WayCard, ...]
    spoken_languages: tuple[str, ...]
    languages_known: bool
    free: bool | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class CrisisCard:
    """What `nlu.crisis` read, with the lines that answer it."""

    level: str = "none"
    topic: str | None = None
    helplines: tuple[HelplineCard, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
