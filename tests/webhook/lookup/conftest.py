"""Staff who look things up: the real index over a copy of the directory, and people who are signed in."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from index.directory.database import database_url
from index.directory.editing import edit, record
from index.directory.keys import Key
from index.directory.plain import plain
from index.search import ServiceIndex
from nlu.encoder import open_encoder
from webhook.app import create_app
from webhook.parts import Missing
from webhook.settings import Settings
from webhook.staff import Role, Scope
from webhook.storage import accounts, sessions
from webhook.storage.database import Storage, open_storage
from webhook.widget.shown import MEDIA_TYPE

TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
Staff = Callable[..., "Worker"]


class Worker:
    """Somebody who is signed in, with the token that every form carries."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.token = TOKEN.search(client.get("/staff/account").text)[1]  # type: ignore[index]

    def page(self, address: str = "/staff/") -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.status_code
        return str(answer.text)

    def do(self, **fields: str) -> str:
        """Send the form as a browser without JavaScript does; the page that comes back."""
        answer = self.client.post("/staff/call", data={"csrf_token": self.token, **fields})
        assert answer.status_code == 303
        assert "?" not in answer.location
        return self.page(answer.location)

    def type(self, text: str, **filters: str) -> Any:
        """Search as the script does."""
        data = {"csrf_token": self.token, "text": text, **filters}
        return self.client.post("/staff/call", data=data, headers={"Accept": MEDIA_TYPE})


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """A copy of the directory, with what a copy needs to be staff's."""
    path = tmp_path_factory.mktemp("lookup") / "directory.sqlite3"
    with (
        closing(sqlite3.connect(database_url().removeprefix("sqlite:///"))) as old,
        closing(sqlite3.connect(path)) as new,
    ):
        old.backup(new)
    return open_storage(f"sqlite:///{path}")


@pytest.fixture(scope="module")
def found(storage: Storage) -> ServiceIndex:
    return ServiceIndex(open_encoder(), storage.engine)


@pytest.fixture(scope="module")
def app(storage: Storage, found: ServiceIndex) -> Flask:
    return create_app(Settings(secret_key="of tests"), Missing("none"), found, storage)


@pytest.fixture
def staff(app: Flask, storage: Storage) -> Staff:
    def sign_in(role: Role = "viewer", language: str = "lt", scope: Scope | None = None) -> Worker:
        name = f"{role}-{language}-{time.perf_counter_ns()}"
        account = accounts.add(storage.engine, name, role, scope or Scope(), "test", datetime.now(UTC))
        accounts.choose(storage.engine, account.id, language=language)
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = sessions.begin(storage.engine, account.id, datetime.now(UTC))
        return Worker(client)

    return sign_in


@pytest.fixture
def change(storage: Storage, found: ServiceIndex) -> Iterator[Callable[..., None]]:
    """Edit records for one test."""
    before: list[tuple[Key, dict[str, Any]]] = []

    def to(key: Key, **values: Any) -> None:
        known = plain(record(storage.engine, key))
        before.append((key, {field: known[field] for field in values}))
        edit(storage.engine, key, values, "test")
        found.renew()

    yield to
    for key, values in reversed(before):
        edit(storage.engine, key, values, "test")
    found.renew()
