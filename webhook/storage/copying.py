"""Copies the SQLite database while it is in use, looks a copy over, and puts one in the place of another."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from index.errors import NewerDatabase
from webhook.storage.database import open_storage
from webhook.storage.tables import answered_message, hand_over, outbox, sent_message

# Pages of 4 KB that are put in place between two looks at the progress.
_PAGES = 256
_BUSY_SECONDS = 30.0
_BESIDE = ("-wal", "-shm", "-journal")
# What is known of people who write on messaging platforms. It lasts from minutes to two days, a back-up longer; and
# of no use after a restore, which would write to people about answers that nobody waits for any more.
_PASSING = tuple(table.name for table in (answered_message, outbox, sent_message, hand_over))
Told = Callable[[int, int], None]


class CopyFault(Exception):
    """The database cannot be copied or replaced; the message says why, without the address's password."""


class Damaged(CopyFault):
    """What stands there is no database, or its pages are spoilt."""


class OtherDatabase(CopyFault):
    """The database is a server's, which brings its own tools."""


@dataclass(frozen=True)
class Content:
    """What a database holds: rows by table, and the migration that each group of tables is at."""

    counts: dict[str, int]
    revisions: dict[str, str]


def database_file(url: str) -> Path:
    """The file behind an address. Raises OtherDatabase where there is none."""
    address = make_url(url)
    if not address.drivername.startswith("sqlite") or not address.database:
        raise OtherDatabase(address.get_backend_name())
    return Path(address.database)


def copy_database(source: Path, target: Path) -> None:
    """Write a whole copy to a new file, also while others write to the source. Raises CopyFault."""
    with _faults_of(source), _open(source, "ro") as reading, _open(target, "rwc") as writing:
        reading.backup(writing)
        # One file: what a database in WAL mode keeps beside itself would be missed by whoever moves it.
        writing.execute("PRAGMA journal_mode=DELETE")


def leave_out_people(copy: Path) -> None:
    """Remove from a copy what it holds of people who write on messaging platforms. Raises CopyFault."""
    with _faults_of(copy), _open(copy, "rw") as database:
        known = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for name in known.intersection(_PASSING):  # a database of an older version has none of them
            database.execute(f'DELETE FROM "{name}"')
        database.commit()


def content_of(path: Path) -> Content:
    """Look a database over. Raises Damaged."""
    with _faults_of(path), _open(path, "ro") as database:
        if database.execute("PRAGMA integrity_check(1)").fetchall() != [("ok",)]:
            raise Damaged(f"{path.name} is damaged")
        named = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )
        tables = sorted(name for (name,) in named)
        counts = {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}
        revisions = {
            name: database.execute(f'SELECT version_num FROM "{name}"').fetchone()[0]
            for name in tables
            if name.startswith("alembic_version") and counts[name]
        }
    return Content(counts, revisions)


def bring_up_to_date(path: Path) -> None:
    """Apply the migrations that a copy has not seen. Raises CopyFault for a copy of a newer version than this one."""
    try:
        open_storage(f"sqlite:///{path}").engine.dispose()
    except NewerDatabase as fault:
        raise CopyFault("the copy was made by a newer version; update this one first") from fault
    with _faults_of(path), _open(path, "rw") as database:
        database.execute("PRAGMA journal_mode=DELETE")


def changed_at(path: Path) -> datetime | None:
    """When a database was last written to; None where there is none."""
    times = [file.stat().st_mtime for file in (path, _beside(path, "-wal")) if file.exists()]
    return datetime.fromtimestamp(max(times), UTC) if times else None


def put_in_place(fresh: Path, live: Path, kept: Path, told: Told | None = None) -> None:
    """Replace the live database by a fresh one, whole or not at all; the one before is kept beside it.

    Where a database stands, its pages are replaced in one transaction of its own, as renaming under a process that
    has it open would spoil both. Where none stands, or what stands is no database, one rename does it.
    fresh: gone afterwards. told: hears how many pages are left, and of how many. Raises CopyFault.
    """
    if not live.exists():
        fresh.replace(live)
        return
    try:
        copy_database(live, kept)
    except Damaged:
        _set_aside(live, kept)
        fresh.replace(live)
        return
    _outrun(fresh, live)
    with _faults_of(live), _open(fresh, "ro") as reading, _open(live, "rw") as writing:
        reading.backup(writing, pages=_PAGES, progress=(lambda _, left, of: told(left, of)) if told else None)
    fresh.unlink()


def _outrun(fresh: Path, live: Path) -> None:
    """Give the fresh directory a revision that no running process has seen, so that all of them read it anew.

    See `index/directory/revisions.py`.
    """
    with _faults_of(live), _open(live, "ro") as before, _open(fresh, "rw") as after:
        revision = 1 + max(_revision(before), _revision(after))
        rows = [("revision", str(revision)), ("whole_revision", str(revision))]
        after.executemany("INSERT OR REPLACE INTO state (key, value) VALUES (?, ?)", rows)
        after.commit()


def _revision(database: sqlite3.Connection) -> int:
    try:
        found = database.execute("SELECT value FROM state WHERE key = 'revision'").fetchone()
    except sqlite3.OperationalError:  # a database without our tables
        return 0
    return int(found[0]) if found else 0


def _set_aside(live: Path, kept: Path) -> None:
    """Move a file that is no database, with what belongs to it: it must not be read into the next one."""
    for ending in ("", *_BESIDE):
        file = _beside(live, ending)
        if file.exists():
            file.replace(_beside(kept, ending))


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


@contextmanager
def _open(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    address = f"{path.absolute().as_uri()}?mode={mode}"
    with closing(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS)) as connection:
        # What was deleted must not stay readable in free pages.
        connection.execute("PRAGMA secure_delete=ON")
        yield connection


@contextmanager
def _faults_of(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as fault:  # locked for too long, a full disk
        raise CopyFault(f"{path.name}: {fault}") from fault
    except sqlite3.Error as fault:
        raise Damaged(f"{path.name}: {fault}") from fault
