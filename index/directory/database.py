"""Opens the directory's database and brings it to the newest migration."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

from index.errors import NewerDatabase
from nlu.settings import var_folder

__all__ = ["Connection", "Engine", "OperationalError", "database_url", "migrate", "open_database", "writing"]

_MIGRATIONS = Path(__file__).with_name("migrations")
# Seconds that a writer waits for another one, such as a long import.
PATIENCE = 30.0
# Any number; on PostgreSQL, writers take turns by it.
_TURN = 370


def database_url() -> str:
    """`KELRODIS_DATABASE_URL`, else SQLite under `var/`."""
    return os.environ.get("KELRODIS_DATABASE_URL") or f"sqlite:///{var_folder() / 'directory.sqlite3'}"


def open_database(url: str | None = None, patience: float = PATIENCE) -> Engine:
    """An engine in 2.0 style, with every migration applied.

    patience: seconds for which a writer waits for another one. Raises NewerDatabase, and OperationalError where the
    database cannot be reached, locked or written.
    """
    url = url or database_url()
    options = {"patience": patience}
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, future=True, execution_options=options, connect_args={"timeout": PATIENCE})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        # A server that was restarted meanwhile has closed what stands in the pool.
        engine = create_engine(url, future=True, execution_options=options, pool_pre_ping=True)
        event.listen(engine, "begin", _begin_postgresql)
    migrate(engine, _MIGRATIONS)
    return engine


@contextmanager
def writing(engine: Engine, patience: float | None = None) -> Iterator[Connection]:
    """One transaction that writes: all of it or nothing, after whoever writes now has finished.

    patience: seconds to wait for that, where they are not the engine's; then OperationalError.
    """
    options = {"writes": True} if patience is None else {"writes": True, "patience": patience}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def _prepare_sqlite(connection, _record) -> None:  # type: ignore[no-untyped-def]  # DB-API objects have no type
    # Python's driver would begin transactions by itself, and only at the first change; see `_begin_sqlite`.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA journal_mode=WAL")
    # What was deleted must not stay readable in free pages.
    connection.execute("PRAGMA secure_delete=ON")


def _begin_sqlite(connection: Connection) -> None:
    """Whoever reads first and writes later fails when another one wrote in between, so writers say so at once."""
    options = connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {_milliseconds(options)}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    """The same promises as in SQLite: writers take turns, and who reads sees one moment in all tables."""
    options = connection.get_execution_options()
    if options.get("writes"):
        # 0 would mean without end.
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {max(1, _milliseconds(options))}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")
    else:
        # The driver's own cursor: what is read row by row has one on the server, which takes no settings.
        with connection.connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _milliseconds(options: Mapping[str, Any]) -> int:
    return int(options["patience"] * 1000)


def migrate(engine: Engine, migrations: Path) -> None:
    """Brings what a folder of migrations describes to its newest state. Raises NewerDatabase.

    Where there is nothing to do it only reads, so that a server starts while a long import writes.
    """
    config = Config()
    config.set_main_option("script_location", str(migrations))
    if _is_newest(engine, config):
        return
    with writing(engine, PATIENCE) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _is_newest(engine: Engine, config: Config) -> bool:
    scripts, applied = ScriptDirectory.from_config(config), set[str]()

    def look(revisions: tuple[str, ...], _context: object) -> list[Any]:
        applied.update(revisions)
        return []

    with engine.connect() as connection:
        config.attributes["connection"] = connection
        with EnvironmentContext(config, scripts, fn=look, dont_mutate=True):
            scripts.run_env()
    if applied - {script.revision for script in scripts.walk_revisions()}:
        raise NewerDatabase("The database was written by a newer version; update this one, or restore a back-up.")
    return applied == set(scripts.get_heads())
