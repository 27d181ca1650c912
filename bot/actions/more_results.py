"""Shows the next cards of the last search."""

from __future__ import annotations

from bot.actions.base import TurnAction
from bot.actions.search_services import PAGE
from bot.turn import Answer, Say, Turn
from index.query import Query


class MoreResults(TurnAction):
    key = "action_more_results"

    def answer(self, turn: Turn) -> Answer:
        memory = turn.memory
        if not memory.query or not memory.shown:
            return Answer((Say("utter_nothing_shown"),))
        query = Query(memory.query, memory.language, memory.municipality, limit=PAGE, offset=memory.offset)  # type: ignore[arg-type]
        result = self.index.search(query)
        if not result.cards:
            return Answer((Say("utter_no_more", buttons=("anywhere", "human")),))
        shown = tuple(card.service_id for card in result.cards)
        buttons = ("more",) if result.total > memory.offset + len(shown) else ()
        return Answer(
            (Say("utter_more", cards=result.cards, buttons=buttons),),
            {"shown": shown, "offset": memory.offset + len(shown), "chosen": None},
        )
