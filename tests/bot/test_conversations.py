"""Whole conversations of residents, staff and foreigners, held with the real dialogue.

Each file under `tests/conversations/<lang>/` is one conversation. A turn's `expect` may say
language (lt, pl, en, or all that other languages are answered in), text_has, services_any and first (ids of
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
FILES = sorted(CONVERSATIONS.glob("*/*.yml"))
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
    yield from faults_of_any(reply)
    yield from faults_of_danger(reply, expect)
    yield from faults_of_words(reply, expect)
    yield from faults_of_cards(cards_of(reply), expect, shown)


def faults_of_words(reply: Reply, expect: dict[str, Any]) -> Iterator[str]:
    text = text_of(reply)
    spoken = list(dict.fromkeys(part.language for part in reply.parts))
    wanted = expect.get("language", spoken)
    if spoken != (wanted if isinstance(wanted, list) else [wanted]):
        yield f"speaks {spoken}, not {wanted}"
    for piece in expect.get("text_has", ()):
        if piece.casefold() not in text.casefold():
            yield f"the text lacks {piece!r}"
    if expect.get("buttons") and not any(part.buttons for part in reply.parts):
        yield "offers no quick reply"
    numbers = " ".join(phone.number for card in cards_of(reply) for phone in card.phones) + text
    if digits(expect.get("phone", "")) not in digits(numbers):
        yield f"does not give {expect['phone']}"


def faults_of_danger(reply: Reply, expect: dict[str, Any]) -> Iterator[str]:
    crisis = reply.crisis
    if crisis.level != expect.get("crisis", crisis.level):
        yield f"crisis {crisis.level} ({crisis.topic}), not {expect['crisis']}"
    if crisis.level != "none" and not crisis.helplines:
        yield f"{crisis.level} without a help line"
    elif crisis.level == "danger" and crisis.topic != "seeking_person":
        first = reply.parts[0].text if reply.parts else ""
        if crisis.helplines[0].number != "112" or "112" not in first:
            yield "danger does not begin with 112"


def faults_of_cards(cards: list[ServiceCard], expect: dict[str, Any], shown: list[str]) -> Iterator[str]:
    names = {name for card in cards for name in (card.organization_id, card.service_id)}
    checks = {
        "services_any": (not names.isdisjoint(expect.get("services_any", ())), "shows none of"),
        "first": (bool(cards) and cards[0].organization_id == expect.get("first"), "does not begin with"),
        "some_services": (bool(cards), "shows no card"),
        "no_services": (not cards, "shows cards"),
        "new_services": (bool(cards) and set(ids_of(cards)).isdisjoint(shown), "shows nothing new"),
        "same_services": (ids_of(cards) == shown, "does not keep the results"),
        "place": (for_place(cards, expect.get("place", "")), "the first card is not for"),
    }
    for name, (holds, fault) in checks.items():
        if name in expect and not holds:
            yield f"{fault} {expect[name] if expect[name] is not True else ''}".strip()


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


# A list that may only shrink; each of its turns fails the test as soon as it is right.
KNOWN = yaml.safe_load((CONVERSATIONS / "known_faults.yml").read_text(encoding="utf-8"))
KNOWN_LETTERS = 80


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_conversation_goes_as_a_resident_would_insist(
    path: Path, say: Callable[..., Reply], assistant: Assistant
) -> None:
    known = set(KNOWN.get(f"{path.parent.name}-{path.stem}", ()))
    transcript, faulty, shown = [], set(), []
    fell_back = assistant.fallbacks
    for turn in read(path)["turns"]:
        reply = say(turn["say"], language_hint=turn.get("hint"))
        faults = list(faults_of(reply, turn.get("expect", {}), shown))
        shown = ids_of(cards_of(reply)) or shown
        if faults:
            faulty.add(turn["say"][:KNOWN_LETTERS])
        marks = "".join(f"\n  !!  {fault}" for fault in faults)
        transcript.append(f"> {turn['say'][:200]}\n{told(reply)}{marks}")
    assert not known - faulty, "no longer wrong: take it off known_faults.yml"
    if faulty - known:
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
