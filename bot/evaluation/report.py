"""Writes what was measured as Markdown tables into `docs/quality.md`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.evaluation.reading import Compared, milliseconds_by_words
from index.evaluation.figures import Answered, figures, share
from index.evaluation.imported import Imported
from index.records import LANGUAGES
from nlu.settings import PROJECT

QUALITY = PROJECT / "docs" / "quality.md"
OURS = "Kelrodis"
_INTRODUCTION = """# Quality

Written by `make evaluate`; a command writes every figure here, nobody does by hand. Finding is asked with the golden
questions in `tests/golden`: what somebody may type, and which institutions would be a right answer. Nobody who wrote
them had seen what the finder learned from, and a test holds that the two share no phrase. The weights of the ranking
and the threshold of refusal are learned from these questions (`python -m index learn`), and that command prints what
they reach on questions that were left out; everything else never saw them. In brackets stands the interval in which the
true share lies in 19 of 20 cases.
"""
_PEERS = """
All search the same records with the same filter by place and give one answer an institution; each may refuse as many
answerable questions as loses it 2 in 100, at a threshold set in its favour on these very questions. "With people's
words" means that the needs' phrases, from which ours learns, were given to it as texts of the services. The response
selector learned from a sample of these phrases ({sample}), because the whole takes it longer than this evaluation may.
"""
_IMPORTED = """
The services of our institutions as if they had been imported: in Lithuanian alone, and without kind, needs, target
groups and categories, which are proposed from the text and used unconfirmed. What the law promises everywhere and the
help lines stay as they are. Each proposal is made from other institutions' records.
"""


def write(
    ours: Sequence[Answered],
    peers: Mapping[str, Sequence[Answered]],
    imported: Imported,
    read: Iterable[Compared],
    sample: int,
) -> str:
    lines = [
        _INTRODUCTION,
        *_per_language(ours),
        *_per_style(ours),
        "", "![Right in three, by finder](quality-finding.svg)", "", "![Right in three, by style](quality-styles.svg)",
        *_beside({OURS: ours, **peers}, sample),
        *_styles_beside({OURS: ours, **peers}),
        *_imported(ours, imported),
        *_reading(read),
        *_danger_speed(),
        *_speed(ours),
    ]  # fmt: skip
    text = "\n".join(lines) + "\n"
    QUALITY.write_text(text, encoding="utf-8")
    return text


def of_language(answered: Iterable[Answered], language: str) -> list[Answered]:
    return [item for item in answered if item.question.language == language]


def of_style(answered: Iterable[Answered], style: str) -> list[Answered]:
    return [item for item in answered if item.question.style == style]


def styles(answered: Iterable[Answered]) -> list[str]:
    return sorted({item.question.style for item in answered if item.question.expect})


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return ["", _row(head), _row(["---"] * len(head)), *map(_row, rows)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _per_language(ours: Sequence[Answered]) -> list[str]:
    head = ["language", "questions", "right first", "right in three", "mean reciprocal rank", "refused", "unanswerable",
            "answered all the same"]  # fmt: skip
    found = {language: figures(of_language(ours, language)) for language in LANGUAGES}
    rows = [
        [language, str(f.three.count), str(f.first), str(f.three), f"{f.reciprocal:.2f}", str(f.refused),
         str(f.answered_others.count), str(f.answered_others)]
        for language, f in [*found.items(), ("all", figures(ours))]
    ]  # fmt: skip
    three = [f.three.value for f in found.values()]
    gap = f"The languages are {max(three) - min(three):.3f} apart at three."
    return ["## Finding, per language", *_table(head, rows), "", gap]


def _per_style(ours: Sequence[Answered]) -> list[str]:
    mean = figures(ours).three.value
    rows = []
    for style in styles(ours):
        group = of_style(ours, style)
        cells = [f"{(f := figures(of_language(group, lang)).three).value:.2f} of {f.count}" for lang in LANGUAGES]
        everybody = figures(group).three
        rows.append([style, *cells, str(everybody), f"{everybody.value - mean:+.2f}"])
    return ["", "## Finding, per style (right in three)",
            *_table(["style", *LANGUAGES, "all", "from the mean"], rows)]  # fmt: skip


def _beside(finders: Mapping[str, Sequence[Answered]], sample: int) -> list[str]:
    found = {name: [figures(of_language(answered, lang)) for lang in LANGUAGES] for name, answered in finders.items()}
    ours = found[OURS]
    head = ["finder", *(f"{lang}: first / three" for lang in LANGUAGES), "mean reciprocal rank", "refused",
            "answered all the same", "behind ours at three"]  # fmt: skip
    rows = []
    for name, by_language in found.items():
        everything = figures(finders[name])
        behind = [mine.three.value - theirs.three.value for mine, theirs in zip(ours, by_language, strict=True)]
        rows.append(
            [name, *(f"{f.first.value:.2f} / {f.three.value:.2f}" for f in by_language),
             f"{everything.reciprocal:.2f}", f"{everything.refused.value:.2f}",
             f"{everything.answered_others.value:.2f}",
             "" if name == OURS else " · ".join(f"{value:+.2f}" for value in behind)]
        )  # fmt: skip
    return ["", "## Finding, beside what people would use instead", _PEERS.format(sample=sample), *_table(head, rows)]


def _styles_beside(finders: Mapping[str, Sequence[Answered]]) -> list[str]:
    names = styles(finders[OURS])
    rows = [
        [name, *(f"{figures(of_style(answered, style)).three.value:.2f}" for style in names)]
        for name, answered in finders.items()
    ]
    return ["", "Right in three, all languages together, per style:", *_table(["finder", *names], rows)]


def _imported(ours: Sequence[Answered], imported: Imported) -> list[str]:
    pairs = [
        (language, figures(of_language(ours, language)), figures(of_language(imported.answered, language)))
        for language in LANGUAGES
    ]
    head = ["language", "right first", "of the full directory", "right in three", "of the full directory"]
    rows = [[name, str(bare.first), str(full.first), str(bare.three), str(full.three)] for name, full, bare in pairs]
    found = imported.agreement
    return [
        "", "## Finding imported records", _IMPORTED, *_table(head, rows), "",
        f"Of {found.first.count} records the proposed first need is the one that people wrote first in {found.first}, "
        f"one of those that they wrote in {found.among}; the kind is theirs in {found.kind}. Of the target groups "
        f"proposed, {found.groups} are theirs.",
    ]  # fmt: skip


def _reading(read: Iterable[Compared]) -> list[str]:
    rows = [
        [item.what, item.language, str(item.ours), str(item.peer), f"{item.ours.value - item.peer.value:+.2f}"]
        for item in read
    ]
    return [
        "", "## Reading: acts, danger, places, languages", "",
        "Acts beside Rasa's DIET with character n-grams learned from the same examples; places beside a search for the "
        "municipalities' names that allows for endings; languages beside lingua unrestricted. A language that is not "
        "known (which keeps the conversation's) counts as wrong here. The last rows are lingua's own test texts. Of "
        "everyday messages (none) as few as possible should be read as danger; their golden sets are made of messages "
        "that sound like it.",
        *_table(["what", "language", "ours", "peer", "ahead by"], rows),
    ]  # fmt: skip


def _danger_speed() -> list[str]:
    times = milliseconds_by_words()
    middle, slow = times[len(times) // 2], times[int(len(times) * 0.95)]
    return ["", f"Reading a message for danger without the encoder takes {middle:.1f} ms in the middle and "
                f"{slow:.1f} ms in one of twenty; the longest of {len(times)} took {times[-1]:.1f} ms."]  # fmt: skip


def _speed(ours: Sequence[Answered]) -> list[str]:
    times = sorted(item.took_ms for item in ours)
    quick = share(times, lambda took: took <= 50)
    return ["", f"A question took {times[len(times) // 2]:.0f} ms (median); {quick.value:.0%} took 50 ms or less."]
