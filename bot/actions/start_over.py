"""Forgets what was said and begins again."""

from __future__ import annotations

from bot.actions.base import TurnAction
from bot.turn import Answer, Say, Turn


class StartOver(TurnAction):
    key = "action_start_over"

    def answer(self, turn: Turn) -> Answer:
        forgotten = {
            "municipality": None,
            "query": None,
            "shown": (),
            "chosen": None,
            "offset": 0,
            "needs": (),
            "asked": None,
            "topic": None,
            "misses": 0,
            "silent": False,
        }
        return Answer((Say("utter_start_over"),), forgotten)
