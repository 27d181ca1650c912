"""A conversation that a person of the desk takes over and gives back, from the first message to the last."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from chatwoot_platform import ChatwootPlatform
from desk_platform import DeskPlatform
from telegram_platform import TelegramPlatform

from bot.assistant import Assistant
from index.search import ServiceIndex
from webhook.connectors.saying.wording import sentence

pytestmark = pytest.mark.dialogue


@pytest.fixture
def person() -> str:
    return str(secrets.randbelow(10**9))


@pytest.fixture
def telegram() -> Iterator[TelegramPlatform]:
    made = TelegramPlatform()
    yield made
    made.close()


@pytest.fixture
def agency() -> Iterator[ChatwootPlatform]:
    made = ChatwootPlatform()
    yield made
    made.close()


@pytest.fixture
def connected(
    connect: Callable[..., Any],
    telegram: TelegramPlatform,
    office: DeskPlatform,
    assistant: Assistant,
    index: ServiceIndex,
) -> Any:
    return connect(telegram, assistant, index, **office.settings)


def settled(connected: Any, check: Callable[[], Any]) -> Any:
    """What is carried in the background has come."""
    until = time.monotonic() + 10
    while not (found := check()):
        assert time.monotonic() < until
        time.sleep(0.02)
    return found


def has_begun(connected: Any, person: str) -> bool:
    reception = connected.reception
    return bool(reception.desk.has(reception.person(connected.platform.name, person)))


def desk_posts(connected: Any, incoming: Any) -> int:
    return int(connected.client.post("/channels/desk", headers=incoming.headers, data=incoming.body).status_code)


def hand_over(connected: Any, office: DeskPlatform, person: str) -> str:
    """The person asks for a person; the conversation's name at the desk."""
    told = " ".join(connected.ask("I want to talk to a person", person))
    assert sentence("channel_desk_begun", "en").split("\n")[0] in told
    settled(connected, lambda: office.events)
    assert has_begun(connected, person)
    return str(office.events[-1]["conversation"])


def test_who_asks_for_a_person_gets_contacts_and_a_person(
    connected: Any, telegram: TelegramPlatform, office: DeskPlatform, person: str
) -> None:
    told = " ".join(connected.ask("where can I get food in Vilnius?", person))
    assert "+370" in told
    conversation = hand_over(connected, office, person)
    assert "+370" in " ".join(telegram.said(person)[1:]), "contacts stand beside it"
    assert connected.ask("my rent is late", person) == [], "the bot is silent"
    settled(connected, lambda: office.said(conversation))
    assert office.said(conversation) == ["my rent is late"]
    assert "food" not in json.dumps(office.events), "nothing from before is passed on"
    assert desk_posts(connected, office.message("How can I help?", message_id="1", person=conversation)) == 200
    assert telegram.said(person)[-1].endswith("\n\nHow can I help?")
    assert desk_posts(connected, office.message("How can I help?", message_id="1", person=conversation)) == 200
    assert " ".join(telegram.said(person)).count("How can I help?") == 1, "the same message of the desk's is said once"
    assert desk_posts(connected, office.release(conversation)) == 200
    connected.wait()
    assert sentence("channel_desk_ended", "en") in telegram.said(person)[-1]
    assert "+370" in " ".join(connected.ask("where can I get food in Vilnius?", person))
    assert office.faults == telegram.faults == []


def test_danger_is_answered_at_once_and_marked_for_the_desk(
    connected: Any, telegram: TelegramPlatform, office: DeskPlatform, person: str
) -> None:
    conversation = hand_over(connected, office, person)
    (told,) = connected.ask("my husband is beating me right now", person)
    assert "112" in told
    assert sentence("channel_desk_hears_too", "en") in told
    settled(connected, lambda: office.events[-1]["event"] == "danger")
    assert office.events[-1]["danger"] == {"level": "danger", "topic": "violence"}
    assert office.said(conversation) == ["my husband is beating me right now"]


def test_after_two_misses_the_conversation_is_handed_over(connected: Any, office: DeskPlatform, person: str) -> None:
    connected.ask("where can I renew my passport?", person)
    time.sleep(0.3)
    assert office.events == []
    connected.ask("who makes new keys for my car?", person)
    settled(connected, lambda: office.events)
    assert office.events[0]["event"] == "begun"


def test_exit_leaves_the_desk(connected: Any, office: DeskPlatform, person: str) -> None:
    conversation = hand_over(connected, office, person)
    assert desk_posts(connected, office.message("Hello", message_id="1", person=conversation)) == 200
    (left,) = connected.ask("exit", person)
    assert connected.platform.shown(person) == [left], "what the desk has said is deleted too"
    settled(connected, lambda: office.events[-1]["event"] == "ended")
    assert connected.ask("hello", person), "the bot answers again"


