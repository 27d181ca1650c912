"""Takes one of the shown cards: "the second one", "pirmasis", or the institution's name."""

from __future__ import annotations

import itertools

from bot.actions.search_services import SearchServices
from bot.turn import Answer, Say, Turn
from index.cards import ServiceCard
from index.search import ServiceIndex
from nlu.normalisation import fold
from nlu.references import LAST, position
from nlu.words import words

_BEGINNING, _SHORTEST = 6, 4


def chosen_id(index: ServiceIndex, turn: Turn) -> str | None:
    """The id of the card that the text points at, by position or by a word of its name."""
    shown = turn.memory.shown
    place = position(turn.text)
    if place is not None:
        if place == LAST:
            return shown[-1] if shown else None
        return shown[place - 1] if place <= len(shown) else None
    return _named(index, turn)


def _named(index: ServiceIndex, turn: Turn) -> str | None:
    asked = _beginnings(turn.text)
    best, most = None, 0
    for service_id in turn.memory.shown:
        card = index.card(service_id, turn.memory.language)
        if card:
            names = (card.organization, card.organization_lt, card.service)
            common = max(_likeness(asked, _beginnings(name)) for name in names)
            if common > most:
                best, most = service_id, common
    return best


def _beginnings(text: str) -> list[str]:
    """Beginnings of the words that can name something; endings change with the case."""
    return [fold(word)[:_BEGINNING] for word in words(text) if len(word) >= _SHORTEST]


def _likeness(asked: list[str], name: list[str]) -> int:
    """Common words, and once more for each pair that stands side by side in both ("crisis centre")."""
    pairs = set(itertools.pairwise(asked)).intersection(itertools.pairwise(name))
    return len(set(asked).intersection(name)) + len(pairs)


def lead_in(card: ServiceCard) -> Say:
    return Say("utter_chosen", card.service_id, (card,), ("phone", "hours", "cost"))


class ChooseItem(SearchServices):
    key = "action_choose_item"

    def answer(self, turn: Turn) -> Answer:
        if not turn.memory.shown:
            if self.index.shelf.names.mentioned(turn.text):
                return super().answer(turn)
            return Answer((Say("utter_nothing_shown"),))
        service_id = chosen_id(self.index, turn)
        card = self.index.card(service_id, turn.memory.language, turn.memory.needs) if service_id else None
        if card is None:
            return Answer((Say("utter_which_one"),))
        return Answer((lead_in(card),), {"chosen": card.service_id})
