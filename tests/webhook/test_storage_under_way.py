"""While an import holds the database, or nothing answers there, the console reads on and commands say so in words."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from webhook import enlisting, trimming
from webhook.staff import Scope
from webhook.storage import accounts, sessions
from webhook.storage.database import OUT_OF_REACH, open_storage
from webhook.storage.use import UseCounts, use_by

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LIVES = sessions.Lifetime(idle=30, whole=600)
SHORT = 1.0


def test_staff_look_things_up_without_waiting_while_an_import_writes(tmp_path: Path) -> None:
    """Each of eight look-ups that waits holds one of the eight threads by which people in danger are answered."""
    path = tmp_path / "directory.sqlite3"
    engine = open_storage(f"sqlite:///{path}").engine
    token = sessions.begin(engine, accounts.add(engine, "ona", "admin", Scope(), "test", NOW).id, NOW)
    with closing(sqlite3.connect(path, isolation_level=None)) as importing:
        importing.execute("BEGIN IMMEDIATE")
        begin = time.monotonic()
        found = sessions.find(engine, token, NOW + timedelta(minutes=5), LIVES)
        assert time.monotonic() - begin < SHORT
    assert found is not None
    assert sessions.find(engine, token, NOW + timedelta(minutes=20), LIVES)
    assert sessions.find(engine, token, NOW + timedelta(minutes=45), LIVES)


def test_what_is_counted_while_an_import_writes_is_written_after_it(tmp_path: Path) -> None:
    path = tmp_path / "directory.sqlite3"
    engine = open_storage(f"sqlite:///{path}", patience=0.1).engine
    counts = UseCounts(engine, every=60.0)
    with closing(sqlite3.connect(path, isolation_level=None)) as importing:
        importing.execute("BEGIN IMMEDIATE")
        for _ in range(3):
            counts.count(language="lt", channel="api", need="food", place="", outcome="answered")
        assert not counts.flush()
    assert counts.flush()
    today = datetime.now(UTC).date()
    assert use_by(engine, "need", today - timedelta(days=1), today + timedelta(days=1)) == {"food": 3}


@pytest.mark.parametrize("command", [lambda: enlisting.main(["list"]), lambda: trimming.main(["trim"])])
def test_a_command_says_in_one_line_that_nothing_answers_at_the_databases_address(
    command: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("KELRODIS_VAR", str(tmp_path))
    monkeypatch.setenv("KELRODIS_DATABASE_URL", "postgresql://kelrodis:hunter2@127.0.0.1:9/kelrodis")
    assert callable(command)
    assert command() == 1
    assert capsys.readouterr().err == f"{OUT_OF_REACH}\n"
