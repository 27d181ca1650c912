"""Chooses help lines: for a crisis, for errors, for lists. Numbers come from the directory alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from index.cards import CrisisCard, HelplineCard, WayCard
from index.contacts import dialled
from index.hours import state_at
from index.records import Directory, Helpline, said

EMERGENCY = "emergency"
# More lines than this are hard to choose from in fear.
_MOST_LINES = 4


def helpline_card(line: Helpline, language: str, now: datetime) -> HelplineCard:
    """The line as people see it. Raises ValueError for a line without a number."""
    if line.number is None:
        raise ValueError(f"{line.id} has no number")
    return HelplineCard(
        id=line.id,
        name=said(line.name, language).text,
        number=line.number,
        tel=dialled(line.number),
        ways=tuple(
            WayCard(
                way.kind, way.value, said(way.hours_text, language).text or None, state_at(way.schedule, now).open_now
            )
            for way in line.ways
        ),
        spoken_languages=line.spoken_languages,
        languages_known=line.languages_known,
        free=line.free,
    )


def _open_first(line: Helpline, language: str, now: datetime) -> tuple[bool, bool, int]:
    calls = [state_at(way.schedule, now).open_now for way in line.ways if way.kind == "call"]
    closed = bool(calls) and all(state is False for state in calls)
    foreign = bool(line.spoken_languages) and language not in line.spoken_languages
    return (closed, foreign, line.danger_order)


def _in_order(lines: Iterable[Helpline], language: str, now: datetime) -> list[Helpline]:
    """The emergency number first, then what is open, then what speaks the person's language."""
    return sorted(lines, key=lambda line: (line.danger_order != 0, *_open_first(line, language, now)))


def crisis_card(
    directory: Directory, level: str, topic: str | None, language: str, now: datetime, municipality: str | None = None
) -> CrisisCard:
    """The lines that answer a crisis: 112 first in danger, left out of distress; none for level none."""
    if level == "none":
        return CrisisCard()
    fitting = [
        line
        for line in directory.shown_helplines()
        if (topic or "other") in line.crisis_topics
        and line.serves_place(municipality)
        and (level == "danger" or line.danger_order != 0 or topic == "seeking_person")
    ]
    chosen = _in_order(fitting, language, now)[:_MOST_LINES]
    if not chosen:
        chosen = [line for line in directory.shown_helplines() if line.danger_order == 0]
    return CrisisCard(level, topic or "other", tuple(helpline_card(line, language, now) for line in chosen))


def helpline_cards(directory: Directory, language: str, now: datetime) -> list[HelplineCard]:
    """Every shown line."""
    return [helpline_card(line, language, now) for line in _in_order(directory.shown_helplines(), language, now)]


def round_the_clock(directory: Directory, language: str, now: datetime) -> list[HelplineCard]:
    """112 and the lines that answer at any hour, for messages that something has failed."""
    always = [
        line
        for line in directory.shown_helplines()
        if line.danger_order == 0
        or (line.crisis_topics and any(way.kind == "call" and way.schedule == "24/7" for way in line.ways))
    ]
    national = [line for line in always if line.serves_place(None)]
    return [helpline_card(line, language, now) for line in _in_order(national, language, now)]


def emergency_number(directory: Directory) -> str:
    """The number that stands first in danger."""
    return next((line.number for line in directory.shown_helplines() if line.danger_order == 0 and line.number), "")
