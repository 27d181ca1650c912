"""Opens the directory's database and brings it to the newest migration."""

from __future__ import annotations

import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine

from nlu.settings import var_folder

__all__ = ["Engine", "database_url", "open_database"]

_MIGRATIONS = Path(__file__).with_name("migrations")


def database_url() -> str:
    """`KELRODIS_DATABASE_URL`, else SQLite under `var/`."""
    return os.environ.get("KELRODIS_DATABASE_URL") or f"sqlite:///{var_folder() / 'directory.sqlite3'}"


def open_database(url: str | None = None) -> Engine:
    """An engine in 2.0 style, with every migration applied."""
    url = url or database_url()
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, future=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    _migrate(engine)
    return engine


def _prepare_sqlite(connection, _record) -> None:  # type: ignore[no-untyped-def]  # DB-API objects have no type
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA journal_mode=WAL")
    # What was deleted must not stay readable in free pages.
    connection.execute("PRAGMA secure_delete=ON")


def _migrate(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
