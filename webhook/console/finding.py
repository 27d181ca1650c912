"""Looks up what a call asks for with the search of the chat, and adds what only staff may know of each record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from index.cards import CrisisCard, ServiceCard
from index.directory.keys import Key, key_of
from index.helplines import crisis_card
from index.query import Query
from index.records import Directory, Language, Service
from index.staleness import due_fields
from nlu.silence import read_need
from webhook.console.calls import Call
from webhook.console.filters import NO_FILTERS, Record, short_place, status_of
from webhook.parts import now, parts


@dataclass(frozen=True)
class Row:
    """A result. card: as JSON. status: `active`, or why residents are not shown it. place: its municipality, short."""

    card: dict[str, Any]
    key: Key
    status: str
    place: str
    overdue: bool


@dataclass(frozen=True)
class Found:
    """What a call's look-up gave. asked: whether anything was asked. match: False where the rows are next steps only.

    need, place: what the question was understood as, for the counts.
    """

    rows: tuple[Row, ...] = ()
    total: int = 0
    match: bool = True
    asked: bool = True
    crisis: CrisisCard = field(default_factory=CrisisCard)
    need: str = ""
    place: str = ""


def look_up(call: Call, language: Language) -> Found:
    """The results for the call's text and filters; without a text, everything that the filters let through."""
    if not call.text and call.filters == NO_FILTERS:
        return Found(asked=False)
    index = parts().index()
    result = index.search(_query(call, language))
    place = call.filters.place or result.municipality or ""
    return Found(
        rows=tuple(_rows(result.cards or index.next_steps(language, place or None), index.directory, language)),
        total=result.total,
        match=result.match,
        crisis=_crisis(call.text, language, place),
        need=next(iter(result.needs), ""),
        place=place,
    )


def _query(call: Call, language: Language) -> Query:
    filters = call.filters
    return Query(
        text=call.text,
        language=language,
        municipality=filters.place or None,
        target_group=filters.group or None,
        open_at=now() if filters.open_now else None,
        limit=call.most,
        needs=filters.needs,
        spoken_language=filters.spoken or None,
        statuses=(filters.status,) if filters.status else (),
        with_hidden=True,
    )


def _crisis(text: str, language: Language, place: str) -> CrisisCard:
    """The lines for a danger that the text tells of, read as in the chat."""
    if not text:
        return CrisisCard()
    index = parts().index()
    reading, silent = read_need(text, index.is_everyday)
    return crisis_card(index.directory, reading.level, reading.topic, language, now(), place or None, silent=silent)


def _rows(cards: Iterable[ServiceCard], directory: Directory, language: Language) -> Iterator[Row]:
    for card in cards:
        record = directory.record(card.service_id)
        if record is not None:
            yield Row(
                card.as_json(),
                key_of(record),
                status_of(record, directory),
                short_place(card.municipality, directory, language),
                is_overdue(record, directory),
            )


def is_overdue(record: Record, directory: Directory) -> bool:
    """Whether a field of the record, or of its organization, should have been confirmed again by now."""
    today = now().date()
    owner = directory.organizations[record.organization_id] if isinstance(record, Service) else None
    return bool(due_fields(record, today)) or (owner is not None and bool(due_fields(owner, today)))
