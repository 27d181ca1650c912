"""A back-up comes back as it was, or not at all: whole, refused, or killed in the middle."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from webhook import backup, restore
from webhook.connectors.delivery.letters import Content, Letter
from webhook.storage import archive, outbox
from webhook.storage.database import open_storage
from webhook.storage.hand_overs import HandOvers
from webhook.storage.safe import Safe

ROWS = 3000
KILLED_WHILE_PUTTING_IN_PLACE = """
import os, signal, sys
from pathlib import Path
from webhook.restore import restore

def kill(left, of):
    if 0 < left < of // 2:
        os.kill(os.getpid(), signal.SIGKILL)

archive, database, secret = map(Path, sys.argv[1:])
restore(archive, database, secret, force=True, told=kill)
"""


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of ours with some megabytes in it, which the commands find by the environment."""
    path = tmp_path / "var" / "directory.sqlite3"
    monkeypatch.setenv("KELRODIS_VAR", str(path.parent))
    monkeypatch.setenv("KELRODIS_DATABASE_URL", f"sqlite:///{path}")
    open_storage().engine.dispose()
    write(path, "first")
    return path


def write(path: Path, actor: str, rows: int = ROWS) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO audit (at, actor, action, subject, detail) VALUES ('2026-01-01T00:00:00', ?, 'test', '', ?)",
            [(actor, "x" * 1000)] * rows,
        )
        connection.execute("INSERT OR REPLACE INTO state VALUES ('revision', ?)", (str(rows),))


