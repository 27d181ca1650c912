"""The log of what staff did: only added to, shown with the directory's changes, filtered, taken out, and trimmed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DatabaseError

from index.directory.tables import change
from webhook import trimming
from webhook.staff import Role, Scope
from webhook.storage import accounts, audit, sessions
from webhook.storage.audit import Filter
from webhook.storage.database import Storage
from webhook.storage.tables import audit as table
from webhook.storage.times import stamp

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture
def admin(app: Flask, storage: Storage) -> FlaskClient:
    role: Role = "admin"
    at = datetime.now(UTC)
    account = accounts.add(storage.engine, "ona", role, Scope(), "test", at)
    accounts.choose(storage.engine, account.id, language="en")
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = sessions.begin(storage.engine, account.id, at)
    return client


@pytest.fixture
def happened(storage: Storage) -> Callable[..., None]:
    """Something that was done some days ago."""

    def write(days: float, actor: str = "ieva", action: str = "sign_in", subject: str = "", detail: str = "") -> None:
        at = stamp(datetime.now(UTC) - timedelta(days=days))
        with storage.engine.begin() as connection:
            row = {"at": at, "actor": actor, "action": action, "subject": subject, "detail": detail}
            connection.execute(table.insert(), [row])

    return write


@pytest.fixture
def changed(storage: Storage) -> None:
    with storage.engine.begin() as connection:
        connection.execute(
            change.insert(),
            [{"kind": "service", "record_id": "vmkc.prieglobstis", "at": stamp(datetime.now(UTC)), "actor": "jan",
              "how": "withdraw", "field": "phones", "before": "[]", "after": "[]"}],
        )  # fmt: skip


def rows(page: str) -> list[str]:
    found = re.findall(r"<tr><td>.*?</tr>", page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


@pytest.mark.parametrize("sql", ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"])
def test_nothing_written_down_can_be_changed_or_taken_away(storage: Storage, sql: str) -> None:
    audit.record(storage.engine, "ieva", "sign_in")
    with pytest.raises(DatabaseError, match="log of what was done"), storage.engine.begin() as connection:
        connection.exec_driver_sql(sql)
    assert [one.actor for one in audit.entries(storage.engine, Filter())] == ["ieva"]


def test_the_page_shows_the_newest_first_with_changes_of_the_directory(
    admin: FlaskClient, happened: Any, changed: None
) -> None:
    happened(2, action="sign_in_failed")
    shown = rows(admin.get("/staff/audit").text)
    assert any("jan Withdrawn service vmkc.prieglobstis Telephones" in row for row in shown)
    assert "Sign-in failed" in shown[-1]
    assert 'href="/staff/records/service/vmkc.prieglobstis"' in admin.get("/staff/audit").text


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"actor": "ieva"}, {"ieva"}),
        ({"action": "directory"}, {"jan"}),
        ({"action": "account"}, {"test"}),
        ({"until": (datetime.now(UTC) - timedelta(days=5)).date().isoformat()}, {"ieva"}),
        ({"since": (datetime.now(UTC) + timedelta(days=2)).date().isoformat()}, set()),
        ({"since": "not a day", "actor": "jan"}, {"jan"}),
        ({"actor": "' OR 1=1 --"}, set()),
    ],
)
def test_the_log_is_filtered(
    admin: FlaskClient, happened: Any, changed: None, storage: Storage, asked: dict[str, str], expected: set[str]
) -> None:
    happened(9)
    shown = rows(admin.get("/staff/audit", query_string=asked).text)
    assert {row.split()[2] for row in shown} == expected


def test_a_day_is_one_of_lithuania(storage: Storage) -> None:
    with storage.engine.begin() as connection:
        for at in ("2026-07-01T20:59:59+00:00", "2026-07-01T21:00:00+00:00", "2026-07-02T21:00:00+00:00"):
            connection.execute(table.insert(), [{"at": at, "actor": at, "action": "a", "subject": "", "detail": ""}])
    found = audit.entries(storage.engine, Filter(since="2026-07-02", until="2026-07-02"))
    assert [one.at for one in found] == ["2026-07-01T21:00:00+00:00"]


def test_pages_hold_a_hundred(admin: FlaskClient, happened: Any) -> None:
    for number in range(130):
        happened(3, detail=str(number))
    assert len(rows(admin.get("/staff/audit?actor=ieva").text)) == 100
    assert len(rows(admin.get("/staff/audit?actor=ieva&page=2").text)) == 30


def test_the_export_has_what_the_filter_lets_through_and_is_itself_written_down(
    admin: FlaskClient, happened: Any, storage: Storage
) -> None:
    happened(1, subject="=1+1", detail="lenkiškai; „ąžuolas“")
    happened(2, actor="jan")
    token = TOKEN.search(admin.get("/staff/audit").text)[1]  # type: ignore[index]
    answer = admin.post("/staff/audit.csv", data={"csrf_token": token, "actor": "ieva"})
    assert answer.headers["Content-Type"].startswith("text/csv")
    table = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert table[0] == ["at", "actor", "action", "subject", "detail"]
    assert [line[1:] for line in table[1:]] == [["ieva", "sign_in", "'=1+1", "lenkiškai; „ąžuolas“"]]
    assert [one.actor for one in audit.entries(storage.engine, Filter(action="export"))] == ["ona"]


def test_old_entries_are_deleted_by_a_command_which_is_written_down(
    storage: Storage, happened: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("KELRODIS_DATABASE_URL", f"sqlite:///{tmp_path / 'directory.sqlite3'}")
    monkeypatch.setenv("KELRODIS_SECRET_KEY", "of tests")
    monkeypatch.setenv("KELRODIS_AUDIT_DAYS", "100")
    happened(101)
    happened(99, actor="jan")
    assert trimming.main(["trim"]) == 0
    left = audit.entries(storage.engine, Filter())
    assert [(one.actor, one.action) for one in left][1:] == [("jan", "sign_in")]
    assert (left[0].action, left[0].detail) == ("audit_trim", "1")
    monkeypatch.setenv("KELRODIS_AUDIT_DAYS", "7")
    assert trimming.main(["trim"]) == 2


@pytest.mark.parametrize("query", ["since=0001-01-01", "until=9999-12-31", f"page={'9' * 40}", "page=-1", "since=x"])
def test_what_no_log_can_hold_is_no_fault_of_ours(admin: FlaskClient, query: str) -> None:
    assert admin.get(f"/staff/audit?{query}").status_code == 200
