"""Leads to a person: the municipality's social department and the lines for everybody."""

from __future__ import annotations

from datetime import datetime

from bot.actions.base import TurnAction
from bot.outcome import Outcome
from bot.turn import Answer, Say, Turn
from index.cards import ServiceCard
from index.helplines import crisis_card
from index.hours import VILNIUS
from index.search import ServiceIndex

_MOST_LINES = 3


def contacts(index: ServiceIndex, language: str, place: str | None) -> tuple[ServiceCard, ...]:
    """Cards of people who can be talked to: the place's department first, then national lines."""
    lines = crisis_card(index.directory, "distress", "other", language, datetime.now(VILNIUS), place).helplines
    cards = [index.card(line.id, language) for line in lines[:_MOST_LINES]]
    return (*index.next_steps(language, place)[:1], *(card for card in cards if card))


class HumanContact(TurnAction):
    key = "action_human_contact"

    def answer(self, turn: Turn) -> Answer:
        place = turn.place or turn.memory.municipality
        cards = contacts(self.index, turn.memory.language, place)
        shown = tuple(card.service_id for card in cards)
        changes = {"shown": shown, "offset": len(shown), "chosen": None, "misses": 0}
        return Answer((Say("utter_human", cards=cards),), changes, Outcome("human_asked", turn.memory.needs, place))
