"""What people do with cards: a hand-out to print, more like one, and telling that it helped or is wrong."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from index.cards import ServiceCard
from index.directory.starter import read_starter
from index.hours import VILNIUS
from index.records import Directory
from webhook.widget.codes import qr_code
from webhook.widget.keys import ids_by_key, key_of
from webhook.widget.texts import texts

SHELTER = "vmkc.prieglobstis"
SHEET = f"/cards/{key_of(SHELTER)}"


@pytest.fixture
def a_dozen(index: Any) -> Any:
    """The search, with twelve services that can be shown."""
    card, service = index.card(SHELTER, "en"), index.directory.services[SHELTER]
    ids = [f"vmkc.{number}" for number in range(12)]
    index.directory = dataclasses.replace(
        index.directory, services={id_: dataclasses.replace(service, id=id_) for id_ in ids}
    )

    def show(service_id: str, language: str) -> ServiceCard:
        return dataclasses.replace(card, service_id=service_id, organization=f"Centre {service_id}")

    index.card = show
    return index


def test_a_key_says_nothing_and_is_nobody_elses() -> None:
    directory = read_starter()
    known = ids_by_key(directory)
    assert len(known) == len(list(directory.shown()))
    assert all(re.fullmatch("[0-9a-f]{10}", key) for key in known)
    assert known[key_of("112")] == "112"


def test_a_changed_directory_has_its_own_keys(directory: Directory) -> None:
    assert key_of("ppl") in ids_by_key(directory)
    without = dataclasses.replace(directory, helplines={"112": directory.helplines["112"]})
    assert key_of("ppl") not in ids_by_key(without)
    assert key_of("ppl") in ids_by_key(directory)


def test_cards_lead_to_a_sheet_with_a_neutral_address(client: FlaskClient) -> None:
    client.post("/", data={"message": "labas"})
    assert f'href="/cards/{key_of(SHELTER)}?lang=en"' in client.get("/?lang=en").text
    assert client.get(f"/cards/{key_of(SHELTER)}.{key_of('112')}?lang=pl").status_code == 200


def test_nothing_known_makes_no_sheet(client: FlaskClient) -> None:
    for answer in (client.get("/cards/0123456789.vmkc?lang=en"), client.get(f"/cards/{key_of('112')}?lang=en")):
        assert answer.status_code == 404
        assert answer.mimetype == "text/html"
        assert 'href="/?lang=en"' in answer.text


def test_unknown_keys_are_left_out(client: FlaskClient) -> None:
    text = client.get(f"/cards/0123456789.{key_of(SHELTER)}..x?lang=en").text
    assert text.count("<article") == 1
    assert "0123456789" not in text.partition("<main")[2]


def test_a_sheet_holds_at_most_ten_cards_each_once(client: FlaskClient, a_dozen: Any) -> None:
    ids = list(a_dozen.directory.services)
    assert client.get("/cards/" + ".".join(map(key_of, [ids[0], *ids]))).text.count("<article") == 10


def test_a_block_says_what_one_needs_on_the_way_in_this_order(client: FlaskClient) -> None:
    text = html.unescape(client.get(SHEET + "?lang=en").text).partition("<article")[2]
    order = [
        "Crisis Centre", "Shelter", "Krizių centras, Prieglobstis", "tel:+37052332508", "24 hours", "Vytenio g. 45",
        "Round the clock", "info@vmkc.lt", "vmkc.lt<", "Lithuanian, Russian", "Women with children", "Call or come.",
        "ID", "Free", texts("en")["from_undated"],
    ]  # fmt: skip
    positions = [text.index(part) for part in order]
    assert positions == sorted(positions)


def test_how_to_get_it_takes_at_most_four_steps(client: FlaskClient, index: Any) -> None:
    card = dataclasses.replace(index.card(SHELTER, "en"), how_to_get=tuple(f"Step {number}" for number in range(7)))
    index.card = lambda *_: card
    assert re.findall(r"Step \d", client.get(SHEET).text) == ["Step 0", "Step 1", "Step 2", "Step 3"]


def test_lithuanian_names_are_given_to_those_who_read_other_ones(client: FlaskClient) -> None:
    for language in ("pl", "en"):
        assert '<dd lang="lt">Krizių centras, Prieglobstis</dd>' in client.get(f"{SHEET}?lang={language}").text
    assert "Prieglobstis" not in client.get(SHEET + "?lang=lt").text


@pytest.mark.parametrize(
    ("language", "date"),
    [("lt", "2026 m. sausio 5 d."), ("pl", "5 stycznia 2026"), ("en", "5 January 2026")],
)
def test_the_sheet_is_dated_in_the_persons_language(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, language: str, date: str
) -> None:
    monkeypatch.setattr("webhook.widget.sheets.now", lambda: datetime(2026, 1, 5, 23, 30, tzinfo=VILNIUS))
    text = client.get(f"{SHEET}?lang={language}").text
    assert texts(language)["sheet_made"].format(date=date) in text
    assert "<title>Kelrodis</title>" in text


def test_one_code_opens_the_same_sheet(make_app: Callable[..., Flask]) -> None:
    public = "https://pagalba.example.lt/kelrodis"
    for settings, root in (({"public_url": public + "/"}, public), ({}, "http://localhost")):
        app = make_app(**settings)
        text = app.test_client().get(f"{SHEET}.0123456789?lang=pl").text
        assert text.count("<svg") == 1
        assert qr_code(f"{root}{SHEET}?lang=pl", texts("pl")["sheet_code"]) in text


def test_a_code_is_a_named_picture_without_inline_styles() -> None:
    code = qr_code("https://pagalba.example.lt/", 'This "sheet"')
    assert code.startswith('<svg role="img" aria-label="This &#34;sheet&#34;" ')
    assert 'stroke="#000"' in code
    assert 'fill="#fff"' in code
    assert "style" not in code


def test_without_a_script_the_browsers_menu_prints(client: FlaskClient) -> None:
    text = html.unescape(client.get(SHEET + "?lang=en").text)
    assert '<button type="button" data-do="print" hidden>' in text
    assert texts("en")["paper_by_menu"] in text
    assert "style=" not in text


def test_more_like_this_leads_to_its_first_need_in_its_place(client: FlaskClient) -> None:
    answer = client.get(f"/like/{key_of(SHELTER)}?lang=en")
    assert answer.status_code == 303
    assert answer.location == "/needs/3?place=vilniaus-miesto&lang=en"


@pytest.mark.parametrize("key", [key_of("vmkc.unknown"), key_of("112"), "x"])
def test_nothing_is_like_what_is_unknown_or_answers_no_need(client: FlaskClient, key: str) -> None:
    assert client.get(f"/like/{key}").status_code == 404


@pytest.mark.parametrize("kind", ["wrong_phone", "no_answer", "closed", "moved", "other", "helped", "not_helped"])
def test_what_people_tell_is_counted_as_the_api_does(client: FlaskClient, kind: str) -> None:
    api = "feedback" if kind.endswith("helped") else "reports"
    client.post(f"/api/v1/{api}", json={"service_id": SHELTER, "kind": kind})
    answer = client.post("/told", data={"service": SHELTER, "kind": kind, "lang": "pl"})
    assert answer.status_code == 303
    assert answer.location == "/told?lang=pl"
    assert f'kelrodis_{api}_total{{kind="{kind}"}} 2.0' in client.get("/metrics").text


@pytest.mark.parametrize("language", ["lt", "pl", "en"])
def test_thanks_lead_back_to_the_chat(client: FlaskClient, language: str) -> None:
    text = html.unescape(client.get(f"/told?lang={language}").text)
    assert texts(language)["told_thanks"] in text
    assert f'href="/?lang={language}"' in text.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize(
    "told", [{"kind": "great"}, {"kind": ""}, {}, {"kind": "closed", "service": "vmkc.unknown"}, {"kind": "closed"}]
)
def test_what_cannot_be_counted_is_a_page_that_says_so(client: FlaskClient, told: dict[str, str]) -> None:
    answer = client.post("/told", data={"lang": "en", **({"service": SHELTER} if "kind" not in told else {}), **told})
    assert answer.status_code == 400
    assert answer.mimetype == "text/html"
    assert "_total{" not in "".join(re.findall(r"kelrodis_(?:reports|feedback)_total\S*", client.get("/metrics").text))


def test_other_sites_cannot_tell_us_anything(client: FlaskClient) -> None:
    told = {"service": SHELTER, "kind": "closed"}
    assert client.post("/told", data=told, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert 'reports_total{kind="closed"}' not in client.get("/metrics").text


def test_without_an_index_help_lines_are_shown(bare_client: FlaskClient) -> None:
    answer = bare_client.get(SHEET)
    assert answer.status_code == 503
    assert 'href="tel:112"' in answer.text
