"""A small text classifier: the sentence's vector beside its character n-grams, and a logistic regression.

The vector carries meaning across languages; n-grams carry single words, names and typos. Weights are
plain arrays in one file, so that nothing has to be unpickled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from nlu.encoder import Encoder, Vectors
from nlu.normalisation import fold
from nlu.slips import as_typed

_BUCKETS = 1 << 13
# The vector has unit length, and so have the n-grams; meaning counts more than letters.
_VECTOR_SCALE, _LETTERS_SCALE = 4.0, 2.0
# Inverse of the pull towards small weights, and rounds of the optimiser; chosen on held-out phrases.
_FREEDOM, _ROUNDS = 2.0, 100


@dataclass(frozen=True)
class TextClassifier:
    """Gives each label a probability.

    labels: in the order of the rows of `weights`, shape (labels, dimension + buckets).
    """

    labels: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        labels: Sequence[str],
        encoder: Encoder,
        typed: Callable[[str], str | None] = as_typed,
    ) -> TextClassifier:
        """Learns from examples, and from each as `typed` writes it."""
        # People type without diacritics and with slips; each example is learned in that way too.
        again = [(typed(text), label) for text, label in zip(texts, labels, strict=True)]
        also = [(text, label) for text, label in again if text is not None]
        both = [*texts, *(text for text, _ in also)]
        names = sorted(set(labels))
        rows = {name: row for row, name in enumerate(names)}
        answers = np.array([rows[label] for label in [*labels, *(label for _, label in also)]])
        vectors = (encoder.encode_questions(both) * _VECTOR_SCALE).astype(np.float32)
        weights, bias = _learn(vectors, _letters(both) * _LETTERS_SCALE, answers, len(names))
        return cls(tuple(names), weights, bias)

    def probabilities(self, text: str, vector: Vectors) -> npt.NDArray[np.float32]:
        """Shape (labels,), summing to one. `vector` is the text's, as a question."""
        letters = _letters([text])
        dense = self.weights[:, : vector.shape[0]] @ (vector * _VECTOR_SCALE)
        sparse = self.weights[:, vector.shape[0] :][:, letters.indices] @ letters.data
        scores = dense + sparse * _LETTERS_SCALE + self.bias
        odds = np.exp(scores - scores.max())
        result: npt.NDArray[np.float32] = (odds / odds.sum()).astype(np.float32)
        return result

    def save(self, path: Path | BinaryIO) -> None:
        # The array of labels is text, not objects, so that the file loads without unpickling.
        np.savez_compressed(path, labels=np.array(self.labels), weights=self.weights.astype(np.float16), bias=self.bias)

    @classmethod
    def load(cls, path: Path) -> TextClassifier:
        with np.load(path, allow_pickle=False) as stored:
            return cls(tuple(stored["labels"].tolist()), stored["weights"].astype(np.float32), stored["bias"])


@cache
def _vectorizer() -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), n_features=_BUCKETS, alternate_sign=False, norm="l2", preprocessor=fold
    )


def _letters(texts: Sequence[str]) -> Any:
    return _vectorizer().transform(texts).astype(np.float32)


def _learn(vectors: Vectors, letters: Any, answers: Any, labels: int) -> tuple[Vectors, Vectors]:
    """Multinomial logistic regression by L-BFGS; weights of shape (labels, dimension + buckets), and the bias.

    scikit-learn's takes one matrix, in which the dense vectors would lie as a sparse one, at six times the time.
    """
    from scipy.optimize import minimize

    size, width = len(answers), vectors.shape[1] + letters.shape[1]
    letters_by_bucket = letters.T.tocsr()

    def loss(flat: Any) -> tuple[float, Any]:
        weights, bias = flat[:-labels].reshape(width, labels), flat[-labels:]
        dense, sparse = weights[: vectors.shape[1]], weights[vectors.shape[1] :]
        scores = vectors @ dense + letters @ sparse + bias
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores)
        chances /= chances.sum(axis=1, keepdims=True)
        cost = -np.log(chances[np.arange(size), answers] + 1e-12).sum() * _FREEDOM + 0.5 * (weights**2).sum()
        chances[np.arange(size), answers] -= 1.0
        chances *= _FREEDOM
        slope = np.concatenate([vectors.T @ chances, letters_by_bucket @ chances]) + weights
        return float(cost), np.concatenate([slope.ravel(), chances.sum(axis=0)])

    found = minimize(
        loss, np.zeros(width * labels + labels), jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS}
    ).x.astype(np.float32)
    return np.ascontiguousarray(found[:-labels].reshape(width, labels).T), found[-labels:]
