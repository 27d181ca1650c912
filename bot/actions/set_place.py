"""Takes the place that the person names, and asks the last question again there."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.search_services import SPEAKS_FOR_ITSELF, SearchServices
from bot.turn import Answer, Say, Turn
from index.query import Query
from index.records import COUNTRY
from nlu.references import means_anywhere
from nlu.words import words

# A place with this many words beside it is a request of its own ("food parcels in Visaginas please"), and at the
# beginning of a conversation fewer are ("food, Vilnius").
_WORDS_OF_A_REQUEST = 5


class SetPlace(SearchServices):
    key = "action_set_place"

    def answer(self, turn: Turn) -> Answer:
        place = turn.place or (COUNTRY if means_anywhere(turn.text) else None)
        if place is None:
            if turn.memory.asked == "place":
                return Answer((Say("utter_place_unknown", buttons=("anywhere",)),))
            return super().answer(turn)
        if turn.place and (not turn.memory.query or len(words(turn.text)) >= _WORDS_OF_A_REQUEST):
            own = super().answer(replace(turn, place=place))
            if own.changes.get("shown") and self.index.search(Query(turn.text)).certainty >= SPEAKS_FOR_ITSELF:
                return own
        if turn.memory.query:
            # The place is known now: "any place" in the request before is no answer to the question for it.
            memory = replace(turn.memory, misses=0, asked=None)
            again = super().answer(replace(turn, text=turn.memory.query, place=place, memory=memory))
            return replace(again, changes={**again.changes, "municipality": place, "asked": None})
        return Answer((Say("utter_place_taken", place),), {"municipality": place, "asked": None})