def test_where_nobody_answers_for_five_minutes_the_bot_answers_again(
    connected: Any, telegram: TelegramPlatform, office: DeskPlatform, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_over(connected, office, person)
    desk = connected.reception.desk
    overdue = desk.overdue
    # The watch looks at a clock that is six minutes ahead.
    monkeypatch.setattr(desk, "overdue", lambda at: overdue(at.replace(year=at.year + 1)))
    until = time.monotonic() + 15
    while sentence("channel_desk_silent", "en").split("\n")[0] not in " ".join(telegram.said(person)):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert connected.ask("hello", person)


def test_outside_the_desks_hours_nobody_is_handed_over(
    connect: Callable[..., Any],
    telegram: TelegramPlatform,
    office: DeskPlatform,
    assistant: Assistant,
    index: ServiceIndex,
    person: str,
) -> None:
    # Three days from now.
    another_day = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")[(datetime.now().weekday() + 3) % 7]
    connected = connect(telegram, assistant, index, **office.settings | {"desk_hours": f"{another_day} 08:00-17:00"})
    connected.ask("where can I get food in Vilnius?", person)
    told = " ".join(connected.ask("I want to talk to a person", person))
    assert "+370" in told, "the contacts are there at any hour"
    assert sentence("channel_desk_begun", "en").split("\n")[0] not in told
    assert not has_begun(connected, person)


def test_the_desk_hears_nothing_before_the_person_was_told(
    connected: Any, telegram: TelegramPlatform, office: DeskPlatform, person: str
) -> None:
    telegram.answer_next(telegram.too_many(2))
    assert connected.send("I want to talk to a person", person) == 200
    time.sleep(0.5)
    assert telegram.said(person) == []
    assert office.events == []
    connected.wait()
    settled(connected, lambda: office.events)


def test_what_the_desk_says_is_brought_or_refused(
    connected: Any, telegram: TelegramPlatform, office: DeskPlatform, person: str
) -> None:
    conversation = hand_over(connected, office, person)
    telegram.answer_next(telegram.too_many(1))
    assert desk_posts(connected, office.message("Hello", message_id="1", person=conversation)) == 503
    telegram.blocked.add(person)
    assert desk_posts(connected, office.message("Hello", message_id="1", person=conversation)) == 410
    assert desk_posts(connected, office.message("Hello", message_id="2", person="0" * 64)) == 404
    assert desk_posts(connected, office.post({"event": "message"}, secret="wrong")) == 403


def test_chatwoots_agents_take_over_and_give_back(
    connect: Callable[..., Any], agency: ChatwootPlatform, assistant: Assistant, index: ServiceIndex, person: str
) -> None:
    connected = connect(agency, assistant, index, desk_hours="24/7")
    told = " ".join(connected.ask("I want to talk to a person", person))
    assert sentence("channel_desk_begun_chatwoot", "en").split("\n")[0] in told
    settled(connected, lambda: agency.status(person) == "open")
    assert connected.ask("my rent is late", person) == []
    assert "112" in connected.ask("my husband is beating me right now", person)[0]
    settled(connected, lambda: agency.notes(person))
    said = agency.agent_says("I am here", person)
    assert connected.client.post(agency.path, headers=said.headers, data=said.body).status_code == 200
    resolved = agency.agent_sets("resolved", person)
    assert resolved is not None
    assert connected.client.post(agency.path, headers=resolved.headers, data=resolved.body).status_code == 200
    connected.wait()
    agency.agent_sets("pending", person)
    assert connected.ask("hello", person)
    assert agency.faults == []


def test_chatwoots_bot_is_silent_unless_the_conversation_is_pending(
    connect: Callable[..., Any], agency: ChatwootPlatform, assistant: Assistant, index: ServiceIndex, person: str
) -> None:
    connected = connect(agency, assistant, index)
    agency.agent_sets("open", person)
    assert connected.ask("hello", person) == []
    assert "112" in connected.ask("my husband is beating me right now", person)[0]
    settled(connected, lambda: agency.notes(person))


def test_chatwoot_sends_again_only_after_500(
    connect: Callable[..., Any], agency: ChatwootPlatform, index: ServiceIndex, assistant: Assistant, person: str
) -> None:
    from webhook.parts import Missing

    assert connect(agency, assistant, Missing("index_missing")).send("hello", person) == 500
