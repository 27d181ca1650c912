"""Everyday requests that speak of no danger: what danger is told apart from."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from index.needs.taxonomy import Taxonomy
from index.remembering import RememberingEncoder
from nlu import danger
from nlu.encoder import Encoder

_GRAVE = Path(__file__).parent / "needs" / "grave.yml"
# Of each need and language; more of them, and danger that is only hinted at is taken for an everyday worry.
_OF_EACH = 120
# Questions for other offices are of many kinds.
_ELSEWHERE = 6 * _OF_EACH
# A word or two can stand in a cry for help as well.
_FEWEST_WORDS = 3


def everyday(taxonomy: Taxonomy) -> dict[str, tuple[str, ...]]:
    """People's phrases by need, evenly out of each language, for the needs that nobody comes with in danger."""
    grave = grave_needs()
    found = {
        need.id: tuple(text for texts in need.phrases.values() for text in _evenly(texts, _OF_EACH))
        for need in taxonomy.needs.values()
        if need.id not in grave
    }
    return {**found, "elsewhere": tuple(t for texts in taxonomy.elsewhere.values() for t in _evenly(texts, _ELSEWHERE))}


@cache
def grave_needs() -> frozenset[str]:
    """Ids of the needs that people in danger come with as well."""
    return frozenset(yaml.safe_load(_GRAVE.read_text(encoding="utf-8")))


def learn_danger(taxonomy: Taxonomy, encoder: Encoder, vectors: Path) -> None:
    """Lets danger be read by meaning. vectors: the folder in which the index remembers what it has encoded."""
    remembering = RememberingEncoder(encoder, vectors)
    danger.learn(remembering, everyday(taxonomy))
    if remembering.has_new:
        remembering.keep(all_known=True)


def _evenly(texts: tuple[str, ...], most: int) -> list[str]:
    longer = [text for text in texts if len(text.split()) >= _FEWEST_WORDS]
    step = max(1.0, len(longer) / most)
    return [longer[int(number * step)] for number in range(min(most, len(longer)))]
