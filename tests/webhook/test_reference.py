"""The page at /docs tells everything that openapi.json holds, its examples run, and nothing comes from elsewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from nlu.settings import PROJECT
from webhook.api.openapi import operations
from webhook.errors import STATUS

WORDS = yaml.safe_load((PROJECT / "webhook" / "api" / "reference.yml").read_text(encoding="utf-8"))


@pytest.fixture
def page(client: FlaskClient) -> str:
    return client.get("/docs?lang=pl").text


@pytest.fixture
def served(make_app: Callable[..., Flask], index: Any) -> Iterator[str]:
    """The address of a real server, whose only card is that of the examples."""
    card = index.card("vmkc.prieglobstis", "en")
    index.card = lambda key, language: replace(card, service_id="112", organization_id="112")
    app = make_app()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def examples(page: str, kind: str) -> list[str]:
    return [unescape(found) for found in re.findall(rf'<code class="{kind}">(.*?)</code>', page, re.DOTALL)]


def test_each_operation_stands_there_with_what_it_takes_and_gives(client: FlaskClient, page: str) -> None:
    whole = client.get("/api/v1/openapi.json").get_json()
    sections = dict(re.findall(r'<section aria-labelledby="(\w+)">(.*?)</section>', page, re.DOTALL))
    for path, method, operation in operations(whole):
        section = sections[operation["operationId"]]
        assert f"{method.upper()} {path}" in section
        assert all(f'<th scope="row">{status}</th>' in section for status in operation["responses"])
        assert all(f"<code>{found['name']}</code>" in section for found in operation["parameters"])
        if "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].split("/")[-1]
            assert f'<a href="#schema-{schema}">' in section
    for name, schema in whole["components"]["schemas"].items():
        assert f'id="schema-{name}"' in sections["schemas"]
        assert all(f"<code>{field}</code>" in sections["schemas"] for field in schema["properties"])


def test_each_code_of_an_error_stands_there_with_its_status(page: str) -> None:
    rows = dict(re.findall(r'<tr><th scope="row"><code>(\w+)</code></th><td>(\d+)</td>', page))
    assert rows == {code: str(status) for code, status in STATUS.items()}


def test_each_link_within_the_page_leads_somewhere(page: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_nothing_comes_from_elsewhere_or_stands_in_line(page: str) -> None:
    assert [url for url in re.findall(r'(?:src|href)="([^"]+)"', page) if not url.startswith(("/", "#"))] == []
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)


def test_the_frame_is_in_the_readers_language_and_the_reference_in_english(page: str) -> None:
    assert '<html lang="pl">' in page
    assert '<div class="reference" lang="en">' in page


def test_each_other_address_is_one_of_ours(client: FlaskClient) -> None:
    routes = client.application.url_map.bind("localhost")
    assert [path for path in WORDS["addresses"] if not (routes.test(path, "GET") or routes.test(path, "POST"))] == []


def test_the_examples_in_python_run_as_they_stand(served: str, client: FlaskClient) -> None:
    shown = examples(client.get("/docs", base_url=served).text, "python")
    assert len(shown) == len(list(operations(client.get("/api/v1/openapi.json").get_json())))
    for example in shown:
        done = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, timeout=30, check=False)
        assert re.match(r"20[024] ", done.stdout), example + done.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_examples_with_curl_run_as_they_stand(served: str, client: FlaskClient) -> None:
    for example in examples(client.get("/docs", base_url=served).text, "curl"):
        command = f"{example} --silent --fail-with-body --max-time 30"
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, example + done.stdout
