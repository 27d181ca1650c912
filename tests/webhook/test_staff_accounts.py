"""Accounts: made by links that work once, changed by administrators alone, and by a command; what an editor may edit."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from index.directory.keys import Key
from index.records import Directory
from nlu.settings import PROJECT
from webhook import passwords
from webhook.app import create_app
from webhook.settings import Settings, kept_key
from webhook.staff import Account, Role, Scope, may_edit
from webhook.storage import accounts, audit, sessions
from webhook.storage.accounts import AccountFault
from webhook.storage.audit import Filter
from webhook.storage.database import Storage
from webhook.storage.safe import Safe

PASSWORD = "keturi pilki vilkai 7"
OTHER = "penki balti arkliai 8"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
LINK = re.compile(r"/staff/enrol/[\w-]+")
VILNIUS = "Vilniaus miesto savivaldybė"


@pytest.fixture
def signed_in(app: Flask, storage: Storage) -> Callable[..., FlaskClient]:
    def enter(role: Role = "admin", name: str = "ona") -> FlaskClient:
        at = datetime.now(UTC)
        account = accounts.add(storage.engine, name, role, Scope(), "test", at)
        accounts.set_password(storage.engine, account.id, passwords.hash_password(PASSWORD), "test")
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = sessions.begin(storage.engine, account.id, at)
        return client

    return enter


def send(client: FlaskClient, address: str, page: str, **fields: Any) -> Any:
    return client.post(address, data={"csrf_token": TOKEN.search(client.get(page).text)[1], **fields})  # type: ignore[index]


def add(admin: FlaskClient, **fields: Any) -> Any:
    return send(admin, "/staff/accounts", "/staff/accounts", **{"name": "ieva", "role": "viewer", **fields})


def done(storage: Storage, action: str) -> list[tuple[str, str]]:
    found = audit.entries(storage.engine, Filter(action=action))
    return [(one.actor, one.subject) for one in found if one.action == action]


# --- links


def test_an_account_is_made_with_a_link_that_works_once(app: Flask, signed_in: Any, storage: Storage) -> None:
    page = add(signed_in(), name="Ieva", municipalities=[VILNIUS], organizations="vmkc")
    link = LINK.search(page.text)[0]  # type: ignore[index]
    person = app.test_client()
    for _ in range(2):  # looking uses nothing up
        assert "ieva" in person.get(link).text
    assert send(person, link, link, new_password="short", again="short").status_code == 400
    assert send(person, link, link, new_password=PASSWORD, again=OTHER).status_code == 400
    assert send(person, link, link, new_password=PASSWORD, again=PASSWORD).location == "/staff/"
    assert person.get("/staff/account").status_code == 200
    assert app.test_client().get(link).status_code == 410
    found = accounts.by_name(storage.engine, "ieva")
    assert found is not None
    assert found.scope == Scope((VILNIUS,), ("vmkc",))
    assert done(storage, "account_add")[0] == ("ona", "ieva")
    assert done(storage, "account_password")[0] == ("ieva", "ieva")


def test_a_link_ends_by_time_by_a_newer_one_and_with_the_account(app: Flask, signed_in: Any, storage: Storage) -> None:
    admin = signed_in()
    first = LINK.search(add(admin).text)[0]  # type: ignore[index]
    number = accounts.by_name(storage.engine, "ieva").id  # type: ignore[union-attr]
    page = f"/staff/accounts/{number}"
    second = LINK.search(send(admin, f"{page}/link", page).text)[0]  # type: ignore[index]
    assert app.test_client().get(first).status_code == 410
    assert app.test_client().get(second).status_code == 200
    late = datetime.now(UTC) + timedelta(hours=72, seconds=1)
    assert accounts.of_link(storage.engine, second.rpartition("/")[2], late) is None
    accounts.change(storage.engine, number, "viewer", Scope(), False, "test")
    assert app.test_client().get(second).status_code == 410


def test_of_two_who_use_a_link_at_once_one_sets_the_password(storage: Storage) -> None:
    at = datetime.now(UTC)
    made = accounts.add(storage.engine, "ieva", "viewer", Scope(), "test", at)
    token = accounts.make_link(storage.engine, made.id, at + timedelta(hours=1), "test")
    assert accounts.use_link(storage.engine, token, "first", at) == made
    assert accounts.use_link(storage.engine, token, "second", at) is None
    assert accounts.credentials(storage.engine, "ieva").password_hash == "first"  # type: ignore[union-attr]


def test_a_password_changed_meanwhile_is_not_brought_back_by_a_renewed_hash(storage: Storage) -> None:
    made = accounts.add(storage.engine, "ieva", "viewer", Scope(), "test", datetime.now(UTC))
    accounts.set_password(storage.engine, made.id, "changed", "test")
    accounts.renew_hash(storage.engine, made.id, "old", "old, hashed anew")
    assert accounts.credentials(storage.engine, "ieva").password_hash == "changed"  # type: ignore[union-attr]


def test_strangers_who_guess_hinder_nobody_from_changing_a_password(
    app: Flask, signed_in: Any, storage: Storage
) -> None:
    person = signed_in("viewer", "ieva")
    for _ in range(6):
        send(app.test_client(), "/staff/sign-in", "/staff/sign-in", name="ieva", password="a wrong one, surely")
    change = {"password": PASSWORD, "new_password": OTHER, "again": OTHER}
    assert send(person, "/staff/account/password", "/staff/account", **change).status_code == 303
    statuses = [
        send(person, "/staff/account/password", "/staff/account", **{**change, "password": "wrong"}).status_code
        for _ in range(6)
    ]
    assert statuses == [400] * 5 + [429]


def test_links_lead_to_the_address_that_people_know(index: Any, assistant: Any, storage: Storage) -> None:
    app = create_app(Settings(public_url="https://pagalba.example.lt/"), assistant, index, storage)
    at = datetime.now(UTC)
    ona = accounts.add(storage.engine, "ona", "admin", Scope(), "test", at)
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = sessions.begin(storage.engine, ona.id, at)
    assert "https://pagalba.example.lt/staff/enrol/" in add(client).text


# --- changing


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"name": "a b"}, 400), ({"name": ""}, 400), ({"name": "ONA"}, 400), ({"role": "king"}, 400),
     ({"organizations": "nobody-knows"}, 400), ({"municipalities": ["Atlantis"]}, 400)],
)  # fmt: skip
def test_mistakes_in_a_new_account_make_none(signed_in: Any, storage: Storage, fields: Any, status: int) -> None:
    assert add(signed_in(), **fields).status_code == status
    assert [one.account.name for one in accounts.listed(storage.engine)] == ["ona"]


def test_an_administrator_changes_role_scope_and_switches_off(signed_in: Any, storage: Storage) -> None:
    admin = signed_in()
    add(admin)
    number = accounts.by_name(storage.engine, "ieva").id  # type: ignore[union-attr]
    page = f"/staff/accounts/{number}"
    assert send(admin, page, page, role="editor", organizations="vmkc", active="on").location == page
    found = accounts.by_name(storage.engine, "ieva")
    assert (found.role, found.scope) == ("editor", Scope((), ("vmkc",)))  # type: ignore[union-attr]
    assert "Crisis centre" in admin.get(page).text
    send(admin, page, page, role="editor")
    assert accounts.credentials(storage.engine, "ieva") is None
    assert done(storage, "account_change") == [("ona", "ieva")] * 2


@pytest.mark.parametrize("fields", [{"role": "viewer", "active": "on"}, {"role": "admin"}], ids=["role", "off"])
def test_the_last_administrator_stays(signed_in: Any, storage: Storage, fields: dict[str, str]) -> None:
    admin = signed_in()
    number = accounts.by_name(storage.engine, "ona").id  # type: ignore[union-attr]
    page = f"/staff/accounts/{number}"
    assert send(admin, page, page, **fields).status_code == 400
    assert admin.get(page).status_code == 200
    assert done(storage, "account_change") == []


def test_a_lost_telephone_is_forgotten_by_an_administrator(signed_in: Any, storage: Storage) -> None:
    admin = signed_in()
    made = accounts.add(storage.engine, "ieva", "editor", Scope(), "test", datetime.now(UTC))
    accounts.keep_second_factor(storage.engine, made.id, "locked", 1, ("abcde-fghjk",))
    page = f"/staff/accounts/{made.id}"
    assert send(admin, f"{page}/second-factor", page).status_code == 303
    assert accounts.credentials(storage.engine, "ieva").totp_secret is None  # type: ignore[union-attr]
    assert accounts.recovery_codes_left(storage.engine, made.id) == 0
    assert done(storage, "account_second_factor_reset") == [("ona", "ieva")]


def test_people_choose_their_password_language_and_shortcuts(app: Flask, signed_in: Any, storage: Storage) -> None:
    client = signed_in("viewer", "ieva")
    page = "/staff/account"
    assert "data-shortcuts" in client.get(page).text
    assert send(client, page, page, language="pl").status_code == 303
    found = accounts.by_name(storage.engine, "ieva")
    assert (found.language, found.shortcuts) == ("pl", False)  # type: ignore[union-attr]
    assert "data-shortcuts" not in client.get(page).text
    change = {"new_password": OTHER, "again": OTHER}
    assert send(client, f"{page}/password", page, password="a wrong one", **change).status_code == 400
    assert send(client, f"{page}/password", page, password=PASSWORD, **change).status_code == 303
    assert client.get(page).status_code == 200  # this browser stays
    assert passwords.matches(accounts.credentials(storage.engine, "ieva").password_hash, OTHER)  # type: ignore[union-attr]


# --- what may be edited


@pytest.mark.parametrize(
    ("role", "scope", "organization", "service", "helpline"),
    [
        ("viewer", Scope(), False, False, False),
        ("editor", Scope(), True, True, True),
        ("admin", Scope(), True, True, True),
        ("editor", Scope((VILNIUS,)), True, True, False),
        ("editor", Scope((), ("vmkc",)), True, True, False),
        ("editor", Scope(("Kauno miesto savivaldybė",)), False, False, False),
        ("editor", Scope((), ("another",)), False, False, False),
        ("editor", Scope(("Kauno miesto savivaldybė",), ("vmkc",)), True, True, False),
    ],
)
def test_an_editor_edits_within_the_scope(
    directory: Directory, role: Role, scope: Scope, organization: bool, service: bool, helpline: bool
) -> None:
    account = Account(1, "ieva", role, scope=scope)
    assert may_edit(account, directory, Key("organization", "vmkc")) == organization
    assert may_edit(account, directory, Key("service", "vmkc.prieglobstis")) == service
    assert may_edit(account, directory, Key("service", "vmkc.new")) == service
    assert may_edit(account, directory, Key("helpline", "112")) == helpline


# --- the command


def run(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "KELRODIS_DATABASE_URL": f"sqlite:///{tmp_path / 'directory.sqlite3'}",
                   "KELRODIS_VAR": str(tmp_path), "KELRODIS_SECRET_KEY": "", **variables}  # fmt: skip
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "webhook", *arguments],
        cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_first_administrator_comes_by_a_command(app: Flask, storage: Storage, tmp_path: Path) -> None:
    told = run(tmp_path, "staff", "add", "Ona", "--role", "admin")
    assert told.returncode == 0, told.stderr
    link = LINK.search(told.stdout)[0]  # type: ignore[index]
    assert f"http://127.0.0.1:8080{link}" in told.stdout
    client = app.test_client()
    assert send(client, link, link, new_password=PASSWORD, again=PASSWORD).location == "/staff/second-factor/new"
    assert accounts.credentials(storage.engine, "ona").password_hash  # type: ignore[union-attr]
    assert run(tmp_path, "staff", "reset", "ona").returncode == 0
    assert not accounts.credentials(storage.engine, "ona").password_hash, "only the new link opens it"  # type: ignore[union-attr]
    assert run(tmp_path, "staff", "add", "ona", "--role", "admin").returncode == 1
    assert "ona\tadmin\ton\teverything" in run(tmp_path, "staff", "list").stdout
    assert done(storage, "account_add")[0][0].endswith("(command)")


def test_a_command_gives_a_place_in_any_form_and_a_new_link(storage: Storage, tmp_path: Path) -> None:
    told = run(tmp_path, "staff", "add", "jan", "--role", "editor", "--municipality", "w Wilnie")
    assert told.returncode == 0, told.stderr
    assert accounts.by_name(storage.engine, "jan").scope == Scope((VILNIUS,))  # type: ignore[union-attr]
    assert run(tmp_path, "staff", "add", "eva", "--role", "editor", "--municipality", "Atlantis").returncode == 1
    assert LINK.search(run(tmp_path, "staff", "reset", "jan", KELRODIS_PUBLIC_URL="https://a.lt").stdout)
    assert run(tmp_path, "staff", "reset", "nobody").returncode == 1


# --- the key


def test_the_key_is_made_once_and_only_its_owner_reads_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KELRODIS_VAR", str(tmp_path))
    monkeypatch.delenv("KELRODIS_SECRET_KEY", raising=False)
    first = Settings.from_environment().signing_key()
    assert len(first) == 64
    assert Settings.from_environment().signing_key() == first == kept_key()
    assert [(path.name, path.stat().st_mode & 0o777) for path in tmp_path.iterdir()] == [("secret.key", 0o600)]
    monkeypatch.setenv("KELRODIS_SECRET_KEY", "given")
    assert Settings.from_environment().signing_key() == "given"


def test_a_secret_opens_with_its_own_key_alone() -> None:
    locked = Safe("one").lock("JBSWY3DP")
    assert "JBSWY3DP" not in locked
    assert Safe("one").unlock(locked) == "JBSWY3DP"
    assert Safe("other").unlock(locked) is None


def test_two_of_one_name_are_refused_by_the_database_too(storage: Storage) -> None:
    at = datetime.now(UTC)
    accounts.add(storage.engine, "Šarūnas", "viewer", Scope(), "test", at)
    with pytest.raises(AccountFault, match="name_taken"):
        accounts.add(storage.engine, " ŠARŪNAS ", "viewer", Scope(), "test", at)
