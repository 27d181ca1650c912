"""Answers without Rasa: the same acts lead to the same actions, with the same texts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from bot.actions import TurnAction
from bot.message import ReplyPart
from bot.outcome import Outcome, outcome_of
from bot.presenting import part_of, wording_of
from bot.turn import Answer, Memory, Say, Turn
from index.query import Query
from index.search import ServiceIndex
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

    def __init__(
        self, understanding: Understanding, actions: Mapping[str, TurnAction], index: ServiceIndex | None = None
    ) -> None:
        self.understanding, self._actions = understanding, actions
        self._index = index or actions[SEARCH].index

    def turn(
        self, text: str, memory: Memory, place: str | None
    ) -> tuple[list[ReplyPart], Mapping[str, object], Outcome]:
        """The bubbles, what is to be kept, and what has become of the message."""
        reading = self.understanding.read(text)
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
        for answer in (self._by_rule, self._by_search):
            try:
                answers = answer(turn)
            except Exception:  # noqa: BLE001  # an action with a fault; the next way is plainer
                continue
            if any(told.says for _, told in answers):
                parts = [self._part(say, language) for language, told in answers for say in told.says]
                return parts, {"language": kept.language, **answers[0][1].changes}, answers[0][1].outcome
        return self._lines(kept.language), {"language": kept.language}, Outcome("nothing_found")

    def _by_rule(self, turn: Turn) -> list[tuple[str, Answer]]:
        return self._actions[action_of_act().get(turn.act, SEARCH)].answers(turn)

    def _by_search(self, turn: Turn) -> list[tuple[str, Answer]]:
        """A search and nothing else, whatever the act was."""
        language = turn.memory.language
        result = self._index.search(Query(turn.text, language, turn.place or turn.memory.municipality, limit=3))  # type: ignore[arg-type]
        shown = tuple(card.service_id for card in result.cards)
        changes = {"query": turn.text, "shown": shown, "offset": len(shown), "chosen": None}
        says = (Say("utter_found", cards=result.cards),) if shown else ()
        return [(language, Answer(says, changes, outcome_of(result)))]

    def _lines(self, language: str) -> list[ReplyPart]:
        cards = (self._index.card(line.id, language) for line in self._index.directory.shown_helplines())
        some = tuple(card for card in cards if card)[:3]
        return [self._part(Say("utter_trouble", cards=some), language)]

    def _part(self, say: Say, language: str) -> ReplyPart:
        return part_of(wording_of(say), language, self._index, say.cards)
