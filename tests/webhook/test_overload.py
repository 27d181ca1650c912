"""Too many requests, a broken part, a server that is away: each shows whom to call."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from index.always import write_always
from index.directory.starter import read_starter
from index.records import Directory
from nlu.settings import PROJECT
from webhook import errors, unavailable
from webhook.parts import Missing
from webhook.settings import Settings
from webhook.widget.texts import FOLDER

CHAT = "/api/v1/chat"
OFFICE = {"REMOTE_ADDR": "198.51.100.7"}
ONE, OTHER = "1" * 32, "2" * 32
BEATEN = "vyras mane muša"
SUICIDAL = "nebenoriu gyventi"


@pytest.fixture
def directory(directory: Directory) -> Directory:
    """112, a line for violence and one for suicide; all of them at any hour."""
    lines = dict(directory.helplines)
    lines["ppl"] = dataclasses.replace(lines["ppl"], crisis_topics=("violence",))
    lines["jl"] = dataclasses.replace(lines["ppl"], id="jl", number="0 800 28888", crisis_topics=("suicide",))
    return dataclasses.replace(directory, helplines=lines)


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of built things in which nothing is built."""
    monkeypatch.setenv("KELRODIS_VAR", str(tmp_path))
    return tmp_path


def send(client: FlaskClient, message: object = "labas", sender: str = ONE, **more: Any) -> Any:
    body = json.dumps({"sender": sender, "message": message})
    return client.post(CHAT, data=body, content_type="application/json", environ_overrides=OFFICE, **more)


def lines_of(answer: Any) -> list[str]:
    return [line["id"] for line in answer.json["helplines"]]


@pytest.fixture
def over(make_app: Callable[..., Flask]) -> FlaskClient:
    """A client whose next message from ONE is one too many."""
    client = make_app(sender_limit="1/hour").test_client()
    assert send(client).status_code == 200
    return client


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        (BEATEN, ["112", "ppl"]),
        ("VYRAS MANE MUSA!!!", ["112", "ppl"]),
        ("chcę się zabić", ["112", "jl"]),
        ("Who repairs roofs?", ["112", "ppl", "jl"]),
        ("ieškau žmonos, kurioje prieglaudoje ji slepiasi", ["112"]),
    ],
)
def test_a_message_over_the_limit_is_still_read_for_danger(over: FlaskClient, message: str, lines: list[str]) -> None:
    answer = send(over, message)
    assert answer.status_code == 429
    assert answer.json["error"]["code"] == "too_many_requests"
    assert lines_of(answer) == lines
    assert set(answer.json) == {"error", "helplines"}


@pytest.mark.parametrize("message", [None, 5, "", "\ud800", ["x"], "a" * 3000])
def test_a_message_that_cannot_be_read_brings_the_lines_of_any_hour(over: FlaskClient, message: object) -> None:
    answer = send(over, message)
    assert answer.status_code == 429
    assert lines_of(answer) == ["112", "ppl", "jl"]


def test_lines_are_in_the_language_that_the_caller_asks_for(over: FlaskClient) -> None:
    polish = over.post(CHAT, json={"sender": ONE, "message": BEATEN, "language": "pl"}, environ_overrides=OFFICE)
    assert polish.json["helplines"][0]["name"] == "112 (pl)"
    assert send(over, BEATEN, headers={"Accept-Language": "en"}).json["helplines"][0]["name"] == "112 (en)"


def test_a_neighbour_behind_the_same_address_is_still_answered(over: FlaskClient) -> None:
    assert send(over).status_code == 429
    assert send(over, sender=OTHER).status_code == 200


def test_what_one_sender_asks_too_much_is_not_taken_from_the_address(make_app: Callable[..., Flask]) -> None:
    client = make_app(sender_limit="2/hour", chat_limit="4/minute").test_client()
    assert [send(client).status_code for _ in range(9)] == [200, 200, *[429] * 7]
    assert [send(client, sender=OTHER).status_code for _ in range(2)] == [200, 200]


def test_senders_that_are_made_up_are_limited_by_their_address(make_app: Callable[..., Flask]) -> None:
    client = make_app(sender_limit="1/hour", chat_limit="3/hour").test_client()
    assert [send(client, sender=f"{number:032}").status_code for number in range(5)] == [200, 200, 200, 429, 429]


