"""Opens the directory's database and brings it to the newest migration."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine

from nlu.settings import var_folder

__all__ = ["Connection", "Engine", "database_url", "migrate", "open_database", "writing"]

_MIGRATIONS = Path(__file__).with_name("migrations")
# Seconds that a writer waits for another one.
_PATIENCE = 30


def database_url() -> str:
    """`KELRODIS_DATABASE_URL`, else SQLite under `var/`."""
    return os.environ.get("KELRODIS_DATABASE_URL") or f"sqlite:///{var_folder() / 'directory.sqlite3'}"


def open_database(url: str | None = None) -> Engine:
    """An engine in 2.0 style, with every migration applied."""
    url = url or database_url()
    on_sqlite = url.startswith("sqlite:///")
    if on_sqlite:
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, future=True, connect_args={"timeout": _PATIENCE} if on_sqlite else {})
    if on_sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    migrate(engine, _MIGRATIONS)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: all of it or nothing, after whoever writes now has finished."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
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
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def migrate(engine: Engine, migrations: Path) -> None:
    """Brings what a folder of migrations describes to its newest state."""
    config = Config()
    config.set_main_option("script_location", str(migrations))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
