"""Privacy, accessibility, staying unnoticed, and the message to the emergency number, which never leaves the device."""

from __future__ import annotations

import dataclasses
import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from webhook.widget.texts import FOLDER as TEXTS
from webhook.widget.texts import texts

LANGUAGES = ("lt", "pl", "en")
PAGES = ("privacy", "accessibility", "safety", "message")
TEMPLATES = TEXTS.parent / "templates" / "widget"
SCRIPT = TEXTS.parent / "static" / "message.js"


def words_of(page: str) -> dict[str, dict[str, Any]]:
    return yaml.safe_load((TEXTS / f"{page}.yml").read_text("utf-8"))


def shown(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.text)


def sentences(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        yield from (part for part in re.split(r"(?<=[.!?])\s+", said) if part)
    else:
        for part in said.values() if isinstance(said, dict) else said:
            yield from sentences(part)


def shape(said: Any) -> Any:
    """What translations share: lists, keys and blanks."""
    if isinstance(said, str):
        return frozenset(re.findall(r"{\w+}", said))
    return [shape(part) for part in said] if isinstance(said, list) else {k: shape(v) for k, v in said.items()}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_speaks_each_language_under_a_neutral_title(client: FlaskClient, page: str, language: str) -> None:
    answer = client.get(f"/{page}?lang={language}")
    text = html.unescape(answer.text)
    assert f'<html lang="{language}">' in text
    assert "<title>Kelrodis</title>" in text
    assert text.count("<h1") == 1
    assert texts(language)[f"{page}_title"].split("{")[0] in text
    assert not re.search(r"{\w+}", re.sub(r'data-\w+="[^"]*"', "", text)), "a blank was not filled in"
    assert "Set-Cookie" not in answer.headers
    assert "style=" not in text
    assert re.findall(r"<script(?! src=)", text) == []


@pytest.mark.parametrize("page", PAGES)
def test_translations_are_of_one_shape_and_sentences_short(page: str) -> None:
    for key, said in words_of(page).items():
        assert tuple(said) == LANGUAGES, key
        assert shape(said["lt"]) == shape(said["pl"]) == shape(said["en"]), key
    for language in LANGUAGES:
        lengths = [len(one.split()) for said in words_of(page).values() for one in sentences(said[language])]
        assert sum(lengths) / len(lengths) <= 12


@pytest.mark.parametrize("page", PAGES)
def test_no_number_stands_in_these_pages(page: str) -> None:
    for path in (TEXTS / f"{page}.yml", TEMPLATES / f"{page}.html", SCRIPT):
        assert not re.search(r"\b(112|1815|116 ?\d{3})\b|\+370|\b0 800", path.read_text("utf-8")), path.name


def test_the_notice_names_who_is_responsible(make_app: Callable[..., Flask]) -> None:
    client = make_app(
        controller="Trakų <b>savivaldybė</b>", data_officer="pareigune@trakai.lt", supervisory_authority="Inspekcija",
        conversation_minutes=17,
    ).test_client()  # fmt: skip
    raw = client.get("/privacy?lang=lt").text
    assert "Trakų &lt;b&gt;savivaldybė&lt;/b&gt;" in raw
    assert 'href="mailto:pareigune@trakai.lt"' in raw
    assert "<dd>Inspekcija</dd>" in raw
    assert "vdai.lrv.lt" not in raw
    assert texts("lt")["privacy_controller_missing"] not in raw
    assert " 17 min." in raw


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_operator_has_not_named_is_said_plainly(client: FlaskClient, language: str) -> None:
    t = texts(language)
    privacy = shown(client, f"/privacy?lang={language}")
    assert t["privacy_controller_missing"] in privacy
    assert t["privacy_officer_missing"] in privacy
    assert 'href="https://vdai.lrv.lt/"' in privacy
    statement = shown(client, f"/accessibility?lang={language}")
    assert t["accessibility_operator_missing"] in statement
    assert t["accessibility_contact_missing"] in statement


def test_the_statement_has_the_parts_of_the_european_model(make_app: Callable[..., Flask]) -> None:
    client = make_app(controller="Trakų savivaldybė", accessibility_contact="svetaine@trakai.lt").test_client()
    text = shown(client, "/accessibility?lang=en")
    parts = (
        "meets the requirements partially", "not accessible or not tested", "prepared on 22 November 2026",
        "self-assessment", "svetaine@trakai.lt", "vssa.lrv.lt", "lygybe.lt",
    )  # fmt: skip
    positions = [text.index(part) for part in parts]
    assert positions == sorted(positions)
    assert "run by: Trakų savivaldybė." in text
    assert "2026 m. lapkričio 22 d." in shown(client, "/accessibility?lang=lt")
    assert "22 listopada 2026" in shown(client, "/accessibility?lang=pl")


def test_staying_safe_leads_out_and_says_what_remains(client: FlaskClient) -> None:
    text = shown(client, "/safety?lang=en")
    main = text[text.index("<main") : text.index("</main>")]
    assert 'href="/exit"' in main
    assert 'href="/message?lang=en"' in main
    assert main.index("<ol>") > main.index("What stays after you leave")
    for remains in ("history", "call list", "Text messages", "phone bill"):
        assert f"The {remains}" in main or remains in main


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_message_opens_for_the_number_of_the_directory(client: FlaskClient, language: str) -> None:
    text = shown(client, f"/message?lang={language}")
    link = re.search(r'href="sms:112\?body=([^"]+)"', text)
    assert link
    body = unquote(link[1])
    assert body.isascii()
    assert body == texts("lt")["message_sms"].format(what="...", name="...", address="...")
    assert 'href="tel:112"' in text
    for line in body.splitlines():
        assert f'<dt lang="lt">{line}</dt>' in text
    assert len(texts(language)["message_lines"]) == len(body.splitlines())


def test_the_message_is_the_same_plain_lithuanian_for_everybody() -> None:
    words = words_of("message")
    assert len(set(words["message_sms"].values())) == 1
    ready = [[choice["sms"] for choice in words["message_choices"][language]] for language in LANGUAGES]
    assert ready[0] == ready[1] == ready[2]
    for choice in words["message_choices"]["lt"]:
        assert choice["sms"].isascii()
        marks = unicodedata.normalize("NFD", choice["label"])
        assert "".join(sign for sign in marks if not unicodedata.combining(sign)) == choice["sms"]


def test_without_a_line_that_takes_messages_the_page_shows_help_lines(client: FlaskClient, index: Any) -> None:
    calls = {
        key: dataclasses.replace(line, ways=tuple(way for way in line.ways if way.kind == "call"))
        for key, line in index.directory.helplines.items()
    }
    index.directory = dataclasses.replace(index.directory, helplines=calls)
    answer = client.get("/message?lang=en")
    assert answer.status_code == 503
    assert 'href="tel:112"' in answer.text


def test_nothing_of_the_message_can_be_sent(client: FlaskClient) -> None:
    text = client.get("/message").text
    main = text[text.index("<main") : text.index("</main>")]
    assert "<form" not in main
    assert ' name="' not in main
    assert main.count('spellcheck="false"') == main.count("<textarea") == 3
    sending = r"fetch|XMLHttpRequest|sendBeacon|WebSocket|EventSource|sessionStorage|cookie|innerHTML|new Image|submit"
    assert not re.search(sending, SCRIPT.read_text("utf-8"))
