"""What people would use instead of this finder: the same records and place, another way to compare texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import bm25s
import numpy as np

from index.columns import Columns, Shares
from index.documents import passages
from index.evaluation.figures import Answered
from index.evaluation.golden import GoldenQuestion
from index.needs.taxonomy import Taxonomy
from index.records import Directory
from index.vectors import VectorIndex
from nlu.encoder import Encoder
from nlu.normalisation import fold
from nlu.places import Gazetteer
from nlu.words import words

_DEEP = 10
# What a peer may refuse of the answerable questions; its threshold is set on the golden questions themselves, in its
# favour.
_MAY_REFUSE = 0.02


class Comparison(Protocol):
    """Scores every text for a question; learned or indexed from the texts."""

    def scores(self, question: str) -> Shares: ...


@dataclass(frozen=True)
class Texts:
    """Texts, and the rows of the records that each speaks for."""

    texts: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]


def service_texts(directory: Directory, taxonomy: Taxonomy, columns: Columns) -> Texts:
    """What the index embeds, in all three languages."""
    found = passages(directory, taxonomy)
    rows = tuple(tuple(columns.row[target] for target in passage.targets) for passage in found)
    return Texts(tuple(passage.text for passage in found), rows)


def with_phrases(texts: Texts, taxonomy: Taxonomy, columns: Columns) -> Texts:
    """The same, and people's words of each need for the records whose first need it is."""
    first: dict[str, list[int]] = {need: [] for need in taxonomy.needs}
    for row, record in enumerate(columns.records):
        if record.needs:
            first[record.needs[0]].append(row)
    said = [(text, tuple(first[n.id])) for n in taxonomy.needs.values() for some in n.phrases.values() for text in some]
    return Texts(texts.texts + tuple(text for text, _ in said), texts.rows + tuple(rows for _, rows in said))


class Bm25:
    """bm25s as it comes: words, no stems."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._index = bm25s.BM25(method="lucene")
        self._index.index([_words(text) for text in texts], show_progress=False)
        self._count = len(texts)

    def scores(self, question: str) -> Shares:
        known = [word for word in _words(question) if word in self._index.vocab_dict]
        if not known:
            return np.zeros(self._count, dtype=np.float32)
        return np.asarray(self._index.get_scores(known), dtype=np.float32)


class CharacterNgrams:
    """TF-IDF over character n-grams within words, cosine."""

    def __init__(self, texts: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, preprocessor=fold)
        self._matrix = self._vectorizer.fit_transform(texts)

    def scores(self, question: str) -> Shares:
        found: Shares = (self._matrix @ self._vectorizer.transform([question]).T).toarray()[:, 0].astype(np.float32)
        return found


class Embeddings:
    """Vectors of an encoder in FAISS, cosine."""

    def __init__(self, texts: Sequence[str], encoder: Encoder) -> None:
        self._encoder = encoder
        self._index = VectorIndex.exact(encoder.encode_passages(texts))

    def scores(self, question: str) -> Shares:
        return self._index.scores(self._encoder.encode_question(question))


class Peer:
    """A way to compare texts, with our records, our place filter and our one answer an institution."""

    def __init__(self, comparison: Comparison, texts: Texts, columns: Columns) -> None:
        self._comparison, self._columns = comparison, columns
        self._gazetteer = Gazetteer.load()
        pairs = np.array([(row, at) for at, rows in enumerate(texts.rows) for row in rows], dtype=np.int64)
        pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
        self._text_of = pairs[:, 1]
        self._linked, self._starts = np.unique(pairs[:, 0], return_index=True)

    def rank(self, text: str) -> tuple[tuple[str, ...], float]:
        """Institutions, best first, and the best score."""
        columns = self._columns
        scores = np.full(len(columns), -np.inf, dtype=np.float32)
        found = self._comparison.scores(text)[self._text_of]
        scores[self._linked] = np.maximum.reduceat(found, self._starts)
        mentions = self._gazetteer.find(text)
        scores[~columns.here(mentions[0].municipality if mentions else None)] = -np.inf
        owners: dict[int, str] = {}
        for row in np.argsort(-scores, kind="stable").tolist():
            if scores[row] == -np.inf or len(owners) == _DEEP:
                break
            owners.setdefault(int(columns.house[row]), columns.owners[row])
        return tuple(owners.values()), float(scores.max())


class Ranker(Protocol):
    def rank(self, text: str) -> tuple[tuple[str, ...], float]: ...


def answer_with(peer: Ranker, questions: Iterable[GoldenQuestion]) -> list[Answered]:
    """What a peer answers when it refuses below the score that loses few answerable questions."""
    asked = [(question, *peer.rank(question.text)) for question in questions]
    of_answerable = [score for question, _, score in asked if question.expect]
    least = float(np.quantile(of_answerable, _MAY_REFUSE)) if of_answerable else 0.0
    return [Answered(question, owners if score >= least else ()) for question, owners, score in asked]


def _words(text: str) -> list[str]:
    return [fold(word) for word in words(text)]
