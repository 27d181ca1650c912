"""Answers without Rasa: the same acts lead to the same actions, with the same texts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from bot.actions import TurnAction
from bot.message import ReplyPart
from bot.presenting import part_of
from bot.turn import Memory, Turn
from nlu.understanding import LANGUAGES, Understanding

_RULES = Path(__file__).with_name("rules")
SEARCH = "action_search_services"


@cache
def action_of_act() -> Mapping[str, str]:
    """Each act's action, from the rules that Rasa follows too."""
    found = {}
    for path in sorted(_RULES.glob("*.yml")):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            found[rule["steps"][0]["intent"]] = rule["steps"][1]["action"]
    return found


class Fallback:
    """The dialogue's rules by hand, for turns that Rasa does not answer."""

    def __init__(self, understanding: Understanding, actions: Mapping[str, TurnAction]) -> None:
        self._understanding, self._actions = understanding, actions

    def turn(self, text: str, memory: Memory, place: str | None) -> tuple[list[ReplyPart], Mapping[str, object]]:
        """The bubbles, and what is to be kept."""
        reading = self._understanding.read(text)
        heard = reading.heard
        own = heard.clear and heard.language in LANGUAGES
        kept = Memory(**{**vars(memory), "language": heard.language}) if own else memory
        turn = Turn(
            text=reading.text,
            act=reading.act.name,
            place=reading.place or place,
            foreign=heard.clear and not own,
            crisis_level=reading.crisis.level,
            crisis_topic=reading.crisis.topic,
            memory=kept,
        )
        action = self._actions[action_of_act().get(turn.act, SEARCH)]
        answers = action.answers(turn)
        parts = [part_of(say, language) for language, outcome in answers for say in outcome.says]
        return parts, {"language": kept.language, **answers[0][1].changes}
