"""Counts at every door how questions end and which records are shown; nothing of what was written gets here."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask, current_app

from bot.message import Reply
from bot.outcome import Outcome, after_danger, outcome_of
from index.cards import CrisisCard, ServiceCard
from index.query import SearchResult
from index.records import COUNTRY, Service
from webhook.languages import caller_language
from webhook.parts import parts
from webhook.storage.use import NOWHERE, UNKNOWN, UseCounts

_NAME = "kelrodis.use"


def count_into(app: Flask, counts: UseCounts) -> None:
    """Let an application count. One without is as good as another, and counts nothing."""
    app.extensions[_NAME] = counts


def count_reply(reply: Reply, channel: str) -> None:
    """One turn of a conversation, which is one count; talk about nothing new is none."""
    counts = _counts()
    if counts:
        _count(counts, reply.outcome, reply.outcome.language, channel)
        counts.show(card.service_id for part in reply.parts for card in part.services)


def count_search(
    result: SearchResult, crisis: CrisisCard, cards: Iterable[ServiceCard], language: str, channel: str, *, again: bool
) -> None:
    """One search without a conversation, and what stood before it. again: it is only its next page."""
    counts = _counts()
    if counts:
        if not again:
            _count(counts, after_danger(outcome_of(result), crisis.level, crisis.topic), language, channel)
        counts.show(card.service_id for card in cards)


def count_judgement(service_id: str | None, kind: str, channel: str) -> None:
    """That an answer helped or did not: of the service's first need, in its municipality, where one is named."""
    counts = _counts()
    if counts:
        need, place = _subject(service_id) if service_id else (UNKNOWN, NOWHERE)
        counts.count(language=caller_language(), channel=channel, need=need, place=place, outcome=kind)


def count_report(service_id: str, kind: str) -> None:
    """A fault in a record, to be looked into by staff."""
    counts = _counts()
    if counts:
        counts.report(service_id, kind)


def _counts() -> UseCounts | None:
    return current_app.extensions.get(_NAME)


def _count(counts: UseCounts, outcome: Outcome, language: str, channel: str) -> None:
    if outcome.kind != "talk":
        need = next(iter(outcome.needs), UNKNOWN)
        place = _official(outcome.municipality)
        counts.count(language=language, channel=channel, need=need, place=place, outcome=outcome.kind)


def _subject(service_id: str) -> tuple[str, str]:
    """The record's first need, and the municipality that its institution is in."""
    directory = parts().directory()
    record = directory.record(service_id)
    if record is None:
        return UNKNOWN, NOWHERE
    owner = directory.organizations[record.organization_id] if isinstance(record, Service) else None
    return next(iter(record.needs), UNKNOWN), _official(owner.municipality if owner else None)


def _official(municipality: str | None) -> str:
    """Anywhere is no place."""
    return municipality if municipality and municipality != COUNTRY else NOWHERE
