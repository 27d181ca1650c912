"""Counts as they may be seen: no group of fewer than five people, and none to be had by subtraction.

Pure functions of one table at a time. Groups below five stand together in one row with no names; where the sum of
that row would tell what is in it, the smallest of the other groups join it. A reader cannot tell which of the two
happened, so that each hidden group keeps at least two possible sizes, even for who knows all groups and this rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEAST = 5


@dataclass(frozen=True)
class Pooled:
    """A table whose rows and `rest` add up to `total`, each of them 0 or at least LEAST.

    rows: groups by name, the largest first. rest: all other groups together. total: 0 also where there were fewer
    than LEAST in all.
    """

    rows: tuple[tuple[str, int], ...]
    rest: int

    @property
    def total(self) -> int:
        return sum(n for _, n in self.rows) + self.rest

    def shows(self, label: str) -> bool:
        """Whether the group stands in a row of its own."""
        return any(name == label for name, _ in self.rows)


@dataclass(frozen=True)
class Span:
    """Neighbouring steps of a time line with one count for all of them."""

    first: str
    last: str
    n: int


def pooled(counts: Mapping[str, int]) -> Pooled:
    """The table of these counts by group."""
    ordered = sorted(((name, n) for name, n in counts.items() if n), key=lambda row: (-row[1], row[0]))
    rows = [row for row in ordered if row[1] >= LEAST]
    hidden = [n for _, n in ordered[len(rows) :]]
    while rows and _tells(hidden):
        # All of one size go together: which of them went would tell who is smaller.
        size = rows[-1][1]
        hidden += [n for _, n in rows if n == size]
        rows = [row for row in rows if row[1] > size]
    rest = sum(hidden)
    return Pooled(tuple(rows), rest if rest >= LEAST else 0)


def _tells(hidden: Sequence[int]) -> bool:
    """Whether their sum says what each of them is: it is too small itself, or the largest that it could be."""
    return bool(hidden) and (sum(hidden) < LEAST or min(hidden) == max(hidden) == LEAST - 1)


def joined(steps: Sequence[tuple[str, int]]) -> tuple[Span, ...]:
    """A time line in which steps with few people are joined to their neighbours. Nothing where all are few.

    steps: name and count, in order, none left out.
    """
    spans: list[Span] = []
    begun: Span | None = None
    for name, n in steps:
        begun = Span(begun.first, name, begun.n + n) if begun else Span(name, name, n)
        if begun.n == 0 or begun.n >= LEAST:
            spans.append(begun)
            begun = None
    while begun and spans and begun.n < LEAST:
        before = spans.pop()
        begun = Span(before.first, begun.last, before.n + begun.n)
    if begun and begun.n >= LEAST:
        spans.append(begun)
    return tuple(spans)
