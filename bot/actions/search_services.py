"""Finds services for what the person wrote: the main job."""

from __future__ import annotations

from bot.actions.base import TurnAction
from bot.actions.human_contact import contacts
from bot.turn import MISSES_BEFORE_A_PERSON, Outcome, Say, Turn
from index.query import Query, SearchResult
from index.records import COUNTRY, said
from nlu.references import correction
from nlu.words import words

PAGE = 3
# A message this short may go on about the request before it ("for my mother").
_FRAGMENT_WORDS = 4


class SearchServices(TurnAction):
    key = "action_search_services"

    def answer(self, turn: Turn) -> Outcome:
        place = turn.place or turn.memory.municipality
        text, result = self._search(turn, place)
        if not result.match:
            return self._miss(turn, text, result)
        shown = tuple(card.service_id for card in result.cards)
        return Outcome(
            says=self._found(turn, result),
            changes={
                "query": text, "municipality": result.municipality if turn.place else turn.memory.municipality,
                "shown": shown, "needs": result.needs, "offset": len(shown), "chosen": None, "misses": 0,
                "asked": "place" if result.place_matters else None,
            },
        )  # fmt: skip

    def _search(self, turn: Turn, place: str | None) -> tuple[str, SearchResult]:
        """The text that was searched in the end, and what it found."""
        changed = correction(turn.text)
        before = turn.memory.query
        if before and changed:
            text = f"{before} {changed}"
            return text, self._ask(text, turn, place)
        result = self._ask(turn.text, turn, place)
        if not result.match and before and len(words(turn.text)) <= _FRAGMENT_WORDS and turn.crisis_level == "none":
            joined = f"{before} {turn.text}"
            together = self._ask(joined, turn, place)
            if together.match and not result.elsewhere:
                return joined, together
        return turn.text, result

    def _ask(self, text: str, turn: Turn, place: str | None) -> SearchResult:
        return self.index.search(Query(text, turn.memory.language, place, limit=PAGE))  # type: ignore[arg-type]

    def _found(self, turn: Turn, result: SearchResult) -> tuple[Say, ...]:
        place = result.municipality if result.municipality not in (None, COUNTRY) else None
        municipality = self.index.directory.municipality(place) if place else None
        buttons = ("more",) if result.total > len(result.cards) else ()
        if municipality:
            name = said(municipality.short, turn.memory.language).text
            found = Say("utter_found_in", {"place": name}, result.cards, buttons)
        else:
            found = Say("utter_found", cards=result.cards, buttons=buttons)
        asking = (Say("utter_ask_place", buttons=("anywhere",)),) if result.place_matters else ()
        foreign = (Say("utter_other_language"),) if turn.foreign else ()
        return (*foreign, found, *asking)

    def _miss(self, turn: Turn, text: str, result: SearchResult) -> Outcome:
        misses = turn.memory.misses + 1
        place = turn.place or turn.memory.municipality
        says = [Say("utter_other_language")] if turn.foreign else []
        if result.elsewhere:
            says += [Say("utter_no_match"), self._where_to_ask(turn, place)]
        elif misses < MISSES_BEFORE_A_PERSON:
            says += [Say("utter_no_match"), Say("utter_narrow", needs=result.needs, buttons=("human",))]
        if misses >= MISSES_BEFORE_A_PERSON:
            says.append(Say("utter_two_misses", cards=contacts(self.index, turn.memory.language, place)))
        return Outcome(tuple(says), {"query": text, "misses": misses, "asked": None if place else "place"})

    def _where_to_ask(self, turn: Turn, place: str | None) -> Say:
        municipality = self.index.directory.municipality(place) if place else None
        if municipality is None:
            return Say("utter_ask_your_municipality")
        office = self.index.directory.organizations[municipality.id]
        ways = [phone.number for phone in office.phones[-1:]]
        ways += [contact.value for contact in (office.email, office.website) if contact]
        name = said(municipality.name, turn.memory.language).text
        return Say("utter_where_to_ask", {"contacts": f"{name}: {', '.join(ways)}"})
