"""Nearest passages by meaning: FAISS over unit vectors whose language's mean has been taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import faiss
import numpy as np

from nlu.encoder import Vectors


class VectorIndex:
    """Inner products against every passage; a few thousand, so the exact index is also the fastest."""

    def __init__(self, index: faiss.IndexFlatIP) -> None:
        self._index = index

    @classmethod
    def of(cls, vectors: Vectors) -> VectorIndex:
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        return cls(index)

    @classmethod
    def read(cls, path: Path) -> VectorIndex:
        return cls(faiss.read_index(str(path)))

    def write(self, path: Path) -> None:
        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def scores(self, vector: Vectors) -> Vectors:
        """The cosine to every passage, in the order in which they were added."""
        products, rows = self._index.search(vector[None, :], len(self))
        result = np.empty(len(self), dtype=np.float32)
        result[rows[0]] = products[0]
        return result


def language_means(vectors: Vectors, languages: Sequence[str]) -> dict[str, Vectors]:
    """The mean vector of each language. Texts of one language lean to one side, whatever they mean."""
    names = np.array(languages)
    return {name: vectors[names == name].mean(axis=0) for name in dict.fromkeys(languages)}


def without_language(vectors: Vectors, languages: Sequence[str], means: Mapping[str, Vectors]) -> Vectors:
    """Unit vectors again, with each language's mean taken away; an unknown language loses the common mean."""
    common = np.mean(list(means.values()), axis=0)
    moved = vectors - np.stack([means.get(language, common) for language in languages])
    result: Vectors = (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)
    return result
