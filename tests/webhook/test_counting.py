"""What each door counts: one turn once, by its outcome; never a word, never in the metrics."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.message import Message, Reply, ReplyPart
from bot.outcome import Outcome
from index.query import Query, SearchResult
from webhook.app import create_app
from webhook.counting import count_into
from webhook.settings import Settings
from webhook.storage.database import Storage, open_storage
from webhook.storage.reports import open_reports
from webhook.storage.use import ASKED, JUDGED, Dimension, UseCounts, shown_counts, today, use_by
from webhook.widget.shown import MEDIA_TYPE

VILNIUS = "Vilniaus miesto savivaldybė"
SERVICE = "vmkc.prieglobstis"


class Teller:
    """Replies as it is told to, with what a real assistant says of the outcome."""

    def __init__(self, like: Any) -> None:
        self._like = like
        self.outcome = Outcome("answered", ("violence-home", "debts"), VILNIUS, "pl")

    def reply(self, message: Message) -> Reply:
        parrot: Reply = self._like.reply(message)
        cards = parrot.parts[0].services
        parts = (ReplyPart("lt", "one", cards), ReplyPart("en", "two", cards))
        return dataclasses.replace(parrot, parts=parts, outcome=self.outcome)

    def end(self, sender: str) -> None:
        self._like.end(sender)

    def ready(self) -> bool:
        return True


class Understanding:
    """The small index, which knows what was meant."""

    def __init__(self, like: Any) -> None:
        self._like = like
        self.elsewhere = self.unsure = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._like, name)

    def search(self, query: Query) -> SearchResult:
        found: SearchResult = self._like.search(query)
        return dataclasses.replace(found, needs=("debts",), elsewhere=self.elsewhere, unsure=self.unsure)


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return open_storage(f"sqlite:///{tmp_path / 'directory.sqlite3'}")


@pytest.fixture
def counts(storage: Storage) -> UseCounts:
    return UseCounts(storage.engine, every=3600.0)


@pytest.fixture
def teller(assistant: Any) -> Teller:
    return Teller(assistant)


@pytest.fixture
def finder(index: Any) -> Understanding:
    return Understanding(index)


@pytest.fixture
def app(storage: Storage, counts: UseCounts, teller: Teller, finder: Any) -> Flask:
    made = create_app(Settings(), teller, finder, storage)
    count_into(made, counts)
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def by(storage: Storage, counts: UseCounts) -> Callable[..., dict[str, int]]:
    """What is stored today, by one dimension."""

    def read(dimension: Dimension, outcomes: tuple[str, ...] = ASKED) -> dict[str, int]:
        counts.flush()
        return dict(use_by(storage.engine, dimension, today(), today(), outcomes))

    return read


@pytest.fixture
def ask(client: FlaskClient, sender: str) -> Callable[..., Any]:
    return lambda text, **more: client.post("/api/v1/chat", json={"sender": sender, "message": text, **more})


def test_a_turn_is_counted_once_by_all_that_is_known_of_it(
    ask: Callable[..., Any], by: Callable[..., dict[str, int]]
) -> None:
    ask("hello")
    assert by("outcome") == {"answered": 1}
    assert by("need") == {"violence-home": 1}
    assert by("place") == {VILNIUS: 1}
    assert by("language") == {"pl": 1}
    assert by("channel") == {"api": 1}


def test_talk_about_nothing_new_is_not_counted(
    ask: Callable[..., Any], teller: Teller, by: Callable[..., dict[str, int]]
) -> None:
    teller.outcome = Outcome("talk")
    ask("hello")
    assert by("outcome") == {}


def test_anywhere_is_no_place_and_what_was_not_understood_is_unknown(
    ask: Callable[..., Any], teller: Teller, by: Callable[..., dict[str, int]]
) -> None:
    teller.outcome = Outcome("nothing_found", (), "Lietuva", "lt")
    ask("hello")
    assert by("place") == {"": 1}
    assert by("need") == {"unknown": 1}


def test_the_same_message_sent_again_is_counted_once(
    ask: Callable[..., Any], by: Callable[..., dict[str, int]], storage: Storage
) -> None:
    for _ in range(3):
        ask("hello", message_id="m1")
    assert by("outcome") == {"answered": 1}
    assert shown_counts(storage.engine) == {SERVICE: 1}


def test_a_turn_that_failed_is_not_counted(ask: Callable[..., Any], by: Callable[..., dict[str, int]]) -> None:
    assert ask("break").status_code == 500
    assert by("outcome") == {}


def test_the_page_and_its_script_are_one_channel_and_other_programs_another(
    client: FlaskClient, sender: str, ask: Callable[..., Any], by: Callable[..., dict[str, int]]
) -> None:
    client.post("/", data={"message": "hello"})
    client.post("/api/v1/chat", json={"sender": sender, "message": "hello"}, headers={"Accept": MEDIA_TYPE})
    ask("hello")
    assert by("channel") == {"web": 2, "api": 1}


def test_a_card_in_two_languages_is_shown_once(ask: Callable[..., Any], counts: UseCounts, storage: Storage) -> None:
    ask("hello")
    counts.flush()
    assert shown_counts(storage.engine) == {SERVICE: 1}


def test_a_search_is_counted_by_what_it_found(
    client: FlaskClient, finder: Understanding, by: Callable[..., dict[str, int]]
) -> None:
    client.post("/api/v1/search", json={"query": "debts", "language": "en"})
    client.post("/api/v1/search", json={"query": "nothing", "language": "en"})
    finder.elsewhere = True
    client.post("/api/v1/search", json={"query": "nothing", "language": "en", "municipality": "Vilnius"})
    assert by("channel") == {"search": 3}
    assert by("outcome") == {"answered": 1, "nothing_found": 2}
    assert by("need") == {"debts": 2, "elsewhere": 1}


def test_a_need_that_is_only_guessed_at_is_unknown(
    client: FlaskClient, finder: Understanding, by: Callable[..., dict[str, int]]
) -> None:
    finder.unsure = True
    client.post("/api/v1/search", json={"query": "nothing", "language": "en"})
    client.post("/api/v1/search", json={"query": "perhaps", "language": "en"})
    assert by("need") == {"unknown": 2}


def test_the_next_page_of_a_search_is_no_other_search(
    client: FlaskClient, by: Callable[..., dict[str, int]], storage: Storage
) -> None:
    for offset in (0, 5, 10):
        client.post("/api/v1/search", json={"query": "debts", "language": "en", "offset": offset})
    assert by("outcome") == {"answered": 1}
    assert shown_counts(storage.engine) == {SERVICE: 3}


def test_danger_in_a_search_is_counted_as_danger(client: FlaskClient, by: Callable[..., dict[str, int]]) -> None:
    client.post("/api/v1/search", json={"query": "my husband is beating me right now", "language": "en"})
    assert by("outcome") == {"danger_shown": 1}


def test_who_seeks_somebody_in_hiding_is_not_counted(client: FlaskClient, by: Callable[..., dict[str, int]]) -> None:
    client.post("/api/v1/search", json={"query": "where is the shelter my wife is hiding in", "language": "en"})
    assert by("outcome") == {}


@pytest.mark.parametrize(
    ("send", "channel"),
    [
        (lambda client, kind: client.post("/api/v1/feedback", json={"service_id": SERVICE, "kind": kind}), "api"),
        (lambda client, kind: client.post("/told", data={"service": SERVICE, "kind": kind, "lang": "pl"}), "web"),
    ],
    ids=["api", "page"],
)
def test_whether_it_helped_is_counted_for_the_services_need_and_place(
    send: Callable[..., Any], channel: str, client: FlaskClient, by: Callable[..., dict[str, int]]
) -> None:
    for kind in JUDGED:
        assert send(client, kind).status_code in (202, 303)
    assert by("outcome", JUDGED) == {"helped": 1, "not_helped": 1}
    assert by("need", JUDGED) == {"violence-home": 2}
    assert by("place", JUDGED) == {VILNIUS: 2}
    assert by("channel", JUDGED) == {channel: 2}
    assert by("outcome") == {}


def test_a_judgement_of_no_service_is_of_nothing_known(client: FlaskClient, by: Callable[..., dict[str, int]]) -> None:
    client.post("/api/v1/feedback", json={"kind": "helped"})
    assert by("need", JUDGED) == {"unknown": 1}
    assert by("place", JUDGED) == {"": 1}


def test_a_reported_fault_waits_for_staff_and_hides_nothing(
    client: FlaskClient, counts: UseCounts, storage: Storage
) -> None:
    client.post("/api/v1/reports", json={"service_id": SERVICE, "kind": "closed"})
    client.post("/told", data={"service": SERVICE, "kind": "closed"})
    counts.flush()
    assert [(waiting.kind, waiting.n) for waiting in open_reports(storage.engine)[SERVICE]] == [("closed", 2)]
    assert client.get(f"/api/v1/services/{SERVICE}").status_code == 200


def test_an_unknown_service_or_kind_is_counted_nowhere(
    client: FlaskClient, by: Callable[..., dict[str, int]], storage: Storage
) -> None:
    client.post("/api/v1/feedback", json={"service_id": "no.such", "kind": "helped"})
    client.post("/api/v1/reports", json={"service_id": "no.such", "kind": "closed"})
    client.post("/told", data={"service": SERVICE, "kind": "what she said"})
    assert by("outcome", JUDGED) == {}
    assert open_reports(storage.engine) == {}


def test_metrics_know_neither_need_nor_place_nor_outcome(client: FlaskClient, ask: Callable[..., Any]) -> None:
    ask("hello")
    told = client.get("/metrics").text
    assert not [word for word in ("violence-home", "Vilniaus", 'outcome="', SERVICE) if word in told]


def test_an_application_without_storage_answers_and_counts_nothing(teller: Teller, finder: Any, sender: str) -> None:
    client = create_app(Settings(), teller, finder).test_client()
    assert client.post("/api/v1/chat", json={"sender": sender, "message": "hello"}).status_code == 200
    assert client.post("/api/v1/search", json={"query": "debts"}).status_code == 200
    assert client.post("/api/v1/feedback", json={"kind": "helped"}).status_code == 202


def test_what_goes_out_says_nothing_of_the_outcome(ask: Callable[..., Any]) -> None:
    assert set(ask("danger").get_json()) == {"language", "crisis", "replies"}
