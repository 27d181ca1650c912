"""Tables of an HSDS data package, staged in a temporary SQLite file, so that objects are nested with little memory."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, TextIO

from index.directory.candidates import RowFault, Where
from index.directory.hsds.tables import Table, tables
from index.directory.hsds.terms import Entity
from index.directory.incoming.archives import is_bomb
from index.directory.incoming.lines import csv_rows

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE row (number INTEGER PRIMARY KEY, name TEXT, id TEXT, file TEXT, line INTEGER, content TEXT);
CREATE INDEX row_by_id ON row (name, id);
CREATE TABLE link (name TEXT, field TEXT, value TEXT, number INTEGER);
CREATE INDEX link_by_value ON link (name, field, value);
"""
# A cell that is longer holds no text that people wrote.
_LONGEST_CELL = 1_000_000


class Staging:
    """The rows of a package. `faults` tells of rows that could not be read."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)
        self._connection.executescript(_SCHEMA)
        self.faults: list[RowFault] = []

    def close(self) -> None:
        self._connection.close()

    def read(self, source: Path) -> None:
        """Takes in every table of a folder or zip file that the standard knows; files of others are left alone."""
        names = {file: table.name for table in tables().values() for file in (table.file, f"{table.name}.csv")}
        found = False
        for file_name, file in _files(source):
            if file_name in names:
                found = True
                self._take(names[file_name], file_name, file)
        if not found:
            self.faults.append(RowFault(Where(source.name, 1), "organization", "unreadable", source.name[:80]))
        self._connection.commit()

    def organizations(self) -> Iterator[tuple[Where, Entity, list[tuple[Where, Entity]]]]:
        """Every organization, nested, with its services, nested as well, and where each stands."""
        for where, row in self._rows("organization"):
            services = [
                (at, self._nested("service", found)) for at, found in self._owned("service", "organization_id", row)
            ]
            yield where, self._nested("organization", row), services

    def lost_services(self) -> Iterator[tuple[Where, str]]:
        """Services whose organization is in no table, by the id of that organization."""
        for where, row in self._rows("service"):
            owner = str(row.get("organization_id", ""))
            if self._one("organization", owner) is None:
                yield where, owner

    def _take(self, name: str, file_name: str, file: TextIO) -> None:
        """A table's rows. What cannot be read of it costs no other row, save where its encoding is another one."""
        fields: tuple[str, ...] | None = None
        line = 0
        try:
            for row in csv_rows(file, ",", _LONGEST_CELL):
                line = row.line
                if row.broken:
                    self.faults.append(RowFault(Where(file_name, line), name, "unreadable", row.cells[0][:80]))
                elif fields is None:
                    fields = row.cells
                elif any(row.cells):
                    content = {field: cell for field, cell in zip(fields, row.cells, strict=False) if field and cell}
                    self._add(name, Where(file_name, line), content)
        except UnicodeDecodeError as fault:
            self.faults.append(RowFault(Where(file_name, line + 1), name, "unreadable", type(fault).__name__))

    def _add(self, name: str, where: Where, content: Mapping[str, str]) -> None:
        cursor = self._connection.execute(
            "INSERT INTO row (name, id, file, line, content) VALUES (?, ?, ?, ?, ?)",
            (name, content.get("id"), where.file, where.line, json.dumps(content)),
        )
        self._connection.executemany(
            "INSERT INTO link VALUES (?, ?, ?, ?)",
            [(name, field, value, cursor.lastrowid) for field, value in content.items() if field.endswith("_id")],
        )

    def _nested(self, name: str, row: Mapping[str, Any]) -> Entity:
        table = tables()[name]
        entity: Entity = dict(row)
        for place, part in table.parts.items():
            found = [self._nested(part, child) for child in self._parts(table, part, row)]
            if found:
                entity[place] = found
        if name == "service_at_location" and (where := self._one("location", row.get("location_id"))):
            entity["location"] = self._nested("location", where)
        if name == "attribute" and (term := self._one("taxonomy_term", row.get("taxonomy_term_id"))):
            entity["taxonomy_term"] = term
        return entity

    def _parts(self, table: Table, part: str, row: Mapping[str, Any]) -> Iterator[Entity]:
        for _, child in self._owned(part, table.link(part), row):
            if part != "attribute" or child.get("link_entity") in (None, table.name):
                yield child

    def _rows(self, name: str) -> Iterator[tuple[Where, Entity]]:
        return self._select("WHERE name = ? ORDER BY number", name)

    def _owned(self, name: str, field: str, owner: Mapping[str, Any]) -> Iterator[tuple[Where, Entity]]:
        chosen = "WHERE number IN (SELECT number FROM link WHERE name = ? AND field = ? AND value = ?) ORDER BY number"
        return self._select(chosen, name, field, owner.get("id"))

    def _one(self, name: str, identity: str | None) -> Entity | None:
        found = next(self._select("WHERE name = ? AND id = ? LIMIT 1", name, identity), None)
        return found[1] if found else None

    def _select(self, chosen: str, *values: str | None) -> Iterator[tuple[Where, Entity]]:
        for file, line, content in self._connection.execute(f"SELECT file, line, content FROM row {chosen}", values):
            yield Where(file, line), json.loads(content)


def _files(source: Path) -> Iterator[tuple[str, TextIO]]:
    """The tables of a folder or zip file, each by its name without folders; nothing that a folder only points to.

    Raises BadZipFile.
    """
    if source.is_dir():
        for path in sorted(source.glob("*.csv")):
            if path.is_file() and not path.is_symlink():
                with path.open(encoding="utf-8-sig", newline="") as file:
                    yield path.name, file
        return
    with zipfile.ZipFile(source) as archive:
        if is_bomb(archive):
            raise zipfile.BadZipFile
        for name in sorted(archive.namelist()):
            if name.endswith(".csv"):
                with _text(archive, name) as file:
                    yield PurePosixPath(name).name, file


@contextmanager
def _text(archive: zipfile.ZipFile, name: str) -> Iterator[TextIO]:
    with archive.open(name) as raw:
        yield io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
