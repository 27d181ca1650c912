"""The poster and the small cards: what stands on them, and that each is one page of A4."""

from __future__ import annotations

import dataclasses
import html
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from webhook.widget.codes import qr_code
from webhook.widget.texts import texts

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LANGUAGES = ("lt", "pl", "en")
HOME = "https://pagalba.example.lt/"


@pytest.fixture
def client(make_app: Callable[..., Flask]) -> FlaskClient:
    """Of a site with an address of its own."""
    return make_app(public_url=HOME).test_client()


def paper(client: FlaskClient, address: str) -> str:
    return html.unescape(client.get(address).text.partition('<div class="paper')[2])


def test_the_poster_speaks_three_languages_lithuanian_first(client: FlaskClient) -> None:
    for asked in LANGUAGES:
        text = paper(client, f"/poster?lang={asked}")
        for key in ("poster_question", "poster_what", "poster_free", "poster_danger", "poster_lines"):
            positions = [text.index(texts(language)[key]) for language in LANGUAGES]
            assert positions == sorted(positions), key
        assert f"<h1>{texts('lt')['poster_question']}</h1>" in text


def test_the_poster_leads_to_the_address_that_people_know(client: FlaskClient, make_app: Callable[..., Flask]) -> None:
    code = html.unescape(qr_code(HOME, texts("lt")["poster_code"]))
    text = paper(client, "/poster?lang=lt")
    assert text.count(code) == 1 + 9
    assert text.count("pagalba.example.lt") == 1 + 9
    assert "https://" not in text
    unset = paper(make_app().test_client(), "/poster?lang=lt")
    assert html.unescape(qr_code("http://localhost/", texts("lt")["poster_code"])) in unset


def test_help_lines_of_the_poster_come_from_the_directory(client: FlaskClient, index: Any) -> None:
    text = paper(client, "/poster")
    assert text.index('href="tel:112"') < text.index('href="tel:+37080066366"')
    index.directory = dataclasses.replace(index.directory, helplines={"112": index.directory.helplines["112"]})
    fewer = paper(client, "/poster")
    assert 'href="tel:112"' in fewer
    assert "tel:+370" not in fewer
    assert texts("lt")["poster_lines"] not in fewer


def test_what_is_torn_off_or_kept_in_a_purse_says_nothing_of_help(client: FlaskClient) -> None:
    for address, part in (
        ("/poster", r'<div class="strip">(.*?)</div>'),
        ("/poster/card", r'<div class="small-cards">(.*)</main>'),
    ):
        kept = re.findall(part, client.get(address).text.replace("paper ", ""), re.DOTALL)
        words = re.sub(r"<[^>]*>", " ", " ".join(kept)).split()
        assert set(words) == {"Kelrodis", "pagalba.example.lt"}


def test_there_are_ten_small_cards_read_out_once(client: FlaskClient) -> None:
    text = paper(client, "/poster/card")
    assert text.count('class="small-card"') == 10
    assert text.count('class="small-card" aria-hidden="true"') == 9


def test_both_have_neutral_titles_and_no_inline_styles(client: FlaskClient) -> None:
    for address in ("/poster", "/poster/card"):
        text = client.get(address).text
        assert "<title>Kelrodis</title>" in text
        assert "style=" not in text
        assert '<button type="button" data-do="print" hidden>' in text
        for sheet in re.findall(r'rel="stylesheet" href="([^"]+)"', text):
            assert client.get(sheet).status_code == 200


@pytest.fixture
def site(make_app: Callable[..., Flask]) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, make_app(public_url=HOME), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
@pytest.mark.parametrize("address", ["/poster", "/poster/card"])
def test_each_is_one_page_of_a4(site: str, tmp_path: Path, address: str) -> None:
    printed = tmp_path / "printed.pdf"
    subprocess.run(
        [
            str(CHROMIUM), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            f"--user-data-dir={tmp_path / 'browser'}", f"--print-to-pdf={printed}", site + address,
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    pages = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed.read_bytes())
    assert [tuple(round(float(side) * 25.4 / 72) for side in page) for page in pages] == [(210, 297)]
