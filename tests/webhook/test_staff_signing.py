"""Signing in, through the real pages: passwords, second factors, locks, sessions, links; on a real database."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from webhook import passwords
from webhook.app import create_app
from webhook.settings import Settings
from webhook.staff import Account, Role, Scope
from webhook.storage import accounts, audit
from webhook.storage.audit import Filter
from webhook.storage.database import Storage, open_storage
from webhook.storage.safe import digest

PASSWORD = "keturi pilki vilkai 7"
OTHER = "penki balti arkliai 8"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SECRET = re.compile(r'class="secret">([A-Z2-7 ]+)<')


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return open_storage(f"sqlite:///{tmp_path / 'directory.sqlite3'}")


@pytest.fixture
def make(storage: Storage, index: Any, assistant: Any) -> Callable[..., Flask]:
    return lambda **settings: create_app(Settings(secret_key="of tests", **settings), assistant, index, storage)


@pytest.fixture
def app(make: Callable[..., Flask]) -> Flask:
    return make()


@pytest.fixture
def account(storage: Storage) -> Callable[..., Account]:
    def add(role: Role = "viewer", name: str = "ieva", scope: Scope | None = None) -> Account:
        made = accounts.add(storage.engine, name, role, scope or Scope(), "test", datetime.now(UTC))
        accounts.set_password(storage.engine, made.id, passwords.hash_password(PASSWORD), "test")
        return made

    return add


def send(client: FlaskClient, address: str, page: str | None = None, **fields: Any) -> Any:
    """Fill in the form of a page and send it."""
    shown = client.get(page or address, follow_redirects=True).text
    return client.post(address, data={"csrf_token": TOKEN.search(shown)[1], **fields})  # type: ignore[index]


def sign_in(client: FlaskClient, name: str = "ieva", password: str = PASSWORD, **more: str) -> Any:
    return send(client, "/staff/sign-in", name=name, password=password, **more)


def connect_telephone(client: FlaskClient) -> tuple[str, list[str]]:
    """Enrols; returns the secret and the recovery codes."""
    secret = SECRET.search(client.get("/staff/second-factor/new").text)[1].replace(" ", "")  # type: ignore[index]
    answer = send(client, "/staff/second-factor/new", code=pyotp.TOTP(secret).now())
    assert answer.status_code == 200
    return secret, re.findall(r"<li>(\w{5}-\w{5})</li>", answer.text)


def done(storage: Storage, action: str) -> list[audit.Entry]:
    return [one for one in audit.entries(storage.engine, Filter()) if one.action == action]


def is_in(client: FlaskClient) -> bool:
    return client.get("/staff/account").status_code == 200


# --- passwords


def test_a_viewer_signs_in_with_a_password(app: Flask, account: Any, storage: Storage) -> None:
    account()
    client = app.test_client()
    answer = sign_in(client, name=" Ieva ")
    assert (answer.status_code, answer.location) == (303, "/staff/")
    assert is_in(client)
    assert [one.actor for one in done(storage, "sign_in")] == ["ieva"]


def test_the_answer_is_the_same_for_a_wrong_password_and_a_name_that_nobody_has(
    app: Flask, account: Any, storage: Storage
) -> None:
    account()
    pages = []
    for name in ("ieva", "adam"):
        answer = sign_in(app.test_client(), name=name, password="a wrong one, surely")
        assert answer.status_code == 401
        pages.append(re.sub(r'(csrf[^>]*(value|content)|name="name" value)="[^"]*"', "", answer.text))
    assert pages[0] == pages[1]
    # People type passwords where the name belongs: what nobody is called is not written down.
    assert {one.actor for one in done(storage, "sign_in_failed")} == {"ieva", ""}


def test_names_that_nobody_has_take_the_same_work(app: Flask, account: Any, monkeypatch: Any) -> None:
    account()
    verified: list[str] = []
    hasher = passwords._hasher
    monkeypatch.setattr(passwords, "_hasher", Spy(hasher, verified))
    for name in ("ieva", "adam"):
        sign_in(app.test_client(), name=name, password="a wrong one, surely")
    assert len(verified) == 2
    assert len({hash_.rsplit("$", 2)[0] for hash_ in verified}) == 1  # the same parameters


class Spy:
    def __init__(self, hasher: Any, verified: list[str]) -> None:
        self._hasher, self._verified = hasher, verified

    def verify(self, hash_: str, password: str) -> bool:
        self._verified.append(hash_)
        return bool(self._hasher.verify(hash_, password))

    def hash(self, password: str) -> str:
        return str(self._hasher.hash(password))


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("trumpas", "short"), ("x" * 201, "long"), ("ieva ieva ieva", "name"), ("Manoievabuvo1", "name"),
        ("slaptazodis123", "common"), ("P@ssw0rd2026!", "common"), ("passwordpassword", "common"),
        ("123456789012", "common"), ("aaaaaaaaaaaab", "common"), ("Šiąžmėdžiųjūrą9", None), (PASSWORD, None),
    ],
)  # fmt: skip
def test_weak_passwords_are_refused(password: str, fault: str | None) -> None:
    assert passwords.password_fault(password, "ieva") == fault


def test_a_hash_made_with_old_parameters_is_renewed(app: Flask, account: Any, storage: Storage) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    accounts.set_password(storage.engine, account().id, old, "test")
    assert passwords.is_outdated(old)
    sign_in(app.test_client())
    found = accounts.credentials(storage.engine, "ieva")
    assert found is not None
    assert not passwords.is_outdated(str(found.password_hash))


def test_what_was_in_the_cookie_before_is_thrown_away(app: Flask, account: Any) -> None:
    account()
    client = app.test_client()
    with client.session_transaction() as session:
        session["sender"] = "planted"
    sign_in(client)
    with client.session_transaction() as session:
        assert "sender" not in session
    assert is_in(client)


# --- locks


def test_five_wrong_passwords_lock_a_name_known_or_not_and_an_administrator_unlocks(
    app: Flask, account: Any, storage: Storage
) -> None:
    account()
    for name in ("ieva", "adam"):
        answers = [sign_in(app.test_client(), name=name, password="a wrong one, surely") for _ in range(5)]
        assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 429]
        late = sign_in(app.test_client(), name=name)
        assert late.status_code == 429
        assert "5 min" in late.text
    assert [one.actor for one in done(storage, "sign_in_locked")] == ["", "ieva"]
    admin = app.test_client()
    account("admin", "ona")
    sign_in(admin, "ona")
    connect_telephone(admin)
    number = next(one.account.id for one in accounts.listed(storage.engine) if one.account.name == "ieva")
    assert send(admin, f"/staff/accounts/{number}/unlock", f"/staff/accounts/{number}").status_code == 303
    assert sign_in(app.test_client()).status_code == 303


def test_each_lock_is_twice_as_long() -> None:
    from webhook.storage.attempts import Limit

    limit = Limit(failures=5, minutes=5)
    assert [limit.wait_after(n) for n in (0, 4, 5, 6, 10, 15, 500)] == [0, 0, 5, 0, 10, 20, 240]


def test_a_browser_that_was_in_before_is_not_locked_out_by_strangers(app: Flask, account: Any) -> None:
    account()
    client = app.test_client()
    sign_in(client)
    send(client, "/staff/sign-out", "/staff/account")
    for _ in range(6):
        sign_in(app.test_client(), password="a wrong one, surely")
    assert sign_in(app.test_client()).status_code == 429
    assert sign_in(client).status_code == 303


def test_an_address_that_guesses_is_locked_but_not_the_office_behind_it(make: Any, account: Any) -> None:
    app = make(staff_address_failures=6)
    account()
    known = app.test_client()
    sign_in(known)
    send(known, "/staff/sign-out", "/staff/account")
    for n in range(6):
        sign_in(app.test_client(), name=f"guess{n}", password="a wrong one, surely")
    assert sign_in(app.test_client()).status_code == 429
    assert sign_in(known).status_code == 303


# --- second factors


@pytest.mark.parametrize("role", ["editor", "admin"])
def test_whoever_can_change_something_must_connect_a_telephone(app: Flask, account: Any, role: Role) -> None:
    account(role)
    client = app.test_client()
    assert sign_in(client).location == "/staff/second-factor/new"
    assert not is_in(client)
    page = client.get("/staff/second-factor/new").text
    assert "<svg" in page
    assert "style=" not in page
    assert client.get("/staff/second-factor/new").text.count(SECRET.search(page)[1]) == 1  # type: ignore[index]
    assert send(client, "/staff/second-factor/new", code="000000").status_code == 400
    _, codes = connect_telephone(client)
    assert len(set(codes)) == 10
    assert is_in(client)


def test_a_code_is_not_accepted_twice(app: Flask, account: Any, storage: Storage) -> None:
    made = account("editor")
    secret, _ = connect_telephone_of(app)
    with storage.engine.begin() as connection:
        connection.execute(text("UPDATE account SET totp_step = 0"))
    code = pyotp.TOTP(secret).now()
    first, second = app.test_client(), app.test_client()
    for client, status in ((first, 303), (second, 400)):
        assert sign_in(client).location == "/staff/second-factor"
        assert send(client, "/staff/second-factor", code=code).status_code == status
    assert (is_in(first), is_in(second)) == (True, False)
    assert made.name == "ieva"


def connect_telephone_of(app: Flask) -> tuple[str, list[str]]:
    client = app.test_client()
    sign_in(client)
    return connect_telephone(client)


def test_a_recovery_code_works_once(app: Flask, account: Any, storage: Storage) -> None:
    account("editor")
    _, codes = connect_telephone_of(app)
    statuses = []
    for _ in range(2):
        client = app.test_client()
        sign_in(client)
        statuses.append(send(client, "/staff/second-factor", code=codes[3].upper().replace("-", " ")).status_code)
    assert statuses == [303, 400]
    assert [one.detail for one in done(storage, "sign_in_recovery_code")] == ["9"]


def test_wrong_codes_lock_too_and_a_right_password_does_not_unlock(app: Flask, account: Any) -> None:
    account("editor")
    secret, _ = connect_telephone_of(app)
    client = app.test_client()
    statuses = []
    for _ in range(5):
        sign_in(client)
        statuses.append(send(client, "/staff/second-factor", code="000000").status_code)
    assert statuses == [400, 400, 400, 400, 429]
    later = pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=30))
    assert send(client, "/staff/second-factor", code=later).status_code == 429


def test_secrets_are_not_readable_in_the_database(app: Flask, account: Any, storage: Storage, tmp_path: Path) -> None:
    account("editor")
    secret, codes = connect_telephone_of(app)
    storage.engine.dispose()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for word in (secret, PASSWORD, *codes):
        assert word.encode() not in kept
    assert b"ieva" in kept


def test_recovery_codes_cannot_be_guessed_from_the_database(app: Flask, account: Any, storage: Storage) -> None:
    made = account("editor")
    _, codes = connect_telephone_of(app)
    with storage.engine.connect() as connection:
        kept = set(connection.exec_driver_sql("SELECT code_hash FROM recovery_code").scalars())
    assert len(kept) == len(codes)
    assert not kept & {digest(f"{made.id}:{code}") for code in codes}


def test_wrong_codes_tell_a_stranger_nothing(app: Flask, account: Any) -> None:
    """A lock of the second factor is told to those alone who know the password."""
    account("editor")
    connect_telephone_of(app)
    client = app.test_client()
    for _ in range(5):
        sign_in(client)
        send(client, "/staff/second-factor", code="000000")
    assert sign_in(app.test_client(), password="a wrong one, surely").status_code == 401
