"""Rows of a CSV file one after another, however broken: what cannot be read is told, and costs no other row."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

# Characters; what is longer was not written by people, and must not fill the memory.
_LONGEST_LINE = 1 << 22


@dataclass(frozen=True)
class Row:
    """One row as it stands: texts of its cells, and the line that it begins on. `broken` could not be read."""

    line: int
    cells: tuple[str, ...]
    broken: bool = False

    @property
    def is_empty(self) -> bool:
        return not any(self.cells) and not self.broken


def csv_rows(file: TextIO, separator: str, longest_cell: int) -> Iterator[Row]:
    """Every row. One with a quotation mark that nothing closes is broken, and does not swallow the rows behind it.

    longest_cell: in characters; a row with a longer one is broken.
    """
    csv.field_size_limit(longest_cell)
    lines = _Lines(file)
    rows = csv.reader(lines, delimiter=separator)
    line = 1
    while True:
        lines.begin_row()
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error:
            cells = None
        if cells is None or lines.too_long or _is_torn(lines.taken, separator):
            lines.give_back()
            first = lines.taken[0][:longest_cell].rstrip("\r\n")
            yield Row(line, tuple(first.split(separator)), broken=True)
        else:
            yield Row(line, tuple(cells))
        line += len(lines.taken)


class _Lines:
    """A file's lines; `taken` are those of the present row. The end of one that is too long is dropped."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._waiting: deque[str] = deque()
        self.begin_row()

    def begin_row(self) -> None:
        self.taken: list[str] = []
        self.too_long = False

    def give_back(self) -> None:
        """All lines of the present row but its first are read again."""
        self._waiting.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._whole_line()
        if not line:
            raise StopIteration
        self.taken.append(line)
        return line

    def _whole_line(self) -> str:
        line = piece = self._file.readline(_LONGEST_LINE)
        while len(piece) == _LONGEST_LINE and not piece.endswith("\n"):
            piece = self._file.readline(_LONGEST_LINE)
            self.too_long = self.too_long or bool(piece)
        return line


def _is_torn(taken: Sequence[str], separator: str) -> bool:
    """Whether several lines are one row only because a quotation mark stands where none may."""
    if len(taken) < 2:
        return False
    try:
        return len(list(csv.reader(taken, delimiter=separator, strict=True))) != 1
    except csv.Error:
        return True
