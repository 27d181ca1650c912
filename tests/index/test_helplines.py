"""In which order help lines stand: open now, speaking the person's language, and writable for who cannot speak."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import pytest

from index.helplines import crisis_card
from index.hours import VILNIUS, state_at
from index.records import Directory, Helpline, Source, Way
from index.search import ServiceIndex
from nlu.crisis import TOPICS

MONDAY_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=VILNIUS)
SUNDAY_NIGHT = datetime(2026, 3, 8, 3, 0, tzinfo=VILNIUS)
OFFICE = "Mo-Fr 09:00-17:00"


def line(
    identity: str, order: int, *ways: tuple[str, str | None], speaks: tuple[str, ...] | None = ("lt",)
) -> Helpline:
    name = {"lt": identity, "pl": identity, "en": identity}
    return Helpline(
        id=identity, status="active", verification="official", name=name, number="112" if order == 0 else identity,
        ways=tuple(Way(kind, identity, name, schedule) for kind, schedule in ways),  # type: ignore[arg-type]
        spoken_languages=speaks or (), languages_known=speaks is not None, free=True, who=name, description=name,
        crisis_topics=("violence", "other"), danger_order=order, needs=(), target_groups=("everyone",),
        sources=(Source(None, "test", None),),
    )  # fmt: skip


def directory(*lines: Helpline) -> Directory:
    emergency = line("112", 0, ("call", "24/7"), ("sms", "24/7"), speaks=None)
    return Directory({}, {}, {each.id: each for each in (*lines, emergency)}, {}, {})


def order(lines: tuple[Helpline, ...], now: datetime = MONDAY_NOON, language: str = "en", **more: object) -> list[str]:
    card = crisis_card(directory(*lines), "danger", "violence", language, now, **more)  # type: ignore[arg-type]
    return [each.id for each in card.helplines]


CALLED = (
    line("1", 1, ("call", OFFICE)),
    line("2", 2, ("call", None)),
    line("3", 3, ("call", "24/7")),
)
SPEAKING = (
    line("1", 1, ("call", "24/7"), speaks=("lt",)),
    line("2", 2, ("call", "24/7"), speaks=None),
    line("3", 3, ("call", "24/7"), speaks=("lt", "en", "ru")),
)
WRITTEN = (
    line("1", 1, ("call", "24/7")),
    line("2", 2, ("call", "24/7"), ("chat", OFFICE)),
    line("3", 3, ("email", None), ("call", OFFICE)),
    line("4", 4, ("call", OFFICE), ("chat", "24/7")),
)


def test_what_is_open_stands_before_what_may_be_and_that_before_what_is_closed() -> None:
    assert order(CALLED, SUNDAY_NIGHT) == ["112", "3", "2", "1"]
    assert order(CALLED, MONDAY_NOON) == ["112", "1", "3", "2"]


def test_a_line_of_unknown_languages_stands_between_those_that_speak_the_persons_and_those_that_do_not() -> None:
    assert order(SPEAKING, language="en") == ["112", "3", "2", "1"]
    assert order(SPEAKING, language="lt") == ["112", "1", "3", "2"]


def test_the_persons_own_language_counts_where_the_texts_are_in_another() -> None:
    assert order(SPEAKING, language="lt", speaks="ru") == ["112", "3", "2", "1"]
    assert order(SPEAKING, language="lt", speaks="uk") == ["112", "2", "1", "3"]


@pytest.mark.parametrize("now", [MONDAY_NOON, SUNDAY_NIGHT])
@pytest.mark.parametrize("level", ["danger", "distress"])
@pytest.mark.parametrize("topic", TOPICS)
def test_a_closed_line_never_precedes_an_open_one(topic: str, level: str, now: datetime, index: ServiceIndex) -> None:
    card = crisis_card(index.directory, level, topic, "en", now)
    calls = [[way for way in index.directory.helplines[each.id].ways if way.kind == "call"] for each in card.helplines]
    shut = [all(state_at(way.schedule, now).open_now is False for way in ways) for ways in calls]
    assert shut == sorted(shut)
    assert level != "danger" or card.helplines[0].number == "112"


def test_who_cannot_speak_sees_first_what_can_be_written_to() -> None:
    assert order(WRITTEN, SUNDAY_NIGHT, silent=True) == ["112", "4", "3", "2"]
    assert order(WRITTEN, SUNDAY_NIGHT) == ["112", "1", "2", "3"]


def test_who_cannot_speak_sees_ways_to_write_before_the_call() -> None:
    for each in crisis_card(directory(*WRITTEN), "danger", "violence", "lt", MONDAY_NOON, silent=True).helplines:
        kinds = [way.kind for way in each.ways]
        assert kinds == sorted(kinds, key=("sms", "chat", "email", "call").index)
    speaking = crisis_card(directory(*WRITTEN), "danger", "violence", "lt", MONDAY_NOON).helplines
    assert [way.kind for way in speaking[0].ways] == ["call", "sms"]


def test_the_emergency_number_is_left_out_of_distress_but_not_in_silence() -> None:
    lines = directory(*WRITTEN)
    assert "112" not in [each.id for each in crisis_card(lines, "distress", "violence", "lt", MONDAY_NOON).helplines]
    silent = crisis_card(lines, "distress", "violence", "lt", MONDAY_NOON, silent=True).helplines
    assert silent[0].id == "112"
    assert silent[0].ways[0].kind == "sms"


def test_who_says_only_that_they_cannot_speak_sees_every_line_that_can_be_written_to(index: ServiceIndex) -> None:
    lines = crisis_card(index.directory, "distress", "other", "en", MONDAY_NOON, silent=True).helplines
    assert len(lines) > 1
    assert all(each.ways[0].kind != "call" for each in lines)


def test_what_is_open_is_told_way_by_way() -> None:
    cards = crisis_card(directory(*WRITTEN), "danger", "violence", "lt", SUNDAY_NIGHT, silent=True).helplines
    states = {each.id: [way.open_now for way in each.ways] for each in cards}
    assert states == {"112": [True, True], "4": [True, False], "3": [None, False], "2": [False, True]}


def test_lines_keep_the_order_of_their_topic_where_nothing_else_tells_them_apart() -> None:
    alike = tuple(line(str(place), place, ("call", "24/7")) for place in (3, 1, 2))
    found = order(alike)
    assert all(first < second for first, second in pairwise(found[1:]))
