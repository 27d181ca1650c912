"""Whatever a program sends to the API is answered as openapi.json says: no 5xx, no undocumented status, no other shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from schemathesis import Case, CheckContext, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core import NOT_SET
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance

from index.search import ServiceIndex
from webhook.api.openapi import operations, words
from webhook.app import create_app
from webhook.errors import STATUS
from webhook.parts import Missing
from webhook.settings import Settings

DESCRIPTION = "/api/v1/openapi.json"
LIMITS = ("chat_limit", "search_limit", "other_limit", "loopback_limit")
# What no schema can say: whether a text can be read, and whether there is such a place, term, record or time.
MEANINGLESS = {
    "bad_text", "bad_time", "unknown_municipality", "unknown_category", "unknown_target_group", "unknown_service",
}  # fmt: skip


def fixed(examples: int) -> Callable[[Any], Any]:
    """The same cases each time."""
    unhurried = list(HealthCheck)
    return settings(
        max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=unhurried
    )


def accepts_what_is_described(_: CheckContext, response: Response, case: Case[Any]) -> None:
    """A request that fits its schema is refused for its meaning only."""
    positive = case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE
    if positive and response.status_code == 400:
        assert response.json()["error"]["code"] in MEANINGLESS


def make_sense(body: Any) -> Any:
    """In half of the requests the place and the time are real ones, so that what comes after them is reached."""
    for name, real in (("municipality", "w Visaginie"), ("open_at", "2026-01-31T17:30")):
        given = body.get(name) if isinstance(body, dict) else None
        if isinstance(given, str) and 1 <= len(given) <= 40 and ord(given[0]) % 2:
            body = {**body, name: real}
    return body


def api_of(app: Flask) -> BaseSchema:
    schema = schemathesis.openapi.from_wsgi(DESCRIPTION, app)
    schema.hook("map_body")(lambda context, body: make_sense(body))
    return schema


@pytest.fixture
def small(make_app: Callable[..., Flask]) -> BaseSchema:
    return api_of(make_app())


@pytest.fixture
def out_of_order(make_app: Callable[..., Flask], directory: Any) -> BaseSchema:
    app = make_app(Missing("index_missing"), Missing("index_missing", directory))
    return schemathesis.openapi.from_wsgi(DESCRIPTION, app)


@pytest.fixture(scope="module")
def built() -> BaseSchema:
    """The real directory and search; without the dialogue, which has nothing to do with shapes."""
    app = create_app(Settings(), Missing("assistant_missing"), ServiceIndex.open())
    return api_of(app)


@schemathesis.pytest.from_fixture("small").parametrize()
@fixed(40)
def test_every_answer_is_as_described(case: Case[Any]) -> None:
    check(case)


@schemathesis.pytest.from_fixture("built").exclude(path_regex="/chat").parametrize()
@fixed(10)
def test_every_answer_of_the_real_directory_and_search_is_as_described(case: Case[Any]) -> None:
    check(case)


@schemathesis.pytest.from_fixture("out_of_order").parametrize()
@fixed(10)
def test_a_service_that_is_out_of_order_answers_as_described_too(case: Case[Any]) -> None:
    check(case, not_a_server_error)


def check(case: Case[Any], *excluded: Any) -> None:
    case.call_and_validate(
        excluded_checks=[positive_data_acceptance, *excluded], additional_checks=[accepts_what_is_described]
    )


def test_a_caller_who_asks_too_often_is_answered_as_described(make_app: Callable[..., Flask]) -> None:
    schema = schemathesis.openapi.from_wsgi(DESCRIPTION, make_app(**dict.fromkeys(LIMITS, "1/hour")))
    asked: tuple[tuple[str, str, Any], ...] = (
        ("/api/v1/chat", "POST", {"sender": "0123456789abcdef", "message": "hello"}),
        ("/api/v1/search", "POST", {"query": "hello"}),
        ("/api/v1/helplines", "GET", NOT_SET),
    )
    for path, method, body in asked:
        case = schema[path][method].Case(body=body)
        assert [case.call_and_validate().status_code, case.call_and_validate().status_code] == [200, 429]


def test_the_description_tells_every_field_and_every_fault(client: FlaskClient) -> None:
    whole = client.get(DESCRIPTION).get_json()
    schemas = whole["components"]["schemas"]
    silent = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, value in schema["properties"].items()
        if not value.get("description")
    ]
    assert silent == []
    found = list(operations(whole))
    assert all(operation["summary"] and operation["operationId"] for _, _, operation in found)
    assert all({"400", "429", "500", "503"} <= operation["responses"].keys() for _, _, operation in found)
    assert schemas["Fault"]["properties"]["code"]["enum"] == list(STATUS)


def test_every_word_of_the_description_is_used(client: FlaskClient) -> None:
    whole = client.get(DESCRIPTION).get_json()
    fields = {
        name
        for schema, content in whole["components"]["schemas"].items()
        for field in content["properties"]
        for name in (field, f"{schema}.{field}")
    }
    assert [name for name in words()["fields"] if name not in fields] == []
    assert words()["operations"].keys() == {f"{method.upper()} {path}" for path, method, _ in operations(whole)}
