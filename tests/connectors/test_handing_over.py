"""People at a desk: when they take conversations over, what they are told, and when the bot answers again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from chatwoot_platform import ChatwootPlatform
from desk_house import NOON, PERSON, RECIPIENT, Clock, House
from desk_platform import DeskPlatform
from generic_platform import GenericPlatform
from stand_in import Answer, running

from index.hours import VILNIUS
from webhook.connectors.saying.wording import wordings
from webhook.refusals import Refusal
from webhook.settings import SettingFault

OFFICE = "Mo-Fr 08:00-17:00"


@pytest.fixture
def platform() -> Iterator[GenericPlatform]:
    with running(GenericPlatform()) as stand_in:
        assert isinstance(stand_in, GenericPlatform)
        yield stand_in
        assert stand_in.faults == []


@pytest.fixture
def agents() -> Iterator[ChatwootPlatform]:
    with running(ChatwootPlatform()) as stand_in:
        assert isinstance(stand_in, ChatwootPlatform)
        stand_in.number("42")
        yield stand_in
        assert stand_in.faults == []


@pytest.fixture
def house(tmp_path: Path, clock: Clock, office: DeskPlatform, platform: GenericPlatform) -> House:
    return House(tmp_path, clock, office, platform)


@pytest.fixture
def agency(tmp_path: Path, clock: Clock, agents: ChatwootPlatform) -> House:
    return House(tmp_path, clock, agents, desk_hours=OFFICE)


# --- the desk's hours


@pytest.mark.parametrize(
    ("at", "takes"),
    [
        (datetime(2026, 11, 27, 16, 59), True),  # Friday
        (datetime(2026, 11, 27, 17, 0), False),
        (datetime(2026, 11, 28, 12, 0), False),  # Saturday
        (datetime(2026, 11, 30, 7, 59), False),  # Monday
        (datetime(2026, 11, 30, 8, 0), True),
        (datetime(2026, 12, 24, 12, 0), False),  # Christmas Eve is a public holiday
        (datetime(2027, 2, 15, 15, 59), True),  # the eve of one is an hour shorter
        (datetime(2027, 2, 15, 16, 0), False),
        (datetime(2027, 2, 16, 12, 0), False),
    ],
)
def test_conversations_are_handed_over_in_the_desks_hours_only(at: datetime, takes: bool, agency: House) -> None:
    assert agency.desk.takes(agency.connectors["chatwoot"], at.replace(tzinfo=VILNIUS)) is takes


def test_it_tells_when_the_desk_opens(agency: House) -> None:
    connector, friday = agency.connectors["chatwoot"], datetime(2026, 11, 27, 18, 0, tzinfo=VILNIUS)
    assert agency.desk.opens_at(connector, friday) == datetime(2026, 11, 30, 8, 0, tzinfo=VILNIUS)
    assert agency.desk.opens_at(connector, NOON) is None


def test_nobody_is_handed_over_unless_the_operator_says_when(
    tmp_path: Path, clock: Clock, office: DeskPlatform, platform: GenericPlatform, agents: ChatwootPlatform
) -> None:
    house = House(tmp_path, clock, office, platform, agents, desk_hours=None)
    assert not any(house.desk.takes(connector, NOON) for connector in house.connectors.values())


def test_a_platform_without_a_desk_of_its_own_needs_the_webhook(
    tmp_path: Path, clock: Clock, platform: GenericPlatform, agents: ChatwootPlatform
) -> None:
    house = House(tmp_path, clock, platform, agents, desk_hours="24/7", desk_url="https://desk.example.lt/")
    taken = {name: house.desk.takes(connector, NOON) for name, connector in house.connectors.items()}
    assert taken == {"generic": False, "chatwoot": True}


def test_who_is_answered_in_the_response_alone_cannot_be_handed_over(
    tmp_path: Path, clock: Clock, office: DeskPlatform
) -> None:
    house = House(tmp_path, clock, office, generic_secret="s")
    assert not house.desk.takes(house.connectors["generic"], NOON)


@pytest.mark.parametrize("hours", ["weekdays", "Mo-Fr 8-17", "Mo-Fr 08:00-17:99", "PH off"])
def test_hours_in_another_notation_stop_the_start_and_are_named(
    hours: str, tmp_path: Path, clock: Clock, office: DeskPlatform
) -> None:
    with pytest.raises(SettingFault, match="KELRODIS_DESK_HOURS"):
        House(tmp_path, clock, office, desk_hours=hours)


def test_an_address_that_nothing_can_be_sent_to_stops_the_start(
    tmp_path: Path, clock: Clock, office: DeskPlatform
) -> None:
    with pytest.raises(SettingFault, match="KELRODIS_DESK_URL"):
        House(tmp_path, clock, office, desk_url="desk.example.lt")


# --- what the desk's own system is told


def test_the_desk_is_told_of_the_conversation_and_nothing_of_what_was_written_before(
    house: House, office: DeskPlatform
) -> None:
    assert not house.hear("my husband drinks", bot_answers=True)
    house.begin()
    assert house.desk.has(PERSON)
    assert house.hear("are you there?")
    assert house.desk.settle()
    assert [event["event"] for event in office.events] == ["begun", "message"]
    assert office.said(PERSON) == ["are you there?"]
    assert "husband" not in json.dumps(office.events)
    assert RECIPIENT not in json.dumps(office.events)
    assert office.events[0].keys() == {"event", "event_id", "conversation", "channel", "language"}


def test_what_a_person_writes_comes_to_the_desk_in_its_order(house: House, office: DeskPlatform) -> None:
    house.begin()
    office.answer_next(Answer(503), Answer(429, headers={"Retry-After": "0"}), Answer(500))
    for number in range(8):
        house.hear(f"sentence {number}")
    assert house.desk.settle()
    assert office.said(PERSON) == [f"sentence {number}" for number in range(8)]


def test_danger_is_marked(house: House, office: DeskPlatform) -> None:
    house.begin("violence")
    house.hear("he has a knife", "violence")
    assert house.desk.settle()
    begun, danger = office.events
    assert begun["danger"] == danger["danger"] == {"level": "danger", "topic": "violence"}
    assert (danger["event"], danger["text"]) == ("danger", "he has a knife")


def test_a_voice_message_and_a_place_are_told_as_what_they_are(house: House, office: DeskPlatform) -> None:
    house.begin()
    house.hear("", kind="voice")
    house.hear("", kind="location", position=(54.7, 25.3))
    assert house.desk.settle()
    assert [event.get("kind") for event in office.events] == [None, "voice", "location"]
    assert office.events[2]["location"] == {"latitude": 54.7, "longitude": 25.3}


def test_handing_over_twice_is_handing_over_once(house: House, office: DeskPlatform) -> None:
    house.begin()
    house.begin()
    assert house.desk.settle()
    assert len(office.events) == 1


def test_a_message_that_the_platform_sends_again_is_known_by_its_id(house: House, office: DeskPlatform) -> None:
    house.begin()
    for _ in range(2):
        house.hear("hello")
    assert house.desk.settle()
    begun, first, again = (event["event_id"] for event in office.events)
    assert first == again
    assert begun != first


def test_a_slow_desk_holds_nobody_up(house: House, office: DeskPlatform) -> None:
    office.answer_next(Answer(after_seconds=1.0))
    begun = time.monotonic()
    house.begin()
    house.hear("hello")
    assert time.monotonic() - begun < 0.5
    assert house.desk.settle()


def test_what_cannot_be_brought_to_the_desk_is_told_to_the_person_at_once(house: House, office: DeskPlatform) -> None:
    office.answer_next(Answer(404))
    house.begin()
    assert house.desk.settle()
    assert [late.person for late in house.desk.overdue(house.clock.forward(seconds=5))] == [PERSON]
    assert not house.desk.has(PERSON)


def test_a_desk_that_is_down_for_good_is_given_up(house: House, office: DeskPlatform) -> None:
    office.answer_next(*[Answer(503)] * 500)
    house.begin()
    assert house.desk.settle()
    assert house.desk.overdue(house.clock.at)


# --- five minutes


def test_after_five_minutes_without_an_answer_the_bot_answers_again(house: House, office: DeskPlatform) -> None:
    house.begin()
    assert house.desk.overdue(house.clock.forward(seconds=299)) == ()
    assert house.desk.has(PERSON)
    (late,) = house.desk.overdue(house.clock.forward(seconds=1))
    assert (late.channel, late.recipient, late.language) == ("generic", RECIPIENT, "lt")
    assert not house.desk.has(PERSON)
    assert house.desk.overdue(house.clock.forward(hours=1)) == ()
    assert house.desk.settle()
    assert (office.events[-1]["event"], office.events[-1]["reason"]) == ("ended", "silent")


def test_of_several_processes_one_tells_the_person(house: House) -> None:
    house.begin()
    late = house.clock.forward(minutes=5)
    desks = [house.desk, *(house.start() for _ in range(3))]
    with ThreadPoolExecutor(8) as threads:
        found = [*threads.map(lambda number: desks[number % 4].overdue(late), range(32))]
    assert sum(map(len, found)) == 1


def test_the_five_minutes_begin_with_the_first_message_that_waits(house: House) -> None:
    house.begin()
    house.desk.spoke(PERSON)
    house.clock.forward(hours=1)
    assert house.desk.overdue(house.clock.at) == ()
    house.hear("one more thing")
    house.clock.forward(minutes=4)
    house.hear("and another")
    assert house.desk.overdue(house.clock.at) == ()
    assert len(house.desk.overdue(house.clock.forward(minutes=1))) == 1


def test_what_nobody_ends_is_forgotten_after_a_day(house: House, office: DeskPlatform) -> None:
    house.begin()
    house.desk.spoke(PERSON)
    assert house.desk.overdue(house.clock.forward(hours=23)) == ()
    assert house.desk.has(PERSON)
    assert house.desk.overdue(house.clock.forward(hours=1)) == ()
    assert not house.desk.has(PERSON)
    assert house.desk.settle()
    assert office.events[-1]["event"] == "ended"


def test_leaving_is_told_to_the_desk(house: House, office: DeskPlatform) -> None:
    house.begin()
    assert house.desk.leave(PERSON)
    assert house.desk.leave(PERSON) is None
    assert house.desk.settle()
    assert (office.events[-1]["event"], office.events[-1]["reason"]) == ("ended", "left")


# --- a restart, and what is kept


def test_a_restart_changes_nothing(house: House, platform: GenericPlatform, office: DeskPlatform) -> None:
    house.begin()
    assert house.desk.settle()
    house.start()
    assert house.desk.has(PERSON)
    house.post(office.message("Good afternoon", message_id="m1", person=PERSON))
    assert platform.said(RECIPIENT)[0].endswith("Good afternoon")
    house.hear("thank you")
    house.start()
    assert len(house.desk.overdue(house.clock.forward(minutes=5))) == 1


def test_the_database_holds_no_word_and_no_address_of_anybody(
    house: House, platform: GenericPlatform, office: DeskPlatform
) -> None:
    house.begin("violence")
    house.hear("jis mane sumušė", "violence")
    house.post(office.message("Ateikite rytoj dešimtą", message_id="id-of-the-desk", person=PERSON))
    assert house.desk.settle()
    kept = house.bytes
    assert PERSON.encode() in kept
    for never in ("sumušė", "Ateikite", "dešimtą", RECIPIENT, "id-of-the-desk", "violence"):
        assert never.encode() not in kept


def test_after_the_end_nobody_can_be_found(house: House) -> None:
    house.begin()
    house.desk.release(PERSON)
    house.engine.dispose()
    with house.start()._hand_overs.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM hand_over").scalar() == 0


# --- Chatwoot, whose agents are the desk


def test_in_chatwoot_the_conversation_opens_for_its_agents(agency: House, agents: ChatwootPlatform) -> None:
    agency.begin("suicide", "chatwoot", "3/42")
    assert agency.desk.settle()
    assert (agents.status("42"), agents.priorities) == ("open", {42: "urgent"})
    assert len(agents.notes("42")) == 1
    assert agents.said("42") == []


def test_in_chatwoot_nobody_answering_makes_it_the_bots_again(agency: House, agents: ChatwootPlatform) -> None:
    agency.begin(None, "chatwoot", "3/42")
    assert agency.hear("hello?", channel="chatwoot", bot_answers=False)
    assert len(agency.desk.overdue(agency.clock.forward(minutes=5))) == 1
    assert agency.desk.settle()
    assert agents.status("42") == "pending"


def test_in_chatwoot_danger_is_marked_also_where_an_agent_took_over_without_us(
    agency: House, agents: ChatwootPlatform
) -> None:
    agents.agent_sets("open", "42")
    assert agency.hear("he beats me", "violence", "chatwoot", bot_answers=False)
    assert agency.desk.settle()
    assert (agents.priorities, len(agents.notes("42"))) == ({42: "urgent"}, 1)
    assert agency.desk.overdue(agency.clock.forward(hours=1)) == ()


def test_in_chatwoot_a_conversation_that_is_pending_again_is_the_bots(agency: House) -> None:
    agency.begin(None, "chatwoot", "3/42")
    agency.clock.forward(seconds=10)
    # Written while Chatwoot was being told.
    assert agency.hear("hello?", channel="chatwoot", bot_answers=True)
    agency.clock.forward(minutes=1)
    assert not agency.hear("what about food?", channel="chatwoot", bot_answers=True)
    assert not agency.desk.has(PERSON)


def test_in_chatwoot_a_resolved_conversation_stays_resolved(agency: House, agents: ChatwootPlatform) -> None:
    agency.begin(None, "chatwoot", "3/42")
    assert agency.desk.settle()
    agents.agent_sets("resolved", "42")
    assert agency.desk.release(PERSON)
    assert agency.desk.settle()
    assert agents.status("42") == "resolved"
    assert agency.desk.release(PERSON) is None


def test_nothing_of_what_is_written_to_agents_is_kept_by_us(agency: House, agents: ChatwootPlatform) -> None:
    agency.begin(None, "chatwoot", "3/42")
    agency.hear("kur nakvoti šiąnakt", channel="chatwoot", bot_answers=False)
    assert agency.desk.settle()
    assert "nakvoti" not in json.dumps([taken.content for taken in agents.taken])
    kept = agency.bytes
    assert b"nakvoti" not in kept
    assert b"3/42" not in kept


def test_without_a_webhook_nobody_can_speak_by_it(agency: House, office: DeskPlatform) -> None:
    assert agency.desk.webhook is None
    with pytest.raises(Refusal, match="not_found"):
        agency.post(office.message("hello", message_id="m1", person=PERSON))


# --- words


def test_every_sentence_is_said_in_three_languages_and_begins_unremarkably() -> None:
    remarkable = ("smurt", "przemoc", "violen", "prieglob", "schronisk", "shelter", "krizi")
    words = {key: said for key, said in wordings().items() if key.startswith("channel_desk_")}
    assert {"channel_desk_begun", "channel_desk_silent", "channel_desk_ended", "channel_desk_danger"} <= words.keys()
    for key, said in words.items():
        assert set(said) == {"lt", "pl", "en"}, key
        if "_topic_" not in key:
            assert not any(word in text[:80].casefold() for text in said.values() for word in remarkable), key
