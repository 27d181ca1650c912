"""What HSDS has no field for, as attributes of its objects, and out of them again; the two sides stand together.

An attribute names what it speaks of in `link_type`: a field of the object ("name"), or a topic of ours ("discretion").
Its term says how: a language (`value` is the text; without a value, the field itself is in that language), a fact, or
a term of a vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from index.directory.hsds.terms import FACT, LANGUAGE, identity, meaning, term
from index.records import LANGUAGES, Alert, How, Source, Statement, Text, TextList, Verification, said

_HOWS: tuple[How, ...] = get_args(How)
_MAIN = "lt"
# Stands for the person who confirmed something in another directory, whose name never leaves it.
ELSEWHERE = "hsds"


@dataclass(frozen=True)
class Outlet:
    """Where objects go. `today` ends alerts; `telling_how` says how something was confirmed, never who did."""

    today: date
    telling_how: bool = False


class Sketch(dict[str, Any]):
    """An HSDS object that is being made. Fields without a value are left out, as the standard wants it."""

    def __init__(self, outlet: Outlet, kind: str, of: str, **fields: Any) -> None:
        super().__init__(id=identity(kind, of))
        self.outlet = outlet
        self.update({name: value for name, value in fields.items() if value not in (None, [], "")})

    def part(self, kind: str, which: str | int, **fields: Any) -> Sketch:
        """A new object that belongs to this one."""
        return Sketch(self.outlet, kind, f"{self['id']}/{which}", **fields)

    def attach(self, taxonomy: str, code: str, about: str, value: str | None = None) -> None:
        attached = self.setdefault("attributes", [])
        entity = term(taxonomy, code)
        attribute = {
            "id": identity("attribute", self["id"], str(len(attached))),
            "link_type": about,
            "taxonomy_term_id": entity["id"],
            "taxonomy_term": entity,
        }
        attached.append(attribute if value is None else {**attribute, "value": value})

    def fact(self, code: str, value: str | None, about: str = "record") -> None:
        if value is not None:
            self.attach(FACT, code, about, value)

    def vocabulary(self, taxonomy: str, codes: Iterable[str]) -> None:
        for code in codes:
            self.attach(taxonomy, code, taxonomy)

    def text(self, field: str, text: Text | None) -> None:
        """Lithuanian, else another language, into the field; the others as attributes."""
        main = said(text or {}, _MAIN)
        if not main.text:
            return
        self[field] = main.text
        if main.language != _MAIN:
            self.attach(LANGUAGE, main.language, field)
        self.loose_text(
            field, {language: words for language, words in (text or {}).items() if language != main.language}
        )

    def loose_text(self, about: str, text: Text) -> None:
        """A text that has no field of the standard."""
        self.loose_texts(about, {language: (words,) for language, words in text.items() if words})

    def loose_texts(self, about: str, texts: TextList) -> None:
        for language in LANGUAGES:
            for words in texts.get(language, ()):
                self.attach(LANGUAGE, language, about, words)

    def source(self, about: str, source: Source) -> None:
        self.fact("source_url", source.url, about)
        self.fact("source_title", source.title, about)
        self.fact("source_date", source.date, about)

    def verified(self, about: str, verification: Verification | None) -> None:
        if verification:
            self.fact("verified_on", verification.on, about)
            self.fact("verified_how", verification.how if self.outlet.telling_how else None, about)

    def proof(self, about: str, proven: Any) -> None:
        """Source and confirmation of a contact, telephone, address, hours or statement."""
        self.source(about, proven.source)
        self.verified(about, proven.verified)

    def statement(self, about: str, statement: Statement | None) -> None:
        if statement:
            self.loose_text(about, statement.text)
            self.proof(about, statement)

    def alert(self, alert: Alert | None, has_field: bool = False) -> None:
        """What is different for a while, until it is over."""
        if alert and alert.until >= self.outlet.today.isoformat():
            (self.text if has_field else self.loose_text)("alert", alert.text)
            self.fact("alert_until", alert.until, "alert")


class Attached:
    """What an object's attributes say, in their order."""

    def __init__(self, entity: Mapping[str, Any]) -> None:
        self._entity = entity
        self._values: dict[tuple[str, str], list[tuple[str, str | None]]] = {}
        for attribute in entity.get("attributes") or ():
            meant = meaning(attribute)
            if meant:
                key = (meant[0], str(attribute.get("link_type") or ""))
                self._values.setdefault(key, []).append((meant[1], attribute.get("value")))

    def facts(self, code: str, about: str = "record") -> tuple[str, ...]:
        return tuple(value for name, value in self._of(FACT, about) if name == code and value is not None)

    def fact(self, code: str, about: str = "record") -> str | None:
        return next(iter(self.facts(code, about)), None)

    def truth(self, code: str) -> bool:
        return self.fact(code) == "true"

    def vocabulary(self, taxonomy: str) -> tuple[str, ...]:
        return tuple(code for code, _ in self._of(taxonomy, taxonomy))

    def text(self, field: str) -> Text:
        spoken = self._of(LANGUAGE, field)
        found = {language: value for language, value in spoken if value is not None}
        main = next((language for language, value in spoken if value is None), _MAIN)
        if self._entity.get(field):
            found[main] = str(self._entity[field])
        return {language: found[language] for language in LANGUAGES if language in found}

    def texts(self, about: str) -> TextList:
        spoken = self._of(LANGUAGE, about)
        return {
            language: tuple(value for code, value in spoken if code == language and value) for language in LANGUAGES
        }

    def source(self, about: str) -> Source:
        title = self.fact("source_title", about)
        return Source(self.fact("source_url", about), title or "", self.fact("source_date", about))

    def sources(self) -> tuple[Source, ...]:
        """The sources of a whole record, which are numbered from 0."""
        found: list[Source] = []
        while self.facts("source_title", about := f"sources.{len(found)}"):
            found.append(self.source(about))
        return tuple(found)

    def verified(self, about: str) -> Verification | None:
        """Who confirmed it stays in the directory that it comes from."""
        on, told = self.fact("verified_on", about), self.fact("verified_how", about)
        how = next((how for how in _HOWS if how == told), None)
        return Verification(on, ELSEWHERE, how) if on and how else None

    def proof(self, about: str) -> tuple[Source, Verification | None]:
        return self.source(about), self.verified(about)

    def statement(self, about: str) -> Statement | None:
        text = self.text(about)
        return Statement(text, *self.proof(about)) if text or self.facts("source_title", about) else None

    def alert(self) -> Alert | None:
        until = self.fact("alert_until", "alert")
        return Alert(self.text("alert"), until) if until else None

    def _of(self, taxonomy: str, about: str) -> list[tuple[str, str | None]]:
        return self._values.get((taxonomy, about), [])
