"""Slips of the keyboard, from which the classifiers learn."""

from __future__ import annotations

import random

from rapidfuzz.distance import OSA

from nlu.normalisation import calm, fold
from nlu.slips import as_typed, with_slips

TEXTS = ["neturiu kur nakvoti šiąnakt", "mąż bije, boję się wrócić do domu", "my mother cannot be left alone any more"]


def test_slips_are_few_and_leave_the_text_readable() -> None:
    for seed in range(50):
        for text in TEXTS:
            assert OSA.distance(with_slips(text, random.Random(seed)), text) <= 3


def test_a_text_is_always_typed_the_same_way() -> None:
    assert [as_typed(text) for text in TEXTS] == [as_typed(text) for text in TEXTS]


def test_most_texts_lose_their_diacritics_and_some_get_slips() -> None:
    typed = [as_typed(f"{text} {number}") for text in TEXTS[:2] for number in range(100)]
    plain = {fold(f"{text} {number}") for text in TEXTS[:2] for number in range(100)}
    bare = sum(text in plain for text in typed)
    assert 80 < bare < 160
    assert sum(text is not None for text in typed) > 190


def test_what_typing_does_not_change_is_not_learned_twice() -> None:
    assert as_typed("ok") is None


def test_capitals_alone_are_read_as_small_letters() -> None:
    assert calm("NUMERIS") == "numeris"
    assert calm("VMKC telefonas") == "VMKC telefonas"
