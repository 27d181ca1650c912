"""Ranking, on the real directory: people, variety, names, typos, and what is searched at any size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import ranking
from index.answering import Signs, chance_of_an_answer
from index.directory.database import open_database
from index.directory.importing import import_directory
from index.directory.starter import read_starter
from index.lexicon import Lexicon, Names
from index.query import Query
from index.scaling import scaled_shelf
from index.search import ServiceIndex
from index.vectors import VectorIndex
from nlu.encoder import open_encoder


def first_needs(index: ServiceIndex, text: str, shown: int = 3) -> list[tuple[str, ...]]:
    result = index.search(Query(text, limit=shown))
    return [tuple(index.shelf.columns.records[index.shelf.columns.row[c.service_id]].needs) for c in result.cards]


def test_the_score_of_a_hit_is_the_sum_of_its_reasons(index: ServiceIndex) -> None:
    columns, asked, candidates = index.looked_at(Query("vyras muša mane, Vilnius"))
    hits, _ = ranking.best(columns, asked, ranking.score_all(columns, asked, candidates), 10)
    for hit in hits:
        assert sum(hit.reasons.values()) == pytest.approx(hit.score, abs=1e-4)


def test_every_score_has_a_weight_and_every_weight_a_use(index: ServiceIndex) -> None:
    signs = {f"ours_{name}" for name in vars(Signs(0.0, 0.0, 0.0, 0.0, 0.0))}
    others = {"meaning_floor", "variety", "sure_at", "relevant_at", "ours", "answer_at", "unsure_below"}
    assert set(ranking.weights()) == {*ranking.SCORES, *signs, *others}


def test_a_man_who_is_beaten_is_not_sent_to_a_place_for_women_only(index: ServiceIndex) -> None:
    columns, asked, candidates = index.looked_at(Query("esu vyras, žmona mane muša, Vilnius"))
    assert asked.people == {"men"}
    assert "women" in asked.not_people
    scores = ranking.score_all(columns, asked, candidates)
    groups = [set(record.target_groups) for record in columns.records]
    for_women = [row for row, mine in enumerate(groups) if "women" in mine and "men" not in mine]
    assert for_women
    assert all(scores.parts["other_people"][row] == 1.0 for row in for_women)
    assert ranking.weights()["other_people"] < 0


def test_an_unsure_need_gives_answers_to_several(index: ServiceIndex) -> None:
    """A word that says little is no reason for three answers to the same guess."""
    columns, asked, candidates = index.looked_at(Query("pagalba"))
    nothing = np.zeros(len(columns), dtype=np.float32)
    unsure = replace(
        asked,
        needs=dict.fromkeys(asked.needs, 0.0) | {"no-food": 0.45, "alcohol": 0.44},
        meaning=nothing,
        words=nothing,
    )
    scores = ranking.score_all(columns, unsure, candidates)
    hits, _ = ranking.best(columns, unsure, scores, 3)
    answered = {need for hit in hits for need in ("no-food", "alcohol") if need in hit.record.needs[:3]}
    assert answered == {"no-food", "alcohol"}


def test_records_of_one_house_are_one_answer(index: ServiceIndex) -> None:
    columns, asked, candidates = index.looked_at(Query("pagalba šeimai, Vilnius"))
    hits, institutions = ranking.best(columns, asked, ranking.score_all(columns, asked, candidates), 50)
    houses = [int(columns.house[columns.row[hit.record.id]]) for hit in hits]
    assert len(houses) == len(set(houses)) <= institutions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gdzie jest dom Betanii", "caritas-betanija"),
        ("ar maltiečiams galima paskambinti", "maltieciai"),
        ("Raudonojo Kryžiaus telefonas", "redcross-lt"),
        ("Vaikų linijoje niekas neatsiliepia", "vaiku-linija"),
    ],
)
def test_names_are_known_in_every_case(index: ServiceIndex, text: str, expected: str) -> None:
    assert expected in index.shelf.names.mentioned(text)


@pytest.mark.parametrize("text", ["vaikai mano alkani", "nebeturiu vilties", "krizė šeimoje", "dienos centras vaikams"])
def test_everyday_words_name_no_institution(index: ServiceIndex, text: str) -> None:
    assert index.shelf.names.mentioned(text) == {}


def test_a_number_alone_asks_about_its_line_and_beside_words_it_does_not() -> None:
    names = Names({"line": ("Linija", "116 123")})
    assert names.mentioned("116 123?") == {"line": 1.0}
    assert names.mentioned("skambinau 116 123 ir niekas") == {}


def test_a_misspelt_word_is_read_as_the_likest_that_records_have() -> None:
    lexicon = Lexicon([[("neįgaliojo vežimėlis", "lt")], [("vaikų darželis", "lt")]])
    assert int(lexicon.scores("vezimelys").argmax()) == 0
    assert lexicon.scores("vezimelys").max() > 0
    assert lexicon.scores("zzzzzz").max() == 0


def test_a_question_of_another_office_needs_more_than_a_likely_need() -> None:
    ours = Signs(elsewhere=-5.0, certainty=3.0, relevance=2.0, named=0.0, nearness=0.5)
    assert chance_of_an_answer(ours) > chance_of_an_answer(replace(ours, elsewhere=5.0))
    assert chance_of_an_answer(ours) > chance_of_an_answer(replace(ours, relevance=0.3))
    assert chance_of_an_answer(ours) > chance_of_an_answer(replace(ours, nearness=-2.0))


def test_a_grouped_index_finds_what_the_exact_one_finds() -> None:
    dice = np.random.default_rng(3)
    middles = dice.normal(size=(200, 64))
    vectors = (np.repeat(middles, 30, axis=0) + 0.3 * dice.normal(size=(6000, 64))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    exact, grouped = VectorIndex.exact(vectors), VectorIndex.grouped(vectors)
    found = [
        int(grouped.scores(vectors[row]).argmax()) == int(exact.scores(vectors[row]).argmax())
        for row in range(0, 6000, 60)
    ]
    assert sum(found) / len(found) >= 0.95


def test_a_directory_of_thousands_is_searched_as_ours_is(index: ServiceIndex) -> None:
    encoder = open_encoder()
    large = ServiceIndex(encoder, open_database(), scaled_shelf(index.shelf, encoder, 3000))
    result = large.search(Query("vyras muša mane", limit=3))
    assert result.match
    assert result.total > 3
    assert result.needs[0] == "violence-home"


@pytest.fixture
def own_index(tmp_path: Path) -> Iterator[tuple[ServiceIndex, object]]:
    engine = open_database(f"sqlite:///{tmp_path / 'directory.sqlite3'}")
    import_directory(engine, read_starter())
    yield ServiceIndex(open_encoder(), engine), engine
    engine.dispose()


def test_a_changed_record_is_found_without_a_new_build(own_index: tuple[ServiceIndex, object]) -> None:
    index, engine = own_index
    question = Query("balinių žirgų jojimo terapija vienuolyno arklidėse", limit=3)
    before = [card.service_id for card in index.search(question).cards]
    starter = read_starter()
    service = next(s for s in starter.services.values() if s.id.startswith("vmspc.") and s.id not in before)
    text = "Jojimo terapija su baliniais žirgais vienuolyno arklidėse"
    changed = replace(service, name=dict.fromkeys(("lt", "pl", "en"), text))
    import_directory(engine, replace(starter, services={**starter.services, service.id: changed}))  # type: ignore[arg-type]
    assert index.renew()
    assert not index.renew()
    scores = index.shelf.meaning(question.text, open_encoder().encode_question(question.text))
    assert index.shelf.columns.records[int(scores.argmax())].id == service.id
