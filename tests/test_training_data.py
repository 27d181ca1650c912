"""What the finder learns from must not be what it is judged by, and must be whole in each language."""

from __future__ import annotations

from index.building import examples
from index.evaluation.golden import golden_questions
from index.needs.taxonomy import read_taxonomy
from index.records import LANGUAGES
from nlu.normalisation import fold


def folded(text: str) -> str:
    return " ".join(fold(text).split()).strip(" .?!")


def test_no_golden_question_stands_among_the_phrases_that_are_learned() -> None:
    learned = {folded(text) for text, _, _ in examples(read_taxonomy())}
    asked = {folded(question.text): question.text for question in golden_questions()}
    # Single words such as "maistas" are said by everybody.
    assert not [text for key, text in asked.items() if key in learned and len(key.split()) > 2]


def test_each_need_has_its_texts_and_at_least_fifteen_phrases_in_each_language() -> None:
    needs = read_taxonomy().needs
    assert len(needs) >= 60
    for need in needs.values():
        for language in LANGUAGES:
            assert need.name[language]
            assert need.sentence[language]
            assert len(set(need.phrases[language])) >= 15, (need.id, language)


def test_numbers_of_needs_are_their_own() -> None:
    numbers = [need.number for need in read_taxonomy().needs.values()]
    assert len(set(numbers)) == len(numbers)
