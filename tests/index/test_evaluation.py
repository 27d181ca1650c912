"""What measures the finder is itself right: figures, peers, and the learning of weights."""

from __future__ import annotations

import random

import numpy as np
import pytest

from index.answering import Signs
from index.evaluation.figures import Answered, Share, figures
from index.evaluation.golden import GoldenQuestion, golden_questions
from index.evaluation.peers import Bm25, CharacterNgrams, Embeddings, Peer, answer_with, service_texts, with_phrases
from index.learning import Lesson, learn, lessons
from index.ranking import SCORES, weights
from index.search import ServiceIndex


def question(text: str, *expect: str, need: str | None = None) -> GoldenQuestion:
    return GoldenQuestion(text, "lt", "plain", frozenset(expect), need)


def test_figures_count_places_refusals_and_wrong_answers() -> None:
    group = [
        Answered(question("a", "x"), ("x", "y")),
        Answered(question("b", "x"), ("y", "x")),
        Answered(question("c", "x"), ("y", "z", "w", "x")),
        Answered(question("d", "x"), ()),
        Answered(question("e"), ("x",)),
        Answered(question("f"), ()),
    ]
    found = figures(group)
    assert (found.first.hits, found.three.hits, found.three.count) == (1, 2, 4)
    assert found.reciprocal == pytest.approx((1 + 1 / 2 + 1 / 4) / 4)
    assert (found.refused.value, found.answered_others.value) == (0.25, 0.5)


def test_an_interval_holds_the_share_and_narrows_with_more_questions() -> None:
    few, many = Share(9, 10), Share(900, 1000)
    assert few.interval[0] < 0.9 < few.interval[1]
    assert many.interval[1] - many.interval[0] < few.interval[1] - few.interval[0]


@pytest.mark.parametrize("language", ["lt", "pl", "en"])
def test_the_golden_questions_are_many_and_of_many_needs_and_styles(language: str) -> None:
    mine = [q for q in golden_questions() if q.language == language]
    answerable = [q for q in mine if q.expect]
    assert len(answerable) >= 200
    assert len(mine) - len(answerable) >= 60
    assert len({q.need for q in answerable}) >= 60
    counts = {style: sum(q.style == style for q in answerable) for style in {q.style for q in answerable}}
    assert len(counts) == 9
    assert min(counts.values()) >= 14, counts


def test_every_institution_that_a_golden_question_expects_may_be_shown(index: ServiceIndex) -> None:
    shown = set(index.shelf.columns.owners)
    assert {owner for q in golden_questions() for owner in q.expect} <= shown


def test_a_peer_finds_a_service_by_its_own_words(index: ServiceIndex) -> None:
    shelf = index.shelf
    texts = service_texts(shelf.directory, shelf.taxonomy, shelf.columns)
    wanted = shelf.columns.records[shelf.columns.row["vmkc.laikinas-apnakvindinimas"]]
    asked = f"{wanted.name['lt']}. {wanted.description['lt']}"  # type: ignore[union-attr]
    for comparison in (Bm25(texts.texts), CharacterNgrams(texts.texts)):
        owners, score = Peer(comparison, texts, shelf.columns).rank(asked)
        assert "vmkc" in owners[:3]
        assert score > 0


def test_people_s_words_make_a_peer_stronger(index: ServiceIndex) -> None:
    shelf = index.shelf
    bare = service_texts(shelf.directory, shelf.taxonomy, shelf.columns)
    rich = with_phrases(bare, shelf.taxonomy, shelf.columns)
    assert len(rich.texts) > len(bare.texts) + 10_000
    phrase = next(iter(shelf.taxonomy.needs["violence-home"].phrases["lt"]))
    assert Bm25(rich.texts).scores(phrase).max() > Bm25(bare.texts).scores(phrase).max()


def test_embeddings_are_compared_by_their_cosine(fake_encoder: object) -> None:
    found = Embeddings(["namai vaikams", "vezimelis"], fake_encoder).scores("vezimeliai")  # type: ignore[arg-type]
    assert int(found.argmax()) == 1


def test_a_peer_refuses_what_scores_below_nearly_all_answerable_questions() -> None:
    class Known:
        def rank(self, text: str) -> tuple[tuple[str, ...], float]:
            return ("x",), float(text)

    questions = [question(str(score), "x") for score in range(10, 110)] + [question("1"), question("50")]
    answered = answer_with(Known(), questions)
    assert [bool(item.owners) for item in answered[-2:]] == [False, True]


def made_up(number: int, dice: random.Random) -> Lesson:
    """A question where the right record has more of the words and less of the meaning than the wrong one."""
    names = list(SCORES)
    parts = np.zeros((2, len(names)))
    parts[0, names.index("words")], parts[1, names.index("meaning")] = dice.uniform(0.5, 1.0), dice.uniform(0.5, 1.0)
    asked = question(f"q{number}", "right", need=f"need{number}")
    found = Signs(elsewhere=-4.0, certainty=2.0, relevance=1.0, named=0.0, nearness=1.0)
    return Lesson(asked, parts, np.array([True, False]), np.array([0, 1]), found, 0.9)


def test_what_decides_gets_the_weight() -> None:
    dice = random.Random(1)
    taught = [made_up(number, dice) for number in range(60)]
    others = [
        Lesson(question(f"o{i}"), taught[0].parts, np.array([False, False]), taught[0].house,
               Signs(elsewhere=4.0, certainty=-2.0, relevance=0.2, named=0.0, nearness=-1.0), 0.1)
        for i in range(30)
    ]  # fmt: skip
    learned = learn([*taught, *others])
    before = weights()
    assert learned.weights["words"] / learned.weights["meaning"] > before["words"] / before["meaning"]
    assert learned.first > 0.9
    assert learned.answered_others < 0.1
    assert learned.weights["ours_elsewhere"] < 0


def test_questions_of_one_need_are_never_both_learned_from_and_tested(index: ServiceIndex) -> None:
    some = [q for q in golden_questions() if q.need in ("grief", "no-food")][:12]
    taught = lessons(index, some)
    folds: dict[str | None, set[int]] = {}
    for lesson in taught:
        folds.setdefault(lesson.question.need, set()).add(lesson.fold)
    assert all(len(found) == 1 for found in folds.values())
