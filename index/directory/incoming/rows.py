"""Makes an organization with its services of one row, or says what is wrong with the row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from index.directory.candidates import Candidate, RowFault, Where
from index.directory.incoming import cells as read
from index.directory.incoming.employees import is_mobile, names_person, without_person
from index.directory.incoming.headers import SPOKEN, ColumnMap, Columns
from index.directory.incoming.lines import Row
from index.directory.incoming.opening import read_opening
from index.directory.incoming.telephones import read_telephones
from index.directory.plain import plain
from index.directory.validation import Fault, record_faults, told_only
from index.records import COUNTRY, LANGUAGES, Address, Contact, Hours, Organization, Phone, Service, Source
from nlu.normalisation import fold


@dataclass(frozen=True)
class Remark:
    """What a record does not keep of a row that comes in. `reason` is a key of `faults.yml`."""

    where: Where
    field: str
    reason: str
    value: str


@dataclass(frozen=True)
class Told:
    """What is known of a file's rows beside their cells. `language` is that of columns that do not say theirs."""

    file: str
    origin: str
    language: str
    municipality: str | None = None
    mapped: ColumnMap = field(default_factory=ColumnMap)


# Which column a record's field comes from, where their names differ.
_FROM: Mapping[str, Mapping[str, str]] = {
    "organization": {"name": "organization_name", "id": "organization_id"},
    "service": {"name": "service_name", "id": "service_id", "organization_id": "organization_id"}
    | {name: f"service_{name}" for name in ("phones", "email", "website", "address", "hours", "status")},
}


def _column_of(kind: str, field: str) -> str:
    """What a column holds that a record's field ("phones.0.number") was read from."""
    what, _, rest = field.partition(".")
    if what == "sources" or ".source." in field:
        return f"source_{rest.rpartition('.')[2]}"
    return _FROM[kind].get(what, what)


class RowReader:
    """Reads rows of one file. Faults and remarks call a column by its header."""

    def __init__(self, told: Told, columns: Columns) -> None:
        self._told, self._columns = told, columns

    def read(self, row: Row) -> tuple[Candidate | None, list[RowFault], list[Remark]]:
        """The candidate, or its faults; and what the record does not keep."""
        reading = _Reading(self._told, self._columns, row)
        candidate = reading.candidate()
        where = Where(self._told.file, row.line)
        faults = [RowFault(where, fault.field, fault.code, fault.value) for fault in reading.faults]
        return (None if faults else candidate), faults, [] if faults else reading.remarks


