"""Rasa's REST shape: clients of a Rasa server work unchanged, and people are kept apart."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.message import Message, Reply, Wording
from bot.presenting import part_of
from index.cards import CrisisCard
from index.helplines import crisis_card
from webhook.app import create_app
from webhook.parts import Missing, now
from webhook.settings import Settings

if TYPE_CHECKING:
    from index.search import ServiceIndex

PAYLOADS = Path(__file__).with_name("payloads") / "rest"
ADDRESS = "/webhooks/rest/webhook"
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


class Guide:
    """An assistant that shows the same card to everybody, help lines to whoever says `danger`, and breaks at will."""

    def __init__(self, index: ServiceIndex) -> None:
        self.index = index
        self.messages: list[Message] = []
        self.ended: list[str] = []

    def reply(self, message: Message) -> Reply:
        self.messages.append(message)
        if "break" in message.text:
            raise RuntimeError(message.text)
        service = next(iter(self.index.directory.services))
        card = self.index.card(service, "lt")
        assert card is not None
        part = part_of(Wording("utter_found", buttons=("more",)), "lt", self.index, (card,))
        crisis = CrisisCard()
        if "danger" in message.text:
            crisis = crisis_card(self.index.directory, "danger", "violence", "lt", now())
        return Reply("lt", crisis, (part,))

    def end(self, sender: str) -> None:
        self.ended.append(sender)

    def ready(self) -> bool:
        return True


@pytest.fixture
def guide(index: ServiceIndex) -> Guide:
    return Guide(index)


@pytest.fixture
def make_client(guide: Guide, index: ServiceIndex) -> Iterator[Callable[..., FlaskClient]]:
    def make(talker: Any = guide, **settings: Any) -> FlaskClient:
        app: Flask = create_app(Settings(secret_key="a key of the tests", **settings), talker, index)
        return app.test_client()

    return make  # type: ignore[return-value]


@pytest.fixture
def client(make_client: Callable[..., FlaskClient]) -> FlaskClient:
    return make_client()


def test_the_channel_says_that_it_is_there(client: FlaskClient) -> None:
    answer = client.get("/webhooks/rest/")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_what_clients_of_rasa_send_is_answered_in_its_shape(client: FlaskClient, path: Path) -> None:
    sent = path.read_text(encoding="utf-8")
    answer = client.post(ADDRESS, data=sent, content_type="application/json")
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    messages = answer.json
    assert messages
    for message in messages:
        assert {"recipient_id", "text"} <= message.keys() <= {"recipient_id", "text", "buttons"}
        assert message["recipient_id"] == str(json.loads(sent).get("sender", "default"))
    buttons = messages[-1]["buttons"]
    assert buttons
    assert all(button.keys() == {"title", "payload"} for button in buttons)


def test_the_card_says_how_to_reach_somebody(client: FlaskClient, guide: Guide) -> None:
    card = guide.index.card(next(iter(guide.index.directory.services)), "lt")
    assert card is not None
    said = "\n".join(message["text"] for message in client.post(ADDRESS, json={"sender": "a", "message": "x"}).json)
    assert card.organization in said
    assert (card.phones[0].number if card.phones else card.email or card.website) in said


def test_danger_comes_first(client: FlaskClient) -> None:
    messages = client.post(ADDRESS, json={"sender": "a", "message": "danger"}).json
    assert "112" in messages[0]["text"]


def test_any_content_type_will_do(client: FlaskClient) -> None:
    """`curl -d` says that it sends a form; Rasa does not mind."""
    sent = json.dumps({"sender": "a", "message": "labas"})
    for kind in ("application/x-www-form-urlencoded", "text/plain", None):
        assert client.post(ADDRESS, data=sent, content_type=kind).json


def test_a_stream_is_one_object_a_line(client: FlaskClient) -> None:
    asked = {"sender": "a", "message": "danger"}
    answer = client.post(f"{ADDRESS}?stream=true", json=asked)
    assert answer.content_type == "text/event-stream"
    assert answer.text.endswith("\n")
    assert [json.loads(line) for line in answer.text.splitlines()] == client.post(ADDRESS, json=asked).json


def test_people_are_kept_apart_and_their_names_are_not_kept(client: FlaskClient, guide: Guide) -> None:
    for sender in ("somebody", "somebody", "another", "0123456789abcdef"):
        client.post(ADDRESS, json={"sender": sender, "message": "labas"})
    first, again, other, bare = (message.sender for message in guide.messages)
    assert first == again
    assert len({first, other, bare}) == 3
    assert bare != "0123456789abcdef", "whoever knows the name of a web chat must not get into it"
    assert {message.channel for message in guide.messages} == {"rest"}


def test_whoever_does_not_say_who_they_are_has_a_conversation_of_their_own(client: FlaskClient, guide: Guide) -> None:
    for body in ({"message": "labas"}, {"message": "labas", "sender": None}, {"message": "labas", "sender": ""}):
        (*_, last) = client.post(ADDRESS, json=body).json
        assert last["recipient_id"] == "default"
    senders = [message.sender for message in guide.messages]
    assert len(set(senders)) == 3
    assert guide.ended == senders, "nobody comes back to it"


@pytest.mark.parametrize("body", [{"sender": "a", "message": ""}, {"sender": "a", "message": " \n"}, {"sender": "a"}])
def test_nothing_is_answered_with_nothing(client: FlaskClient, guide: Guide, body: Any) -> None:
    answer = client.post(ADDRESS, json=body)
    assert (answer.status_code, answer.json) == (200, [])
    assert guide.messages == []


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (b"{", "bad_json", None),
        (b"[]", "not_an_object", None),
        (b'"\xff"', "bad_encoding", None),
        (b"[" * 100_00, "bad_json", None),
        ({"sender": "a", "message": "b" * 4097}, "bad_length", "message"),
        ({"sender": "a", "message": 7}, "wrong_type", "message"),
        ({"sender": "a", "message": "\u200b"}, "bad_text", "message"),
        ({"sender": "s" * 257, "message": "b"}, "bad_length", "sender"),
        ({"sender": ["a"], "message": "b"}, "wrong_type", "sender"),
        ({"sender": True, "message": "b"}, "wrong_type", "sender"),
        ({"sender": "\ud800", "message": "b"}, "bad_value", "sender"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_cannot_be_answered_is_refused_in_the_shape_of_the_contract(
    client: FlaskClient, body: Any, code: str, field: str | None
) -> None:
    sent = body if isinstance(body, bytes) else json.dumps(body)
    answer = client.post(ADDRESS, data=sent, content_type="application/json")
    assert answer.status_code == 400
    assert (answer.json["error"]["code"], answer.json["error"].get("field")) == (code, field)


def test_the_longest_message_and_sender_are_answered(client: FlaskClient) -> None:
    sender = "ž" * 256
    answer = client.post(ADDRESS, json={"sender": sender, "message": "b" * 4096})
    assert answer.json[0]["recipient_id"] == sender


@pytest.mark.parametrize(("word", "said"), [("išeiti", "Gerai"), ("Wyjdź!", "Dobrze"), ("exit", "All right")])
def test_whoever_leaves_is_forgotten_and_told_how_to_delete(
    client: FlaskClient, guide: Guide, word: str, said: str
) -> None:
    client.post(ADDRESS, json={"sender": "a", "message": "labas"})
    (message,) = client.post(ADDRESS, json={"sender": "a", "message": word}, headers={"Accept-Language": "en"}).json
    assert said in message["text"]
    assert guide.ended == [guide.messages[0].sender]
    assert len(guide.messages) == 1


def test_a_flood_is_refused(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(sender_limit="2/minute")
    for status in (200, 200, 429):
        answer = client.post(ADDRESS, json={"sender": "a", "message": "labas"}, environ_base=ELSEWHERE)
        assert answer.status_code == status
    assert answer.headers["Retry-After"]
    other = client.post(ADDRESS, json={"sender": "b", "message": "labas"}, environ_base=ELSEWHERE)
    assert other.status_code == 200


def test_without_an_assistant_it_says_so(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(talker=Missing("model_missing"))
    for body in ({"sender": "a", "message": "labas"}, {"message": "labas"}):
        answer = client.post(ADDRESS, json=body)
        assert (answer.status_code, answer.json["error"]["code"]) == (503, "assistant_unavailable")


def test_no_message_text_gets_into_logs(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for text in ("xyzzy", "break xyzzy", "xyzzy danger"):
            client.post(ADDRESS, json={"sender": "plugh", "message": text})
    assert "xyzzy" not in caplog.text
    assert "plugh" not in caplog.text
