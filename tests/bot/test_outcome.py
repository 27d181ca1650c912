"""What a reply says of how it ended, the same with Rasa and without."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from bot.message import Reply
from bot.outcome import Outcome, after_danger, outcome_of, read_outcome
from index.query import SearchResult

VISAGINAS = "Visagino savivaldybė"
FOOD = "kur gauti maisto paketą Visagine?"


def result(**more: Any) -> SearchResult:
    values: dict[str, Any] = {"match": True, "needs": ("debts-bills", "no-money"), "municipality": VISAGINAS, **more}
    return SearchResult(cards=(), total=0, place_matters=False, took_ms=1.0, **values)


def raises() -> None:
    raise RuntimeError


@pytest.mark.parametrize(
    ("found", "asks_back", "kind", "needs"),
    [
        (result(), False, "answered", ("debts-bills", "no-money")),
        (result(unsure=True), True, "did_you_mean", ()),
        (result(match=False), False, "nothing_found", ("debts-bills", "no-money")),
        (result(match=False, unsure=True), False, "nothing_found", ()),
        (result(match=False, unsure=True, elsewhere=True), False, "nothing_found", ("elsewhere",)),
    ],
)
def test_a_searchs_outcome_names_only_needs_that_are_sure(
    found: SearchResult, asks_back: bool, kind: str, needs: tuple[str, ...]
) -> None:
    outcome = outcome_of(found, asks_back=asks_back)
    assert (outcome.kind, outcome.needs, outcome.municipality) == (kind, needs, VISAGINAS)


def test_danger_is_counted_for_the_need_behind_it_and_distress_is_not_danger() -> None:
    outcome = Outcome("answered", ("migrant",))
    assert after_danger(outcome, "danger", "violence") == Outcome("danger_shown", ("violence-home",))
    assert after_danger(outcome, "danger", "other").kind == "danger_shown"
    assert after_danger(outcome, "distress", "violence") == outcome


def test_an_outcome_survives_the_way_through_rasa() -> None:
    outcome = Outcome("nothing_found", ("elsewhere",), VISAGINAS)
    assert read_outcome(json.loads(json.dumps(outcome.as_json()))) == outcome


@pytest.mark.dialogue
@pytest.mark.parametrize("with_rasa", [True, False], ids=["with Rasa", "without"])
@pytest.mark.parametrize(
    ("text", "kind", "needs", "municipality"),
    [
        (FOOD, "answered", ("no-food",), VISAGINAS),
        ("where do I renew my passport", "nothing_found", ("elsewhere",), None),
        ("my husband is beating me right now", "danger_shown", ("violence-home",), None),
        ("labas", "talk", (), None),
    ],
)
def test_a_message_ends_the_same_with_rasa_and_without(
    with_rasa: bool, text: str, kind: str, needs: tuple[str, ...], municipality: str | None, breakable: Any
) -> None:
    if not with_rasa:
        breakable.search.in_rasa = raises
    outcome = breakable.say(secrets.token_hex(16), text).outcome
    assert (outcome.kind, outcome.needs, outcome.municipality) == (kind, needs, municipality)


@pytest.mark.dialogue
def test_questions_about_a_card_are_no_new_requests_and_another_place_is(say: Callable[..., Reply]) -> None:
    assert say(FOOD).outcome.kind == "answered"
    assert say("koks telefonas?").outcome.kind == "talk"
    assert say("antras").outcome.kind == "talk"
    again = say("o Kaune?").outcome
    assert (again.kind, again.needs, again.municipality) == ("answered", ("no-food",), "Kauno miesto savivaldybė")


@pytest.mark.dialogue
def test_asking_for_a_person_is_for_what_was_spoken_of(say: Callable[..., Reply]) -> None:
    say(FOOD)
    outcome = say("noriu kalbėti su žmogumi").outcome
    assert (outcome.kind, outcome.needs[0], outcome.municipality) == ("human_asked", "no-food", VISAGINAS)


@pytest.mark.dialogue
@pytest.mark.parametrize(
    ("text", "language"),
    [("Де отримати допомогу з боргами?", "uk"), ("Wo bekomme ich Hilfe, ich habe Schulden?", "other")],
)
def test_the_persons_own_language_is_told_though_the_answer_is_in_others(
    text: str, language: str, say: Callable[..., Reply]
) -> None:
    assert say(text).outcome.language == language


@pytest.mark.dialogue
def test_the_contracts_json_says_nothing_of_it(say: Callable[..., Reply]) -> None:
    assert set(say(FOOD).as_json()) == {"language", "crisis", "replies"}
