"""`learn` and `words`: what is learned from golden questions and phrases, and kept in the repository."""

from __future__ import annotations

import argparse
from typing import Any


def add_to(commands: Any) -> None:
    learn = commands.add_parser("learn", help="learn the weights of ranking from the golden questions")
    learn.set_defaults(run=run_learn)
    words = commands.add_parser("words", help="write the words by which short messages show their language")
    words.set_defaults(run=run_words)


def run_learn(_: argparse.Namespace) -> int:
    from index.evaluation.golden import golden_questions
    from index.learning import learn, lessons, write_weights
    from index.search import ServiceIndex

    learned = learn(lessons(ServiceIndex.open(), list(golden_questions())))
    write_weights(learned.weights)
    for name, value in learned.weights.items():
        print(f"{name:16} {value:7.3f}")
    print(
        f"on questions that were left out: first {learned.first:.3f}, in three {learned.three:.3f}, "
        f"refused {learned.refused:.3f}, others answered {learned.answered_others:.3f}"
    )
    return 0


def run_words(_: argparse.Namespace) -> int:
    from index.needs.taxonomy import read_taxonomy
    from index.vocabulary import write_common_words

    for language, count in write_common_words(read_taxonomy()).items():
        print(f"{language}: {count} words")
    return 0
