"""Opening the database: it brings itself up to date, and one long writer does not stop those who read or start."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, select

from index.directory import database
from index.directory.database import OperationalError, open_database, writing
from index.directory.tables import service, state
from index.errors import NewerDatabase

MIGRATIONS = Path(database.__file__).with_name("migrations")
BEGAN = "0001"
ORGANIZATION = "INSERT INTO organization VALUES ('a', 'active', 'x', NULL, NULL, 'Lietuva', NULL, NULL, 'd', 's', NULL)"
SERVICE = "INSERT INTO service VALUES ('a.b', 'a', 'active', 'x', 'direct', 0, 0)"


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Somebody writes for long, as an import does."""
    with closing(sqlite3.connect(path, isolation_level=None)) as importing:
        importing.execute("BEGIN IMMEDIATE")
        yield


def test_a_process_that_starts_while_another_writes_does_not_wait_for_it(tmp_path: Path) -> None:
    path = tmp_path / "directory.sqlite3"
    open_database(f"sqlite:///{path}").dispose()
    with held(path):
        begin = time.monotonic()
        engine = open_database(f"sqlite:///{path}")
        with engine.connect() as connection:
            assert connection.execute(select(state)).all() == []
        assert time.monotonic() - begin < 2


def test_a_writer_waits_for_another_one_as_long_as_it_was_told(tmp_path: Path) -> None:
    path = tmp_path / "directory.sqlite3"
    engine = open_database(f"sqlite:///{path}", patience=0.5)
    with held(path):
        for patience, least, most in ((None, 0.4, 3.0), (0.0, 0.0, 0.3)):
            begin = time.monotonic()
            with pytest.raises(OperationalError), writing(engine, patience):
                pass
            assert least <= time.monotonic() - begin < most
    with writing(engine) as connection:
        connection.execute(state.insert().values(key="free", value="again"))


def test_a_database_as_it_began_is_brought_up_to_date_with_all_its_records(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'directory.sqlite3'}"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with create_engine(url, future=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, BEGAN)
        for row in (ORGANIZATION, SERVICE):
            connection.exec_driver_sql(row)
    with open_database(url).connect() as connection:
        assert connection.execute(select(service.c.id, service.c.organization_id)).all() == [("a.b", "a")]


def test_a_database_of_a_newer_version_is_refused_in_words(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'directory.sqlite3'}"
    with writing(open_database(url)) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerDatabase, match="newer version"):
        open_database(url)
