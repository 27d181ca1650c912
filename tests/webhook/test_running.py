"""Settings, limits, addresses behind proxies, headers, readiness, figures."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webhook.settings import SettingFault, Settings

STRANGER = {"REMOTE_ADDR": "198.51.100.7"}
SEARCH = "/api/v1/search"


def test_settings_come_from_the_environment() -> None:
    given = {"PORT": "9000", "KELRODIS_CORS_SITES": "https://a.lt, https://b.lt", "KELRODIS_HOST": ""}
    settings = Settings.from_environment(given)
    assert (settings.port, settings.host) == (9000, "127.0.0.1")
    assert settings.cors_sites == ("https://a.lt", "https://b.lt")
    with pytest.raises(SettingFault, match="PORT"):
        Settings.from_environment({"PORT": "eighty"})


def test_every_setting_says_what_it_is_for() -> None:
    for setting in dataclasses.fields(Settings):
        assert setting.metadata["variable"] == "PORT" or setting.metadata["variable"].startswith("KELRODIS_")
        assert setting.metadata["about"]


def test_strangers_are_limited_and_this_machine_generously(make_app: Callable[..., Flask]) -> None:
    client = make_app(search_limit="2/minute").test_client()

    def search(**environ: str) -> int:
        return client.post(SEARCH, json={"query": "pagalba"}, environ_overrides=environ).status_code

    assert [search() for _ in range(5)] == [200] * 5
    assert [search(**STRANGER) for _ in range(3)] == [200, 200, 429]
    assert search(REMOTE_ADDR="198.51.100.8") == 200
    answer = client.post(SEARCH, json={"query": "pagalba"}, environ_overrides=STRANGER)
    assert answer.json["error"]["code"] == "too_many_requests"
    assert "helplines" not in answer.json


def test_addresses_of_one_household_are_counted_together(make_app: Callable[..., Flask]) -> None:
    client = make_app(search_limit="1/minute").test_client()
    statuses = [
        client.post(SEARCH, json={"query": "a"}, environ_overrides={"REMOTE_ADDR": address}).status_code
        for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
    ]
    assert statuses == [200, 429, 200]


def test_only_trusted_proxies_say_who_calls(make_app: Callable[..., Flask]) -> None:
    def statuses(client: FlaskClient, *chains: str) -> list[int]:
        def send(chain: str) -> int:
            headers = {"X-Forwarded-For": chain}
            return client.post(SEARCH, json={"query": "a"}, headers=headers, environ_overrides=STRANGER).status_code

        return [send(chain) for chain in chains]

    trusting = make_app(search_limit="1/minute", trusted_proxies=("198.51.100.0/24",)).test_client()
    chains = ("203.0.113.1", "203.0.113.2", "203.0.113.9, 203.0.113.1", "nonsense")
    assert statuses(trusting, *chains) == [200, 200, 429, 200]
    careful = make_app(search_limit="1/minute").test_client()
    assert statuses(careful, "203.0.113.1", "203.0.113.2") == [200, 429]
    with pytest.raises(SettingFault):
        make_app(trusted_proxies=("everybody",))


def test_figures_are_for_this_machine_or_the_token(make_app: Callable[..., Flask]) -> None:
    client = make_app(metrics_token="open").test_client()

    def ask(environ: dict[str, str] | None = None, **headers: str) -> Any:
        return client.get("/metrics", environ_overrides=environ or {}, headers=headers)

    assert ask().status_code == 200
    assert ask(STRANGER).status_code == 403
    assert ask(**{"X-Forwarded-For": "203.0.113.1"}).status_code == 403
    assert ask(STRANGER, Authorization="Bearer wrong").status_code == 403
    assert ask(STRANGER, Authorization="Bearer ąž").status_code == 403
    assert ask(STRANGER, Authorization="Bearer open").status_code == 200
    client = make_app().test_client()
    assert ask(STRANGER, Authorization="Bearer ").status_code == 403


def test_figures_know_routes_and_statuses_only(client: FlaskClient) -> None:
    client.get("/api/v1/services/vmkc.prieglobstis")
    client.get("/whatever/somebody/types")
    figures = client.get("/metrics").text
    assert 'kelrodis_requests_total{route="/api/v1/services/<service_id>",status="200"} 1.0' in figures
    assert 'kelrodis_requests_total{route="unmatched",status="404"} 1.0' in figures
    assert "vmkc" not in figures
    assert "somebody" not in figures


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/helplines", "/nothing", "/assets/chat.js"])
def test_every_answer_carries_the_security_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"]


def test_chosen_sites_may_call_the_api_and_others_not(make_app: Callable[..., Flask]) -> None:
    client = make_app(cors_sites=("https://www.vilnius.lt",)).test_client()
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    allowed = client.options("/api/v1/chat", headers={"Origin": "https://www.vilnius.lt", **asked}).headers
    assert allowed["Access-Control-Allow-Origin"] == "https://www.vilnius.lt"
    assert allowed["Access-Control-Allow-Methods"] == "GET, POST"
    assert allowed["Access-Control-Allow-Headers"] == "Content-Type"
    refused = client.post("/api/v1/chat", json={}, headers={"Origin": "https://evil.example"}).headers
    assert "Access-Control-Allow-Origin" not in refused
    assert "Origin" in refused["Vary"]
    page = client.get("/", headers={"Origin": "https://www.vilnius.lt"}).headers
    assert "Access-Control-Allow-Origin" not in page


def test_readiness_names_the_part_that_is_missing(
    client: FlaskClient, bare_client: FlaskClient, index: Any, assistant: Any
) -> None:
    assert client.get("/readyz").json == {"ready": True, "parts": {"encoder": "ok", "index": "ok", "dialogue": "ok"}}
    missing = bare_client.get("/readyz")
    assert missing.status_code == 503
    assert (missing.json["ready"], missing.json["parts"]["index"]) == (False, "index_missing")
    assert bare_client.get("/healthz").status_code == 200
    assistant.ready = lambda: False
    assert client.get("/readyz").json["parts"]["dialogue"] == "not_answering"
    index.ready = lambda: 1 / 0
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["parts"]["index"]) == (503, "not_answering")
