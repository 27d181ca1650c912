"""`python -m index learn`: the weights of `weights.yml`, learned from the golden questions with cross-validation.

Questions of one need, in whichever language and wording, are learned from or tested on together, never both.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from index.answering import Signs, chance_of_an_answer, signs
from index.evaluation.golden import GoldenQuestion
from index.query import Query
from index.ranking import SCORES, WEIGHTS, best, score_all, weights
from index.search import ServiceIndex

_FOLDS = 5
_SHOWN = 3
# How sharply the best record wins while learning, and the pull back to the weights as they are.
_SHARPNESS, _PULL = 8.0, 4.0
# Answerable questions that may be refused, at most.
_MAY_REFUSE = 0.010
_NAMED = 12.0
# Below the certainty at which fewer than this are right in three, people are asked what they mean.
_RIGHT_ENOUGH = 0.75
# What cannot speak against a record, or for it, whatever a few hundred questions say.
_FOR = frozenset(
    {"need", "meaning", "words", "name", "people", "own_place", "serves_place", "same_county", "centre", "night",
     "reachable"}
)  # fmt: skip
_AGAINST = frozenset({"other_people"})
# What golden questions say nothing about. A bed tonight in another town: each of them has a place that serves it. And
# which of two right answers comes first: an institution that is known to do it is more use than the law's promise.
# The need is the measure of all the others.
_BY_HAND = frozenset({"need", "distance", "same_county", "night", "statutory", "line"})
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Lesson:
    """A golden question with the scores of every record that may answer it.

    parts: shape (candidates, scores). right: which candidates are right. house: whose answer each candidate is.
    """

    question: GoldenQuestion
    parts: Floats
    right: npt.NDArray[np.bool_]
    house: npt.NDArray[np.int64]
    found: Signs
    certainty: float

    @property
    def fold(self) -> int:
        key = self.question.need or self.question.text
        return zlib.crc32(key.encode()) % _FOLDS


@dataclass(frozen=True)
class Learned:
    """The new weights, and on questions that they were not learned from: right first, right in three, …"""

    weights: Mapping[str, float]
    first: float
    three: float
    refused: float
    answered_others: float


def lessons(index: ServiceIndex, questions: Sequence[GoldenQuestion]) -> list[Lesson]:
    found = []
    for question in questions:
        query = Query(question.text, question.language)
        columns, asked, candidates = index.looked_at(query)
        scores = score_all(columns, asked, candidates)
        rows = np.flatnonzero(candidates)
        parts = np.stack([scores.parts[name][rows] for name in SCORES], axis=1).astype(np.float64)
        right = np.array([columns.owners[row] in question.expect for row in rows.tolist()], dtype=bool)
        hits, _ = best(columns, asked, scores, 1)
        certainty = max(asked.needs.values())
        found.append(
            Lesson(question, parts, right, columns.house[rows], signs(asked, hits[0] if hits else None), certainty)
        )
    return found


def learn(taught: Sequence[Lesson]) -> Learned:
    """Weights from all lessons; figures from lessons of folds that were left out."""
    answerable = [lesson for lesson in taught if lesson.question.expect and lesson.right.any()]
    ranks: list[int] = []
    decisions: list[tuple[Lesson, float]] = []
    for fold in range(_FOLDS):
        known = [lesson for lesson in answerable if lesson.fold != fold]
        ranking = _learn_ranking(known)
        ranks += [_rank(lesson, ranking) for lesson in answerable if lesson.fold == fold]
        deciding = _learn_deciding([lesson for lesson in taught if lesson.fold != fold])
        decisions += [(lesson, chance_of_an_answer(lesson.found, deciding)) for lesson in taught if lesson.fold == fold]
    everything = _learn_ranking(answerable)
    least = float(np.quantile([chance for lesson, chance in decisions if lesson.question.expect], _MAY_REFUSE))
    new = dict(zip(SCORES, everything.tolist(), strict=True)) | _learn_deciding(taught)
    new |= {"answer_at": least, "unsure_below": _unsure_below(answerable, everything)}
    asked = sum(bool(lesson.question.expect) for lesson in taught)
    return Learned(
        new,
        first=sum(rank <= 1 for rank in ranks) / asked,
        three=sum(rank <= _SHOWN for rank in ranks) / asked,
        refused=_share(decisions, lambda lesson, chance: chance < least, answerable=True),
        answered_others=_share(decisions, lambda lesson, chance: chance >= least, answerable=False),
    )


def _learn_ranking(known: Sequence[Lesson]) -> Floats:
    """Raises the share that right records have of all, as a softmax over the candidates of each question."""
    before = np.array([weights()[name] for name in SCORES])
    parts = np.concatenate([lesson.parts for lesson in known])
    right = np.concatenate([lesson.right for lesson in known])
    sizes = np.array([len(lesson.right) for lesson in known])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])

    def shares(totals: Floats) -> Floats:
        odds = np.exp(totals - np.repeat(np.maximum.reduceat(totals, starts), sizes))
        result: Floats = odds / np.repeat(np.add.reduceat(odds, starts), sizes)
        return result

    def loss(change: Floats) -> tuple[float, Floats]:
        totals = _SHARPNESS * (parts @ (before + change))
        everyone = shares(totals)
        wanted = np.add.reduceat(np.where(right, everyone, 0.0), starts) + 1e-12
        slope = everyone - np.where(right, everyone, 0.0) / np.repeat(wanted, sizes)
        cost = -np.log(wanted).sum() + _PULL * _SHARPNESS * (change**2).sum()
        return float(cost), _SHARPNESS * (parts.T @ slope) + 2 * _PULL * _SHARPNESS * change

    bounds = [_bounds(name, weight) for name, weight in zip(SCORES, before.tolist(), strict=True)]
    change = minimize(loss, np.zeros_like(before), jac=True, method="L-BFGS-B", bounds=bounds).x
    found: Floats = before + change
    return found


def _bounds(name: str, weight: float) -> tuple[float | None, float | None]:
    """Between which values the weight may change."""
    if name in _BY_HAND:
        return 0.0, 0.0
    return (-weight if name in _FOR else None, -weight if name in _AGAINST else None)


def _learn_deciding(known: Sequence[Lesson]) -> dict[str, float]:
    """Logistic regression of whether a question is answerable; both kinds count alike."""
    names = list(vars(known[0].found))
    features = np.array([[1.0, *vars(lesson.found).values()] for lesson in known])
    answer = np.array([bool(lesson.question.expect) for lesson in known], dtype=np.float64)
    weight = np.where(answer > 0, 0.5 / answer.mean(), 0.5 / (1 - answer.mean()))

    def loss(by: Floats) -> tuple[float, Floats]:
        totals = features @ by
        cost = (weight * (np.logaddexp(0, totals) - answer * totals)).sum() + 0.5 * (by[1:] ** 2).sum()
        slope = features.T @ (weight * (1 / (1 + np.exp(-totals)) - answer))
        slope[1:] += by[1:]
        return float(cost), slope

    # Whoever names an institution of ours is answered; too few golden questions do for that to be learned.
    bounds = [(_NAMED, _NAMED) if name == "named" else (None, None) for name in ["", *names]]
    found = minimize(loss, np.zeros(features.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds).x
    return dict(zip(["ours", *(f"ours_{name}" for name in names)], found.tolist(), strict=True))


def _rank(lesson: Lesson, by: Floats) -> int:
    """Place of the first right institution, from 1."""
    seen: set[int] = set()
    for row in np.argsort(-(lesson.parts @ by), kind="stable").tolist():
        if int(lesson.house[row]) in seen:
            continue
        seen.add(int(lesson.house[row]))
        if lesson.right[row]:
            return len(seen)
    return len(seen) + 1


def _unsure_below(answerable: Sequence[Lesson], by: Floats) -> float:
    """The certainty up to which too few are right in three: those who are less sure are asked what they mean."""
    ordered = sorted(answerable, key=lambda lesson: lesson.certainty)
    right = np.cumsum([_rank(lesson, by) <= _SHOWN for lesson in ordered])
    too_few = np.flatnonzero(right / np.arange(1, len(ordered) + 1) < _RIGHT_ENOUGH)
    return ordered[int(too_few[-1])].certainty if len(too_few) else 0.0


def _share(decisions: Sequence[tuple[Lesson, float]], test: Callable[[Lesson, float], bool], answerable: bool) -> float:
    group = [test(lesson, chance) for lesson, chance in decisions if bool(lesson.question.expect) is answerable]
    return sum(group) / len(group) if group else 0.0


def write_weights(new: Mapping[str, float]) -> None:
    """Puts the numbers into the file, and leaves what is said about them as it stands."""
    text = WEIGHTS.read_text(encoding="utf-8")
    for name, value in new.items():
        text = re.sub(rf"^({name}:\s+)-?[\d.]+", rf"\g<1>{value:.3f}", text, flags=re.MULTILINE)
    WEIGHTS.write_text(text, encoding="utf-8")
    weights.cache_clear()
