"""Records that may be found together with all that finds them: columns, names, words and links to their passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from index.columns import Columns, Record, Shares
from index.documents import Document, Sentence, institution_names
from index.lexicon import Lexicon, Names, tokens_of
from index.needs.taxonomy import read_taxonomy
from index.records import Directory
from nlu.encoder import Vectors


class Catalogue:
    """What residents are shown, or with hidden records what staff look things up in: neither changes the other.

    rows: where the vector of each text stands. before: the catalogue of an earlier state, from which is kept what has
    not changed.
    """

    def __init__(
        self, directory: Directory, records: Sequence[Record], documents: Mapping[str, Document],
        rows: Mapping[Sentence, int], before: Catalogue | None, with_hidden: bool = False,
    ) -> None:  # fmt: skip
        self.columns = Columns(directory, tuple(read_taxonomy().needs), records)
        self.names = Names(institution_names(directory, with_hidden), _ordinary() | _places(directory))
        found = [documents[record.id] for record in records]
        self._lexicon: Lexicon = Lexicon([document.words for document in found], before._lexicon if before else None)
        pairs = [
            (row, rows[sentence])
            for row, document in enumerate(found)
            for sentence in document.sentences
            if sentence in rows
        ]
        linked = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        self._passage_of = linked[:, 1]
        self._linked, self._starts = np.unique(linked[:, 0], return_index=True)

    def meaning(self, cosines: Vectors) -> Shares:
        """The cosine of each record's best passage, from those of all passages; 0 where none has a vector yet."""
        best = np.zeros(len(self.columns), dtype=np.float32)
        if len(self._linked):
            best[self._linked] = np.maximum.reduceat(cosines[self._passage_of], self._starts)
        return best

    def words(self, text: str) -> Shares:
        """Each record's share of the best BM25 score."""
        scores = self._lexicon.scores(text)
        top = float(scores.max(initial=0.0))
        return scores / top if top > 0 else scores


@cache
def _ordinary() -> frozenset[str]:
    """Tokens of everything that people say of needs. Cutting them takes seconds, so it is done once."""
    return tokens_of(read_taxonomy().all_phrases())


def _places(directory: Directory) -> frozenset[str]:
    """Where somebody lives stands in many names ("Visagino ... centras") and names none of them."""
    places = directory.municipalities.values()
    return tokens_of(name for m in places for name in (m.seat, *m.name.values(), *m.short.values()))
