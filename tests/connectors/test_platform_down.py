"""While a platform hangs and answers to its people pour in, the website is as fast as before."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from generic_platform import GenericPlatform
from plain_platform import digest
from stand_in import Answer, Taken

from index.cards import ServiceCard
from index.directory.starter import read_starter
from index.query import Query, SearchResult
from webhook.app import create_app
from webhook.connectors.delivery.letters import Content, Letter
from webhook.connectors.delivery.posting import Postman
from webhook.parts import Missing
from webhook.settings import Settings
from webhook.storage.database import Storage

ROUNDS = 120
# Twice what all platforms together may bring by default.
LETTERS_A_SECOND = 20
# Of what takes a few milliseconds, on a machine that does other things too. `make bench` measures to a tenth.
MOST_TIMES, MOST_SECONDS = 3.0, 0.02


class Hanging(GenericPlatform):
    """Takes a connection and says nothing for ten seconds."""

    asked = 0

    def take(self, request: Taken) -> Answer:
        self.asked += 1
        return Answer(503, after_seconds=10.0)


class NothingFound:
    directory = read_starter()

    def search(self, query: Query) -> SearchResult:
        return SearchResult(False, (), 0, query.municipality, (), False, 0.1)

    def is_everyday(self, text: str) -> bool:
        return False

    def next_steps(self, language: str, municipality: str | None) -> tuple[ServiceCard, ...]:
        return ()

    def card(self, service_id: str, language: str) -> ServiceCard | None:
        return None

    def ready(self) -> bool:
        return True


@pytest.fixture
def platform() -> Iterator[Hanging]:
    made = Hanging()
    yield made
    made.close()


@pytest.fixture
def app(platform: Hanging, storage: Storage) -> Iterator[Flask]:
    made = create_app(
        Settings(secret_key="a key of the tests", **platform.settings), Missing("none"), NothingFound(), storage
    )
    yield made
    postman_of(made).close(0.1)


def postman_of(app: Flask) -> Postman:
    found: Postman = app.extensions["kelrodis.channels"].reception.postman
    return found


@pytest.fixture
def pour(app: Flask) -> Iterator[Callable[[], None]]:
    """Let letters pour in, from now to the end of the test."""
    ended, threads = threading.Event(), list[threading.Thread]()

    def work() -> None:
        number = 0
        while not ended.wait(1 / LETTERS_A_SECOND):
            number += 1
            person = f"p{number % 100}"
            content = Content("lt", before=("channel_desk_ended",))
            postman_of(app).post(f"key {number}", Letter("generic", digest(person), person, content, time.time()))

    def begin() -> None:
        threads.append(threading.Thread(target=work, daemon=True))
        threads[-1].start()

    yield begin
    ended.set()
    for thread in threads:
        thread.join()


def slowest(client: FlaskClient) -> float:
    """Seconds, 95th percentile, of looking whether it lives and of searching."""
    seconds = []
    for number in range(ROUNDS):
        asked: Any = (
            lambda: client.get("/healthz"),
            lambda number=number: client.post("/api/v1/search", json={"query": f"maistas {number}"}),
        )
        for ask in asked:
            begun = time.perf_counter()
            assert ask().status_code == 200
            seconds.append(time.perf_counter() - begun)
    return statistics.quantiles(seconds, n=20)[-1]


def test_the_website_does_not_become_slower(app: Flask, platform: Hanging, pour: Callable[[], None]) -> None:
    client = app.test_client()
    slowest(client)  # the first requests read what lies on disk
    before = slowest(client)
    pour()
    until = time.monotonic() + 5
    while postman_of(app).waiting("generic") < LETTERS_A_SECOND:
        assert time.monotonic() < until
        time.sleep(0.05)
    during = slowest(client)
    assert during < before * MOST_TIMES + MOST_SECONDS, (before, during)
    assert platform.asked > 0
    assert postman_of(app).waiting("generic") > LETTERS_A_SECOND


def test_putting_a_letter_into_the_outbox_waits_for_no_platform(
    app: Flask, platform: Hanging, pour: Callable[[], None]
) -> None:
    pour()
    time.sleep(1)
    seconds = []
    for number in range(40):
        letter = Letter("generic", digest("q"), "q", Content("lt", before=("channel_desk_ended",)), time.time())
        begun = time.perf_counter()
        assert postman_of(app).post(f"q {number}", letter)
        seconds.append(time.perf_counter() - begun)
    assert max(seconds) < 1.0
    assert statistics.median(seconds) < 0.1
