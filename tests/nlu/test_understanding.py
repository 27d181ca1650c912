"""Reading one message without Rasa agrees with reading it through Rasa, and `bot parse` says what the contract says."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from bot.assistant import Assistant
from bot.message import Message
from nlu.references import LAST, correction, means_anywhere, position, requested_language
from nlu.settings import PROJECT

TEXTS = [
    "labas", "kur gauti krizių prieglobstį Vilniuje?", "koks jų telefonas?", "dziękuję", "a w Wisagini?", "the second one",
    "I want to talk to a human", "kalbėkite lenkiškai", "my husband beats me",
]  # fmt: skip


@pytest.mark.dialogue
@pytest.mark.parametrize("text", TEXTS)
def test_rasa_and_the_fallback_read_a_message_alike(text: str, assistant: Assistant) -> None:
    sender = "reading-" + "x" * 16
    assistant.reply(Message(sender, text, "test"))
    heard = [e for e in assistant.engine.memory._kept[sender].events if type(e).__name__ == "UserUttered"][-1]
    reading = assistant._fallback.understanding.read(text)
    assistant.end(sender)
    assert heard.intent["name"] == reading.act.name
    assert {e["value"] for e in heard.entities if e["entity"] == "place"} == ({reading.place} - {None})


@pytest.mark.dialogue
def test_parse_prints_one_object_a_line() -> None:
    given = "kur gauti krizių prieglobstį Vilniuje?\nok\nvyras muša mane\npradėkime iš naujo\n"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bot", "parse"],
        input=given,
        capture_output=True,
        text=True,
        cwd=PROJECT,
        check=True,
    )
    first, second, third, fourth = map(json.loads, done.stdout.splitlines())
    assert first["language"] == "lt"
    assert first["act"] == "service_request"
    assert first["place"] == "Vilniaus miesto savivaldybė"
    assert first["crisis"] == {"level": "none", "topic": None}
    assert set(first) == {"text", "language", "act", "act_confidence", "place", "crisis"}
    assert second["language"] == "unknown"
    assert third["crisis"] == {"level": "danger", "topic": "violence"}
    assert fourth["act"] == "restart"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("antrasis", 2),
        ("ten pierwszy", 1),
        ("the last one", LAST),
        ("o trečio telefonas?", 3),
        ("2", 2),
        ("labas", None),
    ],
)
def test_knows_which_of_the_list_is_meant(text: str, meant: int | None) -> None:
    assert position(text) == meant


@pytest.mark.parametrize(
    ("text", "left"),
    [("ne, mamai", "mamai"), ("nie, dla brata", "dla brata"), ("No - for my son", "for my son"), ("nebenoriu", None)],
)
def test_knows_a_correction(text: str, left: str | None) -> None:
    assert correction(text) == left


def test_knows_a_language_by_its_name_in_each_language() -> None:
    assert requested_language("kalbėkite lenkiškai") == "pl"
    assert requested_language("po litewsku proszę") == "lt"
    assert requested_language("in English please") == "en"
    assert requested_language("reikia maisto") is None


@pytest.mark.parametrize("text", ["nesvarbu kur", "gdziekolwiek", "anywhere in Lithuania", "bet kur Lietuvoje"])
def test_knows_that_the_place_does_not_matter(text: str) -> None:
    assert means_anywhere(text)
