"""One state of the directory together with one build: what a search looks at."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from index.building import Build
from index.catalogue import Catalogue
from index.columns import Columns, Shares
from index.documents import Document, Sentence, documents, hidden
from index.lexicon import Names
from index.needs.taxonomy import read_taxonomy
from index.records import Directory
from index.vectors import without_language
from nlu.detection import detect
from nlu.encoder import Encoder, Vectors

# Texts that are encoded here at most: a person's edits of a day when a process starts, and when it runs no more than
# takes a second.
_MOST_AT_FIRST, _MOST_LATER = 300, 100


class Shelf:
    """Texts that the build does not know yet (a record was edited) are encoded here, so they are found at once.

    Only a few hundred are: after an import of thousands, the rest are found by their words, names and needs, and their
    likeness of meaning is 0 until the next build. before: the shelf of an earlier state, from which is kept what has
    not changed, so that a change costs a fraction of a second however large the directory is.
    """

    def __init__(
        self, directory: Directory, build: Build, encoder: Encoder, revision: str, before: Shelf | None = None
    ) -> None:
        self.directory, self.build, self.revision = directory, build, revision
        self.taxonomy = read_taxonomy()
        self._documents: Mapping[str, Document] = documents(
            directory, self.taxonomy, before._documents if before else {}
        )
        self._added, self._new_vectors = self._encode_new(encoder, before)
        self._rows: Mapping[Sentence, int] = {**build.rows, **self._added} if self._added else build.rows
        self.shown: Catalogue = Catalogue(
            directory, tuple(directory.shown()), self._documents, self._rows, before.shown if before else None
        )
        self.shown.columns.prepare()
        if before and "everything" in vars(before):
            self.everything.columns.prepare()

    @cached_property
    def everything(self) -> Catalogue:
        """With the records that residents are not shown; made when staff first look something up."""
        more = tuple(hidden(self.directory))
        if not more:
            return self.shown
        records = (*self.shown.columns.records, *more)
        return Catalogue(self.directory, records, self._documents, self._rows, self.shown, with_hidden=True)

    @property
    def columns(self) -> Columns:
        """Of what residents are shown."""
        return self.shown.columns

    @property
    def names(self) -> Names:
        """Of what residents are shown."""
        return self.shown.names

    def centres(self, municipality: str | None) -> frozenset[str]:
        """The social services centre of a place."""
        places = [self.directory.municipality(municipality)] if municipality else []
        return frozenset(place.centre for place in places if place and place.centre)

    def meaning(self, text: str, vector: Vectors, catalogue: Catalogue | None = None) -> Shares:
        """The cosine of a question and each record's best passage."""
        moved = without_language(vector[None, :], [detect(text).language], self.build.question_means)[0]
        return (catalogue or self.shown).meaning(self._cosines(moved))

    def likeness(self, passage: Vectors, language: str) -> Shares:
        """The cosine of a text as it is encoded for records and each shown record's best passage."""
        return self.shown.meaning(self._cosines(self.without_language(passage[None, :], language)[0]))

    def without_language(self, passages: Vectors, language: str) -> Vectors:
        """Vectors of texts in one language, comparable with those of records."""
        return without_language(passages, [language] * len(passages), self.build.passage_means)

    def _cosines(self, moved: Vectors) -> Vectors:
        return np.concatenate([self.build.vectors.scores(moved), self._new_vectors @ moved])

    def _encode_new(self, encoder: Encoder, before: Shelf | None) -> tuple[dict[Sentence, int], Vectors]:
        """Rows and vectors of texts that the build lacks; what an earlier shelf has encoded is taken from there."""
        before = before if before and before.build is self.build else None
        known, old = (before._added, before._documents) if before else ({}, {})
        kept: dict[Sentence, None] = {}
        new: dict[Sentence, None] = {}
        for key, document in self._documents.items():
            for sentence in document.sentences:
                if sentence in known:
                    kept[sentence] = None
                elif sentence not in self.build.rows and old.get(key) is not document:
                    new[sentence] = None
        wanted = list(new)[: _MOST_LATER if before else _MOST_AT_FIRST]
        vectors = [np.zeros((0, encoder.dimension), dtype=np.float32)]
        if before and kept:
            first = len(before.build.rows)
            vectors.append(before._new_vectors[[known[sentence] - first for sentence in kept]])
        if wanted:
            encoded = encoder.encode_passages([text for text, _ in wanted])
            languages = [language for _, language in wanted]
            vectors.append(without_language(encoded, languages, self.build.passage_means))
        rows = {sentence: len(self.build.rows) + at for at, sentence in enumerate([*kept, *wanted])}
        return rows, np.concatenate(vectors)
