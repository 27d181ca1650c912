"""The database of the web server's own tables: the directory's, with migrations of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from index.directory.database import PATIENCE, Engine, OperationalError, database_url, migrate, open_database

__all__ = ["OUT_OF_REACH", "PATIENCE", "Engine", "OperationalError", "Storage", "database_url", "open_storage"]

_MIGRATIONS = Path(__file__).with_name("migrations")
# While an import writes for a minute, staff who would write must not hold all threads that the chat needs.
_SERVERS_PATIENCE = 2.0
# What a command says where it gets an OperationalError.
OUT_OF_REACH = "The database cannot be reached or written, or something else, such as an import, is writing to it."


@dataclass(frozen=True)
class Storage:
    """Where accounts, the log, counts and the records that staff edit are kept."""

    engine: Engine


def open_storage(url: str | None = None, patience: float = _SERVERS_PATIENCE) -> Storage:
    """The directory's database with every migration of both applied. See `open_database`."""
    engine = open_database(url, patience)
    migrate(engine, _MIGRATIONS)
    return Storage(engine)
