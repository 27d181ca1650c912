"""Opening hours in Lithuanian local time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from index.hours import VILNIUS, UnreadableHours, read_schedule, state_at

OFFICE = "Mo-Th 08:00-12:00,12:45-17:00; Fr 08:00-12:00,12:45-15:45"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VILNIUS)


@pytest.mark.parametrize(
    ("rule", "moment", "is_open", "change"),
    [
        (OFFICE, "2026-11-23T09:00", True, "2026-11-23T12:00"),
        (OFFICE, "2026-11-23T12:30", False, "2026-11-23T12:45"),
        (OFFICE, "2026-11-27T15:50", False, "2026-11-30T08:00"),
        (OFFICE, "2026-11-22T10:00", False, "2026-11-23T08:00"),
        ("Mo-Su 13:00-01:00", "2026-11-23T00:30", True, "2026-11-23T01:00"),
        ("Mo-Su 13:00-01:00", "2026-11-23T01:30", False, "2026-11-23T13:00"),
    ],
)
def test_knows_lunch_breaks_weekends_and_midnight(rule: str, moment: str, is_open: bool, change: str) -> None:
    state = state_at(rule, at(moment))
    assert state.open_now is is_open
    assert state.change_at == at(change)


def test_offices_are_closed_on_public_holidays_and_close_an_hour_earlier_on_their_eves() -> None:
    assert state_at("Mo-Fr 08:00-17:00", at("2026-12-25T10:00")).open_now is False
    assert state_at("Mo-Fr 08:00-17:00", at("2026-12-23T16:30")).open_now is False
    assert state_at("Mo-Fr 08:00-17:00", at("2026-12-23T15:59")).open_now is True


def test_lines_of_every_day_and_round_the_clock_keep_holidays() -> None:
    assert state_at("Mo-Su 11:00-23:00", at("2026-12-25T12:00")).open_now is True
    assert state_at("24/7", at("2026-12-25T03:00")).open_now is True


def test_does_not_guess_where_hours_are_unknown() -> None:
    assert state_at(None, at("2026-11-23T09:00")).open_now is None
    assert state_at("kasdien", at("2026-11-23T09:00")).open_now is None


def test_survives_the_change_of_the_clock() -> None:
    # 2026-10-25: the hour between three and four comes twice.
    state = state_at("Mo-Su 02:00-05:00", at("2026-10-25T04:30"))
    assert state.open_now is True
    assert state.change_at is not None
    assert state.change_at - at("2026-10-25T04:30") == timedelta(minutes=30)


def test_refuses_rules_that_it_cannot_read() -> None:
    with pytest.raises(UnreadableHours):
        read_schedule("Mo-Xx 08:00-17:00")
