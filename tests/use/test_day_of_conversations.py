"""A day of 500 conversations with the real assistant: the counts are right, and no word of it is in the database."""

from __future__ import annotations

import os
import re
import secrets
import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask

from index.directory.database import database_url
from webhook.app import create_app
from webhook.counting import count_into
from webhook.settings import Settings
from webhook.storage.database import Storage, open_storage
from webhook.storage.use import ASKED, JUDGED, UseCounts, today

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from index.search import ServiceIndex

pytestmark = pytest.mark.dialogue

VISAGINAS, VILNIUS, KAUNAS = "Visagino savivaldybė", "Vilniaus miesto savivaldybė", "Kauno miesto savivaldybė"
# What is counted of a message: outcome, need, place, language. None: it asks for nothing new.
Counted = tuple[str, str, str, str]
_SYLLABLES = ("zvy", "kur", "plo", "gni", "bra", "dul", "mis", "tek", "vor", "pug")


@dataclass(frozen=True)
class Script:
    """What so many people say on that day, with a word of their own for `{w}`, and what is counted of it."""

    times: int
    turns: tuple[tuple[str, Counted | None], ...]
    judgement: str | None = None
    door: str = "chat"


DAY = (
    Script(110, (
        ("labas, čia {w}", None),
        ("{w} klausia: kur gauti maisto paketą Visagine?", ("answered", "no-food", VISAGINAS, "lt")),
        ("ačiū, {w}", None),
    ), "helped"),
    Script(80, (
        ("Gdzie dostanę pomoc żywnościową w Wilnie?", ("answered", "no-food", VILNIUS, "pl")),
        ("dziękuję, {w}", None),
    )),
    Script(70, (
        ("I am {w}. Where do I renew my passport?", ("nothing_found", "elsewhere", "", "en")),
        ("I am {w}, I want to talk to a human", ("human_asked", "unknown", "", "en")),
    )),
    Script(60, (("{w}: kaip gauti vairuotojo pažymėjimą?", ("nothing_found", "elsewhere", "", "lt")),)),
    Script(50, (
        ("My name is {w}, my husband is beating me right now", ("danger_shown", "violence-home", "", "en")),
    )),
    Script(40, (
        ("I am {w} and I have nowhere to sleep tonight in Kaunas", ("danger_shown", "sleep-tonight", KAUNAS, "en")),
    )),
    Script(40, (("Mój mąż pije i nie chce przestać", ("answered", "relative-addicted", "", "pl")),), "not_helped"),
    Script(30, (
        ("hello, {w} here", None),
        ("pomoc dla syna", ("did_you_mean", "unknown", "", "pl")),
    )),
    Script(15, (("I have debts and cannot pay, {w}", ("answered", "debts-bills", "", "en")),), door="search"),
    Script(5, (("I have debts and cannot pay, {w}", ("answered", "debts-bills", "", "en")),)),
)  # fmt: skip


@dataclass
class Seen:
    """What the people of the day said, and what the answers showed."""

    words: set[str] = field(default_factory=set)
    judged: Counter[Counted] = field(default_factory=Counter)
    shown: Counter[str] = field(default_factory=Counter)


def own_word(person: int) -> str:
    """A word that no language has."""
    return "Q" + "".join(_SYLLABLES[int(digit)] for digit in f"{person:03}")


def people() -> Iterator[tuple[Script, str]]:
    person = 0
    for script in DAY:
        for _ in range(script.times):
            yield script, own_word(person)
            person += 1


def bytes_of(database: Path) -> str:
    """Everything that stands in the database's files, its journal too, in small letters."""
    files = sorted(database.parent.glob(f"{database.name}*"))
    return b"\n".join(file.read_bytes() for file in files).decode("utf-8", "ignore").casefold()


