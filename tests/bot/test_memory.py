"""What is kept of a conversation: little, for a short time, and bounded."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.assistant import Assistant
from bot.dialogue.memory import KEPT_TURNS, MOST_CONVERSATIONS, ConversationMemory
from bot.message import Message, Reply
from index.search import ServiceIndex

pytestmark = pytest.mark.dialogue

REQUEST = {
    "lt": "kur Vilniuje gauti maisto paketą",
    "pl": "gdzie w Wilnie dostanę paczkę z jedzeniem",
    "en": "where can I get a food parcel in Vilnius",
}
PHONE = {"lt": "koks telefono numeris?", "pl": "jaki jest numer telefonu?", "en": "what is the phone number?"}


def cards_of(reply: Reply) -> list[Any]:
    return [card for part in reply.parts for card in part.services]


def text_of(reply: Reply) -> str:
    return "\n".join(part.text for part in reply.parts)


@pytest.fixture
def memory() -> Iterator[ConversationMemory]:
    from rasa.shared.core.domain import Domain

    made = ConversationMemory(Domain.empty(), idle=0.2)
    yield made
    made.close()


def test_a_conversation_is_forgotten_by_a_timer_without_being_asked_for(memory: ConversationMemory) -> None:
    memory.change("one", {"query": "maistas"})
    assert memory.knows("one")
    until = time.monotonic() + 5
    while memory.knows("one") and time.monotonic() < until:
        time.sleep(0.02)
    assert not memory.knows("one")
    assert memory.slots("one") == {}


def test_a_conversation_that_goes_on_is_kept(memory: ConversationMemory) -> None:
    until = time.monotonic() + 0.6
    while time.monotonic() < until:
        memory.change("one", {"query": "maistas"})
        time.sleep(0.02)
    assert memory.knows("one")


def test_the_memory_holds_a_bounded_number_of_conversations() -> None:
    from rasa.shared.core.domain import Domain

    made = ConversationMemory(Domain.empty(), idle=600)
    for number in range(MOST_CONVERSATIONS + 10):
        made.change(str(number), {"query": "x"})
    assert not made.knows("9")
    assert made.knows("10")
    assert made.knows(str(MOST_CONVERSATIONS + 9))
    made.close()


def test_the_memory_of_a_conversation_does_not_grow_and_holds_ids_only(
    assistant: Assistant, index: ServiceIndex
) -> None:
    sender = secrets.token_hex(16)
    sizes, events = [], []
    for turn in range(30):
        text = [REQUEST["pl"], PHONE["pl"], "ten drugi", "więcej", "a w Wisagini?"][turn % 5]
        assistant.reply(Message(sender, text, "test"))
        slots = assistant.engine.memory.slots(sender)
        sizes.append(len(json.dumps(slots)))
        assert all(index.card(service_id, "lt") for service_id in slots["shown"])
        flat = [value for name, value in slots.items() if name != "session_started_metadata"]
        assert all(value is None or isinstance(value, str | int | list) for value in flat)
        events.append(len(assistant.engine.memory._kept[sender].events))
    assert max(sizes) < 1_000
    assert max(events[-5:]) <= max(events[:15])
    assistant.end(sender)
    assert not assistant.engine.memory.knows(sender)


def test_the_request_that_is_kept_does_not_grow_with_corrections(assistant: Assistant) -> None:
    sender = secrets.token_hex(16)
    assistant.reply(Message(sender, REQUEST["lt"], "test"))
    for _ in range(40):
        assistant.reply(Message(sender, "ne, mano senai mamai", "test"))
    assert len(assistant.engine.memory.slots(sender)["query"]) <= 500
    assistant.end(sender)


def test_the_memory_of_a_conversation_does_not_grow_while_rasa_does_not_answer(memory: ConversationMemory) -> None:
    for number in range(300):
        memory.change("one", {"query": f"maistas {number}", "shown": ("a.b", "c.d"), "offset": 3})
    assert memory.slots("one")["query"] == "maistas 299"
    assert len(memory._kept["one"].events) <= 30 * KEPT_TURNS


def test_starting_over_leaves_nothing_behind(say: Callable[..., Reply]) -> None:
    assert cards_of(say(REQUEST["en"]))
    say("start over")
    assert not cards_of(say("more"))
    assert not re.search(r"\+370", text_of(say(PHONE["en"])))


def test_a_conversation_that_was_ended_is_unknown(assistant: Assistant) -> None:
    sender = secrets.token_hex(16)
    assistant.reply(Message(sender, REQUEST["en"], "test"))
    assistant.end(sender)
    assert not assistant.engine.memory.knows(sender)
    assert not cards_of(assistant.reply(Message(sender, "more", "test", "en")))
    assistant.end(sender)
