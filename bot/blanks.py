"""Fills the blanks of responses from the directory: a Say names what it is about, and holds no words of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Protocol

from babel import Locale

from index.cards import ServiceCard
from index.helplines import emergency_number
from index.language_names import language_name
from index.records import COUNTRY, Directory, said


class Source(Protocol):
    """Where cards and records come from; `index.search.ServiceIndex` is one."""

    @property
    def directory(self) -> Directory: ...

    def card(self, service_id: str, language: str) -> ServiceCard | None: ...


@dataclass(frozen=True)
class _Subject:
    """What a response is about: `about` is a record's id or a municipality's official name."""

    key: str
    about: str
    language: str
    source: Source

    @property
    def card(self) -> ServiceCard:
        """Raises KeyError for a record that has gone meanwhile."""
        found = self.source.card(self.about, self.language)
        if found is None:
            raise KeyError(self.about)
        return found


def fill(key: str, template: str, about: str, language: str, source: Source) -> Mapping[str, str]:
    """What stands in each blank of a response's text. Raises KeyError for an unknown blank or record."""
    subject = _Subject(key, about, language, source)
    return {name: _BLANKS[name](subject) for _, name, _, _ in Formatter().parse(template) if name}


def _emergency(subject: _Subject) -> str:
    return emergency_number(subject.source.directory)


def _place(subject: _Subject) -> str:
    if subject.about == COUNTRY:
        return str(Locale.parse(subject.language).territories["LT"])
    municipality = subject.source.directory.municipality(subject.about)
    return said(municipality.short, subject.language).text if municipality else subject.about


def _contacts(subject: _Subject) -> str:
    """How to reach the municipality's own office."""
    directory = subject.source.directory
    municipality = directory.municipality(subject.about)
    if municipality is None:
        raise KeyError(subject.about)
    office = directory.organizations[municipality.id]
    ways = [phone.number for phone in office.phones[-1:]]
    ways += [contact.value for contact in (office.email, office.website) if contact]
    return f"{said(municipality.name, subject.language).text}: {', '.join(ways)}"


def _line(subject: _Subject) -> str:
    return said(subject.source.directory.helplines[subject.about].name, subject.language).text


def _languages(subject: _Subject) -> str:
    line = subject.source.directory.helplines.get(subject.about)
    codes = line.spoken_languages if line else subject.card.spoken_languages
    return ", ".join(language_name(code, subject.language) for code in codes)


def _statement(subject: _Subject) -> str:
    """What a source says of the record, in the field that the response is named after."""
    record = subject.source.directory.record(subject.about)
    statement = getattr(record, subject.key.removeprefix("utter_"), None)
    if statement is None:
        raise KeyError(subject.about)
    return said(statement.text, subject.language).text


def _numbers(subject: _Subject) -> str:
    return "; ".join(f"{phone.number} ({phone.label})" for phone in subject.card.phones)


_BLANKS: Mapping[str, Callable[[_Subject], str]] = {
    "emergency": _emergency,
    "place": _place,
    "contacts": _contacts,
    "line": _line,
    "languages": _languages,
    "statement": _statement,
    "numbers": _numbers,
    "organization": lambda subject: subject.card.organization,
    "service": lambda subject: subject.card.service,
    "way": lambda subject: subject.card.email or subject.card.website or "",
    "address": lambda subject: subject.card.address or "",
    "hours": lambda subject: subject.card.hours_text or "",
    "cost": lambda subject: subject.card.cost or "",
    "who": lambda subject: subject.card.who,
    "documents": lambda subject: "; ".join(subject.card.documents),
}
