"""Why a service stands where it stands: small named scores, added up with the weights of `weights.yml`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from index.columns import Columns, Flags, Record, Rows, Shares
from index.records import COUNTRY

WEIGHTS = Path(__file__).with_name("weights.yml")
# As many of the first answers are put in an order of some variety.
_MIXED = 30
# What speaks for the record itself, without place and reach.
ABOUT_THE_RECORD = ("need", "meaning", "words", "name")


@cache
def weights() -> Mapping[str, float]:
    loaded: dict[str, float] = yaml.safe_load(WEIGHTS.read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True)
class Understood:
    """What the question says, before any record is looked at.

    needs: probability by need, without the share of other offices. elsewhere: that share. nearness: how much nearer, in
    cosine, the question is to what people say of the needs than to what they ask of other offices.
    meaning, words: of each record, 0..1, in the order of the columns. named: likeness by organization id.
    centres: ids of social services centres of the place. people: target groups that the question speaks of.
    municipality: official name, COUNTRY for anywhere, or None. crisis_level: none, distress or danger.
    silent: nothing was said, so that whatever may answer is listed.
    """

    needs: Mapping[str, float]
    elsewhere: float
    nearness: float
    meaning: Shares
    words: Shares
    named: Mapping[str, float]
    municipality: str | None
    people: frozenset[str] = frozenset()
    not_people: frozenset[str] = frozenset()
    centres: frozenset[str] = frozenset()
    crisis_level: str = "none"
    silent: bool = False

    @property
    def place(self) -> str | None:
        """The municipality, where it is one."""
        return None if self.municipality == COUNTRY else self.municipality


@dataclass(frozen=True)
class Hit:
    """A record with its score and the scores that make it up."""

    record: Record
    owner: str
    score: float
    reasons: Mapping[str, float] = field(default_factory=dict)
    elsewhere_in_crisis: bool = False


Score = Callable[[Columns, Understood], "Shares | Flags"]


def score_by_need(columns: Columns, asked: Understood) -> Shares:
    """The need's probability, less for needs that the record names later."""
    return columns.shares_of(asked.needs)


def score_by_meaning(columns: Columns, asked: Understood) -> Shares:
    """The best passage's cosine, from the floor below which texts only share a subject."""
    floor = weights()["meaning_floor"]
    result: Shares = np.maximum(asked.meaning - floor, 0.0) / (1.0 - floor)
    return result


def score_by_words(columns: Columns, asked: Understood) -> Shares:
    return asked.words


def score_by_name(columns: Columns, asked: Understood) -> Shares:
    return columns.owned_by(asked.named)


def score_by_people(columns: Columns, asked: Understood) -> Flags:
    """Is for the people whom the question speaks of."""
    return columns.for_groups(asked.people)


def score_by_other_people(columns: Columns, asked: Understood) -> Flags:
    """Is for others only: for women, where a man asks."""
    return columns.for_groups(asked.not_people) & ~columns.for_groups(asked.people)


def score_by_own_place(columns: Columns, asked: Understood) -> Flags:
    return columns.own_and_served(asked.place)[0] if asked.place else _nobody(columns)


def score_by_served_place(columns: Columns, asked: Understood) -> Flags:
    return columns.own_and_served(asked.place)[1] if asked.place else _nobody(columns)


def score_by_distance(columns: Columns, asked: Understood) -> Flags:
    """Does not serve the place, and is shown because a bed tonight or its name is asked for."""
    return ~columns.here(asked.municipality)


def score_by_county(columns: Columns, asked: Understood) -> Flags:
    """The same, in the same county."""
    return score_by_distance(columns, asked) & columns.same_county(asked.place) if asked.place else _nobody(columns)


def score_by_centre(columns: Columns, asked: Understood) -> Shares:
    return columns.owned_by(dict.fromkeys(asked.centres, 1.0))


def score_by_night(columns: Columns, asked: Understood) -> Flags:
    return columns.takes_in_at_night if asked.crisis_level == "danger" else _nobody(columns)


def score_by_statute(columns: Columns, asked: Understood) -> Flags:
    return columns.is_statutory


def score_by_line(columns: Columns, asked: Understood) -> Flags:
    """Is a national line, where a place is known."""
    return columns.is_line if asked.place else _nobody(columns)


