"""The chat over HTTP: shapes, repeated requests, places, the end of a conversation."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webhook.api import schemas
from webhook.memory import Forgetting, Replies

CHAT = "/api/v1/chat"


def test_an_answer_has_the_shape_of_the_contract(client: FlaskClient, sender: str) -> None:
    answer = client.post(CHAT, json={"sender": sender, "message": "kur gauti krizių prieglobstį Vilniuje?"})
    assert answer.status_code == 200
    assert schemas.ChatAnswer().validate(answer.json) == {}
    assert list(answer.json) == ["language", "crisis", "replies"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_danger_brings_the_emergency_number_first(client: FlaskClient, sender: str) -> None:
    answer = client.post(CHAT, json={"sender": sender, "message": "danger"}).json
    assert answer["crisis"]["level"] == "danger"
    assert answer["crisis"]["helplines"][0]["number"] == "112"


def test_language_and_place_reach_the_assistant(client: FlaskClient, assistant: Any, sender: str) -> None:
    body = {"sender": sender, "message": " /greet ", "language": "pl", "municipality": "w Wilnie", "message_id": None}
    assert client.post(CHAT, json=body).status_code == 200
    message = assistant.messages[-1]
    assert (message.sender, message.text, message.channel) == (sender, "/greet", "api")
    assert (message.language_hint, message.municipality) == ("pl", "Vilniaus miesto savivaldybė")


def test_the_same_message_id_again_returns_the_same_reply(client: FlaskClient, assistant: Any, sender: str) -> None:
    body = {"sender": sender, "message": "labas", "message_id": "wamid.HBgL=="}
    first, second = client.post(CHAT, json=body).json, client.post(CHAT, json=body).json
    assert first == second
    assert len(assistant.messages) == 1
    other = client.post(CHAT, json={**body, "sender": sender[::-1]}).json
    assert other["replies"][0]["text"] == "Answer 2"


def test_a_failed_reply_is_not_remembered() -> None:
    replies, calls = Replies(), []

    def fail() -> Any:
        calls.append(1)
        raise RuntimeError

    for _ in range(2):
        with pytest.raises(RuntimeError):
            replies.once("someone", "1", fail)
    assert len(calls) == 2


def test_a_message_sent_twice_at_once_is_answered_once() -> None:
    replies, begun, finish, calls = Replies(), threading.Event(), threading.Event(), []

    def slow() -> Any:
        calls.append(1)
        begun.set()
        finish.wait(5)
        return "answer"

    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(replies.once("a", "1", slow))) for _ in range(3)]
    for thread in threads:
        thread.start()
    begun.wait(5)
    finish.set()
    for thread in threads:
        thread.join(5)
    assert found == ["answer"] * 3
    assert len(calls) == 1


def test_memory_is_bounded_and_forgets_by_a_timer() -> None:
    memory: Forgetting[int] = Forgetting(0.05, most=3)
    for number in range(5):
        memory.update(str(number), lambda old: 1)
    assert len(memory) == 3
    deadline = threading.Event()
    for _ in range(40):
        deadline.wait(0.05)
        if not len(memory):
            return
    raise AssertionError("nothing was forgotten")


def test_the_end_erases_the_conversation_and_its_replies(client: FlaskClient, assistant: Any, sender: str) -> None:
    body = {"sender": sender, "message": "labas", "message_id": "1"}
    client.post(CHAT, json=body)
    answer = client.post(f"{CHAT}/end", json={"sender": sender})
    assert (answer.status_code, answer.data) == (204, b"")
    assert assistant.ended == [sender]
    client.post(CHAT, json=body)
    assert len(assistant.messages) == 2


def test_no_message_text_gets_into_logs_or_figures(
    client: FlaskClient, sender: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "xyzzysecret"
    with caplog.at_level(logging.DEBUG):
        client.post(CHAT, json={"sender": sender, "message": f"{secret} danger"})
        client.post(CHAT, json={"sender": sender, "message": f"break {secret}"})
        client.post(CHAT, json={"sender": sender, "message": secret, secret: 1})
        client.post("/api/v1/search", json={"query": secret})
        client.post("/", data={"message": f"break {secret}"})
        client.get(f"/{secret}?q={secret}")
    written = caplog.text + "".join(map(str, capsys.readouterr())) + client.get("/metrics").text
    assert secret not in written
    assert sender not in written
    assert "POST /api/v1/chat 200" in caplog.text
    assert "RuntimeError" in caplog.text


def test_a_raising_assistant_gives_an_apology_with_help_lines(client: FlaskClient, sender: str) -> None:
    answer = client.post(CHAT, json={"sender": sender, "message": "break me", "language": "en"})
    assert answer.status_code == 500
    assert schemas.Error().validate(answer.json) == {}
    assert answer.json["error"]["code"] == "internal"
    assert answer.json["helplines"][0]["number"] == "112"
    assert "break me" not in answer.text
    assert "Traceback" not in answer.text


def test_without_an_index_the_chat_answers_with_help_lines(bare_client: FlaskClient, sender: str) -> None:
    answer = bare_client.post(CHAT, json={"sender": sender, "message": "labas"})
    assert answer.status_code == 503
    assert answer.json["error"]["code"] == "assistant_unavailable"
    assert [line["id"] for line in answer.json["helplines"]] == ["112", "ppl"]


def test_too_many_messages_get_help_lines_too(make_app: Callable[..., Flask], sender: str) -> None:
    client = make_app(loopback_limit="2/minute").test_client()
    body = {"sender": sender, "message": "labas", "language": "pl"}
    answers = [client.post(CHAT, json=body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json["error"]["code"] == "too_many_requests"
    assert answers[2].json["error"]["message"].startswith("W krótkim czasie")
    assert answers[2].json["helplines"][0]["number"] == "112"
    assert answers[2].headers["Retry-After"]
