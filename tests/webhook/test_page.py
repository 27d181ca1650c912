"""The page at `/` without JavaScript, and what it promises to everybody."""

from __future__ import annotations

import dataclasses
import html
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from nlu.settings import PROJECT
from webhook.settings import SettingFault, Settings
from webhook.widget.colours import accent_rules, contrast
from webhook.widget.rendering import linked, origin, spoken_date
from webhook.widget.texts import texts

LANGUAGES = ("lt", "pl", "en")
FOLDER = PROJECT / "webhook" / "widget"
SENDER = "0123456789abcdef0123456789abcdef"


def test_a_question_is_answered_by_plain_forms(client: FlaskClient) -> None:
    first = client.post("/", data={"message": "danger", "lang": "pl"})
    assert first.status_code == 200  # shown at once, for browsers that keep no cookie
    assert 'href="tel:112"' in first.text
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
    assert again.text.count("<article") == shown.text.count("<article") == 2


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


def test_leaving_erases_and_leads_away_without_a_script(client: FlaskClient, assistant: Any) -> None:
    client.post("/", data={"message": "labas"})
    left = client.get("/exit")
    assert left.status_code == 303
    assert left.location == Settings().exit_url
    assert assistant.ended == [assistant.messages[0].sender]
    assert "<article" not in client.get("/").text
    assert left.headers["Cache-Control"] == client.get("/").headers["Cache-Control"] == "no-store"


def test_leaving_works_while_nothing_else_does(bare_client: FlaskClient) -> None:
    assert bare_client.get("/exit").status_code == 303


def test_a_lost_answer_is_explained(client: FlaskClient) -> None:
    text = html.unescape(client.get("/?lang=en&answered=1").text)
    assert texts("en")["answer_gone"] in text
    assert 'href="tel:112"' in text


def test_who_leaves_while_being_answered_leaves_nothing(make_app: Callable[..., Flask], assistant: Any) -> None:
    app = make_app()
    client, leaving = app.test_client(), app.test_client()
    reply = assistant.reply

    def slow(message: Any) -> Any:
        made = reply(message)
        body = {"sender": message.sender}
        click = threading.Thread(target=lambda: leaving.post("/api/v1/chat/end", json=body))
        click.start()
        click.join()
        return made

    assistant.reply = slow
    client.post("/api/v1/chat", json={"sender": SENDER, "message": "labas", "message_id": "1"})
    assert assistant.ended == [SENDER, SENDER]
    client.post("/", data={"message": "labas"})
    client.post("/", data={"message": "labas"})
    assert "<article" not in client.get("/").text


def test_leaving_and_erasing_are_never_refused(make_app: Callable[..., Flask]) -> None:
    app = make_app(loopback_limit="1/minute")
    client = app.test_client()
    for _ in range(5):
        assert client.get("/exit").status_code == 303
        assert client.post("/api/v1/chat/end", json={"sender": SENDER}).status_code == 204
        assert client.options("/api/v1/chat").status_code == 200
        assert client.post("/", data={"end": "1"}).status_code == 303


