"""The whole product behind real HTTP: real index, real dialogue, real server."""

from __future__ import annotations

import json
import secrets
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from waitress.server import create_server

from bot.assistant import Assistant
from index.search import ServiceIndex
from webhook.app import create_app
from webhook.settings import Settings

pytestmark = pytest.mark.dialogue


@pytest.fixture(scope="module")
def real_index() -> ServiceIndex:
    return ServiceIndex.open()


@pytest.fixture(scope="module")
def address(real_index: ServiceIndex) -> Iterator[str]:
    assistant = Assistant.start(real_index)
    app = create_app(Settings.from_environment(), assistant, real_index)
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    assistant.close()


def post(address: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(address + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return dict(json.load(answer))


def chat(address: str, text: str, sender: str | None = None) -> dict[str, Any]:
    return post(address, "/api/v1/chat", {"sender": sender or secrets.token_hex(16), "message": text})


def first_card(reply: dict[str, Any]) -> dict[str, Any]:
    return next(part["services"][0] for part in reply["replies"] if part["services"])


SHELTER = [
    ("lt", "kur gauti krizių prieglobstį Vilniuje?"),
    ("pl", "gdzie w Wilnie znajdę schronienie, mąż mnie bije"),
    ("en", "where can I find a crisis shelter in Vilnius"),
]


@pytest.mark.parametrize(("language", "text"), SHELTER)
def test_the_crisis_centre_is_first_in_the_language_of_the_question(address: str, language: str, text: str) -> None:
    reply = chat(address, text)
    card = first_card(reply)
    assert reply["language"] == language
    assert card["organization_id"] == "vmkc"
    assert card["phones"][0]["number"] == "+370 5 233 2508"
    assert card["text_language"] == language


def test_one_conversation_may_change_its_language_at_every_turn(address: str) -> None:
    sender = secrets.token_hex(16)
    for language, text in [*SHELTER, *reversed(SHELTER)]:
        reply = chat(address, text, sender)
        assert reply["language"] == language
        assert first_card(reply)["organization_id"] == "vmkc"


def test_danger_stands_first_with_112(address: str) -> None:
    reply = chat(address, "mąż mnie bije, Wilno")
    assert reply["crisis"]["level"] == "danger"
    assert reply["crisis"]["helplines"][0]["number"] == "112"
    assert "112" in reply["replies"][0]["text"]


def test_russian_is_answered_in_lithuanian_and_english_and_danger_in_russian_too(address: str) -> None:
    reply = chat(address, "где найти приют, муж бьёт, Вильнюс")
    assert {part["language"] for part in reply["replies"]} == {"lt", "en", "ru"}
    assert first_card(reply)["organization_id"] == "vmkc"


def test_what_is_not_in_the_directory_gets_no_card_but_a_place_to_ask(address: str) -> None:
    search = post(address, "/api/v1/search", {"query": "kur pasikeisti pasą"})
    assert search["match"] is False
    reply = chat(address, "kur pasikeisti pasą")
    assert not any(part["services"] for part in reply["replies"])
    assert any("savivaldyb" in part["text"] for part in reply["replies"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("moj syn jest niepelnosprawny, wisaginia, potrzebna opieka dzienna", "vsvgc"),
        ("reikia vezimelio seneliui visagine", "vspc-visaginas"),
        ("potrzebujemy pomocy dla rodziny, rejon wileński", "vrspc"),
    ],
)
def test_the_right_institution_is_among_the_first_three(address: str, text: str, expected: str) -> None:
    cards = [card for part in chat(address, text)["replies"] for card in part["services"]]
    assert expected in [card["organization_id"] for card in cards[:3]]


def test_bad_input_never_ends_in_a_server_error(address: str) -> None:
    bodies = [b"", b"{", b"[]", b'"x"', b'{"sender": 1}', b"\xff\xfe", b'{"message": null}', json.dumps({"sender": "x" * 20, "message": "x" * 2001}).encode()]  # fmt: skip
    for body in bodies:
        request = urllib.request.Request(f"{address}/api/v1/chat", body, {"Content-Type": "application/json"})
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=10)
        assert 400 <= caught.value.code < 500
        assert set(json.load(caught.value)["error"]) <= {"code", "message", "field"}
