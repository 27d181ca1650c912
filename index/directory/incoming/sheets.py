"""Reads the rows of a CSV file "as Excel writes it", or of an XLSX workbook, one after another."""

from __future__ import annotations

import codecs
import csv
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from index.directory.incoming.archives import is_bomb
from index.directory.incoming.lines import Row, csv_rows
from index.errors import FinderFault

# Letters beyond ASCII that our languages write; what else a decoding shows, it has probably misread.
_LETTERS = frozenset("ąčęėįšųūžćłńóśźżĄČĘĖĮŠŲŪŽĆŁŃÓŚŹŻ„“”–—’№€§")
_SINGLE_BYTE = ("cp1257", "cp1250")
_SAMPLE = 1 << 16
_MOST_IN_A_CELL = 100_000
_SEPARATORS = ";,\t|"
# What reading a broken or foreign archive raises, by whichever of its layers it is found out.
_NO_WORKBOOK = (BadZipFile, ParseError, zlib.error, KeyError, OSError, EOFError, ValueError, TypeError, AttributeError)
# NUL, zero-width and directional signs, soft hyphens: pages and PDF files leave them behind.
_UNSEEN = re.compile("[\x00\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_RECKONED = re.compile(r"^'(?=[=+\-@\d])")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class UnreadableTable(FinderFault):
    """A file is no table, or its columns do not say what they hold."""


def rows_of(path: Path) -> Iterator[Row]:
    """Every row that is not empty, whatever the file's kind. Raises UnreadableTable."""
    rows = _xlsx_rows(path) if path.suffix.casefold() in (".xlsx", ".xlsm") else _csv_rows(path)
    return (row for row in rows if not row.is_empty)


def _csv_rows(path: Path) -> Iterator[Row]:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        sample = file.read(_SAMPLE)
        file.seek(0)
        for row in csv_rows(file, _separator(sample), _MOST_IN_A_CELL):
            # Excel's own hint about the separator is no row.
            if not (row.line == 1 and row.cells and row.cells[0].casefold().startswith("sep=")):
                yield replace(row, cells=tuple(_tidy(cell) for cell in row.cells))


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
    """Rows of the first sheet that holds any. A workbook that breaks off in the middle is none."""
    try:
        with ZipFile(path) as archive:
            if is_bomb(archive):
                raise UnreadableTable(f"{path.name} unpacks to more than any table holds.")
        yield from _sheet_rows(path)
    except _NO_WORKBOOK:
        raise UnreadableTable(f"{path.name} is not an XLSX workbook.") from None


def _sheet_rows(path: Path) -> Iterator[Row]:
    from openpyxl import load_workbook

    with closing(load_workbook(path, read_only=True, data_only=True)) as workbook:
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
    """Without blanks around and signs that nobody sees, with one kind of line end.

    An apostrophe that keeps spreadsheets from reckoning is theirs, and no part of the text.
    """
    plain = cell.replace("\u00a0", " ").replace("\r\n", "\n").replace("\r", "\n")
    return _RECKONED.sub("", _UNSEEN.sub("", plain).strip())
