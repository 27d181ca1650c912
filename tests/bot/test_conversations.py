"""Whole conversations of residents, staff and foreigners, held with the real dialogue.

Each file under `tests/conversations/<lang>/` is one conversation. A turn's `expect` may say
language (lt, pl, en, or both that other languages are answered in), text_has, services_any and first (ids of
institutions or lines), some_services, no_services, new_services and same_services (than the last ones shown),
crisis, buttons, phone, and place (the official municipality that the first card is for).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.assistant import Assistant
from bot.message import Reply
from index.cards import ServiceCard
from index.records import COUNTRY

pytestmark = pytest.mark.dialogue

CONVERSATIONS = Path(__file__).parent.parent / "conversations"
FILES = sorted(CONVERSATIONS.rglob("*.yml"))
LANGUAGES = ("lt", "pl", "en")
LEAST_A_LANGUAGE = 12
CHECKS = {
    "language", "text_has", "services_any", "first", "some_services", "no_services", "new_services", "same_services",
    "crisis", "buttons", "phone", "place",
}  # fmt: skip
MOST_PAYLOAD_BYTES = 64


def read(path: Path) -> dict[str, Any]:
    conversation: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return conversation


def cards_of(reply: Reply) -> list[ServiceCard]:
    return [card for part in reply.parts for card in part.services]


def text_of(reply: Reply) -> str:
    return "\n".join(part.text for part in reply.parts)


def digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def ids_of(cards: list[ServiceCard]) -> list[str]:
    """In their order, each once: a foreign question shows its cards in two languages."""
    return list(dict.fromkeys(card.service_id for card in cards))


def faults_of(reply: Reply, expect: dict[str, Any], shown: list[str]) -> Iterator[str]:
    """What a person would miss. `shown` are the cards that they have seen last."""
    cards, text = cards_of(reply), text_of(reply)
    yield from faults_of_any(reply)
    if "language" in expect:
        wanted = expect["language"] if isinstance(expect["language"], list) else [expect["language"]]
        spoken = list(dict.fromkeys(part.language for part in reply.parts))
        if spoken != wanted:
            yield f"speaks {spoken}, not {wanted}"
    for piece in expect.get("text_has", ()):
        if piece.casefold() not in text.casefold():
            yield f"the text lacks {piece!r}"
    for line in lines_missing(cards, expect):
        yield line
    if expect.get("new_services") and (not cards or set(ids_of(cards)) & set(shown)):
        yield "shows what was shown before, or nothing"
    if expect.get("same_services") and ids_of(cards) != shown:
        yield f"does not keep the results {shown}"
    if "crisis" in expect and reply.crisis.level != expect["crisis"]:
        yield f"crisis {reply.crisis.level} ({reply.crisis.topic}), not {expect['crisis']}"
    if reply.crisis.level == "danger" and (reply.crisis.helplines[:1] or [None])[0] is None:
        yield "danger without a help line"
    if reply.crisis.level == "danger" and reply.crisis.topic != "seeking_person":
        if reply.crisis.helplines[0].number != "112" or "112" not in reply.parts[0].text:
            yield "danger does not begin with 112"
    if expect.get("buttons") and not any(part.buttons for part in reply.parts):
        yield "offers no quick reply"
    if "phone" in expect:
        numbers = " ".join(phone.number for card in cards for phone in card.phones) + text
        if digits(expect["phone"]) not in digits(numbers):
            yield f"does not give {expect['phone']}"
    if "place" in expect and not for_place(cards, expect["place"]):
        yield f"the first card is not for {expect['place']}"


def lines_missing(cards: list[ServiceCard], expect: dict[str, Any]) -> Iterator[str]:
    names = {name for card in cards for name in (card.organization_id, card.service_id)}
    if "services_any" in expect and not names.intersection(expect["services_any"]):
        yield f"shows none of {expect['services_any']}"
    if "first" in expect and (not cards or cards[0].organization_id != expect["first"]):
        yield f"does not begin with {expect['first']}"
    if expect.get("some_services") and not cards:
        yield "shows no card"
    if expect.get("no_services") and cards:
        yield "shows cards"


def for_place(cards: list[ServiceCard], place: str) -> bool:
    return bool(cards) and bool({place, COUNTRY}.intersection((cards[0].municipality, *cards[0].serves)))


def faults_of_any(reply: Reply) -> Iterator[str]:
    """What no answer may ever be."""
    if not reply.parts or not all(part.text.strip() for part in reply.parts):
        yield "says nothing"
    if "{" in text_of(reply) or "}" in text_of(reply):
        yield "shows a blank that was not filled"
    for part in reply.parts:
        for button in part.buttons:
            if len(button.payload.encode()) > MOST_PAYLOAD_BYTES:
                yield f"the button {button.title} has too long a payload"
        for card in part.services:
            if not (card.phones or card.email or card.website):
                yield f"{card.service_id} has no way to reach somebody"


def told(reply: Reply) -> str:
    """The answer in a line or two, for whoever reads the failure."""
    lines = [f"      [{part.language}] {part.text}" for part in reply.parts]
    for part in reply.parts:
        lines += [f"          - {card.service_id} ({card.municipality})" for card in part.services]
        lines += [f"          [{button.title}]" for button in part.buttons]
    danger = f"      crisis: {reply.crisis.level} {reply.crisis.topic or ''}"
    return "\n".join((danger, *lines))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_conversation_goes_as_a_resident_would_insist(
    path: Path, say: Callable[..., Reply], assistant: Assistant
) -> None:
    transcript, failed, shown = [], False, []
    fell_back = assistant.fallbacks
    for turn in read(path)["turns"]:
        reply = say(turn["say"], language_hint=turn.get("hint"))
        faults = list(faults_of(reply, turn.get("expect", {}), shown))
        shown = ids_of(cards_of(reply)) or shown
        failed = failed or bool(faults)
        marks = "".join(f"\n  !!  {fault}" for fault in faults)
        transcript.append(f"> {turn['say'][:200]}\n{told(reply)}{marks}")
    if failed:
        pytest.fail(f"{read(path)['name']}\n" + "\n".join(transcript), pytrace=False)
    assert assistant.fallbacks == fell_back, "Rasa did not answer every turn itself"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_enough_conversations(language: str) -> None:
    assert len([path for path in FILES if path.parent.name == language]) >= LEAST_A_LANGUAGE


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_conversation_file_is_well_formed(path: Path) -> None:
    conversation = read(path)
    assert conversation["name"]
    assert 4 <= len(conversation["turns"]) <= 8
    for turn in conversation["turns"]:
        assert set(turn) <= {"say", "hint", "expect"}
        assert set(turn["expect"]) <= CHECKS
        assert turn["expect"], "every turn checks something"
