"""`python -m index.evaluation`: what the finder gets wrong of the golden questions; `make evaluate` measures it all."""

from __future__ import annotations

from index.evaluation.figures import figures
from index.evaluation.finding import answer_all, misses
from index.evaluation.golden import golden_questions
from index.records import LANGUAGES
from index.search import ServiceIndex


def main() -> None:
    answered = answer_all(ServiceIndex.open(), golden_questions())
    print("\n".join(misses(answered)))
    for language in LANGUAGES:
        found = figures([item for item in answered if item.question.language == language])
        print(
            f"{language}: first {found.first}, in three {found.three}, refused {found.refused}, "
            f"others answered {found.answered_others}"
        )


if __name__ == "__main__":
    main()
