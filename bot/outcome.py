"""How a turn ended, to be counted: nothing of what was said, only what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from index.building import ELSEWHERE
from index.needs.taxonomy import read_taxonomy
from index.query import SearchResult

Kind = Literal["answered", "did_you_mean", "nothing_found", "human_asked", "danger_shown", "talk"]


@dataclass(frozen=True)
class Outcome:
    """What became of one message.

    kind: `talk` is all that asks for nothing new, such as a greeting or a question about a card that is shown.
    needs: ids of the needs that it was understood as, most likely first, or ELSEWHERE alone for another office's
    matter; empty where it was not understood. municipality: official name, `Lietuva` for anywhere, or None.
    language: the person's own (lt, pl, en, ru, uk, other).
    """

    kind: Kind = "talk"
    needs: tuple[str, ...] = ()
    municipality: str | None = None
    language: str = "lt"

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "needs": list(self.needs), "municipality": self.municipality}


TALK = Outcome()


def read_outcome(content: Mapping[str, Any]) -> Outcome:
    """The outcome that `as_json` wrote down; its language is not among it."""
    return Outcome(content["kind"], tuple(content["needs"]), content["municipality"])


def outcome_of(result: SearchResult, *, asks_back: bool = False) -> Outcome:
    """What became of a search; `asks_back`: which need is meant is asked beside its answer.

    A need that is only guessed at is not counted as somebody's.
    """
    kind: Kind = "nothing_found" if not result.match else "did_you_mean" if asks_back else "answered"
    needs = (ELSEWHERE,) if result.elsewhere else () if result.unsure else result.needs
    return Outcome(kind, needs, result.municipality)


def after_danger(outcome: Outcome, level: str, topic: str | None) -> Outcome:
    """The same where no lines for a danger were shown, else that they were, for the need behind it."""
    if level != "danger":
        return outcome
    behind = read_taxonomy().crisis_needs.get(topic or "")
    return replace(outcome, kind="danger_shown", needs=(behind,) if behind else outcome.needs)
