"""Every fault of a caller gets the contract's error in the caller's language, and never a 5xx."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient

from webhook import errors
from webhook.api import schemas

CHAT, SEARCH = "/api/v1/chat", "/api/v1/search"
SENDER = "0123456789abcdef"


def check(answer: Any, status: int, code: str, field: str | None = None) -> None:
    assert answer.status_code == status, answer.text
    assert answer.is_json
    assert schemas.Error().validate(answer.json) == {}
    assert (answer.json["error"]["code"], answer.json["error"].get("field")) == (code, field)


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"message": "labas"}, "missing_field", "sender"),
        ({"sender": SENDER}, "missing_field", "message"),
        ({"sender": "short", "message": "labas"}, "bad_value", "sender"),
        ({"sender": SENDER + "\n", "message": "labas"}, "bad_value", "sender"),
        ({"sender": "ąčęėįšųū90123456", "message": "labas"}, "bad_value", "sender"),
        ({"sender": "a" * 65, "message": "labas"}, "bad_value", "sender"),
        ({"sender": SENDER, "message": ""}, "bad_length", "message"),
        ({"sender": SENDER, "message": "   \n"}, "bad_text", "message"),
        ({"sender": SENDER, "message": "\u200b\u0000"}, "bad_text", "message"),
        ({"sender": SENDER, "message": "\ud800 labas"}, "bad_text", "message"),
        ({"sender": SENDER, "message": "a" * 2001}, "bad_length", "message"),
        ({"sender": SENDER, "message": None}, "wrong_type", "message"),
        ({"sender": SENDER, "message": 5}, "wrong_type", "message"),
        ({"sender": SENDER, "message": ["labas"]}, "wrong_type", "message"),
        ({"sender": SENDER, "message": "labas", "language": "ru"}, "bad_value", "language"),
        ({"sender": SENDER, "message": "labas", "language": {}}, "wrong_type", "language"),
        ({"sender": SENDER, "message": "labas", "municipality": "Atlantida"}, "unknown_municipality", "municipality"),
        ({"sender": SENDER, "message": "labas", "municipality": "\ud800"}, "bad_text", "municipality"),
        ({"sender": SENDER, "message": "labas", "message_id": ""}, "bad_length", "message_id"),
        ({"sender": SENDER, "message": "labas", "metadata": {}}, "unknown_field", "metadata"),
        ({"sender": SENDER, "message": "labas", "My husband": 1}, "unknown_field", None),
        ([], "not_an_object", None),
        ("labas", "not_an_object", None),
        (None, "not_an_object", None),
    ],
)
def test_a_wrong_chat_body_is_refused(client: FlaskClient, body: Any, code: str, field: str | None) -> None:
    answer = client.post(CHAT, data=json.dumps(body), content_type="application/json; charset=utf-8")
    check(answer, 400, code, field)
    assert "helplines" not in answer.json


@pytest.mark.parametrize(
    ("part", "code", "field"),
    [
        ({"limit": 0}, "bad_value", "limit"),
        ({"limit": 51}, "bad_value", "limit"),
        ({"limit": True}, "wrong_type", "limit"),
        ({"limit": "5"}, "wrong_type", "limit"),
        ({"limit": 1.5}, "wrong_type", "limit"),
        ({"limit": None}, "wrong_type", "limit"),
        ({"offset": -1}, "bad_value", "offset"),
        ({"category": "nonsense"}, "unknown_category", "category"),
        ({"target_group": "nonsense"}, "unknown_target_group", "target_group"),
        ({"municipality": ""}, "bad_length", "municipality"),
        ({"open_at": "tomorrow"}, "bad_time", "open_at"),
        ({"open_at": "2026-01-31"}, "bad_time", "open_at"),
        ({"open_at": "0001-01-01T00:00"}, "bad_time", "open_at"),
        ({"open_at": "9999-12-31T23:59:59-12:00"}, "bad_time", "open_at"),
        ({"q": "x"}, "unknown_field", "q"),
    ],
)
def test_a_wrong_search_body_is_refused(client: FlaskClient, part: dict[str, Any], code: str, field: str) -> None:
    check(client.post(SEARCH, json={"query": "pagalba", **part}), 400, code, field)


@pytest.mark.parametrize("path", [CHAT, f"{CHAT}/end", SEARCH, "/api/v1/reports", "/api/v1/feedback"])
def test_bodies_that_are_no_json_are_refused_everywhere(client: FlaskClient, path: str) -> None:
    def send(data: bytes, kind: str = "application/json") -> Any:
        return client.post(path, data=data, content_type=kind)

    check(send(b"{"), 400, "bad_json")
    check(send(b""), 400, "bad_json")
    check(send(b"[" * 9000), 400, "bad_json")
    check(send(b'{"limit": ' + b"9" * 9000 + b"}"), 400, "bad_json")
    check(send(b'{"limit": NaN}'), 400, "bad_json")
    check(send(b'{"sender": "\xff"}'), 400, "bad_encoding")
    check(send(b"{}", "text/plain"), 415, "not_json")
    check(send(b"sender=x", "application/x-www-form-urlencoded"), 415, "not_json")
    check(send(b'"' + b"a" * 32768 + b'"'), 413, "body_too_large")
    assert client.get(path).status_code == 405


def test_numbers_beyond_all_bounds_are_refused(client: FlaskClient) -> None:
    answer = client.post(SEARCH, data=b'{"query": "a", "limit": 1e999}', content_type="application/json")
    assert answer.status_code == 400


def test_unknown_addresses_and_methods_are_refused_in_json(client: FlaskClient) -> None:
    check(client.get("/api/v1/nothing"), 404, "not_found")
    check(client.get("/%ff%00"), 404, "not_found")
    assert client.get("/assets/../texts/chat.yml").status_code == 404
    answer = client.delete(CHAT)
    check(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]
    check(client.get("/api/v1/services/unknown"), 404, "not_found")
    check(client.get("/api/v1/organizations/unknown"), 404, "not_found")
    check(client.get("/api/v1/categories?language=ru"), 400, "bad_value", "language")
    check(client.get("/api/v1/categories?page=1"), 400, "unknown_field", "page")


def test_errors_speak_the_language_of_the_body_else_of_the_browser_else_lithuanian(client: FlaskClient) -> None:
    def told(body: dict[str, Any], **headers: str) -> str:
        return str(client.post(CHAT, json=body, headers=headers).json["error"]["message"])

    english = {"Accept-Language": "de, en;q=0.8"}
    assert told({}) == errors.sentence("missing_field", "lt")
    assert told({}, **english) == errors.sentence("missing_field", "en")
    assert told({"language": "pl"}, **english) == errors.sentence("missing_field", "pl")
    assert told({}, **{"Accept-Language": "de"}) == errors.sentence("missing_field", "lt")


def test_a_callers_text_is_never_sent_back(client: FlaskClient) -> None:
    for body in ({"sender": "zuikis zuikis zuikis", "message": "a"}, {"sender": SENDER, "message": "a", "Zuikis!": 1}):
        assert "uikis" not in client.post(CHAT, json=body).text
    assert "zuikis" not in client.get("/zuikis?zuikis=1").text


def test_every_code_has_a_status_and_a_sentence_in_every_language() -> None:
    texts = yaml.safe_load(Path(errors.__file__).with_name("texts.yml").read_text("utf-8"))
    assert set(texts) == set(errors.STATUS)
    for sentences in texts.values():
        assert set(sentences) == {"lt", "pl", "en"}
        assert len(set(sentences.values())) == 3
