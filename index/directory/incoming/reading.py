"""Reads a table from its header on, and writes the rows that stayed outside beside it, ready to be mended."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

from index.directory.candidates import Candidate, RowFault
from index.directory.hsds.flat import guarded
from index.directory.incoming.headers import Columns, columns_of, recognised
from index.directory.incoming.lines import Row
from index.directory.incoming.rows import Remark, RowReader, Told
from index.directory.incoming.sheets import UnreadableTable, rows_of

# A title, a date and an empty line may stand above the header.
_HEADER_WITHIN = 15


class Table:
    """A CSV or XLSX file whose columns are understood; going through it reads its rows, each time anew.

    Raises UnreadableTable when no column names the organization.
    """

    def __init__(self, path: Path, told: Told) -> None:
        self._path, self._told = path, told
        self._header = self._find_header()
        self.columns: Columns = columns_of(self._header.cells, told.mapped, told.language)
        held = {what for what, _ in self.columns.held} | told.mapped.defaults.keys()
        if "organization_name" not in held:
            raise UnreadableTable(f"{path.name}: no column holds the organization's name. Name it with --map.")

    def __iter__(self) -> Iterator[Candidate | RowFault | Remark]:
        reader = RowReader(self._told, self.columns)
        for row in self._rows():
            candidate, faults, remarks = reader.read(row)
            yield from faults
            yield from remarks
            if candidate:
                yield candidate

    def write_rows(self, lines: Collection[int], target: Path) -> None:
        """Writes the header and these rows for Excel to open, which takes none of their cells for a formula."""
        with target.open("w", encoding="utf-8-sig", newline="") as file:
            written = csv.writer(file, delimiter=";")
            written.writerow(map(guarded, self._header.cells))
            written.writerows(map(guarded, row.cells) for row in self._rows() if row.line in lines)

    def _rows(self) -> Iterator[Row]:
        return (row for row in rows_of(self._path) if row.line > self._header.line)

    def _find_header(self) -> Row:
        first = list(islice(rows_of(self._path), _HEADER_WITHIN))
        if not first:
            raise UnreadableTable(f"{self._path.name} holds no rows.")
        return max(first, key=lambda row: recognised(row.cells, self._told.mapped))
