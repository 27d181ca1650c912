"""What can be chosen in each field of a record, by name in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import get_args

from babel import Locale

from index.directory.validation import ROUTES
from index.needs.taxonomy import Term, read_taxonomy
from index.records import COUNTRY, Directory, Language, Status, said
from nlu.crisis import TOPICS
from nlu.normalisation import fold
from webhook.console.texts import texts

# Languages that institutions say they speak.
_SPOKEN = ("lt", "pl", "en", "ru", "uk", "be", "lv", "et", "de", "fr", "es", "it", "tr", "ar", "fa", "ka", "az")
WAYS = ("call", "sms", "chat", "email")


@dataclass(frozen=True)
class Choice:
    """A value of a field and its name; `group` is the heading that it stands under, where there are headings."""

    value: str
    name: str
    group: str = ""


def choices_of(field: str, directory: Directory, language: Language) -> tuple[Choice, ...]:
    """What a field offers; nothing for one that is written freely."""
    if field in ("municipality", "serves"):
        return _places(directory, language)
    return _fixed(language).get(field, ())


def name_of(field: str, value: str, directory: Directory, language: Language) -> str:
    """The name of a value; one that is not known stays as it is."""
    return next((choice.name for choice in choices_of(field, directory, language) if choice.value == value), value)


def _places(directory: Directory, language: Language) -> tuple[Choice, ...]:
    names = [Choice(place.official, said(place.short, language).text) for place in directory.municipalities.values()]
    country = Choice(COUNTRY, texts(language)["keeping_country"])
    return (country, *sorted(names, key=lambda choice: fold(choice.name)))


@cache
def _fixed(language: Language) -> Mapping[str, tuple[Choice, ...]]:
    taxonomy, words, names = read_taxonomy(), texts(language), Locale.parse(language).languages
    return {
        "status": _worded(get_args(Status), words["keeping_statuses"]),
        "route": _worded(ROUTES, words["keeping_routes"]),
        "crisis_topics": _worded(TOPICS, words["keeping_topics"]),
        "kind": _terms(taxonomy.kinds.values(), language),
        "categories": _terms(taxonomy.categories.values(), language),
        "target_groups": _terms(taxonomy.target_groups.values(), language),
        "spoken_languages": tuple(Choice(code, names[code]) for code in _SPOKEN),
        "ways": _worded(WAYS, words["keeping_ways"]),
        "needs": tuple(
            Choice(need.id, said(need.name, language).text, said(taxonomy.themes[need.theme], language).text)
            for theme in taxonomy.themes
            for need in taxonomy.needs.values()
            if need.theme == theme
        ),
    }


def _worded(values: Iterable[str], words: Mapping[str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(value, words.get(value, value)) for value in values)


def _terms(terms: Iterable[Term], language: Language) -> tuple[Choice, ...]:
    found = [Choice(term.id, said(term.name, language).text) for term in terms]
    return tuple(sorted(found, key=lambda choice: fold(choice.name)))
