"""Whether to answer, to ask which need is meant, or to say honestly that nobody here does this."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from index.ranking import ABOUT_THE_RECORD, Hit, Understood, weights

# Probabilities are taken as logarithms of their odds, and never for certain.
_SUREST = 0.999
# Cosines differ by tenths.
_TENTHS = 10.0


@dataclass(frozen=True)
class Signs:
    """What speaks for and against an answer, each about -7..7, 0..4, or -4..4."""

    elsewhere: float
    certainty: float
    relevance: float
    named: float
    nearness: float


def signs(asked: Understood, best: Hit | None) -> Signs:
    """Signs of a question whose best record is `best`."""
    reasons = best.reasons if best else {}
    return Signs(
        elsewhere=_log_odds(asked.elsewhere),
        certainty=_log_odds(max(asked.needs.values(), default=0.0)),
        relevance=sum(reasons.get(name, 0.0) for name in ABOUT_THE_RECORD if name != "name"),
        named=1.0 if reasons.get("name", 0.0) > 0 else 0.0,
        nearness=_TENTHS * asked.nearness,
    )


def chance_of_an_answer(found: Signs, by: Mapping[str, float] | None = None) -> float:
    """The probability that a social service answers this question."""
    weight = by or weights()
    total = weight["ours"] + sum(weight[f"ours_{name}"] * value for name, value in vars(found).items())
    return 1.0 / (1.0 + math.exp(-total))


def _log_odds(chance: float) -> float:
    bounded = min(max(chance, 1.0 - _SUREST), _SUREST)
    return math.log(bounded / (1.0 - bounded))
