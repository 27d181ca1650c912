"""Nearest passages by meaning: FAISS over unit vectors whose language's mean has been taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import faiss
import numpy as np

from nlu.encoder import Vectors

# Up to here comparing with every vector is quickest; a country's directory is grouped and kept in eight bits.
_EXACT_UP_TO = 20_000
# Groups that are looked into, and passages that are given back, of a grouped index.
_GROUPS_READ, _NEAREST = 24, 3_000
# One near text may be chance; a few are a subject.
_FEW = 5


class VectorIndex:
    """Cosines of a question and the passages."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index
        if isinstance(index, faiss.IndexIVF):
            index.nprobe = _GROUPS_READ

    @classmethod
    def of(cls, vectors: Vectors) -> VectorIndex:
        """Exact for a few thousand, grouped and compressed for more."""
        return cls.exact(vectors) if len(vectors) <= _EXACT_UP_TO else cls.grouped(vectors)

    @classmethod
    def exact(cls, vectors: Vectors) -> VectorIndex:
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        return cls(index)

    @classmethod
    def grouped(cls, vectors: Vectors) -> VectorIndex:
        count, dimension = vectors.shape
        groups = 1 << (int(count**0.5).bit_length() - 1)
        index = faiss.index_factory(dimension, f"IVF{groups},SQ8", faiss.METRIC_INNER_PRODUCT)
        index.cp.niter, index.cp.max_points_per_centroid = 8, 64
        index.train(vectors)
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
        """The cosine to every passage, in the order in which they were added; 0 for far ones of a large index."""
        wanted = min(len(self), _NEAREST) if isinstance(self._index, faiss.IndexIVF) else len(self)
        result = np.zeros(len(self), dtype=np.float32)
        if wanted:
            products, rows = self._index.search(vector[None, :], wanted)
            found = rows[0] >= 0
            result[rows[0][found]] = products[0][found]
        return result

    def nearness(self, vector: Vectors) -> float:
        """The mean cosine of the few nearest texts; 0 of none."""
        if not len(self):
            return 0.0
        products, rows = self._index.search(vector[None, :], min(len(self), _FEW))
        found = products[0][rows[0] >= 0]
        return float(found.mean()) if len(found) else 0.0


def language_means(vectors: Vectors, languages: Sequence[str]) -> dict[str, Vectors]:
    """The mean vector of each language. Texts of one language lean to one side, whatever they mean."""
    names = np.array(languages)
    return {name: vectors[names == name].mean(axis=0) for name in dict.fromkeys(languages)}


def without_language(vectors: Vectors, languages: Sequence[str], means: Mapping[str, Vectors]) -> Vectors:
    """Unit vectors again, with each language's mean taken away; an unknown language loses the common mean."""
    if not means or not len(vectors):
        return vectors.astype(np.float32)
    common = np.mean(list(means.values()), axis=0)
    moved = vectors - np.stack([means.get(language, common) for language in languages])
    result: Vectors = (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)
    return result