def score_by_reach(columns: Columns, asked: Understood) -> Flags:
    return columns.is_reachable


SCORES: Mapping[str, Score] = {
    "need": score_by_need,
    "meaning": score_by_meaning,
    "words": score_by_words,
    "name": score_by_name,
    "people": score_by_people,
    "other_people": score_by_other_people,
    "own_place": score_by_own_place,
    "serves_place": score_by_served_place,
    "distance": score_by_distance,
    "same_county": score_by_county,
    "centre": score_by_centre,
    "night": score_by_night,
    "statutory": score_by_statute,
    "line": score_by_line,
    "reachable": score_by_reach,
}


@dataclass(frozen=True)
class Scores:
    """Every record's scores by name, not yet weighed, and which records may answer at all."""

    parts: Mapping[str, Shares]
    candidates: Flags

    def total(self, names: tuple[str, ...] = tuple(SCORES)) -> Shares:
        """The weighed sum over some of the scores."""
        result = np.zeros(len(self.candidates), dtype=np.float32)
        for name in names:
            result += np.float32(weights()[name]) * self.parts[name]
        return result

    def reasons(self, row: int) -> dict[str, float]:
        weighed = {name: weights()[name] * float(part[row]) for name, part in self.parts.items()}
        return {name: value for name, value in weighed.items() if value}


def score_all(columns: Columns, asked: Understood, candidates: Flags) -> Scores:
    parts = {name: score(columns, asked).astype(np.float32, copy=False) for name, score in SCORES.items()}
    return Scores(parts, candidates)


def best(columns: Columns, asked: Understood, scores: Scores, wanted: int) -> tuple[list[Hit], int]:
    """The best record of each institution, best first, `wanted` of them; and how many institutions answer."""
    relevant = asked.silent or scores.total(ABOUT_THE_RECORD) >= weights()["relevant_at"]
    rows = np.flatnonzero(scores.candidates & relevant)
    totals = scores.total()
    institutions = int(np.count_nonzero(np.bincount(columns.house[rows], minlength=1)))
    # Many records can belong to one house, so more are sorted than are wanted.
    some = min(len(rows), 40 * wanted + 1000)
    if some < len(rows):
        rows = rows[np.argpartition(-totals[rows], some - 1)[:some]]
    chosen: dict[int, int] = {}
    for row in rows[_in_order(totals[rows], columns.freshness[rows])].tolist():
        chosen.setdefault(int(columns.house[row]), row)
        if len(chosen) >= max(wanted, _MIXED):
            break
    ordered = _with_variety(columns, asked, scores, np.array(list(chosen.values()), dtype=np.int64))
    away = scores.parts["distance"]
    return [
        Hit(columns.records[row], columns.owners[row], float(totals[row]), scores.reasons(row), bool(away[row]))
        for row in ordered[:wanted]
    ], institutions


def _with_variety(columns: Columns, asked: Understood, scores: Scores, rows: Rows) -> list[int]:
    """The first rows in an order in which each answers what those before it may not have.

    Where it is unsure what the person needs, three answers to the likeliest need would all be wrong together. So after
    each choice its needs count for less (Agrawal et al., Diversifying search results, 2009).
    """
    chances = np.array([*asked.needs.values(), 0.0], dtype=np.float32)
    rest = scores.total()[rows] - np.float32(weights()["need"]) * scores.parts["need"][rows]
    ordered: list[int] = []
    left = np.ones(len(rows), dtype=bool)
    for _ in range(min(len(rows), _MIXED)):
        totals = rest + np.float32(weights()["need"]) * columns.shares_of_needs(chances, rows)
        at = int(_in_order(np.where(left, totals, -np.inf), columns.freshness[rows])[0])
        left[at] = False
        ordered.append(int(rows[at]))
        columns.take_from(chances, int(rows[at]), weights()["variety"])
    return [*ordered, *rows[left].tolist()]


def _in_order(totals: Shares, freshness: Rows) -> Rows:
    """Best first. Where totals are the same to three decimals, and only there, the record proven later comes first."""
    order: Rows = np.lexsort((-totals, -freshness, -np.round(totals, 3)))
    return order


def _nobody(columns: Columns) -> Flags:
    return np.zeros(len(columns), dtype=bool)
