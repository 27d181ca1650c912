"""For whom help is asked, in the words of the three languages."""

from __future__ import annotations

import pytest

from index.needs.taxonomy import read_taxonomy
from nlu.people import _patterns, people_meant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("esu vyras ir mane muša žmona", {"men"}),
        ("vyras muša mane", set()),
        ("mąż mnie bije", set()),
        ("my husband hits me", set()),
        ("dla babci potrzebna opieka", {"elderly"}),
        ("autystyczny syn", {"disabled_children"}),
        ("my toddler does not speak", {"children"}),
        ("Ukrainietė ieško darbo", {"ukrainians"}),
        ("wyszedł z więzienia", {"ex_prisoners"}),
        ("NĖŠČIA ir viena", {"pregnant"}),
    ],
)
def test_people_are_known_by_their_words(text: str, expected: set[str]) -> None:
    assert people_meant(text) == expected


def test_each_group_is_one_of_the_directory_s() -> None:
    assert set(_patterns()) <= set(read_taxonomy().target_groups)


def test_groups_apart_are_groups_and_never_oneself() -> None:
    taxonomy = read_taxonomy()
    for group, others in taxonomy.apart.items():
        assert others <= set(taxonomy.target_groups)
        assert group not in others
    assert "women" in taxonomy.apart_from(frozenset({"men"}))
    assert "men" not in taxonomy.apart_from(frozenset({"men", "women"}))
