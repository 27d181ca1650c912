"""Asks the golden questions of the finder, as a resident would: no hint of place or language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from index.evaluation.figures import SHOWN, Answered
from index.evaluation.golden import GoldenQuestion
from index.query import Query
from index.search import ServiceIndex

_DEEP = 10


def answer_all(index: ServiceIndex, questions: Iterable[GoldenQuestion]) -> list[Answered]:
    answered = []
    for question in questions:
        result = index.search(Query(question.text, question.language, limit=_DEEP))
        answered.append(Answered(question, tuple(card.organization_id for card in result.cards), result.took_ms))
    return answered


def misses(answered: Iterable[Answered]) -> Iterator[str]:
    """One line for each question that was answered wrongly, for people who improve the finder."""
    for item in answered:
        question = item.question
        if question.expect and not item.right_within(SHOWN):
            found = ", ".join(item.owners[:SHOWN]) or "nothing"
            yield f"{question.language} {question.style} [{question.need}] {question.text} -> {found}"
        elif not question.expect and item.owners:
            yield f"{question.language} unanswerable {question.text} -> {item.owners[0]}"
