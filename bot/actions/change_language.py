"""Goes on in another language, with the same results."""

from __future__ import annotations

from bot.actions.base import TurnAction
from bot.turn import Answer, Say, Turn
from nlu.detection import detect
from nlu.references import requested_language


class ChangeLanguage(TurnAction):
    key = "action_change_language"

    def answer(self, turn: Turn) -> Answer:
        heard = detect(turn.text).language
        language = requested_language(turn.text) or (heard if heard in ("lt", "pl", "en") else turn.memory.language)
        shown = (self.index.card(service_id, language, turn.memory.needs) for service_id in turn.memory.shown)
        says = [Say("utter_language_changed", cards=tuple(card for card in shown if card))]
        if not turn.memory.shown:
            says = [Say("utter_language_changed", buttons=("needs_example_1", "needs_example_2"))]
        return Answer(tuple(says), {"language": language})
