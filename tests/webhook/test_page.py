"""The page at `/` without JavaScript, and what it promises to everybody."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from webhook.widget import page as page_module
from webhook.widget.texts import texts

LANGUAGES = ("lt", "pl", "en")
FOLDER = Path(page_module.__file__).parent


def test_a_question_is_answered_by_plain_forms(client: FlaskClient) -> None:
    answer = client.post("/", data={"message": "danger", "lang": "pl"})
    assert answer.status_code == 303
    assert answer.location == "/?lang=pl&answered=1#latest"
    shown = client.get(answer.location)
    assert shown.status_code == 200
    assert 'id="latest"' in shown.text
    assert 'href="tel:112"' in shown.text
    assert 'href="tel:+37052332508"' in shown.text
    assert shown.text.index('class="danger"') < shown.text.index('class="card"')
    again = client.get(answer.location)
    assert again.text.count("<article") == shown.text.count("<article") == 1


def test_the_conversation_goes_on_and_is_bounded(client: FlaskClient, assistant: Any) -> None:
    for _ in range(9):
        client.post("/", data={"message": "labas"})
    assert len({message.sender for message in assistant.messages}) == 1
    assert re.fullmatch("[0-9a-f]{32}", assistant.messages[0].sender)
    text = client.get("/").text
    assert text.count("<article") == 6
    assert "Answer 9" in text
    assert "Answer 3" not in text


def test_what_a_person_writes_is_not_kept(client: FlaskClient) -> None:
    client.post("/", data={"message": "labai slaptas dalykas"})
    assert "slaptas" not in client.get("/").text


def test_the_cookie_is_for_this_site_and_this_browser_session(make_app: Callable[..., Flask]) -> None:
    client, other = make_app().test_client(), make_app().test_client()
    assert "Set-Cookie" not in client.get("/").headers
    cookie = client.post("/", data={"message": "labas"}).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie
    assert "Secure" not in cookie
    secure = other.post("/", data={"message": "labas"}, base_url="https://localhost").headers["Set-Cookie"]
    assert "Secure" in secure


def test_a_forged_cookie_shows_nothing(client: FlaskClient) -> None:
    client.post("/", data={"message": "labas"})
    client.set_cookie("kelrodis", "eyJzZW5kZXIiOiJhIn0.aaaa.bbbb")
    assert "<article" not in client.get("/").text


def test_two_people_do_not_see_each_other(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    one, other = app.test_client(), app.test_client()
    one.post("/", data={"message": "labas"})
    assert "<article" in one.get("/").text
    assert "<article" not in other.get("/").text


def test_erasing_forgets_everything(client: FlaskClient, assistant: Any) -> None:
    client.post("/", data={"message": "labas"})
    assert client.post("/", data={"end": "1", "lang": "en"}).location == "/?lang=en"
    assert "<article" not in client.get("/").text
    assert assistant.ended == [assistant.messages[0].sender]


def test_a_lost_answer_is_explained(client: FlaskClient) -> None:
    assert texts("en")["answer_gone"] in html.unescape(client.get("/?lang=en&answered=1").text)


@pytest.mark.parametrize("data", [{"message": "  "}, {}, {"message": "a" * 2001}])
def test_a_form_that_cannot_be_answered_says_so(client: FlaskClient, data: dict[str, str]) -> None:
    answer = client.post("/", data={**data, "lang": "en"})
    assert answer.status_code == 400
    assert answer.mimetype == "text/html"
    assert 'href="/?lang=en"' in answer.text


def test_a_large_form_and_a_foreign_one_are_refused(client: FlaskClient) -> None:
    assert client.post("/", data={"message": "a" * 20000}).status_code == 413
    answer = client.post("/", data={"message": "labas"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_when_the_assistant_fails_the_page_shows_help_lines(client: FlaskClient, bare_client: FlaskClient) -> None:
    broken = client.post("/", data={"message": "break", "lang": "en"})
    assert broken.status_code == 500
    assert 'href="tel:112"' in broken.text
    assert "RuntimeError" not in broken.text
    missing = bare_client.post("/", data={"message": "labas", "lang": "en"})
    assert missing.status_code == 503
    assert texts("en")["help_now"] in missing.text
    assert 'href="tel:112"' in missing.text
    assert bare_client.get("/").status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_each_language(client: FlaskClient, language: str) -> None:
    text = html.unescape(client.get(f"/?lang={language}", headers={"Accept-Language": "de"}).text)
    assert f'<html lang="{language}">' in text
    for key in ("greeting", "privacy", "message_label", "send", "title"):
        assert texts(language)[key] in text
    assert len(texts(language)["examples"]) == 4
    assert client.get("/", headers={"Accept-Language": f"{language}-XX"}).text.count(f'<html lang="{language}">') == 1


def test_each_text_is_there_in_three_languages() -> None:
    content = yaml.safe_load((FOLDER / "texts.yml").read_text("utf-8"))
    for key, said in content.items():
        assert tuple(said) == LANGUAGES, key
        blanks = {frozenset(re.findall(r"{\w+}", str(text))) for text in said.values()}
        assert len(blanks) == 1, key


def test_answers_are_marked_with_their_own_language_and_escaped(client: FlaskClient) -> None:
    client.post("/", data={"message": "labas", "lang": "lt"})
    text = client.get("/?lang=lt").text
    assert '<div class="bubble" lang="en">' in text
    assert "&lt;b&gt;food&lt;/b&gt;" in text
    assert "<b>food" not in text
    assert "Krizių centras, Prieglobstis" in text
    assert "Who may come" in text


def test_cards_keep_their_order(client: FlaskClient) -> None:
    client.post("/", data={"message": "labas", "lang": "en"})
    text = client.get("/?lang=en").text.split("<article")[1]
    order = [
        "Shelter", "Crisis Centre", "Krizių centras", 'class="why"', 'class="description"', 'class="who"',
        'class="phone"', 'class="email"', 'class="website"', 'class="address"', 'class="hours"', 'class="how"',
        'class="documents"',
        'class="cost"', 'class="spoken"', 'class="source"', "undated", "Not confirmed by phone yet.",
    ]  # fmt: skip
    positions = [text.index(part) for part in order]
    assert positions == sorted(positions)


def test_addresses_that_are_no_web_addresses_are_no_links(client: FlaskClient, assistant: Any) -> None:
    reply = assistant.reply

    def poisoned(message: Any) -> Any:
        made = reply(message)
        bad = {"website": "javascript:alert(1)", "source_url": "javascript:alert(2)"}
        card = dataclasses.replace(made.parts[0].services[0], **bad)
        return dataclasses.replace(made, parts=(dataclasses.replace(made.parts[0], services=(card,)),))

    assistant.reply = poisoned
    client.post("/", data={"message": "labas"})
    assert "javascript:" not in client.get("/").text


def test_the_page_is_small_and_has_no_inline_code(client: FlaskClient) -> None:
    text = client.get("/?lang=lt").text
    css = client.get("/assets/chat.css").data
    assert len(text.encode()) + len(css) <= 30_000
    assert "<style" not in text
    assert "style=" not in text
    assert " onclick" not in text
    assert re.findall(r"<script(?! src=)", text) == []
    script = (FOLDER / "static" / "chat.js").read_text("utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script)


def test_no_number_stands_in_the_page_itself() -> None:
    for path in [FOLDER / "texts.yml", *FOLDER.glob("templates/widget/*"), FOLDER / "static" / "chat.js"]:
        assert not re.search(r"\b(112|1815|116 ?123|\+370)", path.read_text("utf-8")), path.name


def test_colours_have_enough_contrast() -> None:
    css = (FOLDER / "static" / "chat.css").read_text("utf-8")
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", css))

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(ink: str, ground: str) -> float:
        high, low = sorted((light(colours[ink]), light(colours[ground])), reverse=True)
        return (high + 0.05) / (low + 0.05)

    pairs = [
        ("ink", "ground"), ("soft", "ground"), ("soft", "paper"), ("brand", "paper"), ("brand-ink", "brand"),
        ("danger", "danger-ground"), ("danger", "paper"), ("soft", "calm-ground"), ("open", "paper"),
        ("closed", "paper"), ("brand", "ground"), ("ink", "danger-ground"),
    ]  # fmt: skip
    assert {pair: contrast(*pair) for pair in pairs if contrast(*pair) < 4.5} == {}
    assert contrast("line", "paper") >= 3