def actors(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return dict(connection.execute("SELECT actor, count(*) FROM audit GROUP BY actor").fetchall())


def rewrite(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Pack an archive anew with other content."""
    with tarfile.open(path) as packed:
        files = {entry.name: packed.extractfile(entry).read() for entry in packed}  # type: ignore[union-attr]
    change(files)
    with tarfile.open(path, "w:gz") as packed:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            packed.addfile(entry, io.BytesIO(content))


def change_manifest(**changes: Any) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        files["manifest.json"] = json.dumps({**json.loads(files["manifest.json"]), **changes}).encode()

    return change


def test_what_was_backed_up_comes_back_and_what_stood_there_is_kept_beside(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "backup.tar.gz"
    assert backup.main([str(path)]) == backup.OK
    write(database, "second")
    assert restore.main([str(path), "--force"]) == backup.OK
    assert actors(database) == {"first": ROWS}
    kept = list(database.parent.glob("directory.sqlite3.before-*"))
    assert [actors(file) for file in kept] == [{"first": ROWS, "second": ROWS}]
    assert str(kept[0]) in capsys.readouterr().out
    assert not list(database.parent.glob(".restore-*"))


def test_a_back_up_comes_back_where_nothing_stands(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "backup.tar.gz"
    backup.main([str(path)])
    for file in database.parent.glob("directory.sqlite3*"):
        file.unlink()
    assert restore.main([str(path)]) == backup.OK
    assert actors(database) == {"first": ROWS}


def test_people_of_messaging_platforms_are_in_no_back_up(database: Path, tmp_path: Path) -> None:
    engine, safe, person = open_storage().engine, Safe("a key"), "a" * 64
    letter = Letter("telegram", person, safe.lock("4242"), Content("lt", before=("channel_away",)), made_at=1.0)
    outbox.put(engine, "b" * 64, letter, at=1.0)
    outbox.remember_sent(engine, person, "5001", at=1.0)
    HandOvers(engine, safe).begin(person, "telegram", "4242", "lt", at=1.0)
    engine.dispose()
    path, copy = tmp_path / "backup.tar.gz", tmp_path / archive.DATABASE
    assert backup.main([str(path)]) == backup.OK
    manifest = archive.read_manifest(path)
    tables = ("answered_message", "outbox", "sent_message", "hand_over")
    assert [manifest.counts[table] for table in tables] == [0, 0, 0, 0]
    archive.unpack(path, manifest, archive.DATABASE, copy)
    # Not in its free pages either.
    assert [sign for sign in (b"a" * 64, b"b" * 64, letter.recipient.encode()) if sign in copy.read_bytes()] == []
    assert actors(copy) == {"first": ROWS}
    with closing(sqlite3.connect(database)) as running:
        assert [running.execute(f"SELECT count(*) FROM {table}").fetchone() for table in tables] == [(1,)] * 4


def test_a_database_from_before_messaging_platforms_is_backed_up(database: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DROP TABLE outbox")
    assert backup.main([str(tmp_path / "backup.tar.gz")]) == backup.OK


def test_the_copy_is_whole_while_another_process_writes(database: Path, tmp_path: Path) -> None:
    path, stop = tmp_path / "backup.tar.gz", threading.Event()

    def keep_writing() -> None:
        while not stop.is_set():
            write(database, "pair", 2)

    writing = threading.Thread(target=keep_writing)
    writing.start()
    try:
        assert all(backup.main([str(path)]) == backup.OK for _ in range(3))
    finally:
        stop.set()
        writing.join()
    restore.main([str(path), "--force"])
    assert actors(database)["first"] == ROWS
    assert actors(database).get("pair", 0) % 2 == 0


def test_a_process_that_has_the_database_open_sees_the_restored_one_and_reads_all_of_it_anew(
    database: Path, tmp_path: Path
) -> None:
    path = tmp_path / "backup.tar.gz"
    backup.main([str(path)])
    write(database, "second", ROWS * 2)
    with closing(sqlite3.connect(database)) as running:
        assert running.execute("SELECT count(DISTINCT actor) FROM audit").fetchone() == (2,)
        assert restore.main([str(path), "--force"]) == backup.OK
        assert running.execute("SELECT count(DISTINCT actor) FROM audit").fetchone() == (1,)
        state = dict(running.execute("SELECT key, value FROM state WHERE key LIKE '%revision'").fetchall())
    # A process that knows revision 6000 must not take an older number for "nothing new".
    assert int(state["revision"]) > ROWS * 2
    assert state["whole_revision"] == state["revision"]


def test_a_database_that_is_newer_than_the_back_up_is_not_replaced_unless_forced(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "backup.tar.gz"
    backup.main([str(path)])
    write(database, "second")
    ahead = database.stat().st_mtime + 60
    os.utime(database, (ahead, ahead))
    assert restore.main([str(path)]) == backup.WRONG
    assert "--force" in capsys.readouterr().err
    assert actors(database) == {"first": ROWS, "second": ROWS}
    behind = ahead - 3600
    for file in database.parent.glob("directory.sqlite3*"):
        os.utime(file, (behind, behind))
    assert restore.main([str(path)]) == backup.OK


def test_a_drill_says_what_would_come_back_and_touches_nothing(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "backup.tar.gz"
    backup.main([str(path)])
    write(database, "second")
    before = {file.name: file.read_bytes() for file in database.parent.iterdir()}
    # Also where the settings name another database, as those of a service do.
    monkeypatch.setenv("KELRODIS_DATABASE_URL", "postgresql://kelrodis@db.example.lt/kelrodis")
    assert restore.main([str(path), "--drill"]) == backup.OK
    assert f"{ROWS}  audit\n" in capsys.readouterr().out
    assert {file.name: file.read_bytes() for file in database.parent.iterdir()} == before
    BROKEN["changed by one byte"](path)
    assert restore.main([str(path), "--drill"]) == backup.FAULT


BROKEN: dict[str, Callable[[Path], None]] = {
    "cut off": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "no archive": lambda path: path.write_text("nothing of ours"),
    "empty": lambda path: path.write_bytes(b""),
    "no tar": lambda path: path.write_bytes(gzip.compress(b"nothing of ours")),
    "no manifest": lambda path: rewrite(path, lambda files: files.pop("manifest.json")),  # type: ignore[arg-type, return-value]
    "no database": lambda path: rewrite(path, lambda files: files.pop(archive.DATABASE)),  # type: ignore[arg-type, return-value]
    "changed by one byte": lambda path: rewrite(
        path, lambda files: files.update({archive.DATABASE: files[archive.DATABASE][:-1] + b"!"})
    ),
    "another format": lambda path: rewrite(path, change_manifest(format=2)),
    "a manifest that counts other rows": lambda path: rewrite(path, change_manifest(counts={})),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_archive_changes_nothing(
    database: Path, tmp_path: Path, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "backup.tar.gz"
    backup.main([str(path)])
    BROKEN[fault](path)
    before = sorted(file.name for file in database.parent.iterdir())
    assert restore.main([str(path), "--force"]) == backup.FAULT
    assert "Nothing was restored" in capsys.readouterr().err
    assert actors(database) == {"first": ROWS}
    assert {file.name.split("-")[0] for file in database.parent.iterdir()} <= {name.split("-")[0] for name in before}


def test_a_back_up_of_a_newer_version_is_refused(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "backup.tar.gz"
    with closing(sqlite3.connect(database)) as connection, connection:
        revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    backup.main([str(path)])
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", revision)
    assert restore.main([str(path), "--force"]) == backup.FAULT
    assert "newer version" in capsys.readouterr().err
    assert actors(database) == {"first": ROWS}


def test_a_restore_that_is_killed_in_the_middle_leaves_the_database_as_it_was(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "backup.tar.gz"
    backup.main([str(path)])
    write(database, "second")
    paths = (str(path), str(database), str(tmp_path / "secret.key"))
    killed = subprocess.run([sys.executable, "-c", KILLED_WHILE_PUTTING_IN_PLACE, *paths], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert actors(database) == {"first": ROWS, "second": ROWS}
    assert restore.main([str(path), "--force"]) == backup.OK
    assert actors(database) == {"first": ROWS}


def test_a_spoilt_database_is_set_aside_and_replaced(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "backup.tar.gz"
    backup.main([str(path)])
    database.write_bytes(b"spoilt" * 1000)
    assert restore.main([str(path), "--force"]) == backup.OK
    assert actors(database) == {"first": ROWS}
    kept = [file for file in database.parent.glob("*.before-*") if "-wal" not in file.name and "-shm" not in file.name]
    assert kept[0].read_bytes().startswith(b"spoilt")


def test_a_back_up_that_fails_leaves_the_one_from_before(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "backup.tar.gz"
    backup.main([str(path)])
    before = path.read_bytes()
    database.write_bytes(b"spoilt" * 1000)
    assert backup.main([str(path)]) == backup.FAULT
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


def test_the_archive_is_for_its_owner_alone_and_holds_the_key_only_when_asked(database: Path, tmp_path: Path) -> None:
    path, secret = tmp_path / "backup.tar.gz", database.parent / archive.SECRET
    secret.write_text("of the back-up")
    backup.main([str(path)])
    assert set(archive.read_manifest(path).files) == {archive.DATABASE}
    backup.main([str(path), "--with-secrets"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secret.write_text("another")
    assert restore.main([str(path), "--force"]) == backup.OK
    assert secret.read_text() == "of the back-up"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert [file.read_text() for file in database.parent.glob("secret.key.before-*")] == ["another"]


def test_a_database_server_is_sent_to_its_own_tools_without_telling_its_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KELRODIS_DATABASE_URL", "postgresql://kelrodis:hunter2@db.example.lt/kelrodis")
    for command in (backup.main, restore.main):
        assert command([str(tmp_path / "backup.tar.gz")]) == backup.WRONG
        said = capsys.readouterr().err
        assert "pg_dump" in said
        assert "hunter2" not in said
