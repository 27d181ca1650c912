"""Finds services for what the person wrote: the main job."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.actions.base import TurnAction
from bot.actions.human_contact import contacts
from bot.outcome import outcome_of
from bot.turn import MISSES_BEFORE_A_PERSON, Answer, Say, Turn
from index.cards import ServiceCard
from index.hours import VILNIUS, state_at
from index.needs.taxonomy import read_taxonomy
from index.query import Query, SearchResult
from index.records import COUNTRY, Directory
from nlu.normalisation import fold
from nlu.references import correction, means_anywhere
from nlu.words import words

PAGE = 3
# A message this short may go on about the request before it ("for my mother").
_FRAGMENT_WORDS = 4
# As much of the request before it is joined to a correction.
_KEPT_LETTERS = 300
# A need that is more likely than this is another subject than the danger spoken of before.
_OTHER_SUBJECT = 0.8
# A place with words that say less than this goes with the request before; from the higher share on a text stands
# alone.
_SAYS_LITTLE, SPEAKS_FOR_ITSELF = 0.35, 0.5
# Outside these hours somebody in danger needs a door that opens now.
_OFFICE_HOURS = "Mo-Fr 08:00-17:00"


def needs_by_name(text: str) -> tuple[str, ...]:
    """The need whose button was pressed: its name in any language, after the button's lead-in."""
    wanted = fold(text.split(":", 1)[-1]).strip()
    names = ((need.id, name) for need in read_taxonomy().needs.values() for name in need.name.values())
    return tuple(dict.fromkeys(need for need, name in names if fold(name) == wanted))[:1]


def open_doors_first(
    cards: tuple[ServiceCard, ...], directory: Directory, place: str | None, moment: datetime
) -> tuple[ServiceCard, ...]:
    """At night and on free days: what takes people in at any hour, here or for the whole country, before the rest."""
    if state_at(_OFFICE_HOURS, moment).open_now:
        return cards

    def is_shut(card: ServiceCard) -> bool:
        service = directory.services.get(card.service_id)
        here = place is None or not {place, COUNTRY}.isdisjoint((card.municipality, *card.serves))
        return not (service and service.night_intake and here)

    return tuple(sorted(cards, key=is_shut))


def _topic(turn: Turn, result: SearchResult) -> str | None:
    """The danger stays the conversation's until the person clearly asks for something else."""
    if turn.crisis_level == "danger":
        return turn.crisis_topic
    return turn.memory.topic if result.certainty <= _OTHER_SUBJECT else None


def _asked_elsewhere(text: str, turn: Turn, place: str | None) -> bool:
    """Whether the request before is asked again in another town, where the institution that it named is no answer."""
    return text == turn.memory.query and turn.memory.municipality not in (None, place)


def _asks_back(turn: Turn, result: SearchResult) -> bool:
    """Whether it is asked which need is meant. Nobody in a crisis is asked back."""
    return result.unsure and len(result.needs) > 1 and turn.crisis_level == "none"


