"""Answers a question about what was shown: phone, address, hours, cost, who may come, papers, languages."""

from __future__ import annotations

from collections.abc import Callable

from bot.actions.choose_item import chosen_id
from bot.actions.search_services import SearchServices
from bot.actions.set_place import SetPlace
from bot.turn import Answer, Say, Turn
from index.cards import ServiceCard
from index.language_names import language_name
from index.query import Query
from nlu.references import position
from nlu.words import words

_MOST_TOLD = 3


def _phone(card: ServiceCard, _: str) -> Say:
    if card.phones:
        numbers = "; ".join(f"{phone.number} ({phone.label})" for phone in card.phones)
        return Say("utter_phone", {"organization": card.organization, "numbers": numbers})
    return Say("utter_no_phone", {"organization": card.organization, "way": card.email or card.website or ""})


def _address(card: ServiceCard, _: str) -> Say:
    return _told(card, "address", "utter_address", "utter_no_address")


def _hours(card: ServiceCard, _: str) -> Say:
    key = {True: "utter_hours_open", False: "utter_hours_closed", None: "utter_hours"}[card.open_now]
    if not card.hours_text:
        return Say("utter_no_hours", {"organization": card.organization})
    return Say(key, {"organization": card.organization, "hours": card.hours_text})


def _cost(card: ServiceCard, _: str) -> Say:
    return _told(card, "cost", "utter_cost", "utter_no_cost")


def _who(card: ServiceCard, _: str) -> Say:
    if not card.who:
        return Say("utter_no_eligibility", {"organization": card.organization})
    return Say("utter_eligibility", {"organization": card.organization, "who": card.who})


def _documents(card: ServiceCard, _: str) -> Say:
    if not card.documents:
        return Say("utter_no_documents", {"organization": card.organization})
    return Say("utter_documents", {"organization": card.organization, "documents": "; ".join(card.documents)})


def _languages(card: ServiceCard, language: str) -> Say:
    if not card.spoken_languages:
        return Say("utter_no_languages_spoken", {"organization": card.organization})
    names = ", ".join(language_name(code, language) for code in card.spoken_languages)
    return Say("utter_languages_spoken", {"organization": card.organization, "languages": names})


def _told(card: ServiceCard, field: str, known: str, unknown: str) -> Say:
    value = getattr(card, field)
    if not value:
        return Say(unknown, {"organization": card.organization})
    return Say(known, {"organization": card.organization, field: value})


TELLERS: dict[str, Callable[[ServiceCard, str], Say]] = {
    "ask_phone": _phone,
    "ask_address": _address,
    "ask_hours": _hours,
    "ask_cost": _cost,
    "ask_eligibility": _who,
    "ask_documents": _documents,
    "ask_languages_spoken": _languages,
}


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
        tell = TELLERS[turn.act]
        says = tuple(tell(card, memory.language) for card in cards)
        return Answer(says, {"chosen": pointed} if pointed else {})
