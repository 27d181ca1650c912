"""Two pictures of how well services are found, readable at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.evaluation.report import OURS, QUALITY, of_language, of_style, styles
from index.evaluation.figures import Answered, figures
from index.records import LANGUAGES

# Told apart by people who do not see red and green alike.
_COLOURS = {"lt": "#0072b2", "pl": "#d55e00", "en": "#009e73"}
_OURS, _PEER = "#0072b2", "#999999"


def draw(finders: Mapping[str, Sequence[Answered]]) -> None:
    """Writes `quality-finding.svg` and `quality-styles.svg` beside the report."""
    import matplotlib

    matplotlib.use("svg")
    # The same figures make the same file.
    matplotlib.rcParams["svg.hashsalt"] = "kelrodis"
    _by_finder(finders)
    _by_style(finders)


def _by_finder(finders: Mapping[str, Sequence[Answered]]) -> None:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(9, 0.7 * len(finders) + 1.2))
    names = list(finders)[::-1]
    for at, language in enumerate(LANGUAGES):
        shares = [figures(of_language(finders[name], language)).three for name in names]
        places = [row + 0.25 - at * 0.25 for row in range(len(names))]
        reach = [[s.value - s.interval[0] for s in shares], [s.interval[1] - s.value for s in shares]]
        values = [s.value for s in shares]
        axes.barh(places, values, 0.22, color=_COLOURS[language], label=language)
        axes.errorbar(values, places, xerr=reach, fmt="none", ecolor="#333333", elinewidth=1)
    axes.set_yticks(range(len(names)), names)
    _finish(axes, "Right among the first three")
    axes.legend(loc="lower right")
    _save(figure, "quality-finding.svg")


def _by_style(finders: Mapping[str, Sequence[Answered]]) -> None:
    from matplotlib import pyplot

    names = styles(finders[OURS])[::-1]
    figure, axes = pyplot.subplots(figsize=(9, 0.45 * len(names) + 1.2))
    for finder, answered in finders.items():
        shares = [figures(of_style(answered, style)).three for style in names]
        values = [s.value for s in shares]
        if finder == OURS:
            reach = [[s.value - s.interval[0] for s in shares], [s.interval[1] - s.value for s in shares]]
            axes.errorbar(values, names, xerr=reach, fmt="o", color=_OURS, label=finder, zorder=3)
        else:
            axes.plot(
                values, names, "|", color=_PEER, markersize=14, label="peers" if finder == _last(finders) else None
            )
    _finish(axes, "Right among the first three, by style of question")
    axes.legend(loc="lower left")
    _save(figure, "quality-styles.svg")


def _last(finders: Mapping[str, Sequence[Answered]]) -> str:
    return list(finders)[-1]


def _finish(axes: Any, title: str) -> None:
    axes.set_xlim(0, 1.02)
    axes.set_title(title, loc="left")
    axes.grid(axis="x", color="#dddddd")
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _save(figure: Any, name: str) -> None:
    figure.tight_layout()
    figure.savefig(QUALITY.with_name(name), metadata={"Date": None})
