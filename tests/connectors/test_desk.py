"""The hand-over webhook's way in: what the desk says reaches the person at once, once, and by nobody else's word."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_house import PERSON, RECIPIENT, Clock, House
from desk_platform import SECRET, DeskPlatform
from generic_platform import GenericPlatform
from stand_in import Answer, Incoming, running

from webhook.connectors import generic
from webhook.connectors.desk.office import cut
from webhook.connectors.protocol import TryAgain, Undeliverable
from webhook.connectors.saying.discretion import FIRST_SHOWN
from webhook.refusals import Refusal


@pytest.fixture
def platform() -> Iterator[GenericPlatform]:
    with running(GenericPlatform()) as stand_in:
        assert isinstance(stand_in, GenericPlatform)
        yield stand_in
        assert stand_in.faults == []


@pytest.fixture
def house(tmp_path: Path, clock: Clock, office: DeskPlatform, platform: GenericPlatform) -> House:
    return House(tmp_path, clock, office, platform)


def test_what_the_desk_says_goes_to_the_person_at_once(
    house: House, office: DeskPlatform, platform: GenericPlatform
) -> None:
    house.begin()
    house.post(office.message("Laba diena, klausau.", message_id="m1", person=PERSON))
    (said,) = platform.said(RECIPIENT)
    assert said.endswith("\n\nLaba diena, klausau.")
    assert len(said.split("\n\n")[0]) >= FIRST_SHOWN, "a locked screen shows nothing of it"
    assert house.desk.overdue(house.clock.forward(minutes=6)) == ()


def test_the_same_message_of_the_desk_is_said_once(
    house: House, office: DeskPlatform, platform: GenericPlatform
) -> None:
    house.begin()
    for _ in range(3):
        house.post(office.message("Laba diena", message_id="m1", person=PERSON))
        house.start()
    house.post(office.message("Laba diena", message_id="m2", person=PERSON))
    assert len(platform.said(RECIPIENT)) == 2


def test_a_long_message_of_the_desk_is_parted_and_no_part_is_said_twice(
    house: House, office: DeskPlatform, platform: GenericPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = dataclasses.replace(house.connectors["generic"].limits, text=200)
    monkeypatch.setattr(generic.Generic, "limits", small)
    text = "Ateikite į Gedimino prospektą, antras aukštas. " * 5
    house.begin()
    first = office.message(text, message_id="m1", person=PERSON)
    taking, answers = platform.take, iter([200, 503])
    monkeypatch.setattr(platform, "take", lambda taken: Answer(503) if next(answers, 200) == 503 else taking(taken))
    with pytest.raises(TryAgain):
        house.post(first)
    house.post(first)
    assert " ".join(said.split("\n\n")[1] for said in platform.said(RECIPIENT)) == text.strip()
    assert len(platform.said(RECIPIENT)) > 1


@pytest.mark.parametrize(("status", "fault"), [(503, TryAgain), (429, TryAgain), (403, Undeliverable)])
def test_where_the_platform_fails_the_desk_is_told(
    status: int, fault: type[Exception], house: House, office: DeskPlatform, platform: GenericPlatform
) -> None:
    house.begin()
    platform.answer_next(Answer(status))
    with pytest.raises(fault):
        house.post(office.message("Laba diena", message_id="m1", person=PERSON))
    # Nobody has answered the person.
    assert house.desk.overdue(house.clock.forward(minutes=5))


def test_what_the_desk_gives_back_is_the_bots(house: House, office: DeskPlatform, platform: GenericPlatform) -> None:
    house.begin()
    given = house.post(office.release(PERSON))
    assert (given.channel, given.recipient) == ("generic", RECIPIENT)
    assert not house.desk.has(PERSON)
    with pytest.raises(Refusal, match="not_found"):
        house.post(office.message("one more thing", message_id="m9", person=PERSON))
    assert platform.said(RECIPIENT) == []


def test_the_desk_speaks_in_its_own_conversations_only(house: House, office: DeskPlatform) -> None:
    with pytest.raises(Refusal, match="not_found"):
        house.post(office.message("hello", message_id="m1", person="b" * 64))


@pytest.mark.parametrize(
    ("content", "code", "field"),
    [
        ([], "not_an_object", None),
        ({}, "missing_field", "event"),
        ({"event": "shout"}, "bad_value", "event"),
        ({"event": 1}, "wrong_type", "event"),
        ({"event": "release"}, "missing_field", "conversation"),
        ({"event": "release", "conversation": "A" * 64}, "bad_value", "conversation"),
        ({"event": "release", "conversation": PERSON, "text": "x"}, "unknown_field", None),
        ({"event": "message", "conversation": PERSON, "message_id": "1"}, "missing_field", "text"),
        ({"event": "message", "conversation": PERSON, "text": "x"}, "missing_field", "message_id"),
        ({"event": "message", "conversation": PERSON, "message_id": "1", "text": ""}, "bad_length", "text"),
        ({"event": "message", "conversation": PERSON, "message_id": "1", "text": "x" * 4097}, "bad_length", "text"),
        ({"event": "message", "conversation": PERSON, "message_id": "1", "text": "\x00 "}, "bad_text", "text"),
        ({"event": "message", "conversation": PERSON, "message_id": "1", "text": "\ud800"}, "bad_text", "text"),
        ({"event": "message", "conversation": PERSON, "message_id": "1\n", "text": "x"}, "bad_value", "message_id"),
    ],
)
def test_what_is_not_as_agreed_is_refused(content: Any, code: str, field: str | None, house: House) -> None:
    house.begin()
    with pytest.raises(Refusal) as refusal:
        house.desk.obey(content)
    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_only_the_desk_can_speak_for_it(house: House, office: DeskPlatform) -> None:
    house.begin()
    incoming = office.message("hello", message_id="m1", person=PERSON)
    old, stranger = str(int(time.time()) - 301), "another secret"
    for code, wrong in (
        ("not_signed", Incoming({}, incoming.body)),
        ("wrong_signature", Incoming(incoming.headers, incoming.body.replace(b"hello", b"hullo"))),
        ("wrong_signature", office.post({"event": "release", "conversation": PERSON}, stamp=old)),
        ("wrong_signature", office.post({"event": "release", "conversation": PERSON}, secret=stranger)),
    ):
        with pytest.raises(Refusal, match=code):
            house.post(wrong)
    assert house.desk.has(PERSON)


def test_secrets_are_not_shown(house: House) -> None:
    assert SECRET not in repr(house.desk.webhook)


@pytest.mark.parametrize("most", [10, 33, 100, 1000])
def test_cutting_loses_nothing_and_breaks_no_word(most: int) -> None:
    text = "Pirmas sakinys. Antras, ilgesnis sakinys.\n\nNauja pastraipa apie ką nors\nir eilutė. " * 5
    parts = cut(text.strip(), most)
    assert all(1 <= len(part) <= most for part in parts)
    assert " ".join(parts).split() == text.split()
    assert cut("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]
