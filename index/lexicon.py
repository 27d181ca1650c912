"""Matches words: BM25 over folded stems, and names of institutions, both with room for typos."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from scipy.sparse import csc_matrix, csr_matrix

from nlu.normalisation import fold
from nlu.words import stem, stems, stems_in_all, words

Scores = npt.NDArray[np.float32]
Texts = tuple[tuple[str, str], ...]
Counted = tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]
"""Numbers of a record's stems, each once, and how often each stands there."""
# Okapi BM25's customary k1 and b: how soon more of a word adds nothing, how much long texts are held back.
_SATURATION, _LENGTH = 1.5, 0.75
# A word that no record has is read as the likest one that some record has, from this likeness (0..100) up.
_LIKE_ENOUGH = 84.0
_SHORTEST_TYPO, _MOST_TYPOS = 5, 6
# What a word that was read so is worth.
_TYPO_SHARE = 0.7
# Share of a name's words, by their weight, that a question must have to mean the institution.
_NAME_CUTOFF = 0.8
_SHORTEST_NAME = 3
# Words of more names than this ("centre") do not by themselves make a name worth comparing.
_COMMON_IN_NAMES = 500


class Lexicon:
    """Words of each record in every language in one index; a question is cut to stems by all three languages' rules.

    texts: of each record its texts with their languages. before: the lexicon of an earlier state of the directory,
    whose texts need not be cut to stems again.
    """

    def __init__(self, texts: Iterable[Iterable[tuple[str, str]]], before: Lexicon | None = None) -> None:
        self._numbers: dict[str, int] = dict(before._numbers) if before else {}
        known = before._counted if before else {}
        keys = [tuple(pairs) for pairs in texts]
        self._counted: dict[Texts, Counted] = {key: known.get(key) or self._count(key) for key in keys}
        self._weights, self._frequency = _weigh([self._counted[key] for key in keys], len(self._numbers))
        self._vocabulary = [word for word in self._numbers if len(word) >= _SHORTEST_TYPO - 1 and self._has(word)]

    def scores(self, question: str) -> Scores:
        """BM25 of each record, in the order in which their texts were given."""
        result = np.zeros(self._weights.shape[0], dtype=np.float32)
        for token, share in self._known(question).items():
            at = self._numbers[token]
            begin, end = self._weights.indptr[at : at + 2]
            # A token names each record once, so plain addition does.
            result[self._weights.indices[begin:end]] += share * self._weights.data[begin:end]
        return result

    def _count(self, pairs: Texts) -> Counted:
        found = Counter(stem for text, language in pairs for stem in stems(text, language))
        numbers = [self._numbers.setdefault(token, len(self._numbers)) for token in found]
        return np.array(numbers, dtype=np.int32), np.array(list(found.values()), dtype=np.float64)

    def _has(self, token: str) -> bool:
        """Whether some record has this stem now."""
        at = self._numbers.get(token)
        return at is not None and bool(self._frequency[at])

    def _known(self, question: str) -> dict[str, float]:
        """The question's stems that some record has, and what each is worth."""
        found: dict[str, float] = {}
        strange: list[str] = []
        for word in dict.fromkeys(words(question)):
            known = [stem for stem in dict.fromkeys(stems_in_all(word)) if self._has(stem)]
            found |= dict.fromkeys(known, 1.0)
            if not known and len(word) >= _SHORTEST_TYPO:
                strange.append(word)
        for word in strange[:_MOST_TYPOS]:
            meant = process.extractOne(fold(word), self._vocabulary, scorer=fuzz.ratio, score_cutoff=_LIKE_ENOUGH)
            if meant:
                found.setdefault(meant[0], _TYPO_SHARE)
        return found


