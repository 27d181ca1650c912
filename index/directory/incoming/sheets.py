"""Reads the rows of a CSV file "as Excel writes it", or of an XLSX workbook, one after another."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from index.errors import FinderFault

# Letters beyond ASCII that our languages write; what else a decoding shows, it has probably misread.
_LETTERS = frozenset("ąčęėįšųūžćłńóśźżĄČĘĖĮŠŲŪŽĆŁŃÓŚŹŻ„“”–—’№€§")
_SINGLE_BYTE = ("cp1257", "cp1250")
_SAMPLE = 1 << 16
_MOST_IN_A_CELL = 100_000
_SEPARATORS = ";,\t|"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class UnreadableTable(FinderFault):
    """A file is no table, or its columns do not say what they hold."""


@dataclass(frozen=True)
class Row:
    """One row as it stands: texts of its cells, and the line that it begins on. `broken` could not be read."""

    line: int
    cells: tuple[str, ...]
    broken: bool = False

    @property
    def is_empty(self) -> bool:
        return not any(self.cells) and not self.broken


def rows_of(path: Path) -> Iterator[Row]:
    """Every row that is not empty, whatever the file's kind. Raises UnreadableTable."""
    rows = _xlsx_rows(path) if path.suffix.casefold() in (".xlsx", ".xlsm") else _csv_rows(path)
    return (row for row in rows if not row.is_empty)


def _csv_rows(path: Path) -> Iterator[Row]:
    encoding = _encoding(path)
    csv.field_size_limit(_MOST_IN_A_CELL)
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        sample = file.read(_SAMPLE)
        file.seek(0)
        lines = csv.reader(file, delimiter=_separator(sample), strict=False)
        before = 0
        while True:
            try:
                cells = next(lines)
            except StopIteration:
                return
            except csv.Error:
                yield Row(before + 1, (), broken=True)
            else:
                # Excel's own hint about the separator is no row.
                if not (before == 0 and cells and cells[0].casefold().startswith("sep=")):
                    yield Row(before + 1, tuple(_tidy(cell) for cell in cells))
            before = lines.line_num


def _encoding(path: Path) -> str:
    """UTF-8 where every byte is; else the one of Windows' encodings that shows more letters of our languages."""
    with path.open("rb") as file:
        start = file.read(4)
        for bom, name in _BOMS:
            if start.startswith(bom):
                return name
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while piece := file.read(_SAMPLE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            file.seek(0)
            return max(_SINGLE_BYTE, key=lambda name: _likeness(path, name))
        return "utf-8"


def _likeness(path: Path, encoding: str) -> int:
    with path.open(encoding=encoding, errors="replace") as file:
        text = file.read(16 * _SAMPLE)
    return sum(1 if sign in _LETTERS else -1 for sign in text if ord(sign) > 127)


def _separator(sample: str) -> str:
    """The sign that parts the first lines into most columns."""
    lines = [line for line in sample.splitlines()[:20] if line.strip()]
    counts = {
        sign: sorted((len(next(csv.reader([line], delimiter=sign))) for line in lines), reverse=True)[:3]
        for sign in _SEPARATORS
    }
    return max(_SEPARATORS, key=lambda sign: sum(counts[sign]))


def _xlsx_rows(path: Path) -> Iterator[Row]:
    """Rows of the first sheet that holds any."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        workbook = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, OSError, ValueError):
        raise UnreadableTable(f"{path.name} is not an XLSX workbook.") from None
    with closing(workbook):
        for sheet in workbook.worksheets:
            # Some programs write a wrong size of the sheet, and rows would be cut off by it.
            sheet.reset_dimensions()
            found = False
            for line, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                row = Row(line, _trimmed([_shown(cell) for cell in cells]))
                found = found or not row.is_empty
                yield row
            if found:
                return


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    last = max((at for at, cell in enumerate(cells, 1) if cell), default=0)
    return tuple(cells[:last])


def _shown(value: Any) -> str:
    """A cell's value as the sheet shows it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _tidy(str(value))


def _tidy(cell: str) -> str:
    """Without blanks around, with one kind of line end."""
    return cell.replace("\u00a0", " ").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
