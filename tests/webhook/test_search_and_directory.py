"""Search, the directory by id, reports and feedback, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from webhook.api import schemas

SEARCH = "/api/v1/search"


def test_a_search_has_the_shape_of_the_contract(client: FlaskClient) -> None:
    answer = client.post(SEARCH, json={"query": "kur gauti krizių prieglobstį Vilniuje?"})
    assert answer.status_code == 200
    assert schemas.SearchAnswer().validate(answer.json) == {}
    assert list(answer.json) == ["query_language", "match", "crisis", "results", "total", "took_ms"]
    assert answer.json["match"] is True
    assert answer.json["query_language"] == "lt"
    assert answer.headers["Cache-Control"] == "no-store"


def test_cards_hold_the_fields_of_the_contract_in_its_order(client: FlaskClient) -> None:
    card = client.post(SEARCH, json={"query": "prieglobstis"}).json["results"][0]
    assert list(card) == [
        "service_id", "organization_id", "organization", "service", "organization_lt", "service_lt",
        "description",
        "why", "how_to_get", "who", "cost", "documents", "target_groups", "municipality", "serves", "address",
        "map_url",
        "phones", "email", "website", "hours_text", "open_now", "hours_change_at", "spoken_languages", "alert",
        "verified_on", "source_date", "source_url", "unverified_fields", "text_language", "score", "fallback",
    ]  # fmt: skip


def test_a_search_without_an_answer_gives_next_steps_marked_as_such(client: FlaskClient) -> None:
    answer = client.post(SEARCH, json={"query": "nothing"}).json
    assert answer["match"] is False
    assert answer["total"] == 0
    assert all(card["fallback"] for card in answer["results"])


def test_filters_reach_the_index(client: FlaskClient, index: Any) -> None:
    body = {
        "query": "mąż mnie bije, szukam schronienia", "language": "en", "municipality": "Wilno", "limit": 50,
        "category": "crisis_centre", "target_group": "women", "open_at": "2026-01-31T17:30", "offset": 10,
    }  # fmt: skip
    answer = client.post(SEARCH, json=body).json
    query = index.queries[-1]
    assert (query.language, query.municipality) == ("en", "Vilniaus miesto savivaldybė")
    assert (query.category, query.target_group, query.limit, query.offset) == ("crisis_centre", "women", 50, 10)
    assert query.open_at.isoformat() == "2026-01-31T17:30:00+02:00"
    assert answer["query_language"] == "pl"
    assert answer["crisis"]["level"] == "danger"
    assert answer["crisis"]["helplines"][0]["number"] == "112"


@pytest.mark.parametrize("moment", ["now", "2026-07-31 17:30:15", "2026-07-31T14:30Z", None])
def test_times_are_understood(client: FlaskClient, index: Any, moment: str | None) -> None:
    assert client.post(SEARCH, json={"query": "pagalba", "open_at": moment}).status_code == 200
    found = index.queries[-1].open_at
    assert found is None if moment is None else str(found.tzinfo) == "Europe/Vilnius"


def test_a_word_without_a_language_takes_the_hint(client: FlaskClient) -> None:
    assert client.post(SEARCH, json={"query": "112", "language": "pl"}).json["query_language"] == "pl"
    assert client.post(SEARCH, json={"query": "112"}).json["query_language"] == "unknown"


def test_there_is_no_search_by_address(client: FlaskClient) -> None:
    assert client.get(f"{SEARCH}?query=x").status_code == 405


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("services/vmkc.prieglobstis", schemas.ServiceCard),
        ("organizations/vmkc", schemas.OrganizationAnswer),
        ("municipalities", schemas.Municipalities),
        ("categories", schemas.Categories),
        ("helplines", schemas.Helplines),
    ],
)
def test_the_directory_can_be_read(client: FlaskClient, path: str, schema: Any) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200
    assert schema().validate(answer.json) == {}
    assert "Accept-Language" in answer.headers["Vary"]


def test_names_are_given_in_the_callers_language(client: FlaskClient) -> None:
    polish = client.get("/api/v1/helplines", headers={"Accept-Language": "pl"}).json
    english = client.get("/api/v1/helplines?language=en", headers={"Accept-Language": "pl"}).json
    assert polish["helplines"][0]["name"] != english["helplines"][0]["name"]


@pytest.mark.parametrize("kind", ["wrong_phone", "no_answer", "closed", "moved", "other"])
def test_reports_are_counted_by_kind(client: FlaskClient, kind: str) -> None:
    answer = client.post("/api/v1/reports", json={"service_id": "vmkc.prieglobstis", "kind": kind})
    assert (answer.status_code, answer.json) == (202, {"accepted": True})
    assert f'kelrodis_reports_total{{kind="{kind}"}} 1.0' in client.get("/metrics").text


def test_feedback_is_counted_with_and_without_a_service(client: FlaskClient) -> None:
    for body in ({"kind": "helped"}, {"kind": "helped", "service_id": "vmkc.prieglobstis"}):
        assert client.post("/api/v1/feedback", json=body).status_code == 202
    assert 'kelrodis_feedback_total{kind="helped"} 2.0' in client.get("/metrics").text


def test_reports_take_no_unknown_service_and_no_text(client: FlaskClient) -> None:
    answer = client.post("/api/v1/reports", json={"service_id": "unknown", "kind": "closed"})
    assert answer.json["error"] == {**answer.json["error"], "code": "unknown_service", "field": "service_id"}
    body = {"service_id": "vmkc.prieglobstis", "kind": "other", "text": "x"}
    assert client.post("/api/v1/reports", json=body).status_code == 400


def test_without_an_index_search_says_so(bare_client: FlaskClient) -> None:
    answer = bare_client.post(SEARCH, json={"query": "pagalba"})
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "search_unavailable")
    assert bare_client.get("/api/v1/helplines").json["helplines"][0]["number"] == "112"


def test_the_interface_is_described(client: FlaskClient) -> None:
    description = client.get("/api/v1/openapi.json").json
    assert description["openapi"].startswith("3.")
    for path in ("chat", "chat/end", "search", "reports", "feedback", "municipalities", "categories", "helplines"):
        assert f"/api/v1/{path}" in description["paths"]
    request = description["components"]["schemas"]["ChatRequest"]
    assert request["required"] == ["message", "sender"]
    assert request["additionalProperties"] is False
    error = description["components"]["schemas"]["Error"]
    assert set(error["properties"]) == {"error", "helplines"}
