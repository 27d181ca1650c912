"""Shares with their uncertainty, over groups of golden questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from scipy.stats import binomtest

from index.evaluation.golden import GoldenQuestion

SHOWN = 3


@dataclass(frozen=True)
class Answered:
    """A golden question with what was found: ids of institutions, best first; nothing where it was refused."""

    question: GoldenQuestion
    owners: tuple[str, ...]
    took_ms: float = 0.0

    @property
    def rank(self) -> int | None:
        """From 1; None when no right answer was found."""
        return next((i for i, owner in enumerate(self.owners, 1) if owner in self.question.expect), None)

    def right_within(self, places: int) -> bool:
        return self.rank is not None and self.rank <= places


@dataclass(frozen=True)
class Share:
    """`hits` of `count`, with the interval in which the true share lies in 19 of 20 cases (Wilson)."""

    hits: int
    count: int

    @property
    def value(self) -> float:
        return self.hits / self.count if self.count else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        if not self.count:
            return 0.0, 1.0
        found = binomtest(self.hits, self.count).proportion_ci(method="wilson")
        return float(found.low), float(found.high)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.2f} ({low:.2f}–{high:.2f})"


Item = TypeVar("Item")


def share(group: Iterable[Item], test: Callable[[Item], bool]) -> Share:
    results = [test(item) for item in group]
    return Share(sum(results), len(results))


@dataclass(frozen=True)
class Figures:
    """Of answerable questions: right first, right in three, mean reciprocal rank, refused. Of others: answered."""

    first: Share
    three: Share
    reciprocal: float
    refused: Share
    answered_others: Share


def figures(group: Sequence[Answered]) -> Figures:
    asked = [item for item in group if item.question.expect]
    others = [item for item in group if not item.question.expect]
    reciprocal = [1 / item.rank if item.rank else 0.0 for item in asked]
    return Figures(
        first=share(asked, lambda item: item.right_within(1)),
        three=share(asked, lambda item: item.right_within(SHOWN)),
        reciprocal=sum(reciprocal) / len(reciprocal) if reciprocal else 0.0,
        refused=share(asked, lambda item: not item.owners),
        answered_others=share(others, lambda item: bool(item.owners)),
    )
