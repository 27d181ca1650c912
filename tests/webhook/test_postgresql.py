"""The same on PostgreSQL, where it is installed: records, accounts, log and counts. Elsewhere there are no such tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from index.directory.database import Engine, OperationalError, open_database, writing
from index.directory.editing import edit, history, undo
from index.directory.importing import import_directory
from index.directory.keys import Key
from index.directory.reading import read_directory
from index.directory.refreshing import refresh
from index.directory.revisions import read_revision
from index.directory.starter import read_starter
from index.records import Directory
from webhook.staff import Scope
from webhook.storage import accounts, audit, sessions
from webhook.storage.database import open_storage
from webhook.storage.tables import audit as log
from webhook.storage.tables import use_count
from webhook.storage.use import UseCounts, use_by

SERVICE = Key("service", "vmkc.laikinas-apnakvindinimas")
LIVES = sessions.Lifetime(idle=30, whole=600)
# The server refuses to run as root.
ACCOUNT = "postgres" if os.geteuid() == 0 else None


def programs() -> Path | None:
    """Where initdb and pg_ctl stand; Debian keeps them off the path."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((folder for folder in reversed(folders) if (folder / "pg_ctl").exists()), None)


FOUND = programs()
# What pytest looks for in a module: not skipped where it is missing, as nothing is left out there.
__test__ = FOUND is not None


def small_directory() -> Directory:
    """Of the starter, a few institutions with their services, and all help lines."""
    starter = read_starter()
    organizations = {key: starter.organizations[key] for key in ("vmkc", "vspc-visaginas")}
    services = {key: one for key, one in starter.services.items() if one.organization_id in organizations}
    return replace(starter, organizations=organizations, services=services)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """A server of its own on a socket in a folder, with the starter directory in it; gone afterwards."""
    assert FOUND
    with tempfile.TemporaryDirectory() as folder:
        if ACCOUNT:
            shutil.chown(folder, ACCOUNT)

        def run(program: str, *options: str) -> None:
            command = [str(FOUND / program), "-D", f"{folder}/data", *options]
            subprocess.run(command, user=ACCOUNT, cwd=folder, check=True, stdout=subprocess.DEVNULL)

        run("initdb", "-A", "trust", "-U", "kelrodis", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        run("pg_ctl", "-w", "-l", f"{folder}/log", "-o", f"-k {folder} -c listen_addresses= -c fsync=off", "start")
        try:
            opened = open_storage(f"postgresql://kelrodis@/postgres?host={folder}", patience=1.0).engine
            import_directory(opened, small_directory())
            yield opened
            opened.dispose()
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")


def test_the_directory_comes_back_as_it_was_read(engine: Engine) -> None:
    starter, stored = small_directory(), read_directory(engine)
    assert (stored.services, stored.helplines) == (starter.services, starter.helplines)
    assert stored.organizations == starter.organizations
    assert import_directory(engine, starter).written == 0


def test_an_edit_is_noticed_kept_in_history_and_undone(engine: Engine) -> None:
    before, since = read_directory(engine), read_revision(engine)
    edit(engine, SERVICE, {"name": {"lt": "Lova"}}, "ona")
    after, revision = refresh(engine, before, since)
    assert (after.services[SERVICE.id].name["lt"], revision != since) == ("Lova", True)
    undo(engine, history(engine, SERVICE)[0].id, "ona")
    assert read_directory(engine).services[SERVICE.id] == before.services[SERVICE.id]


def test_people_who_edit_at_once_do_not_trip_over_each_other(engine: Engine) -> None:
    ids = list(read_directory(engine).services)[:4]
    since = int(read_revision(engine))

    def rename(identity: str) -> None:
        for number in range(5):
            edit(engine, Key("service", identity), {"name": {"lt": f"{identity} {number}"}}, "ona")

    editing = [threading.Thread(target=rename, args=(identity,)) for identity in ids]
    for thread in editing:
        thread.start()
    for thread in editing:
        thread.join()
    assert int(read_revision(engine)) == since + 20


def test_who_reads_sees_one_moment_and_who_writes_waits_its_turn_and_no_longer(engine: Engine) -> None:
    opened = open_database(str(engine.url), patience=0.3)
    with engine.connect() as reading:
        wanted = select(use_count.c.n).where(use_count.c.need == "moment")
        assert reading.execute(wanted).all() == []
        with writing(engine) as connection:
            group = {"day": "2026-01-01", "language": "lt", "channel": "api", "place": "", "outcome": "answered"}
            connection.execute(use_count.insert().values(**group, need="moment", n=1))
            begin = time.monotonic()
            with pytest.raises(OperationalError), writing(opened):
                pass
            assert 0.2 < time.monotonic() - begin < 5
        assert reading.execute(wanted).all() == []


def test_accounts_sessions_and_counts_work(engine: Engine) -> None:
    now = datetime.now(UTC)
    account = accounts.add(engine, "ona", "editor", Scope(("Visagino savivaldybė",)), "test", now)
    token = sessions.begin(engine, account.id, now)
    assert sessions.find(engine, token, now + timedelta(minutes=2), LIVES) == account
    counts = UseCounts(engine, every=60.0)
    for _ in range(2):
        counts.count(language="lt", channel="api", need="food", place="", outcome="answered")
        counts.show([SERVICE.id])
        counts.report(SERVICE.id, "closed")
        assert counts.flush()
    day = timedelta(days=1)
    assert use_by(engine, "need", now.date() - day, now.date() + day) == {"food": 2}


def test_the_log_is_read_row_by_row_and_only_what_is_old_can_be_taken_away(engine: Engine) -> None:
    audit.record(engine, "ona", "test")
    assert "test" in {entry.action for entry in audit.stream(engine, audit.Filter(actor="ona"))}
    for change in (update(log).values(actor="other"), delete(log)):
        with pytest.raises(DatabaseError), writing(engine) as connection:
            connection.execute(change)
    with writing(engine) as connection:
        old = {"at": "2020-01-01T00:00:00+00:00", "actor": "x", "action": "x", "subject": "", "detail": ""}
        connection.execute(log.insert().values(old))
    assert audit.trim(engine, 30, "test") == 1
