"""The database of the web server's own tables: the directory's, with migrations of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from index.directory.database import Engine, database_url, migrate, open_database

__all__ = ["Engine", "Storage", "database_url", "open_storage"]

_MIGRATIONS = Path(__file__).with_name("migrations")


@dataclass(frozen=True)
class Storage:
    """Where accounts, the log, counts and the records that staff edit are kept."""

    engine: Engine


def open_storage(url: str | None = None) -> Storage:
    """The directory's database with every migration of both applied."""
    engine = open_database(url)
    migrate(engine, _MIGRATIONS)
    return Storage(engine)
