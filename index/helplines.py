"""Chooses help lines: for a crisis, for errors, for lists. Numbers come from the directory alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from index.cards import CrisisCard, HelplineCard, WayCard
from index.contacts import dialled
from index.hours import state_at
from index.records import Directory, Helpline, Way, said

EMERGENCY = "emergency"
# More lines than this are hard to choose from in fear.
_MOST_LINES = 4
_CALL = "call"
_KINDS_IN_SILENCE = ("sms", "chat", "email", _CALL)
_OPEN_FIRST = {True: 0, None: 1, False: 2}


def helpline_card(line: Helpline, language: str, now: datetime, *, silent: bool = False) -> HelplineCard:
    """The line as people see it; who is `silent` sees first how to write. Raises ValueError without a number."""
    if line.number is None:
        raise ValueError(f"{line.id} has no number")
    ways = sorted(line.ways, key=lambda way: _KINDS_IN_SILENCE.index(way.kind)) if silent else line.ways
    return HelplineCard(
        id=line.id,
        name=said(line.name, language).text,
        number=line.number,
        tel=dialled(line.number),
        ways=tuple(
            WayCard(way.kind, way.value, said(way.hours_text, language).text or None, _state(way, now)) for way in ways
        ),
        spoken_languages=line.spoken_languages,
        languages_known=line.languages_known,
        free=line.free,
    )


def _state(way: Way, now: datetime) -> bool | None:
    return state_at(way.schedule, now).open_now


def _openness(ways: Iterable[Way], now: datetime) -> int:
    """How surely one of the ways is open: 0 it is, 1 its hours are not known, 2 all are closed, 3 there is none."""
    return min((_OPEN_FIRST[_state(way, now)] for way in ways), default=len(_OPEN_FIRST))


def _foreignness(line: Helpline, language: str) -> int:
    """0 the line speaks the language, 1 its languages are not known, 2 it speaks others."""
    if not (line.languages_known and line.spoken_languages):
        return 1
    return 0 if language in line.spoken_languages else 2


def _in_order(lines: Iterable[Helpline], language: str, now: datetime, *, silent: bool = False) -> list[Helpline]:
    """The emergency number first, then what is open, then what speaks the person's language.

    For who is `silent`, what can be written to stands before what can only be called.
    """

    def place(line: Helpline) -> tuple[int, ...]:
        written = _openness((way for way in line.ways if way.kind != _CALL), now) if silent else 0
        called = _openness((way for way in line.ways if way.kind == _CALL), now)
        return (line.danger_order != 0, written, called, _foreignness(line, language), line.danger_order)

    return sorted(lines, key=place)


def crisis_card(
    directory: Directory, level: str, topic: str | None, language: str, now: datetime, municipality: str | None = None,
    *, speaks: str | None = None, silent: bool = False,
) -> CrisisCard:  # fmt: skip
    """The lines that answer a crisis: 112 first in danger, left out of distress; none for level none.

    language: of the cards' texts. speaks: the person's own language, where it is another one (`ru`).
    silent: the person cannot speak; 112 stands first, since it takes SMS.
    """
    if level == "none":
        return CrisisCard()
    emergency = level == "danger" or topic == "seeking_person" or silent
    fitting = [
        line
        for line in directory.shown_helplines()
        if line.serves_place(municipality)
        and _answers(line, topic or "other", silent)
        and (emergency or line.danger_order != 0)
    ]
    chosen = _in_order(fitting, speaks or language, now, silent=silent)[:_MOST_LINES]
    if not chosen:
        chosen = [line for line in directory.shown_helplines() if line.danger_order == 0]
    cards = tuple(helpline_card(line, language, now, silent=silent) for line in chosen)
    return CrisisCard(level, topic or "other", cards)


def _answers(line: Helpline, topic: str, silent: bool) -> bool:
    """Whether the line is for the topic; who says no more than that they cannot speak may write to any of them."""
    if silent and topic == "other":
        return bool(line.crisis_topics) and any(way.kind != _CALL for way in line.ways)
    return topic in line.crisis_topics


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
