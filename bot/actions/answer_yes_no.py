"""A bare yes or no: what it answers depends on what was asked."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.base import TurnAction
from bot.actions.set_place import SetPlace
from bot.turn import Answer, Say, Turn
from index.records import COUNTRY
from nlu.references import correction


class AnswerYesNo(TurnAction):
    key = "action_answer_yes_no"

    def answer(self, turn: Turn) -> Answer:
        memory = turn.memory
        if turn.act == "affirm":
            if memory.asked == "place":
                return Answer((Say("utter_ask_place", buttons=("anywhere",)),))
            return Answer((Say("utter_affirm_nothing", buttons=("more",) if memory.shown else ()),))
        if memory.query and correction(turn.text):
            return SetPlace(self.index).answer(turn)
        if memory.asked == "place":
            return SetPlace(self.index).answer(replace(turn, text="", place=COUNTRY))
        return Answer((Say("utter_deny_nothing"),))
