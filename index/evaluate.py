"""`python -m index.evaluate`: how well services are found, per language and style, into `docs/quality.md`."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from index.golden import GoldenQuestion, golden_questions
from index.query import Query
from index.records import LANGUAGES
from index.search import ServiceIndex
from nlu.detection import detect
from nlu.settings import PROJECT

REPORT = PROJECT / "docs" / "quality.md"
_FIRST, _SHOWN = 1, 3


@dataclass(frozen=True)
class Answered:
    """A golden question with what was found: owners in order, and the language it was heard in."""

    question: GoldenQuestion
    owners: tuple[str, ...]
    match: bool
    heard: str
    took_ms: float

    @property
    def rank(self) -> int | None:
        """From 1; None when no right answer was found."""
        return next((i for i, owner in enumerate(self.owners, 1) if owner in self.question.expect), None)

    def hit(self, within: int) -> bool:
        return self.rank is not None and self.rank <= within


def answer_all(index: ServiceIndex, questions: Iterable[GoldenQuestion]) -> list[Answered]:
    """Asks every question as a resident would, without any hint of place or language."""
    answered = []
    for question in questions:
        result = index.search(Query(question.text, question.language, limit=10))  # type: ignore[arg-type]
        owners = tuple(card.organization_id for card in result.cards)
        answered.append(Answered(question, owners, result.match, detect(question.text).language, result.took_ms))
    return answered


@dataclass(frozen=True)
class Figures:
    """Shares of 0..1 over a group of questions."""

    count: int
    first: float
    shown: float
    reciprocal: float
    refused: float


def figures(group: list[Answered]) -> Figures:
    """For answerable questions: right at 1, right at 3, mean reciprocal rank, refused."""

    def share(test: Callable[[Answered], bool]) -> float:
        return sum(map(test, group)) / len(group) if group else 0.0

    ranks = [1 / item.rank if item.rank else 0.0 for item in group]
    return Figures(
        len(group), share(lambda a: a.hit(_FIRST)), share(lambda a: a.hit(_SHOWN)),
        sum(ranks) / len(ranks) if ranks else 0.0, share(lambda a: not a.match),
    )  # fmt: skip


def report(answered: list[Answered]) -> str:
    """The figures as Markdown tables."""
    lines = [
        "# Quality", "",
        "Written by `make evaluate`; every figure is a share of the golden questions in `tests/golden`.", "",
        "## Finding, per language", "",
        "| language | questions | right first | right in three | mean reciprocal rank | refused | "
        "unanswerable | answered all the same | language heard right |",
        "|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for language in LANGUAGES:
        mine = [a for a in answered if a.question.language == language]
        asked, none = [a for a in mine if a.question.expect], [a for a in mine if not a.question.expect]
        f = figures(asked)
        wrong = sum(a.match for a in none) / len(none) if none else 0.0
        heard = sum(a.heard in (language, "unknown") for a in asked) / len(asked)
        lines.append(
            f"| {language} | {f.count} | {f.first:.2f} | {f.shown:.2f} | {f.reciprocal:.2f} | {f.refused:.2f} "
            f"| {len(none)} | {wrong:.2f} | {heard:.2f} |"
        )
    lines += ["", "## Finding, per style (right in three)", "", "| style | lt | pl | en |", "|---|---|---|---|"]
    for style, by_language in sorted(_by_style(answered).items()):
        cells = " | ".join(_cell(by_language.get(language, [])) for language in LANGUAGES)
        lines.append(f"| {style} | {cells} |")
    times = sorted(a.took_ms for a in answered)
    lines += ["", f"Search alone took {times[len(times) // 2]:.0f} ms (median) on the machine that wrote this.", ""]
    return "\n".join(lines)


def _by_style(answered: list[Answered]) -> dict[str, dict[str, list[Answered]]]:
    groups: dict[str, dict[str, list[Answered]]] = defaultdict(lambda: defaultdict(list))
    for item in answered:
        if item.question.expect:
            groups[item.question.style][item.question.language].append(item)
    return groups


def _cell(group: list[Answered]) -> str:
    return f"{figures(group).shown:.2f} ({len(group)})" if group else "–"


def misses(answered: list[Answered]) -> Iterable[str]:
    """One line for each question that was answered wrongly, for people who improve the finder."""
    for item in answered:
        question = item.question
        if question.expect and not item.hit(_SHOWN):
            found = ", ".join(item.owners[:_SHOWN]) or "nothing"
            yield f"{question.language} {question.style} [{question.need}] {question.text} -> {found}"
        elif not question.expect and item.match:
            yield f"{question.language} unanswerable {question.text} -> {', '.join(item.owners[:1])}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m index.evaluate", description=__doc__)
    parser.add_argument("--misses", action="store_true", help="print what was answered wrongly")
    args = parser.parse_args()
    answered = answer_all(ServiceIndex.open(), golden_questions())
    if args.misses:
        print("\n".join(misses(answered)))
    text = report(answered)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