def _weigh(counted: Sequence[Counted], tokens: int) -> tuple[csc_matrix, npt.NDArray[np.int64]]:
    """Okapi BM25 as Lucene has it, records by tokens, and in how many records each token stands.

    A library for it counts every word anew, which takes a third of a second for ten thousand records at every change.
    """
    starts = np.cumsum([0, *(len(numbers) for numbers, _ in counted)])
    of = np.concatenate([np.zeros(0, dtype=np.int32), *(numbers for numbers, _ in counted)])
    times = np.concatenate([np.zeros(0), *(counts for _, counts in counted)])
    frequency = np.bincount(of, minlength=tokens)
    lengths = np.array([counts.sum() for _, counts in counted])
    rarity = np.log(1.0 + (len(counted) - frequency + 0.5) / (frequency + 0.5))
    padding = _SATURATION * (1.0 - _LENGTH + _LENGTH * lengths / max(lengths.mean() if len(lengths) else 1.0, 1.0))
    weights = rarity[of] * times / (times + np.repeat(padding, np.diff(starts)))
    return csr_matrix((weights.astype(np.float32), of, starts), shape=(len(counted), tokens)).tocsc(), frequency


class Names:
    """Finds institutions that a question names, in any case form.

    ordinary: tokens of what people say without naming anybody. A name of such words alone must stand there as a whole:
    several words in their order, a single one letter by letter.
    """

    def __init__(self, names: Mapping[str, Sequence[str]], ordinary: frozenset[str] = frozenset()) -> None:
        self._names: list[tuple[str, str, tuple[str, ...]]] = []
        self._numbers: dict[str, str] = {}
        self._with: dict[str, list[int]] = defaultdict(list)
        self._word_of: dict[str, str] = {}
        self._ordinary = ordinary
        for owner, variants in names.items():
            for name in dict.fromkeys(fold(name).strip() for name in variants):
                self._add(owner, name)
        count = max(len(self._names), 1)
        self._weight = {token: math.log(1 + count / len(rows)) for token, rows in self._with.items()}

    def _add(self, owner: str, name: str) -> None:
        if len(name) < _SHORTEST_NAME:
            return
        if name.replace(" ", "").isdigit():
            self._numbers[name] = owner
            return
        self._word_of |= {word: _token(word) for word in words(name)}
        tokens = tuple(_token(word) for word in words(name))
        for token in set(tokens):
            self._with[token].append(len(self._names))
        self._names.append((owner, name, tokens))

    def mentioned(self, question: str) -> dict[str, float]:
        """Ids of institutions whose name stands in the question, with the share of it that does, 0..1."""
        folded = fold(question).strip(" .?!")
        if folded in self._numbers:  # a number beside other words is told about, not asked for
            return {self._numbers[folded]: 1.0}
        asked = [self._meant(word) for word in words(folded)]
        found: dict[str, float] = {}
        for row in self._worth_comparing(asked):
            owner, name, tokens = self._names[row]
            whole = _contains(asked, tokens) if len(tokens) > 1 else name in words(folded)
            share = 1.0 if whole else self._share(set(tokens), set(asked))
            if share >= _NAME_CUTOFF and share > found.get(owner, 0.0):
                found[owner] = share
        return found

    def _worth_comparing(self, asked: list[str]) -> set[int]:
        lists = (self._with.get(token, []) for token in set(asked))
        return {row for rows in lists if len(rows) <= _COMMON_IN_NAMES for row in rows}

    def _share(self, tokens: set[str], asked: set[str]) -> float:
        """How much of a name is there, by the weight of its words; nothing where only ordinary words are."""
        there = tokens & asked
        if there <= self._ordinary:
            return 0.0
        return sum(self._weight[token] for token in there) / sum(self._weight[token] for token in tokens)

    def _meant(self, word: str) -> str:
        token = _token(word)
        if token in self._with or token in self._ordinary or len(word) <= _SHORTEST_TYPO:
            return token
        meant = process.extractOne(word, self._word_of.keys(), scorer=fuzz.ratio, score_cutoff=_LIKE_ENOUGH)
        return self._word_of[meant[0]] if meant else token


def _contains(asked: list[str], tokens: tuple[str, ...]) -> bool:
    """Whether the words of a name follow one another in the question."""
    return any(tuple(asked[at : at + len(tokens)]) == tokens for at in range(len(asked) - len(tokens) + 1))


def tokens_of(texts: Iterable[str]) -> frozenset[str]:
    """The words of texts, each cut as a name's."""
    return frozenset(_token(word) for word in {word for text in texts for word in words(text)})


@lru_cache(maxsize=100_000)
def _token(word: str) -> str:
    """A name's word without its ending: names keep their own language whoever bends them."""
    return min((stem(word, language) for language in ("lt", "pl")), key=len)
