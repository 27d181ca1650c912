"""What a look-up is narrowed by: place, need, target group, open now, language spoken, status."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from babel import Locale

from index.needs.taxonomy import read_taxonomy
from index.records import COUNTRY, Directory, Helpline, Language, Service, Status, Text, said
from nlu.normalisation import fold

STATUSES: tuple[str, ...] = get_args(Status)
SHOWN = "active"
_HIDDEN_FOR_WANT = "unverified"
_THEME = "theme:"
Choice = tuple[str, str]
Record = Service | Helpline


@dataclass(frozen=True)
class Filters:
    """What was chosen; an empty text is any.

    place: official municipality. need: a need's id, or `theme:` and a theme's. group: a target group's id.
    spoken: a language's code. status: `active` is what residents are shown.
    """

    place: str = ""
    need: str = ""
    group: str = ""
    spoken: str = ""
    status: str = ""
    open_now: bool = False

    @property
    def chosen(self) -> int:
        """How many of them narrow the search."""
        return sum(map(bool, (self.place, self.need, self.group, self.spoken, self.status, self.open_now)))

    @property
    def needs(self) -> tuple[str, ...]:
        """The ids of the chosen need, or of every need of the chosen theme."""
        if self.need.startswith(_THEME):
            theme = self.need.removeprefix(_THEME)
            return tuple(need.id for need in read_taxonomy().needs.values() if need.theme == theme)
        return (self.need,) if self.need else ()


NO_FILTERS = Filters()


def read_filters(form: Mapping[str, str], directory: Directory) -> Filters:
    """The filters of a form; what is not known there is any."""
    taxonomy = read_taxonomy()

    def known(name: str, choices: Collection[str]) -> str:
        value = form.get(name, "")
        return value if value in choices else ""

    return Filters(
        place=known("place", directory.municipalities),
        need=known("need", {*taxonomy.needs, *(_THEME + theme for theme in taxonomy.themes)}),
        group=known("group", taxonomy.target_groups),
        spoken=known("spoken", Locale.parse("en").languages),
        status=known("status", STATUSES),
        open_now="open_now" in form,
    )


def status_of(record: Record, directory: Directory) -> str:
    """Of a service and its organization the one that keeps it from residents; a line without a number is unverified."""
    if isinstance(record, Helpline):
        return record.status if record.number or record.status != SHOWN else _HIDDEN_FOR_WANT
    owner = directory.organizations[record.organization_id]
    return owner.status if owner.status != SHOWN else record.status


def places(directory: Directory, language: Language) -> list[Choice]:
    """Municipalities by their short names, by alphabet."""
    found = [(place.official, said(place.short, language).text) for place in directory.municipalities.values()]
    return sorted(found, key=lambda choice: fold(choice[1]))


def short_place(official: str | None, directory: Directory, language: Language) -> str:
    """`Vilnius` of `Vilniaus miesto savivaldybė`; nothing for the whole country."""
    place = directory.municipality(official) if official and official != COUNTRY else None
    return said(place.short, language).text if place else ""


def themes(language: Language) -> Iterator[tuple[Choice, list[Choice]]]:
    """Each theme with its needs."""
    taxonomy = read_taxonomy()
    for theme, name in taxonomy.themes.items():
        needs = [need for need in taxonomy.needs.values() if need.theme == theme]
        yield (_THEME + theme, _name(name, language)), [(need.id, _name(need.name, language)) for need in needs]


def groups(language: Language) -> list[Choice]:
    """Target groups in the vocabulary's order."""
    return [(group.id, _name(group.name, language)) for group in read_taxonomy().target_groups.values()]


def spoken(directory: Directory, language: Language) -> list[Choice]:
    """The languages that are spoken anywhere, by alphabet of their names."""
    names = Locale.parse(language).languages
    found = [(code, str(names.get(code, code))) for code in _spoken_anywhere(directory)]
    return sorted(found, key=lambda choice: fold(choice[1]))


def _spoken_anywhere(directory: Directory) -> set[str]:
    holders = (directory.organizations.values(), directory.services.values(), directory.helplines.values())
    return {code for records in holders for record in records for code in record.spoken_languages}


def _name(text: Text, language: Language) -> str:
    return said(text, language).text