class SearchServices(TurnAction):
    key = "action_search_services"

    def answer(self, turn: Turn) -> Answer:
        place = turn.place or turn.memory.municipality
        text, result = self._search(turn, place)
        if not result.match:
            return self._miss(turn, text, result)
        if turn.crisis_level == "danger":
            now, directory = datetime.now(VILNIUS), self.index.directory
            result = replace(result, cards=open_doors_first(result.cards, directory, result.municipality, now))
        shown = tuple(card.service_id for card in result.cards)
        return Answer(
            says=self._found(turn, result),
            changes={
                "query": text, "municipality": result.municipality if turn.place else turn.memory.municipality,
                "shown": shown, "needs": result.needs, "offset": len(shown), "chosen": None, "misses": 0,
                "asked": "place" if result.place_matters else None,
                "topic": _topic(turn, result),
            },
            outcome=outcome_of(result, asks_back=_asks_back(turn, result)),
        )  # fmt: skip

    def _search(self, turn: Turn, place: str | None) -> tuple[str, SearchResult]:
        """The text that was searched in the end, and what it found."""
        changed = correction(turn.text)
        before = (turn.memory.query or "")[:_KEPT_LETTERS]
        if before and changed:
            text = f"{before} {changed}"
            return text, self._ask(text, turn, place)
        if before and turn.memory.asked == "place" and means_anywhere(turn.text):
            return before, self._ask(before, turn, COUNTRY)
        result = self._ask(turn.text, turn, place)
        if before and turn.place and turn.place != turn.memory.municipality and result.certainty < _SAYS_LITTLE:
            return before, self._ask(before, turn, place)
        if not result.match and before and len(words(turn.text)) <= _FRAGMENT_WORDS and turn.crisis_level == "none":
            joined = f"{before} {turn.text}"
            together = self._ask(joined, turn, place)
            if together.match and not result.elsewhere:
                return joined, together
        return turn.text, result

    def _ask(self, text: str, turn: Turn, place: str | None) -> SearchResult:
        needs = needs_by_name(text)
        hint = self.index.taxonomy.crisis_needs.get(turn.memory.topic or "")
        query = Query(
            text, turn.memory.language, place, limit=PAGE, needs=needs, hints=(hint,) if hint else (),  # type: ignore[arg-type]
            by_name=not _asked_elsewhere(text, turn, place),
        )  # fmt: skip
        result = self.index.search(query)
        if not result.match and not query.by_name:
            # The request only named an institution; what that one does is asked of the other town.
            return self.index.search(replace(query, needs=self._needs_shown_first(turn)))
        return self._after_danger(query, result) if hint else result

    def _after_danger(self, query: Query, result: SearchResult) -> SearchResult:
        """Few words after a danger ("nobody is here, I am alone") still speak of it, unless they clearly do not."""
        if len(words(query.text)) > _FRAGMENT_WORDS or self.index.shelf.names.mentioned(query.text):
            return result
        alone = self.index.search(replace(query, hints=()))
        if alone.elsewhere or alone.certainty >= _OTHER_SUBJECT:
            return alone
        return self.index.search(replace(query, needs=query.hints))

    def _needs_shown_first(self, turn: Turn) -> tuple[str, ...]:
        """The main need of the service that was shown first."""
        columns = self.index.shelf.columns
        row = columns.row.get(turn.memory.shown[0]) if turn.memory.shown else None
        return tuple(columns.records[row].needs[:1]) if row is not None else ()

    def _found(self, turn: Turn, result: SearchResult) -> tuple[Say, ...]:
        place = result.municipality if result.municipality not in (None, COUNTRY) else None
        municipality = self.index.directory.municipality(place) if place else None
        buttons = ("more",) if result.total > len(result.cards) else ()
        if place and municipality:
            found = Say("utter_found_in", place, result.cards, buttons)
        else:
            found = Say("utter_found", cards=result.cards, buttons=buttons)
        meant = (Say("utter_did_you_mean", needs=result.needs),) if _asks_back(turn, result) else ()
        asking = (Say("utter_ask_place", buttons=("anywhere",)),) if result.place_matters else ()
        foreign = (Say("utter_other_language"),) if turn.foreign else ()
        return (*foreign, found, *meant, *asking)

    def _miss(self, turn: Turn, text: str, result: SearchResult) -> Answer:
        misses = turn.memory.misses + 1
        place = turn.place or turn.memory.municipality
        says = [Say("utter_other_language")] if turn.foreign else []
        if result.elsewhere:
            says += [Say("utter_no_match"), self._where_to_ask(turn, place)]
        elif misses < MISSES_BEFORE_A_PERSON:
            says += [Say("utter_no_match"), Say("utter_narrow", needs=result.needs, buttons=("human",))]
        changes: dict[str, Any] = {"query": text, "misses": misses, "asked": None if place else "place"}
        if misses >= MISSES_BEFORE_A_PERSON:
            cards = contacts(self.index, turn.memory.language, place)
            says.append(Say("utter_two_misses", cards=cards))
            changes |= {"shown": tuple(card.service_id for card in cards), "offset": len(cards), "chosen": None}
        return Answer(tuple(says), changes, outcome_of(result))

    def _where_to_ask(self, turn: Turn, place: str | None) -> Say:
        municipality = self.index.directory.municipality(place) if place else None
        office = self.index.directory.organizations.get(municipality.id) if municipality else None
        if municipality is None or office is None:
            return Say("utter_ask_your_municipality")
        return Say("utter_where_to_ask", municipality.official)
