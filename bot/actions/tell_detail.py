"""Answers a question about what was shown: phone, address, hours, cost, who may come, papers, languages."""

from __future__ import annotations

from bot.actions.choose_item import chosen_id
from bot.actions.search_services import SearchServices
from bot.actions.set_place import SetPlace
from bot.turn import Answer, Say, Turn
from index.cards import ServiceCard
from index.query import Query
from nlu.references import position
from nlu.words import words

_MOST_TOLD = 3


# The field of a card that each question is about; `utter_<word>` tells it, `utter_no_<word>` that it is not known.
FIELDS = {
    "ask_phone": ("phone", "phones"),
    "ask_address": ("address", "address"),
    "ask_hours": ("hours", "hours_text"),
    "ask_cost": ("cost", "cost"),
    "ask_eligibility": ("eligibility", "who"),
    "ask_documents": ("documents", "documents"),
    "ask_languages_spoken": ("languages_spoken", "spoken_languages"),
}
_HOURS_NOW = {True: "utter_hours_open", False: "utter_hours_closed", None: "utter_hours"}


def tell(act: str, card: ServiceCard) -> Say:
    """What a card says to a question."""
    word, field = FIELDS[act]
    if not getattr(card, field):
        return Say(f"utter_no_{word}", card.service_id)
    return Say(_HOURS_NOW[card.open_now] if word == "hours" else f"utter_{word}", card.service_id)


# From this many words on, a question may be about something else than what is shown.
_WORDS_OF_ANOTHER, _SURE_OF_ANOTHER = 6, 0.85
# Needs that sound like questions about a card.
_LIKE_DETAILS = frozenset({"where-to-ask", "apply-online", "non-urgent-medical"})


class TellDetail(SetPlace):
    key = "action_tell_detail"

    def _is_another_request(self, turn: Turn) -> bool:
        if len(words(turn.text)) < _WORDS_OF_ANOTHER or position(turn.text) is not None:
            return False
        found = self.index.search(Query(turn.text))
        other = found.certainty >= _SURE_OF_ANOTHER and not _LIKE_DETAILS.intersection(found.needs[:1])
        return found.elsewhere or (found.match and other and chosen_id(self.index, turn) is None)

    def answer(self, turn: Turn) -> Answer:
        memory = turn.memory
        if not memory.shown or self._is_another_request(turn):
            return SearchServices.answer(self, turn)
        if turn.place and turn.place != memory.municipality and memory.query:
            return super().answer(turn)
        pointed = chosen_id(self.index, turn)
        ids = [pointed] if pointed else [memory.chosen] if memory.chosen else list(memory.shown[:_MOST_TOLD])
        cards = [card for card in (self.index.card(i, memory.language) for i in ids if i) if card]
        if not cards:
            return Answer((Say("utter_nothing_shown"),))
        says = tuple(tell(turn.act, card) for card in cards)
        return Answer(says, {"chosen": pointed} if pointed else {})