class _Reading:
    """One row while it is read."""

    def __init__(self, told: Told, columns: Columns, row: Row) -> None:
        self._told, self._columns, self._row = told, columns, row
        self._where = Where(told.file, row.line)
        self.faults: list[Fault] = []
        self.remarks: list[Remark] = []
        self._source = Source(None, told.origin, None)

    def candidate(self) -> Candidate | None:
        if not self._is_whole():
            return None
        self._source = Source(
            next(iter(read.read_websites(self._cell("source_url"))), None),
            self._cell("source_title") or self._told.origin,
            read.read_date(self._cell("source_date")) or None,
        )
        organization = self._organization()
        if organization is None:
            return None
        services = tuple(self._services(organization.id))
        self._check("organization", organization)
        for service in services:
            self._check("service", service)
        return Candidate(self._where, organization, services)

    def _is_whole(self) -> bool:
        if self._row.broken:
            self.faults.append(Fault("", "unreadable", next(filter(None, self._row.cells), "")[:80]))
            return False
        for at, cell in enumerate(self._row.cells):
            if at >= len(self._columns.headers) and cell:
                self.faults.append(Fault("", "cells", cell[:80]))
            elif read.is_error(cell):
                self.faults.append(Fault(self._columns.headers[at], "formula", cell))
        return not self.faults

    def _check(self, kind: str, record: Organization | Service) -> None:
        for fault in record_faults(kind, told_only(plain(record))):
            column = self._columns.header(_column_of(kind, fault.field))
            # The same source stands beside every value, and an organization's id within its services'.
            known = {(earlier.field, earlier.code) for earlier in self.faults}
            if (column, fault.code) not in known and not (fault.code == "id" and "id" in {code for _, code in known}):
                self.faults.append(Fault(column, fault.code, fault.value))

    def _cell(self, what: str, language: str = "") -> str:
        """The text of the columns that hold this, else what is true of every row."""
        positions = self._columns.held.get((what, language), ())
        found = [self._row.cells[at] for at in positions if at < len(self._row.cells)]
        joined = "\n".join(cell for cell in found if not read.is_nothing(cell))
        default = what if not language or language == self._told.language else f"{what}.{language}"
        return joined or self._told.mapped.defaults.get(default, "")

    def _text(self, what: str) -> dict[str, str]:
        assert what in SPOKEN
        return {language: text for language in LANGUAGES if (text := self._cell(what, language))}

    def _fault(self, what: str, code: str, value: str = "") -> None:
        self.faults.append(Fault(self._columns.header(what), code, value[:80]))

    def _remark(self, what: str, reason: str, value: str) -> None:
        self.remarks.append(Remark(self._where, self._columns.header(what), reason, value[:80]))

    def _organization(self) -> Organization | None:
        name = self._text("organization_name")
        if not name:
            self._fault("organization_name", "no_name")
            return None
        municipality = self._municipality()
        if municipality is None:
            return None
        serves = self._list("serves", "municipality", *read.read_places(self._cell("serves")))
        said = next(iter(name.values()))
        contacts = self._contacts("")
        return Organization(
            id=self._organization_id(said, municipality),
            status=self._status("status"),  # type: ignore[arg-type]  # checked with the record
            legal_status=self._cell("legal_status"),
            name=name,
            municipality=municipality,
            serves=tuple(serves) or (municipality,),
            sources=(self._source,),
            aliases=self._lists("aliases"),
            parent=identity_of_name(parent, municipality) if (parent := self._cell("parent")) else None,
            legal_code=self._cell("legal_code").replace(" ", "") or None,
            spoken_languages=tuple(
                self._list("spoken_languages", "language", *read.read_languages(self._cell("spoken_languages")))
            ),
            **contacts,
        )

    def _organization_id(self, name: str, municipality: str) -> str:
        owner, _, own_slug = self._cell("service_id").partition(".")
        if own := self._cell("organization_id") or (owner if own_slug else ""):
            return own
        key = read.slug(self._cell("organization_key"))
        return f"{read.slug(self._told.origin)}-{key}" if key else identity_of_name(name, municipality)

    def _municipality(self) -> str | None:
        cell, address = self._cell("municipality"), self._cell("address")
        found = read.read_place(cell) if cell else self._told.municipality or read.place_of_address(address)
        if found is None:
            self._fault("municipality", "municipality" if cell else "no_municipality", cell)
        return found

    def _contacts(self, prefix: str) -> dict[str, Any]:
        """Telephones to hours of the organization, or with `service_` before them of the service."""
        address, hours = self._cell(f"{prefix}address"), self._text(f"{prefix}hours")
        rule = next(filter(None, map(read_opening, hours.values())), None)
        if hours and rule is None:
            self._remark(f"{prefix}hours", "hours_as_text", next(iter(hours.values())))
        secret = bool(self._cell("confidential")) and self._answer("confidential")
        return {
            "phones": tuple(self._phones(f"{prefix}phones")),
            "email": self._first(f"{prefix}email", read.read_emails(self._cell(f"{prefix}email"))),
            "website": self._first(f"{prefix}website", read.read_websites(self._cell(f"{prefix}website"))),
            "address": Address(" ".join(address.split()), secret, self._source) if address else None,
            "hours": Hours(hours, rule, self._source) if hours else None,
        }

    def _phones(self, what: str) -> Iterator[Phone]:
        found = read_telephones(self._cell(what))
        for lost in (*found.faxes, found.rest):
            if lost and found.called:
                self._remark(what, "left_out", lost)
            elif lost and lost == found.rest:
                self._fault(what, "phone", lost)
        for one in found.called:
            label = one.label
            if names_person(label):
                self._remark(what, "left_out", f"{label} {one.number}" if is_mobile(one.number) else label)
                label = without_person(label)
            if label == one.label or not is_mobile(one.number):
                yield Phone(one.number, {self._told.language: label} if label else {}, self._source)

    def _first(self, what: str, values: list[str]) -> Contact | None:
        """The record keeps one; the others are told."""
        for value in values[1:]:
            self._remark(what, "left_out", value)
        return Contact(values[0], self._source) if values else None

    def _services(self, organization: str) -> Iterator[Service]:
        names = self._text("service_name")
        pieces = {language: read.parts(text) for language, text in names.items()}
        if len({len(many) for many in pieces.values()}) == 1 and names:
            for at in range(len(next(iter(pieces.values())))):
                yield self._service(organization, {language: many[at] for language, many in pieces.items()})
        elif names:
            yield self._service(organization, names)
        elif self._text("description") or self._cell("kind") or self._cell("needs"):
            yield self._service(organization, self._text("organization_name"))

    def _service(self, organization: str, name: Mapping[str, str]) -> Service:
        told = self._cell("service_id")
        # Our own ids name the organization as well; any other is the list's.
        told = told if "." in told else read.slug(told or self._cell("service_key"))
        known, unknown = read.read_terms("kinds", self._cell("kind")) if self._cell("kind") else ([], [])
        groups, people = read.read_terms("target_groups", self._cell("target_groups"))
        for value in unknown:
            self._remark("kind", "not_a_term", value)
        for value in people:
            self._remark("target_groups", "not_a_term", value)
        who = self._text("who") or ({self._told.language: self._cell("target_groups")} if people else {})
        full = told if "." in told else f"{organization}.{told or read.slug(next(iter(name.values())))}"
        return Service(
            id=full,
            organization_id=organization,
            kind=known[0] if known else "",
            route="",
            name=name,
            description=self._text("description"),
            who=who,
            categories=tuple(self._terms("categories")),
            needs=tuple(self._terms("needs")),
            target_groups=tuple(groups),
            how_to_get=self._lists("how_to_get"),
            cost=self._text("cost") or None,
            night_intake=bool(self._cell("night_intake")) and self._answer("night_intake"),
            status=self._status("service_status"),  # type: ignore[arg-type]  # checked with the record
            **self._contacts("service_"),
        )

    def _terms(self, what: str) -> list[str]:
        return self._list(what, "term", *read.read_terms(what, self._cell(what)))

    def _list(self, what: str, code: str, known: list[str], unknown: list[str]) -> list[str]:
        for value in unknown:
            self._fault(what, code, value)
        return known

    def _lists(self, what: str) -> dict[str, tuple[str, ...]]:
        languages = LANGUAGES if what in SPOKEN else ("",)
        pieces = read.steps if what == "how_to_get" else read.parts
        found = {language or self._told.language: tuple(pieces(self._cell(what, language))) for language in languages}
        return {language: many for language, many in found.items() if many}

    def _answer(self, what: str) -> bool:
        answer = read.read_answer(self._cell(what))
        if answer is None:
            self._fault(what, "yes_or_no", self._cell(what))
        return bool(answer)

    def _status(self, what: str) -> str:
        cell = self._cell(what)
        status = read.read_status(cell) if cell else "active"
        if status is None:
            self._fault(what, "status", cell)
        return status or "active"


def identity_of_name(name: str, municipality: str) -> str:
    """An organization's id where its file gives none; names that many share get the municipality's."""
    plain_name = read.slug(name)
    place = municipality.split(" savivaldybė")[0]
    if municipality == COUNTRY or fold(place)[:5] in fold(name):
        return plain_name
    return read.slug(f"{name} {place}")
