"""Where things stand in the plots: plain numbers for the SVG that templates draw, with no style and no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webhook.console.figures import Row

# The time line's drawing, in units of its view box.
WIDTH, HEIGHT = 720, 160
_GAP = 1.5


@dataclass(frozen=True)
class Column:
    """A step of the time line: its corner, size, and what it stands for. Its area is its count."""

    x: float
    y: float
    width: float
    height: float
    row: Row


def columns(rows: Sequence[Row]) -> tuple[Column, ...]:
    """The time line: a week is as wide as any other, joined weeks as wide as all of them and as high as their mean."""
    week = WIDTH / max(sum(row.weeks for row in rows), 1)
    most = max((row.n / row.weeks for row in rows), default=0) or 1
    found, x = [], 0.0
    for row in rows:
        width, height = week * row.weeks, HEIGHT * row.n / row.weeks / most
        corner = round(x, 1), round(HEIGHT - height, 1)
        found.append(Column(*corner, round(max(width - _GAP, 0.5), 1), round(height, 1), row))
        x += width
    return tuple(found)


def shares(rows: Sequence[Row]) -> tuple[float, ...]:
    """How long each row's bar is, 0..100; the longest is 100."""
    most = max((row.n for row in rows), default=0) or 1
    return tuple(round(100 * row.n / most, 1) for row in rows)


def weekly_most(rows: Sequence[Row]) -> int:
    """What the highest column stands for, a week."""
    return round(max((row.n / row.weeks for row in rows), default=0))
