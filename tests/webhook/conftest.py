"""A small directory, a search and an assistant that only repeat it, and the real application on top of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.message import Button, Message, Reply, ReplyPart
from index.cards import CrisisCard, PhoneCard, ServiceCard
from index.helplines import crisis_card
from index.query import Query, SearchResult
from index.records import Contact, Directory, Helpline, Municipality, Organization, Phone, Service, Source, Way
from webhook.app import create_app
from webhook.parts import Missing, now
from webhook.settings import Settings
from webhook.storage.database import Storage, open_storage

SENDER = "0123456789abcdef0123456789abcdef"
_SOURCE = Source("https://www.vmkc.lt/", "vmkc.lt", None)
_VILNIUS = "Vilniaus miesto savivaldybė"


def _text(word: str) -> dict[str, str]:
    return {"lt": f"{word} (lt)", "pl": f"{word} (pl)", "en": f"{word} (en)"}


def _line(identity: str, number: str, order: int) -> Helpline:
    return Helpline(
        id=identity, status="active", verification="official", name=_text(identity), number=number,
        ways=(Way("call", number, _text("24/7"), "24/7"), Way("sms", number, _text("no letters"), None)),
        spoken_languages=("lt", "ru"), languages_known=True, free=True, who=_text("everyone"),
        description=_text("help"), crisis_topics=("violence", "suicide", "other"), danger_order=order, needs=(),
        target_groups=("everyone",), sources=(_SOURCE,),
    )  # fmt: skip


@pytest.fixture
def directory() -> Directory:
    organization = Organization(
        id="vmkc", status="active", legal_status="budget institution", name=_text("Crisis centre"),
        municipality=_VILNIUS, serves=(_VILNIUS,), sources=(_SOURCE,),
        phones=(Phone("+370 5 233 2508", _text("24 hours"), _SOURCE),),
        email=Contact("info@vmkc.lt", _SOURCE), website=Contact("https://www.vmkc.lt/", _SOURCE),
    )  # fmt: skip
    service = Service(
        id="vmkc.prieglobstis", organization_id="vmkc", kind="crisis_centre_stay", route="crisis",
        name=_text("Shelter"), description=_text("A bed"), who=_text("Women"), categories=("crisis_centre",),
        needs=("violence-home",), target_groups=("women",),
    )  # fmt: skip
    place = Municipality("vilniaus-miesto", _VILNIUS, _text("Vilnius"), _text("Vilnius"), "Vilnius", "Vilniaus", {})
    return Directory(
        organizations={"vmkc": organization},
        services={service.id: service},
        helplines={"112": _line("112", "112", 0), "ppl": _line("ppl", "0 800 66366", 2)},
        municipalities={_VILNIUS: place},
        routes={},
    )


CARD = ServiceCard(
    service_id="vmkc.prieglobstis", organization_id="vmkc", organization="Crisis Centre", service="Shelter",
    organization_lt="Krizių centras", service_lt="Prieglobstis", description="A bed & <b>food</b>",
    why="Helps with: violence.", how_to_get=("Call or come.", "No papers are asked first."), who="Women with children",
    cost="Free", documents=("ID",), target_groups=("women",), municipality=_VILNIUS, serves=(_VILNIUS,),
    address="Vytenio g. 45, Vilnius", map_url="https://www.openstreetmap.org/search?query=Vytenio",
    phones=(PhoneCard("+370 5 233 2508", "24 hours", "+37052332508", "own"),), email="info@vmkc.lt",
    website="https://www.vmkc.lt/", hours_text="Round the clock", open_now=False,
    hours_change_at="2026-01-05T08:00:00+02:00", spoken_languages=("lt", "ru"), alert=None, verified_on=None,
    source_date=None, source_url="https://www.vmkc.lt/apie", unverified_fields=("phones",), text_language="en",
    score=0.9,
)  # fmt: skip


class SmallIndex:
    """Finds the one card for everything but the word `nothing`."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.queries: list[Query] = []

    def search(self, query: Query) -> SearchResult:
        self.queries.append(query)
        match = "nothing" not in query.text
        cards = (CARD,) if match else ()
        return SearchResult(match, cards, len(cards), query.municipality, (), False, 1.5)

    def is_everyday(self, text: str) -> bool:
        return False

    def next_steps(self, language: str, municipality: str | None) -> tuple[ServiceCard, ...]:
        return (dataclasses.replace(CARD, fallback=True),)

    def card(self, service_id: str, language: str) -> ServiceCard | None:
        return CARD if service_id == CARD.service_id else None

    def ready(self) -> bool:
        return True


class Parrot:
    """Answers every message with the card; `danger` in the text brings help lines, `break` an exception."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.messages: list[Message] = []
        self.ended: list[str] = []

    def reply(self, message: Message) -> Reply:
        self.messages.append(message)
        if "break" in message.text:
            raise RuntimeError(f"cannot read {message.text}")
        crisis = CrisisCard()
        if "danger" in message.text:
            crisis = crisis_card(self.directory, "danger", "violence", "en", now())
        part = ReplyPart("en", f"Answer {len(self.messages)}", (CARD,), (Button("More <b>", "more"),))
        return Reply("en", crisis, (part,))

    def end(self, sender: str) -> None:
        self.ended.append(sender)

    def ready(self) -> bool:
        return True


@pytest.fixture
def index(directory: Directory) -> SmallIndex:
    return SmallIndex(directory)


@pytest.fixture
def assistant(directory: Directory) -> Parrot:
    return Parrot(directory)


@pytest.fixture
def make_app(index: SmallIndex, assistant: Parrot) -> Callable[..., Flask]:
    """An application with some settings or parts of its own."""

    def make(talker: Any = assistant, finder: Any = index, **settings: Any) -> Flask:
        return create_app(Settings(**settings), talker, finder)

    return make


@pytest.fixture
def client(make_app: Callable[..., Flask]) -> FlaskClient:
    return make_app().test_client()


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    """A database of the test's own, without records or accounts."""
    return open_storage(f"sqlite:///{tmp_path / 'directory.sqlite3'}")


@pytest.fixture
def app(storage: Storage, index: SmallIndex, assistant: Parrot) -> Flask:
    """An application that has the console."""
    return create_app(Settings(secret_key="of tests"), assistant, index, storage)


@pytest.fixture
def bare_client(make_app: Callable[..., Flask], directory: Directory) -> FlaskClient:
    """An application whose index and dialogue could not be opened."""
    return make_app(Missing("index_missing"), Missing("index_missing", directory)).test_client()


@pytest.fixture
def sender() -> str:
    return SENDER