def test_a_lost_person_gets_a_page_and_a_lost_program_json(client: FlaskClient) -> None:
    page = client.get("/needz?lang=pl", headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.status_code == 404
    assert '<html lang="pl">' in page.text
    assert client.get("/needz").get_json()["error"]["code"] == "not_found"
    assert client.get("/api/v1/x", headers={"Accept": "text/html"}).is_json


def test_line_ends_count_once(client: FlaskClient) -> None:
    assert client.post("/", data={"message": "a\r\n" * 900}).status_code == 200


@pytest.mark.parametrize("data", [{"message": "  "}, {}, {"message": "a" * 2001}])
def test_a_form_that_cannot_be_answered_says_so(client: FlaskClient, data: dict[str, str]) -> None:
    answer = client.post("/", data={**data, "lang": "en"})
    assert answer.status_code == 400
    assert answer.mimetype == "text/html"
    assert 'href="/?lang=en"' in answer.text


def test_a_large_form_and_a_foreign_one_are_refused(client: FlaskClient) -> None:
    assert client.post("/", data={"message": "a" * 40000}).status_code == 413
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
    for key in ("greeting", "notice", "message_label", "send", "exit_first"):
        assert texts(language)[key] in text
    assert len(texts(language)["examples"]) == 4
    assert client.get("/", headers={"Accept-Language": f"{language}-XX"}).text.count(f'<html lang="{language}">') == 1


@pytest.mark.parametrize("path", ["/", "/needs", "/privacy", "/safety", "/exit-unknown"])
def test_titles_say_nothing_and_exit_comes_first(client: FlaskClient, path: str) -> None:
    text = client.get(path).text
    if path == "/exit-unknown":
        assert "title" not in text
        return
    assert "<title>Kelrodis</title>" in text
    first = text.index('href="/exit"')
    assert first < text.index("<header")
    assert text.index('href="/exit"', first + 1) < text.index("<main")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_notice_is_one_sentence_of_at_most_twelve_words(language: str) -> None:
    notice = texts(language)["notice"]
    assert len(notice.split()) <= 12
    assert re.findall(r"[.!?]", notice) == ["."]


def test_each_text_is_there_in_three_languages() -> None:
    for path in (FOLDER / "texts").glob("*.yml"):
        for key, said in yaml.safe_load(path.read_text("utf-8")).items():
            assert tuple(said) == LANGUAGES, key
            blanks = {frozenset(re.findall(r"{\w+}", str(text))) for text in said.values()}
            assert len(blanks) == 1, key


def test_danger_and_exit_are_shown_in_russian_and_ukrainian(client: FlaskClient, assistant: Any) -> None:
    reply = assistant.reply
    for language, words in (("ru", "грозит опасность"), ("uk", "загрожує небезпека")):

        def in_it(message: Any, spoken: str = language) -> Any:
            made = reply(message)
            return dataclasses.replace(made, parts=(dataclasses.replace(made.parts[0], language=spoken), *made.parts))

        assistant.reply = in_it
        client.post("/", data={"message": "danger"})
        block = client.get("/").text.split('<section class="danger"')[-1].split("</section>")[0]
        assert f'lang="{language}"' in block
        assert words in block
        assert 'href="/exit"' in block
    assert set(texts("ru")) == set(texts("uk")) == set(texts("lt"))


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
        "<h2>Crisis Centre", "Shelter", "Krizių centras", 'class="why"', 'class="call"', 'class="description"',
        'class="address"', 'class="hours"', 'class="who"', 'class="how"', "<details", 'class="cost"',
        'class="documents"', 'class="spoken"', 'class="email"', 'class="tools"', 'data-do="copy"', 'class="source"',
        "undated", "not yet confirmed",
    ]  # fmt: skip
    positions = [text.index(part) for part in order]
    assert positions == sorted(positions)


def test_addresses_that_are_no_web_addresses_are_no_links(client: FlaskClient, assistant: Any) -> None:
    reply = assistant.reply

    def poisoned(message: Any) -> Any:
        made = reply(message)
        bad = {"website": "javascript:alert(1)", "source_url": "javascript:alert(2)", "map_url": "data:text/html,x"}
        card = dataclasses.replace(made.parts[0].services[0], **bad)
        return dataclasses.replace(made, parts=(dataclasses.replace(made.parts[0], services=(card,)),))

    assistant.reply = poisoned
    client.post("/", data={"message": "labas"})
    text = client.get("/").text
    assert "javascript:" not in text
    assert "data:text" not in text


def test_contacts_in_a_sentence_become_links_and_nothing_else_does() -> None:
    text = "Klauskite: +370 5 233 2508, info@vmkc.lt, https://www.vmkc.lt/ <b> g. 12-5, 2026 m."
    assert linked(text) == (
        'Klauskite: <a href="tel:+37052332508">+370 5 233 2508</a>, <a href="mailto:info@vmkc.lt">info@vmkc.lt</a>, '
        '<a href="https://www.vmkc.lt/">https://www.vmkc.lt/</a> &lt;b&gt; g. 12-5, 2026 m.'
    )


