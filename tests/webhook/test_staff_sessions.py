"""Sessions of the console: how they end, what a form without a token gets, and where nobody can be led."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webhook import passwords
from webhook.app import create_app
from webhook.console.places import safe_place
from webhook.console.texts import texts
from webhook.settings import Settings
from webhook.staff import Role, Scope
from webhook.storage import accounts, sessions
from webhook.storage.database import Storage

PASSWORD = "keturi pilki vilkai 7"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
LIVES = sessions.Lifetime(idle=30, whole=600)


@pytest.fixture
def signed_in(app: Flask, storage: Storage) -> Callable[..., FlaskClient]:
    def enter(role: Role = "viewer", name: str = "ieva", begun: timedelta = timedelta()) -> FlaskClient:
        at = datetime.now(UTC) - begun
        account = accounts.by_name(storage.engine, name) or accounts.add(
            storage.engine, name, role, Scope(), "test", at
        )
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = sessions.begin(storage.engine, account.id, at)
        return client

    return enter


def token(client: FlaskClient, page: str = "/staff/account") -> str:
    return TOKEN.search(client.get(page).text)[1]  # type: ignore[index]


def is_in(client: FlaskClient) -> bool:
    return client.get("/staff/account").status_code == 200


# --- how they end


def test_a_session_ends_after_half_an_hour_without_use_and_says_so(signed_in: Any) -> None:
    client = signed_in(begun=timedelta(minutes=31))
    answer = client.get("/staff/account?a=1")
    assert answer.status_code == 303
    assert answer.location == "/staff/sign-in?next=/staff/account?a%3D1&ended=1"
    assert texts("lt")["signing_ended"] in client.get(answer.location, headers={"Accept-Language": "lt"}).text


def test_using_it_keeps_a_session_alive_but_not_beyond_ten_hours(storage: Storage) -> None:
    account = accounts.add(storage.engine, "ieva", "viewer", Scope(), "test", datetime.now(UTC))
    begun = datetime.now(UTC)
    token = sessions.begin(storage.engine, account.id, begun)
    for minutes in range(20, 600, 20):
        assert sessions.find(storage.engine, token, begun + timedelta(minutes=minutes), LIVES)
    assert sessions.find(storage.engine, token, begun + timedelta(minutes=600), LIVES) is None


def test_old_sessions_are_taken_away(storage: Storage) -> None:
    account = accounts.add(storage.engine, "ieva", "viewer", Scope(), "test", datetime.now(UTC))
    begun = datetime.now(UTC)
    sessions.begin(storage.engine, account.id, begun)
    for minutes, left in ((29, 1), (30, 0)):
        sessions.forget_old(storage.engine, begun + timedelta(minutes=minutes), LIVES)
        with storage.engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM staff_session").scalar() == left


@pytest.mark.parametrize(
    "what",
    [
        lambda engine, number: accounts.set_password(engine, number, "hash", "test"),
        lambda engine, number: accounts.change(engine, number, "viewer", Scope(), True, "test"),
        lambda engine, number: accounts.change(engine, number, "editor", Scope(("Vilniaus",)), True, "test"),
        lambda engine, number: accounts.change(engine, number, "editor", Scope(), False, "test"),
        lambda engine, number: accounts.reset_second_factor(engine, number, "test"),
    ],
    ids=["password", "role", "scope", "switched off", "second factor"],
)
def test_all_sessions_end_when_the_account_changes(signed_in: Any, storage: Storage, what: Any) -> None:
    signed_in("admin", "ona")
    one, other = signed_in("editor"), signed_in("editor")
    assert is_in(one)
    assert is_in(other)
    what(storage.engine, accounts.by_name(storage.engine, "ieva").id)  # type: ignore[union-attr]
    assert not is_in(one)
    assert not is_in(other)


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app: Flask, signed_in: Any) -> None:
    client, thief = signed_in(), app.test_client()
    copied = client.get_cookie("kelrodis")
    thief.set_cookie("kelrodis", copied.value)
    assert is_in(thief)
    assert client.post("/staff/sign-out", data={"csrf_token": token(client)}).status_code == 303
    assert not is_in(client)
    assert not is_in(thief)


def test_a_session_of_a_password_that_was_changed_meanwhile_is_over(storage: Storage) -> None:
    """Somebody signs in with the old password in the moment in which it is changed."""
    at = datetime.now(UTC)
    account = accounts.add(storage.engine, "ieva", "viewer", Scope(), "test", at)
    accounts.set_password(storage.engine, account.id, "new", "test")
    assert (
        sessions.find(storage.engine, sessions.begin(storage.engine, account.id, at, generation=0), at, LIVES) is None
    )
    assert sessions.find(storage.engine, sessions.begin(storage.engine, account.id, at, generation=1), at, LIVES)


def test_signing_in_ends_the_session_that_the_browser_had(app: Flask, signed_in: Any, storage: Storage) -> None:
    made = accounts.add(storage.engine, "jonas", "viewer", Scope(), "test", datetime.now(UTC))
    accounts.set_password(storage.engine, made.id, passwords.hash_password(PASSWORD), "test")
    client, thief = signed_in(), app.test_client()
    thief.set_cookie("kelrodis", client.get_cookie("kelrodis").value)
    form = {"csrf_token": token(client), "name": "jonas", "password": PASSWORD}
    assert client.post("/staff/sign-in", data=form).status_code == 303
    assert is_in(client)
    assert not is_in(thief)


def test_half_a_sign_in_opens_nothing_and_ends_with_a_change(app: Flask, storage: Storage) -> None:
    made = accounts.add(storage.engine, "ieva", "editor", Scope(), "test", datetime.now(UTC))
    accounts.set_password(storage.engine, made.id, passwords.hash_password(PASSWORD), "test")
    client = app.test_client()
    form = {"csrf_token": token(client, "/staff/sign-in"), "name": "ieva", "password": PASSWORD}
    assert client.post("/staff/sign-in", data=form).location == "/staff/second-factor/new"
    assert client.get("/staff/second-factor/new").status_code == 200
    assert not is_in(client)
    accounts.set_password(storage.engine, made.id, passwords.hash_password(PASSWORD), "test")
    assert "/staff/sign-in" in client.get("/staff/second-factor/new").location


def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(app: Flask) -> None:
    for scheme, is_secure in (("http", False), ("https", True)):
        cookie = app.test_client().get("/staff/sign-in", base_url=f"{scheme}://localhost").headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert ("Secure" in cookie) == is_secure


# --- tokens


def test_a_form_that_was_open_too_long_can_be_sent_again_with_all_that_was_typed(signed_in: Any) -> None:
    client = signed_in()
    stale = {"csrf_token": "of yesterday", "language": "pl", "shortcuts": "on"}
    answer = client.post("/staff/account", data=stale)
    assert answer.status_code == 400
    assert '<input type="hidden" name="language" value="pl">' in answer.text
    assert 'name="shortcuts" value="on"' in answer.text
    again = {"csrf_token": TOKEN.search(answer.text)[1], "language": "pl", "shortcuts": "on"}  # type: ignore[index]
    assert client.post("/staff/account", data=again).status_code == 303


def test_what_was_typed_outlives_the_session(app: Flask, signed_in: Any) -> None:
    client = signed_in(begun=timedelta(hours=1))
    answer = client.post("/staff/account", data={"csrf_token": "of then", "language": "pl"})
    assert answer.status_code == 401
    assert '<input type="hidden" name="language" value="pl">' in answer.text
    assert "/staff/sign-in?" in answer.text


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, {"planted": "pl"}),
        ({}, {"password": PASSWORD, "new_password": "new", "again": "new"}),
    ],
    ids=["another site's", "with a password"],
)
def test_a_strangers_form_and_passwords_are_never_written_into_a_page(
    signed_in: Any, headers: dict[str, str], fields: dict[str, str]
) -> None:
    answer = signed_in().post("/staff/account/password", data=fields, headers=headers)
    assert answer.status_code == 400
    for name, value in fields.items():
        assert f'name="{name}" value="{value}"' not in answer.text


def test_scripts_are_told_in_json(app: Flask, signed_in: Any) -> None:
    wants = {"Accept": "application/json"}
    lost = app.test_client().get("/staff/account", headers=wants)
    assert (lost.status_code, lost.json["error"]["code"]) == (401, "signed_out")
    assert signed_in().post("/staff/account", headers=wants).json["error"]["code"] == "signed_out"
    assert signed_in().get("/staff/accounts", headers=wants).json["error"]["code"] == "forbidden"


def test_a_script_sends_the_token_as_a_header(signed_in: Any) -> None:
    client = signed_in()
    headers = {"X-CSRFToken": token(client)}
    assert client.post("/staff/account", data={"language": "en"}, headers=headers).status_code == 303


# --- places


@pytest.mark.parametrize("place", ["/staff/", "/staff/queue?page=2", "/staff/records/service/a.b", "/staff/account"])
def test_people_come_back_to_where_they_were(place: str) -> None:
    assert safe_place(place) == place


@pytest.mark.parametrize(
    "place",
    [
        "https://example.org/", "//example.org", "/\\example.org", "/staff/../..//example.org\\", "/staff//example.org",
        "/staffx", "javascript:alert(1)", "/staff/\r\nSet-Cookie: a=b", "/staff/ x", "", None, "/", "/staff/sign-in",
        "/staff/sign-out", "/staff/second-factor", "/staff/enrol/abc", "/staff/\\/example.org", "\t//example.org",
    ],
)  # fmt: skip
def test_nobody_is_led_elsewhere(app: Flask, place: str | None) -> None:
    assert safe_place(place) == "/staff/"
    client = app.test_client()
    form = {"csrf_token": token(client, "/staff/sign-in"), "language": "pl", "next": place or ""}
    assert client.post("/staff/language", data=form).location.startswith("/staff/")


def test_a_link_in_an_e_mail_does_not_sign_anybody_out(app: Flask) -> None:
    """The cookie is not sent on the way from another site; nothing may take its place."""
    answer = app.test_client().get("/staff/account", headers={"Sec-Fetch-Site": "cross-site"})
    assert "Set-Cookie" not in answer.headers
    assert 'content="0; url=/staff/account' in answer.text


def test_another_sites_form_does_not_sign_anybody_out(app: Flask) -> None:
    form = {"language": "pl", "planted": "by another site"}
    answer = app.test_client().post("/staff/account", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert "Set-Cookie" not in answer.headers
    assert "planted" not in answer.text


def test_no_site_may_frame_the_console_and_no_proxy_keeps_it(index: Any, assistant: Any, storage: Storage) -> None:
    app = create_app(Settings(frame_sites=("https://www.example.lt",)), assistant, index, storage)
    answer = app.test_client().get("/staff/sign-in")
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_static_files_are_kept_by_browsers_and_nothing_else_can_be_read(app: Flask) -> None:
    client = app.test_client()
    link = re.search(r'href="(/staff/static/staff.css\?v=\w+)"', client.get("/staff/sign-in").text)[1]  # type: ignore[index]
    answer = client.get(link)
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    assert answer.text.startswith(":root,:host{--accent:")
    assert client.get("/staff/static/../frame.py").status_code == 404


def test_pages_for_residents_say_nothing_of_the_cookie(app: Flask) -> None:
    assert "Cookie" not in app.test_client().get("/widget.js").headers.get("Vary", "")


@pytest.mark.parametrize("language", ["lt", "pl", "en"])
def test_the_language_is_switched_before_and_after_signing_in(app: Flask, signed_in: Any, language: str) -> None:
    for client, page in ((app.test_client(), "/staff/sign-in"), (signed_in(), "/staff/account")):
        form = {"csrf_token": token(client, page), "language": language, "next": page}
        client.post("/staff/language", data=form)
        assert f'<html lang="{language}">' in client.get(page).text


def test_every_text_of_the_console_is_in_three_languages() -> None:
    assert texts("lt").keys() == texts("pl").keys() == texts("en").keys()


def test_without_a_database_the_console_says_so(index: Any, assistant: Any) -> None:
    client = create_app(Settings(), assistant, index).test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "somebody's"
    answer = client.get("/staff/account")
    assert answer.status_code == 503
    assert "<h1>" in answer.text
