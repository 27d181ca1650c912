"""What people ask before they dare stands on the page's card, where a source says it, and nowhere else."""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from index.records import Source, Statement
from webhook.widget.texts import texts

SHELTER = "vmkc.prieglobstis"
SENDER = "0123456789abcdef0123456789abcdef"
FIELDS = ("discretion", "first_contact")


def told(field: str, url: str | None = "https://www.vmkc.lt/apie") -> Statement:
    text = {language: f"{field} <told> ({language})" for language in ("lt", "pl", "en")}
    return Statement(text, Source(url, "vmkc.lt", None))


@pytest.fixture
def card_of(make_app: Callable[..., Flask], index: Any) -> Callable[..., str]:
    """The page's card of the shelter, whose record says what is given."""

    def page(**said: Statement) -> str:
        service = dataclasses.replace(index.directory.services[SHELTER], **said)
        index.directory = dataclasses.replace(index.directory, services={SHELTER: service})
        client = make_app().test_client()
        shown = client.post("/", data={"message": "hello", "lang": "en"}).text
        return html.unescape(shown[shown.index("<article") : shown.index("</article>")])

    return page


@pytest.mark.parametrize("field", FIELDS)
def test_the_sourced_answer_stands_under_more_with_a_link_to_its_source(
    field: str, card_of: Callable[..., str]
) -> None:
    card = card_of(**{field: told(field)})
    row = card[card.index('<details class="more">') :].partition(f'<div class="{field}">')[2].partition("</div>")[0]
    assert f"<dt>{texts('en')[f'ask_{field}']}</dt>" in row
    assert f"{field} <told> (en)" in row
    assert 'href="https://www.vmkc.lt/apie"' in row
    other = next(name for name in FIELDS if name != field)
    assert texts("en")[f"ask_{other}"] not in card


def test_an_answer_that_exists_in_lithuanian_only_says_so_to_a_screen_reader(card_of: Callable[..., str]) -> None:
    only = dataclasses.replace(told("discretion"), text={"lt": "Pagalba konfidenciali."})
    assert '<dd lang="lt">Pagalba konfidenciali.' in card_of(discretion=only)


def test_a_source_that_is_not_on_the_web_is_no_link(card_of: Callable[..., str]) -> None:
    row = card_of(discretion=told("discretion", None)).partition('<div class="discretion">')[2].partition("</div>")[0]
    assert "<told>" in row
    assert "<a" not in row


def test_nothing_is_shown_where_no_source_says_it(card_of: Callable[..., str]) -> None:
    card = card_of()
    assert not [field for field in FIELDS if texts("en")[f"ask_{field}"] in card]


def test_a_card_is_shown_although_the_directory_cannot_be_read(make_app: Callable[..., Flask], index: Any) -> None:
    index.directory = None
    client = make_app().test_client()
    assert "<article" in client.post("/", data={"message": "hello"}).text


def test_the_cards_json_has_no_such_field(client: FlaskClient) -> None:
    answer = client.post("/api/v1/chat", json={"sender": SENDER, "message": "hello"}).json
    assert not set(FIELDS) & set(answer["replies"][0]["services"][0])