def test_a_card_says_where_it_comes_from() -> None:
    facts: dict[str, Any] = {"verified_on": None, "source_date": None}
    assert origin(facts, "en") == "From an undated page, not yet confirmed."
    assert "2025 m. rugsėjis)" in origin({**facts, "source_date": "2025-09"}, "lt")
    assert origin({**facts, "verified_on": "2026-03-01"}, "pl") == "Potwierdzone w instytucji 1 marca 2026."
    assert spoken_date("2025", "lt") == "2025 m."
    assert spoken_date("2025-01-03", "pl") == "3 stycznia 2025"


def test_the_page_is_small_and_has_no_inline_code(client: FlaskClient) -> None:
    text = client.get("/?lang=lt").text
    styles = [client.get(f"/styles/{name}.css").data for name in ("chat", "page")]
    assert len(text.encode()) + sum(map(len, styles)) <= 30_000
    assert "<style" not in text
    assert "style=" not in text
    assert " onclick" not in text
    assert re.findall(r"<script(?! src=)", text) == []


def test_no_number_stands_in_the_pages_themselves() -> None:
    for path in [*FOLDER.rglob("*.yml"), *FOLDER.rglob("*.html"), *FOLDER.rglob("*.js"), *FOLDER.rglob("*.py")]:
        text = path.read_text("utf-8")
        assert not re.search(r"(?<![\w#.])(112|1815|116 ?123|116 ?111)(?![\w%])|\+370", text), path.name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_have_enough_contrast(scheme: str) -> None:
    css = accent_rules(Settings().accent) + (FOLDER / "static" / "chat.css").read_text("utf-8")
    light, dark = "", ""
    for block, rules in re.findall(r"(@media[^{]*{\s*)?:root, ?:host\s*{([^}]*)}", css):
        light, dark = (light, dark + rules) if block else (light + rules, dark)
    colours = dict(re.findall(r"--([a-z-]+): ?(#[0-9a-f]{6})", light))
    if scheme == "dark":
        colours |= dict(re.findall(r"--([a-z-]+): ?(#[0-9a-f]{6})", dark))

    def between(ink: str, ground: str) -> float:
        one, other = (tuple(int(colours[name][at : at + 2], 16) for at in (1, 3, 5)) for name in (ink, ground))
        return contrast((one[0], one[1], one[2]), (other[0], other[1], other[2]))

    pairs = [
        ("ink", "ground"), ("ink", "paper"), ("soft", "ground"), ("soft", "paper"), ("accent", "paper"),
        ("on-accent", "accent"), ("ink", "grave-ground"), ("paper", "grave"), ("ink", "calm-ground"),
        ("ink", "alert-ground"), ("open", "paper"), ("closed", "paper"), ("paper", "ink"), ("soft", "grave-ground"),
        ("open", "grave-ground"), ("closed", "grave-ground"), ("closed", "calm-ground"),
    ]  # fmt: skip
    assert {pair: between(*pair) for pair in pairs if between(*pair) < 7} == {}
    assert between("line", "paper") >= 3
    assert between("focus", "paper") >= 3
    assert between("focus", "ground") >= 3


def test_any_accent_is_made_readable() -> None:
    for accent in ("#ffff00", "#000000", "#ffffff", "#ff0000", "#0b4f6c"):
        for found, ground in zip(
            re.findall(r"--accent:#(\w{6})", accent_rules(accent)), ("ffffff", "1c2329"), strict=True
        ):
            one, other = (tuple(bytes.fromhex(text)) for text in (found, ground))
            assert contrast((one[0], one[1], one[2]), (other[0], other[1], other[2])) >= 7
    with pytest.raises(SettingFault):
        accent_rules("red; }")


def test_pages_may_be_framed_by_named_sites_only(make_app: Callable[..., Flask]) -> None:
    headers = make_app(frame_sites=("https://www.example.lt",)).test_client().get("/").headers
    assert "frame-ancestors 'self' https://www.example.lt" in headers["Content-Security-Policy"]
    plain = make_app().test_client()
    assert "frame-ancestors 'self'" in plain.get("/").headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in plain.get("/").headers
    assert "max-age" in plain.get("/", base_url="https://localhost").headers["Strict-Transport-Security"]


def test_pictures_of_nobody_are_needed(client: FlaskClient) -> None:
    assert Path(FOLDER / "static" / "icon.svg").stat().st_size < 1000
    assert client.get("/assets/icon.svg").status_code == 200