class Person:
    """Somebody with a conversation of their own, over the HTTP interface."""

    def __init__(self, app: Flask, index: ServiceIndex, seen: Seen) -> None:
        self._client, self._index, self._seen = app.test_client(), index, seen
        self._sender = secrets.token_hex(16)

    def live(self, script: Script, word: str) -> None:
        cards: list[str] = []
        for text, counted in script.turns:
            said = text.format(w=word)
            self._seen.words.update(re.findall(r"\w{5,}", said.casefold()))
            cards = self._say(script.door, said) or cards
            if script.judgement and counted:
                self._judge(cards[0], script.judgement)

    def _say(self, door: str, text: str) -> list[str]:
        """The ids on the cards of the answer."""
        if door == "search":
            answer = self._post("/api/v1/search", query=text)
            found = [card["service_id"] for card in answer["results"]]
        else:
            answer = self._post("/api/v1/chat", sender=self._sender, message=text)
            found = [card["service_id"] for part in answer["replies"] for card in part["services"]]
        self._seen.shown.update(set(found))
        return found

    def _judge(self, service_id: str, kind: str) -> None:
        self._post("/api/v1/feedback", service_id=service_id, kind=kind)
        directory = self._index.directory
        service = directory.services[service_id]
        place = directory.organizations[service.organization_id].municipality
        self._seen.judged[kind, service.needs[0], "" if place == "Lietuva" else place, "lt"] += 1

    def _post(self, path: str, **body: Any) -> dict[str, Any]:
        response = self._client.post(path, json=body)
        assert response.status_code in (200, 202), response.text
        return dict(response.get_json())


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the real directory, in which counts are kept as in production."""
    url = database_url()
    if not url.startswith("sqlite:///"):
        pytest.skip("reads the bytes of an SQLite file")
    copy = tmp_path_factory.mktemp("day") / "directory.sqlite3"
    with sqlite3.connect(url.removeprefix("sqlite:///")) as original, sqlite3.connect(copy) as beside:
        original.backup(beside)
    return copy


@pytest.fixture(scope="module")
def storage(database: Path) -> Storage:
    return open_storage(f"sqlite:///{database}")


@pytest.fixture(scope="module")
def before(database: Path, storage: Storage) -> str:
    return bytes_of(database)


@pytest.fixture(scope="module")
def seen(index: ServiceIndex, assistant: Assistant, storage: Storage, before: str) -> Seen:
    """The day, lived by two people at a time, and stored while it goes on."""
    assert "KELRODIS_HOME_MUNICIPALITY" not in os.environ
    app, counts, seen = create_app(Settings(), assistant, index, storage), UseCounts(storage.engine), Seen()
    count_into(app, counts)
    with ThreadPoolExecutor(2) as rooms:
        for lived in [rooms.submit(Person(app, index, seen).live, *person) for person in people()]:
            lived.result()
    assert counts.flush()
    return seen


def stored(storage: Storage, outcomes: tuple[str, ...]) -> Counter[Counted]:
    """What stands in the table, read past all of our own code."""
    asked = "SELECT outcome, need, place, language, n FROM use_count WHERE day = ?"
    found: Counter[Counted] = Counter()
    with storage.engine.connect() as connection:
        for outcome, need, place, language, n in connection.exec_driver_sql(asked, (today().isoformat(),)):
            if outcome in outcomes:
                found[outcome, need, place, language] += n
    return found


def test_the_day_has_five_hundred_conversations() -> None:
    assert sum(script.times for script in DAY) == 500


def test_every_question_of_the_day_is_counted_once_by_what_became_of_it(seen: Seen, storage: Storage) -> None:
    expected: Counter[Counted] = Counter()
    for script in DAY:
        for _, counted in script.turns:
            if counted:
                expected[counted] += script.times
    assert stored(storage, ASKED) == expected


def test_every_judgement_of_the_day_is_counted(seen: Seen, storage: Storage) -> None:
    assert stored(storage, JUDGED) == seen.judged
    assert sum(seen.judged.values()) == 150


def test_the_doors_are_told_apart(seen: Seen, storage: Storage) -> None:
    with storage.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT channel, SUM(n) FROM use_count GROUP BY channel").all()
    assert dict(rows)["search"] == 15


def test_each_record_is_counted_as_often_as_it_was_shown(seen: Seen, storage: Storage) -> None:
    with storage.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT service_id, SUM(n) FROM shown_count GROUP BY service_id").all()
    assert dict(rows) == dict(seen.shown)


def test_the_database_holds_none_of_the_words_that_were_written(seen: Seen, database: Path, before: str) -> None:
    said = {word for word in seen.words if word not in before}
    assert len(said) > 400, "the words of the day must be able to be found"
    after = bytes_of(database)
    assert "nothing_found" in after, "what was counted must be in what is searched"
    assert not [word for word in said if word in after]
