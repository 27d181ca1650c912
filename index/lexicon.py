"""Matches words: BM25 over folded stems, and names of institutions with room for typos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import bm25s
import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from nlu.normalisation import fold
from nlu.words import stems, stems_in_all

Scores = npt.NDArray[np.float32]
# Below this a name merely shares a word with the question.
_NAME_CUTOFF = 88.0
_SHORTEST_NAME = 3


class Lexicon:
    """Words of each id in every language, in one index; a question is cut to stems by all three languages' rules."""

    def __init__(self, texts: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        self.ids = tuple(texts)
        corpus = [[stem for text, language in pairs for stem in stems(text, language)] for pairs in texts.values()]
        self._bm25 = bm25s.BM25(method="lucene")
        self._bm25.index(corpus, show_progress=False)

    def scores(self, question: str) -> Scores:
        """BM25 of each id, in the order of `ids`."""
        known = [stem for stem in stems_in_all(question) if stem in self._bm25.vocab_dict]
        if not known:
            return np.zeros(len(self.ids), dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)


class Names:
    """Finds institutions that a question names."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self._names = [
            (owner, folded, len(folded.split()))
            for owner, variants in names.items()
            for folded in dict.fromkeys(fold(name).strip() for name in variants)
            if len(folded) >= _SHORTEST_NAME
        ]

    def mentioned(self, question: str) -> dict[str, float]:
        """Ids of institutions whose name stands in the question, with a likeness of 0..1."""
        folded = fold(question)
        spaced = f" {folded} "
        found: dict[str, float] = {}
        for owner, name, words in self._names:
            if name.replace(" ", "").isdigit() and name != folded.strip(" .?!"):
                continue  # a number beside other words is told about, not asked for
            if f" {name} " in spaced:
                likeness = 1.0
            elif words == 1 or len(name) > len(folded) + 8:
                continue  # one word that is only alike is too little
            else:
                likeness = fuzz.partial_ratio(name, folded, score_cutoff=_NAME_CUTOFF) / 100
            if likeness > found.get(owner, 0.0):
                found[owner] = likeness
        return found
