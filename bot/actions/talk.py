"""Answers what is no request: a greeting, thanks, a question about the bot. The response is named after the act."""

from __future__ import annotations

from bot.actions.search_services import SearchServices
from bot.turn import Answer, Say, Turn

_EXAMPLES = ("needs_example_1", "needs_example_2", "needs_example_3", "needs_example_4")
_BUTTONS = {"greet": _EXAMPLES, "help": _EXAMPLES, "complain": ("human",), "bot_identity": ("human",)}
# Small talk that the finder is this sure about is a request after all.
_SURE = 0.8


class Talk(SearchServices):
    key = "action_talk"

    def answer(self, turn: Turn) -> Answer:
        if turn.act in ("out_of_scope", "complain", "insult"):
            found = super().answer(turn)
            cards = next((say.cards for say in found.says if say.cards), ())
            if turn.crisis_level != "none" or (turn.act == "out_of_scope" and cards and cards[0].score >= _SURE):
                return found
        says = [Say("utter_other_language")] if turn.foreign else []
        says.append(Say(f"utter_{turn.act}", buttons=_BUTTONS.get(turn.act, ())))
        return Answer(tuple(says))
