"""The examples of dialogue acts: the same acts in each language, enough of each, and no example in two acts."""

from pathlib import Path

import pytest
import yaml

import nlu
from nlu.normalisation import fold

DATA = Path(nlu.__file__).parent / "data"
LANGUAGES = ["lt", "pl", "en"]
RICH = {"choose_item", "give_place", "change_language"}


def examples_of(language: str) -> dict[str, list[str]]:
    acts = yaml.safe_load((DATA / language / "acts.yml").read_text(encoding="utf-8"))["nlu"]
    return {act["intent"]: [line[2:] for line in act["examples"].splitlines()] for act in acts}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_the_same_acts(language: str) -> None:
    assert list(examples_of(language)) == list(examples_of("lt"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_act_has_enough_examples(language: str) -> None:
    for act, examples in examples_of(language).items():
        least = 150 if act == "service_request" else 35 if act in RICH or act.startswith("ask_") else 30
        assert len(examples) >= least, act


def test_no_example_stands_in_two_acts() -> None:
    seen: dict[str, str] = {}
    for language in LANGUAGES:
        for act, examples in examples_of(language).items():
            for example in examples:
                assert seen.setdefault(fold(example).strip(" ?!."), act) == act, example
