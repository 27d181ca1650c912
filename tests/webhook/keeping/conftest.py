"""A small directory in a real database, the real application on it, and people signed in with their roles."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from index.directory import editing
from index.directory.importing import import_directory
from index.directory.keys import Key
from index.directory.plain import PlainRecord, plain
from index.directory.reading import read_directory
from index.records import Directory, Hours, Organization, Source
from webhook.app import create_app
from webhook.settings import Settings
from webhook.staff import Role, Scope
from webhook.storage import accounts, sessions
from webhook.storage.database import Storage, open_storage

VMKC = Key("organization", "vmkc")
SHELTER = Key("service", "vmkc.prieglobstis")
KAUNAS = "Kauno miesto savivaldybė"
_SOURCE = Source("https://www.vmkc.lt/", "vmkc.lt", "2019-01-01")


class NewestDirectory:
    """A search that finds nothing, and reads the directory anew each time."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    @property
    def directory(self) -> Directory:
        return read_directory(self._storage.engine)

    def card(self, service_id: str, language: str) -> None:
        return None

    def ready(self) -> bool:
        return True


@pytest.fixture
def storage(tmp_path: Path, directory: Directory) -> Storage:
    kept = open_storage(f"sqlite:///{tmp_path / 'directory.sqlite3'}")
    crisis_centre = dataclasses.replace(
        directory.organizations["vmkc"],
        hours=Hours({"lt": "I–V 8.00–17.00", "pl": "pon.–pt. 8.00–17.00", "en": "Mon–Fri 8:00–17:00"},
                    "Mo-Fr 08:00-17:00", _SOURCE),
    )  # fmt: skip
    other = Organization(
        id="kaunas", status="active", legal_status="", name={"lt": "Kauno centras"}, municipality=KAUNAS,
        serves=(KAUNAS,), sources=(_SOURCE,), email=None,
    )  # fmt: skip
    whole = dataclasses.replace(directory, organizations={"vmkc": crisis_centre, "kaunas": other})
    import_directory(kept.engine, whole)
    return kept


@pytest.fixture
def app(storage: Storage, assistant: Any) -> Flask:
    return create_app(Settings(secret_key="of tests"), assistant, NewestDirectory(storage), storage)  # type: ignore[arg-type]


class Browser:
    """Somebody's browser: fills forms as they stand in pages, and sends their token along."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.status_code
        return answer.get_data(as_text=True)

    def post(
        self, path: str, data: Mapping[str, Any] | MultiDict[str, str], page: str = "/staff/queue"
    ) -> TestResponse:
        """With the token of a page that the browser has open."""
        sent = MultiDict(data)
        sent["csrf_token"] = token_of(self.get(page))
        return self.client.post(path, data=sent)


def token_of(page: str) -> str:
    found = re.search(r'name="csrf[_-]token" (?:value|content)="([^"]+)"', page)
    assert found
    return found[1]


def form_of(page: str, form: str = "record") -> MultiDict[str, str]:
    """What a browser would send of a form that nobody touched."""
    body = page[page.index(f'id="{form}"') :]
    body = body[: body.index("</form>")]
    sent: MultiDict[str, str] = MultiDict()
    for tag, attributes, inside in re.findall(r"<(input|textarea|select)([^>]*)>(?:(.*?)</\1>)?", body, re.DOTALL):
        _add(sent, tag, dict(re.findall(r'([\w-]+)="([^"]*)"', attributes)), attributes, inside)
    return sent


def _add(sent: MultiDict[str, str], tag: str, given: dict[str, str], attributes: str, inside: str) -> None:
    if "name" not in given or (given.get("type") in ("checkbox", "radio") and " checked" not in attributes):
        return
    value = html.unescape(given.get("value", "on" if given.get("type") == "checkbox" else ""))
    if tag == "textarea":
        value = html.unescape(inside).removeprefix("\n").replace("\n", "\r\n")
    if tag == "select":
        chosen = re.search(r'<option value="([^"]*)"[^>]* selected', inside) or re.search(r'value="([^"]*)"', inside)
        value = html.unescape(chosen[1]) if chosen else ""
    sent.add(html.unescape(given["name"]), value)


@pytest.fixture
def someone(app: Flask, storage: Storage) -> Callable[..., Browser]:
    """Signs somebody in: `someone("editor", scope=Scope((KAUNAS,)))`."""

    def sign_in(role: Role = "editor", scope: Scope | None = None) -> Browser:
        now = datetime.now(UTC)
        account = accounts.add(storage.engine, f"{role}-ona", role, scope or Scope(), "test", now)
        accounts.choose(storage.engine, account.id, language="en")
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = sessions.begin(storage.engine, account.id, now)
        return Browser(client)

    return sign_in


@pytest.fixture
def editor(someone: Callable[..., Browser]) -> Browser:
    return someone("editor")


@pytest.fixture
def edit_page(editor: Browser) -> Callable[[Key], MultiDict[str, str]]:
    """The edit form of a record, as a browser would send it untouched."""
    return lambda key: form_of(editor.get(f"/staff/records/{key.kind}/{key.id}/edit"))


@pytest.fixture
def content(storage: Storage) -> Callable[[Key], PlainRecord]:
    """What the database holds of a record now."""

    def read(key: Key) -> PlainRecord:
        return plain(editing.record(storage.engine, key))

    return read