def test_counters_do_not_tell_which_senders_there_are(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    send(app.test_client())
    counted = [str(limiter.storage.storage) for limiter in app.extensions["limiter"]]
    assert all("chat.send" in counters and ONE not in counters for counters in counted)


def test_an_address_is_the_persons_where_the_proxy_is_trusted(make_app: Callable[..., Flask]) -> None:
    client = make_app(chat_limit="1/hour", trusted_proxies=("198.51.100.7",)).test_client()

    def via_proxy(sender: str, address: str) -> int:
        return int(send(client, sender=sender, headers={"X-Forwarded-For": address}).status_code)

    assert [via_proxy(ONE, "203.0.113.1"), via_proxy(OTHER, "203.0.113.1")] == [200, 429]
    assert via_proxy(OTHER, "203.0.113.2") == 200


def test_this_machine_is_not_cut_off_by_sender_either(make_app: Callable[..., Flask]) -> None:
    client = make_app(sender_limit="1/hour", chat_limit="1/hour").test_client()
    statuses = {client.post(CHAT, json={"sender": ONE, "message": "labas"}).status_code for _ in range(5)}
    assert statuses == {200}


def test_whoever_asks_too_much_may_still_erase_the_conversation(over: FlaskClient, assistant: Any) -> None:
    assert send(over).status_code == 429
    for _ in range(3):
        assert over.post(f"{CHAT}/end", json={"sender": ONE}, environ_overrides=OFFICE).status_code == 204
    assert assistant.ended == [ONE] * 3


def test_the_form_without_script_is_limited_by_its_cookie_and_read_for_danger(make_app: Callable[..., Flask]) -> None:
    app = make_app(sender_limit="1/hour")
    one, other = app.test_client(), app.test_client()

    def fill_in(client: FlaskClient, **form: str) -> Any:
        return client.post("/", data={"lang": "lt", **form}, environ_overrides=OFFICE)

    # The first message makes the cookie; the second is the first that is counted by it.
    assert [fill_in(one, message="labas").status_code for _ in range(3)] == [200, 303, 429]
    told = fill_in(one, message=BEATEN)
    assert told.status_code == 429
    assert re.search(r'tel:112".*tel:\+37080066366"', told.text, re.DOTALL)
    assert "tel:+37080028888" not in told.text
    assert fill_in(other, message="labas").status_code == 200
    assert fill_in(one, end="1").status_code == 303


def test_a_form_shows_the_same_danger_as_a_body(make_app: Callable[..., Flask]) -> None:
    app = make_app(body_limit=1000)
    with app.test_request_context("/", method="POST", data={"message": SUICIDAL}):
        assert [line.id for line in errors.emergency_lines("lt")] == ["112", "jl"]
    with app.test_request_context("/", method="POST", data={"message": SUICIDAL * 100}):
        assert [line.id for line in errors.emergency_lines("lt")] == ["112", "ppl", "jl"]


def test_a_broken_assistant_leaves_the_lines_of_the_danger(client: FlaskClient) -> None:
    answer = send(client, f"break {SUICIDAL}")
    assert (answer.status_code, lines_of(answer)) == (500, ["112", "jl"])
    assert lines_of(send(client, "break")) == ["112", "ppl", "jl"]


def test_no_dialogue_and_no_index_leave_the_lines_of_the_danger(bare_client: FlaskClient) -> None:
    answer = send(bare_client, BEATEN)
    assert (answer.status_code, lines_of(answer)) == (503, ["112", "ppl"])


def test_without_a_directory_the_file_has_the_lines(
    make_app: Callable[..., Flask], directory: Directory, var: Path
) -> None:
    client = make_app(Missing("index_missing"), Missing("index_missing")).test_client()
    bare = send(client, BEATEN)
    assert (bare.status_code, bare.json["helplines"]) == (503, [])
    write_always(directory, var)
    assert lines_of(send(client, BEATEN)) == ["112", "ppl", "jl"]


def test_a_directory_that_breaks_while_it_is_read_leaves_the_file(
    make_app: Callable[..., Flask], directory: Directory, var: Path
) -> None:
    class Broken:
        @property
        def directory(self) -> Directory:
            raise OSError("disk")

    write_always(directory, var)
    answer = send(make_app(Missing("dialogue_missing"), Broken()).test_client(), BEATEN)
    assert (answer.status_code, lines_of(answer)) == (503, ["112", "ppl", "jl"])


def test_faults_of_callers_bring_no_lines(make_app: Callable[..., Flask]) -> None:
    client = make_app(body_limit=1000).test_client()
    for answer in (send(client, BEATEN, sender="short"), send(client, BEATEN * 100)):
        assert answer.status_code in (400, 413)
        assert "helplines" not in answer.json


def test_no_word_of_a_refused_message_is_logged(over: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    send(over, BEATEN)
    send(over, f"break {BEATEN}", sender=OTHER)
    assert caplog.records
    for word in (*BEATEN.split(), ONE, OTHER):
        assert word not in caplog.text


class Outline(HTMLParser):
    """What a page holds; raises AssertionError where an element is not closed."""

    VOID = frozenset({"meta", "link", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, attribute: str) -> list[str]:
        return [found[attribute] or "" for _, found in self.elements if attribute in found]


@pytest.fixture
def page(var: Path) -> str:
    write_always(read_starter(), var)
    path = unavailable.write_page(Settings(exit_url="https://www.example.lt/"))
    assert path == var / "unavailable.html"
    return path.read_text(encoding="utf-8")


def test_the_page_of_absence_shows_112_first_and_the_lines_of_any_hour(page: str) -> None:
    links = [link for link in Outline(page).all("href") if link.startswith("tel:")]
    assert links.count("tel:112") == 5, "in three languages, Russian and Ukrainian"
    in_each = (len(links) - 2) // 3
    assert in_each > 1
    assert [links[start] for start in range(0, 3 * in_each, in_each)] == ["tel:112"] * 3
    assert len(set(links[:in_each])) == in_each


def test_the_page_of_absence_speaks_three_languages_and_a_sentence_of_two_more(page: str) -> None:
    outline = Outline(page)
    assert [found["lang"] for tag, found in outline.elements if tag == "section"] == ["lt", "pl", "en", "ru"]
    for sentence in ("Pokalbis dabar neveikia", "Czat teraz nie działa", "The chat is not working now"):
        assert page.count(sentence) == 1
    for said in ("visą parą", "całą dobę", "24 hours", "Вам грозит", "Вам загрожує"):
        assert said in page
    assert [link for link in outline.all("href") if link.startswith("/")] == ["/?lang=lt", "/?lang=pl", "/?lang=en"]


def test_the_page_of_absence_is_small_and_whole_in_itself(page: str) -> None:
    assert len(page.encode()) <= 15_000
    assert page.startswith("<!doctype html>")
    outline = Outline(page)
    assert not outline.all("src")
    assert {tag for tag, _ in outline.elements} & {"script", "img", "iframe"} == set()
    assert [found["href"] for tag, found in outline.elements if tag == "link"] == ["data:,"]
    assert "url(" not in page
    assert "<title>Kelrodis</title>" in page
    names = outline.all("id")
    assert len(names) == len(set(names))
    assert {link[1:] for link in outline.all("href") if link.startswith("#")} == set(names)


def test_no_number_stands_in_the_template_or_its_words() -> None:
    template = Path(unavailable.__file__).with_name("widget") / "templates" / "widget" / "unavailable.html"
    written = template.read_text("utf-8") + (FOLDER / "away.yml").read_text("utf-8")
    for line in read_starter().shown_helplines():
        assert not re.search(rf"(?<![\w.#]){re.escape(line.number or '')}(?!\w)", written), line.id


def test_a_command_writes_the_page_and_says_where(var: Path) -> None:
    write_always(read_starter(), var)
    command = [sys.executable, "-W", "ignore", "-m", "webhook", "unavailable"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert "tel:112" in Path(done.stdout.strip()).read_text("utf-8")


def test_without_lines_no_page_is_written_and_the_server_starts_all_the_same(
    var: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    unavailable.renew_page(Settings())
    assert "IndexMissing" in caplog.text
    assert unavailable.main() == 1
    assert "make setup" in capsys.readouterr().err
    assert [path.name for path in var.iterdir()] == ["secret.key"]
