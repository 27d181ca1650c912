"""Looking instead of typing: all needs by life situation, and who helps with one. Plain links and one plain form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from index.cards import CrisisCard, ServiceCard
from index.helplines import crisis_card
from index.needs.taxonomy import Need, read_taxonomy
from index.query import Query, SearchResult
from index.records import Language, Text, said
from nlu.normalisation import fold
from webhook.counting import count_search
from webhook.languages import DEFAULT
from webhook.messages import official_place
from webhook.parts import now, parts
from webhook.refusals import Refusal
from webhook.widget import frame

_PAGE = 5
# More than any place has for one need; all are looked at, so that the place's own can be put first.
_MOST = 50

door = frame.Pages("needs", __name__)


@dataclass(frozen=True)
class Place:
    """What the address says of the place: as typed, and the official municipality or the country that it means."""

    typed: str
    official: str | None

    @property
    def unknown(self) -> bool:
        return bool(self.typed) and self.official is None

    @property
    def key(self) -> str | None:
        """What stands in addresses."""
        municipality = parts().directory().municipality(self.official) if self.official else None
        return municipality.id if municipality else self.official


@door.before_request
def name_place_neutrally() -> Response | None:
    """Lead on to the municipality's id: addresses, and so the browser's history, keep no village and no spelling."""
    place = _asked_place()
    if place.key is None or place.key == place.typed:
        return None
    kept = request.view_args or {}
    return redirect(url_for(request.endpoint or "", **kept, lang=frame.page_language(), place=place.key))


@door.get("/needs")
def browse() -> str:
    """All needs; their links keep language and place."""
    language, place = frame.page_language(), _asked_place()
    return frame.show(
        "needs.html", language, themes=list(_needs_by_theme()), place=place,
        where=_short_name(place.official, language), municipalities=_municipalities(language),
    )  # fmt: skip


@door.get("/needs/<int:number>")
def show(number: int) -> str:
    """Who helps with one need: those of the place first; without a place those for the whole country."""
    language, place = frame.page_language(), _asked_place()
    need = _need_of(number)
    found = parts().index().search(_query(need, language, place))
    cards = _own_first(found) or parts().index().next_steps(language, found.municipality)
    page = max(request.args.get("page", 1, type=int), 1)
    shown = cards[(page - 1) * _PAGE : page * _PAGE]
    if page > 1 and not shown:
        raise Refusal("not_found")
    count_search(found, CrisisCard(), shown, language, "needs", again=page > 1)
    return frame.show(
        "need.html", language, need=need, place=place, where=_short_name(found.municipality, language),
        municipalities=_municipalities(language), crisis=_danger_behind(need, language, found.municipality).as_json(),
        match=found.match, cards=[card.as_json() for card in shown], page=page, more=len(cards) > page * _PAGE,
    )  # fmt: skip


def _asked_place() -> Place:
    typed = request.args.get("place", "").strip()
    try:
        return Place(typed, official_place(typed or None))
    except Refusal:
        return Place(typed, None)


def _query(need: Need, language: Language, place: Place) -> Query:
    """The need as if its button had been pressed; in Lithuanian, so that each language shows the same order."""
    return Query(
        need.name[DEFAULT], language, place.official, limit=_MOST, needs=(need.id,), by_name=False, nationwide=True
    )


def _own_first(found: SearchResult) -> tuple[ServiceCard, ...]:
    """What is of the place or serves it, then all else, both in the search's order."""
    here = found.municipality
    return tuple(sorted(found.cards, key=lambda card: here != card.municipality and here not in card.serves))


def _need_of(number: int) -> Need:
    for need in read_taxonomy().needs.values():
        if need.number == number:
            return need
    raise Refusal("not_found")


def _danger_behind(need: Need, language: Language, municipality: str | None) -> CrisisCard:
    """The lines for the danger that brings people to this need; none where no danger does."""
    topics = {behind: topic for topic, behind in read_taxonomy().crisis_needs.items()}
    level = "danger" if need.id in topics else "none"
    return crisis_card(parts().directory(), level, topics.get(need.id), language, now(), municipality)


def _needs_by_theme() -> Iterator[tuple[Text, list[Need]]]:
    taxonomy = read_taxonomy()
    for theme in _themes_in_order():
        yield taxonomy.themes[theme], [need for need in taxonomy.needs.values() if need.theme == theme]


def _short_name(official: str | None, language: Language) -> str | None:
    municipality = parts().directory().municipality(official) if official else None
    return said(municipality.short, language).text if municipality else None


def _municipalities(language: Language) -> list[str]:
    """`Vilnius`, `Vilniaus rajonas`: all of them by alphabet."""
    names = (said(place.short, language).text for place in parts().directory().municipalities.values())
    return sorted(names, key=fold)


@cache
def _themes_in_order() -> tuple[str, ...]:
    return tuple(yaml.safe_load(Path(__file__).with_name("themes.yml").read_text("utf-8")))
