"""A small text classifier: the sentence's vector beside its character n-grams, and a logistic regression.

The vector carries meaning across languages; n-grams carry single words, names and typos. Weights are
plain arrays in one file, so that nothing has to be unpickled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nlu.encoder import Encoder, Vectors
from nlu.normalisation import fold

_BUCKETS = 1 << 13
# The vector has unit length, and so have the n-grams; meaning counts more than letters.
_LETTERS_WEIGHT = 0.5
_VECTOR_SCALE = 4.0


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
        cls, texts: Sequence[str], labels: Sequence[str], encoder: Encoder, strictness: float = 3.0
    ) -> TextClassifier:
        """Learns from examples. `strictness` is the inverse of regularisation."""
        from sklearn.linear_model import LogisticRegression

        # People type without diacritics; each example is learned both ways.
        both = [*texts, *(fold(text) for text in texts)]
        features = _features(both, encoder.encode_questions(both))
        model = LogisticRegression(C=strictness, max_iter=150)
        model.fit(features, [*labels, *labels])
        weights, bias = model.coef_, model.intercept_
        if len(model.classes_) == 2:  # scikit-learn keeps one row for two classes
            weights, bias = np.concatenate([-weights, weights]), np.concatenate([-bias, bias])
        return cls(tuple(map(str, model.classes_)), weights.astype(np.float32), bias.astype(np.float32))

    def probabilities(self, text: str, vector: Vectors) -> npt.NDArray[np.float32]:
        """Shape (labels,), summing to one. `vector` is the text's, as a question."""
        letters = _letters([text])
        dense = self.weights[:, : vector.shape[0]] @ (vector * _VECTOR_SCALE)
        sparse = self.weights[:, vector.shape[0] :][:, letters.indices] @ letters.data
        scores = dense + sparse * _LETTERS_WEIGHT * _VECTOR_SCALE + self.bias
        odds = np.exp(scores - scores.max())
        result: npt.NDArray[np.float32] = (odds / odds.sum()).astype(np.float32)
        return result

    def save(self, path: Path) -> None:
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
    return _vectorizer().transform(texts)


def _features(texts: Sequence[str], vectors: Vectors) -> Any:
    from scipy.sparse import csr_matrix, hstack

    return hstack([csr_matrix(vectors * _VECTOR_SCALE), _letters(texts) * (_LETTERS_WEIGHT * _VECTOR_SCALE)]).tocsr()
