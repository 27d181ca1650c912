"""Builds: what is remembered, what is written, and what is switched in."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.building import build_index, current_name, index_folder, open_build
from index.needs.taxonomy import read_taxonomy
from index.remembering import RememberingEncoder
from index.search import ServiceIndex
from index.vocabulary import common_words
from nlu.encoder import Encoder, open_encoder


class Counting:
    """Counts the texts that are really encoded."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self.count = encoder, 0
        self.fingerprint, self.dimension = encoder.fingerprint, encoder.dimension
        self.encode_question = encoder.encode_question

    def encode_questions(self, texts: Sequence[str]) -> np.ndarray:
        self.count += len(texts)
        return self._encoder.encode_questions(texts)

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        return self.encode_questions(texts)


def test_a_text_is_encoded_once_however_often_the_index_is_built(tmp_path: Path, fake_encoder: Encoder) -> None:
    counting = Counting(fake_encoder)
    first = RememberingEncoder(counting, tmp_path)
    rows = first.encode_questions(["a", "b", "a"])
    first.keep()
    assert counting.count == 2
    assert np.array_equal(rows[0], rows[2])
    second = RememberingEncoder(counting, tmp_path)
    assert np.array_equal(second.encode_questions(["b", "c"])[0], rows[1])
    assert counting.count == 3


def test_a_question_and_a_passage_of_the_same_words_are_two_texts(tmp_path: Path, fake_encoder: Encoder) -> None:
    counting = Counting(fake_encoder)
    encoder = RememberingEncoder(counting, tmp_path)
    encoder.encode_questions(["a"])
    encoder.encode_passages(["a"])
    assert counting.count == 2


def test_what_is_no_longer_asked_for_is_not_kept(tmp_path: Path, fake_encoder: Encoder) -> None:
    counting = Counting(fake_encoder)
    first = RememberingEncoder(counting, tmp_path)
    first.encode_questions(["a", "b"])
    first.keep()
    second = RememberingEncoder(counting, tmp_path)
    second.encode_questions(["a"])
    second.keep()
    RememberingEncoder(counting, tmp_path).encode_questions(["b"])
    assert counting.count == 3


def test_a_changed_record_is_built_without_learning_the_needs_again(tmp_path: Path, index: ServiceIndex) -> None:
    before = index_folder() / current_name()
    shutil.copytree(before, tmp_path / before.name)
    for remembered in index_folder().glob("vectors-*.npz"):
        shutil.copy(remembered, tmp_path)
    service = next(service for service in index.directory.shown_services() if not service.statutory)
    renamed = replace(service, name={**service.name, "lt": "Visiškai naujas pavadinimas"})
    directory = replace(index.directory, services={**index.directory.services, service.id: renamed})
    build = open_build(open_encoder(), build_index(directory, open_encoder(), folder=tmp_path).parent)
    assert build.name != before.name
    assert any("Visiškai naujas pavadinimas" in text for text, _ in build.rows)
    assert (tmp_path / build.name / "needs.npz").read_bytes() == (before / "needs.npz").read_bytes()


def test_the_progress_adds_up_to_every_text(tmp_path: Path, fake_encoder: Encoder) -> None:
    steps: list[int] = []
    encoder = RememberingEncoder(fake_encoder, tmp_path, steps.append)
    encoder.encode_questions(["a", "b", "c"])
    encoder.encode_questions(["a", "d"])
    assert sum(steps) == 5


@pytest.mark.parametrize(("word", "language"), [("nakvynės", "lt"), ("pieniędzy", "pl"), ("husband", "en")])
def test_words_of_a_language_are_those_that_its_speakers_use(word: str, language: str) -> None:
    found = common_words(read_taxonomy())
    assert [name for name, words in found.items() if word in words] == [language]


def test_a_loan_word_is_not_taken_for_the_language_that_borrows_it() -> None:
    """Poles around Vilnius write "pašalpa" into Polish sentences; it stays Lithuanian, or nobody's."""
    assert "pašalpą" not in common_words(read_taxonomy())["en"]
