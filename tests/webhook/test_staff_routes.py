"""Every route of the console there is, read from the application: nobody gets in who may not, nor without a token."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from index.records import Directory
from webhook.app import create_app
from webhook.console.frame import bar_of
from webhook.settings import Settings
from webhook.staff import ROLES, Role, Scope
from webhook.storage import accounts, sessions
from webhook.storage.database import Storage, open_storage

# What people need who are not signed in: everything else under /staff asks them to.
OPEN = {
    "signing.sign_in", "signing.check", "signing.sign_out", "signing.choose_language", "signing.show_static",
    "enrolling.ask_code", "enrolling.check_code", "enrolling.show_new", "enrolling.keep_new",
    "enrolling.show_link", "enrolling.use_link",
}  # fmt: skip
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SAMPLES = {
    "kind": "service",
    "int": "1",
    "name": "staff.css",
    "token": "a",
    "field": "email",
    "id": "vmkc.prieglobstis",
}


@pytest.fixture
def storage(tmp_path: Path, directory: Directory) -> Storage:
    return open_storage(f"sqlite:///{tmp_path / 'directory.sqlite3'}")


@pytest.fixture
def app(storage: Storage, index: Any, assistant: Any) -> Flask:
    return create_app(Settings(secret_key="of tests"), assistant, index, storage)


@pytest.fixture
def signed_in(app: Flask, storage: Storage) -> Callable[[Role], FlaskClient]:
    def enter(role: Role) -> FlaskClient:
        at = datetime.now(UTC)
        account = accounts.add(storage.engine, f"{role}-1", role, Scope(), "test", at)
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = sessions.begin(storage.engine, account.id, at)
        return client

    return enter


def doors(app: Flask) -> Iterator[tuple[str, str, str, str]]:
    """Endpoint, method, an address of the route, and its bar."""
    for rule in app.url_map.iter_rules():
        if rule.rule != "/staff" and not rule.rule.startswith("/staff/"):
            continue
        values = {name: SAMPLES["int"] if "Integer" in type(converter).__name__ else SAMPLES.get(name, "a")
                  for name, converter in rule._converters.items()}  # fmt: skip
        with app.test_request_context():
            built = rule.build(values)
        assert built is not None, rule
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield rule.endpoint, method, built[1], bar_of(app.view_functions[rule.endpoint])


def call(client: FlaskClient, method: str, address: str, **data: Any) -> int:
    return client.open(address, method=method, data=data or None).status_code


def test_there_are_routes_to_look_at(app: Flask) -> None:
    assert len(list(doors(app))) > 20


def test_only_these_are_open_to_everybody(app: Flask) -> None:
    assert {endpoint for endpoint, _, _, bar in doors(app) if bar == "everybody"} == OPEN


def test_whoever_is_not_signed_in_is_sent_to_sign_in(app: Flask) -> None:
    for endpoint, method, address, bar in doors(app):
        if bar == "everybody":
            continue
        answer = app.test_client().open(address, method=method)
        if method == "GET":
            assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/staff/sign-in"), endpoint
        else:
            assert answer.status_code == 401, endpoint


def test_no_form_is_taken_without_a_token(app: Flask, signed_in: Any) -> None:
    admin = signed_in("admin")
    for endpoint, method, address, _ in doors(app):
        if method != "GET":
            assert call(admin, method, address, name="ieva", language="lt") == 400, endpoint
            assert call(admin, method, address, csrf_token="of another session") == 400, endpoint
    assert admin.get("/staff/account").status_code == 200  # still signed in: no POST above did anything


def test_nobody_gets_above_their_role(app: Flask, signed_in: Any) -> None:
    for role in ("viewer", "editor"):
        client = signed_in(role)
        token = TOKEN.search(client.get("/staff/account").text)[1]  # type: ignore[index]
        refused = 0
        for endpoint, method, address, bar in doors(app):
            if bar == "everybody" or ROLES.index(bar) <= ROLES.index(role):  # type: ignore[arg-type]
                continue
            refused += 1
            assert call(client, method, address, **({"csrf_token": token} if method != "GET" else {})) == 403, endpoint
        assert refused


def test_what_changes_the_directory_or_accounts_is_not_for_viewers(app: Flask) -> None:
    """By address: a route that was written without its bar is found here."""
    of_admins = ("/staff/accounts", "/staff/audit")
    of_editors = ("/edit", "/undo", "/verify", "/withdraw", "/alert", "/queue", "/invit", "/notes")
    for endpoint, method, address, bar in doors(app):
        if address.startswith(of_admins):
            assert bar == "admin", endpoint
        elif method != "GET" and any(word in address for word in of_editors):
            assert bar in ("editor", "admin"), endpoint


def test_routes_of_the_console_have_the_guard(app: Flask) -> None:
    """A blueprint under /staff that is no `StaffPages` would be open."""
    from webhook.console.frame import StaffPages

    for endpoint, *_ in doors(app):
        assert isinstance(app.blueprints[endpoint.partition(".")[0]], StaffPages), endpoint
