"""Answers what is asked before one dares: who learns of it, what happens on the call. Only as a source says it."""

from __future__ import annotations

from bot.actions.choose_item import chosen_id
from bot.actions.search_services import SearchServices
from bot.actions.tell_detail import TellDetail
from bot.turn import Answer, Say, Turn
from nlu.references import asks_about_discretion, asks_about_first_contact


class TellDiscretion(TellDetail):
    key = "action_tell_discretion"

    def answer(self, turn: Turn) -> Answer:
        if asks_about_first_contact(turn.text):
            if not turn.memory.shown or self._is_another_request(turn):
                return SearchServices.answer(self, turn)
            return self._of_shown(turn, "first_contact")
        asked = self._of_shown(turn, "discretion") if asks_about_discretion(turn.text) else Answer(())
        foreign = (Say("utter_other_language"),) if turn.foreign else ()
        return Answer((*foreign, *asked.says, Say("utter_privacy")), asked.changes)

    def _of_shown(self, turn: Turn, field: str) -> Answer:
        """What is known of the card that the text points at, else of the one spoken of, else of the first."""
        memory = turn.memory
        pointed = chosen_id(self.index, turn)
        service_id = pointed or memory.chosen or next(iter(memory.shown), None)
        card = self.index.card(service_id, memory.language) if service_id else None
        if card is None:
            return Answer(())
        record = self.index.directory.record(card.service_id)
        statement = getattr(record, field, None)
        told = Say(f"utter_{field}" if statement else f"utter_no_{field}", card.service_id)
        return Answer((told,), {"chosen": pointed} if pointed else {})
