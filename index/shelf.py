"""One state of the directory together with one build: what a search looks at."""

from __future__ import annotations

import numpy as np

from index.building import Build
from index.columns import Columns, Shares
from index.documents import institution_names, passages, searchable_words
from index.lexicon import Lexicon, Names
from index.needs.taxonomy import read_taxonomy
from index.records import Directory
from index.vectors import without_language
from nlu.detection import detect
from nlu.encoder import Encoder, Vectors


class Shelf:
    """Texts that the build does not know yet (a record was edited) are encoded here, so they are found at once."""

    def __init__(self, directory: Directory, build: Build, encoder: Encoder, revision: str) -> None:
        self.directory, self.build, self.revision = directory, build, revision
        self.taxonomy = read_taxonomy()
        self.columns = Columns(directory, tuple(self.taxonomy.needs))
        # Where somebody lives stands in many names ("Visagino ... centras") and names none of them.
        places = [
            name for m in directory.municipalities.values() for name in (m.seat, *m.name.values(), *m.short.values())
        ]
        self.names = Names(institution_names(directory), [*self.taxonomy.all_phrases(), *places])
        words = searchable_words(directory, self.taxonomy)
        self._lexicon = Lexicon([words[record.id] for record in self.columns.records])
        self._link_passages(encoder)

    def centres(self, municipality: str | None) -> frozenset[str]:
        """The social services centre of a place."""
        places = [self.directory.municipality(municipality)] if municipality else []
        return frozenset(place.centre for place in places if place and place.centre)

    def meaning(self, text: str, vector: Vectors) -> Shares:
        """The cosine of each record's best passage."""
        moved = without_language(vector[None, :], [detect(text).language], self.build.question_means)[0]
        scores = np.concatenate([self.build.vectors.scores(moved), self._new_vectors @ moved])
        best = np.zeros(len(self.columns), dtype=np.float32)
        best[self._linked] = np.maximum.reduceat(scores[self._passage_of], self._starts)
        return best

    def words(self, text: str) -> Shares:
        """Each record's share of the best BM25 score."""
        scores = self._lexicon.scores(text)
        top = float(scores.max(initial=0.0))
        return scores / top if top > 0 else scores

    def _link_passages(self, encoder: Encoder) -> None:
        """Pairs of records and the rows of their passages, ordered by record."""
        found = passages(self.directory, self.taxonomy)
        rows = self.build.rows
        new = [passage for passage in found if (passage.text, passage.language) not in rows]
        self._new_vectors = np.zeros((0, encoder.dimension), dtype=np.float32)
        if new:
            self._new_vectors = without_language(
                encoder.encode_passages([passage.text for passage in new]),
                [passage.language for passage in new], self.build.passage_means,
            )  # fmt: skip
        added = {(p.text, p.language): len(rows) + at for at, p in enumerate(new)}
        row_of = self.columns.row
        pairs = sorted(
            (row_of[target], rows.get((p.text, p.language), added.get((p.text, p.language), 0)))
            for p in found
            for target in p.targets
        )
        linked = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        self._passage_of = linked[:, 1]
        self._linked, self._starts = np.unique(linked[:, 0], return_index=True)
