"""Reads records back from the database: the whole directory, or some of one kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection, Engine

from index.directory import tables as t
from index.directory.keys import Record
from index.directory.storing import TABLES, TAXONOMIES
from index.records import (
    LANGUAGES,
    Address,
    Alert,
    Contact,
    Directory,
    Helpline,
    Hours,
    Municipality,
    Organization,
    Phone,
    Route,
    Service,
    Source,
    Statement,
    Text,
    TextList,
    Verification,
    Way,
)

Row = dict[str, Any]


class Reader:
    """Reads the whole directory, or with `ids` only some records of one kind."""

    def __init__(self, connection: Connection, kind: str | None = None, ids: Iterable[str] = ()) -> None:
        self._connection, self._kind, self._ids = connection, kind, list(ids)
        self._owned: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
        for table in t.OWNED:
            wanted = select(table).order_by(table.c.position, table.c.id)
            if kind:
                wanted = wanted.where(table.c.owner_type == kind, table.c.owner_id.in_(self._ids))
            for row in connection.execute(wanted):
                self._owned[table.name, row.owner_type, row.owner_id].append(row)

    def records(self) -> Iterator[Record]:
        """The records that were asked for, in no order; missing ones are left out. At most 500 ids."""
        make: dict[str, Callable[[Any], Record]] = {
            "organization": self._organization, "service": self._service, "helpline": self._helpline,
        }  # fmt: skip
        if self._kind:
            table = TABLES[self._kind]
            for row in self._connection.execute(select(table).where(table.c.id.in_(self._ids))):
                yield make[self._kind](row)

    def directory(self) -> Directory:
        return Directory(
            organizations={row.id: self._organization(row) for row in self._all(t.organization)},
            services={row.id: self._service(row) for row in self._all(t.service)},
            helplines={row.id: self._helpline(row) for row in self._all(t.helpline)},
            municipalities={row.official: self._municipality(row) for row in self._all(t.municipality)},
            routes=dict(self._routes()),
        )

    def _all(self, table: Any) -> Iterable[Any]:
        rows: Iterable[Any] = self._connection.execute(select(table))
        return rows

    def _organization(self, row: Any) -> Organization:
        kind, key = "organization", row.id
        proven = {p.field: p for p in self._owned["provenance", kind, key]}
        texts = self._texts_of(kind, key)
        return Organization(
            id=key, status=row.status, legal_status=row.legal_status, legal_code=row.legal_code,
            parent=row.parent_organization_id, municipality=row.municipality, name=_one(texts["name"]),
            aliases=_many(texts["alias"]), sources=self._sources_of(kind, key),
            serves=tuple(a.name for a in self._owned["service_area", kind, key]),
            **self._contacts_of(kind, row, texts, proven),
        )  # fmt: skip

    def _contacts_of(
        self, kind: str, row: Any, texts: Mapping[str, list[Any]], proven: Mapping[str, Any]
    ) -> dict[str, Any]:
        addresses, schedules = self._owned["address", kind, row.id], self._owned["schedule", kind, row.id]
        return {
            "spoken_languages": tuple(c.code for c in self._owned["language", kind, row.id]),
            "phones": tuple(
                Phone(p.number, _one(texts[f"phone_{p.position}"]), *_proof(proven[f"phone_{p.position}"]))
                for p in self._owned["phone", kind, row.id]
            ),
            "address": _address(addresses[0], proven["address"]) if addresses else None,
            "email": _contact(row.email, proven.get("email")),
            "website": _contact(row.website, proven.get("website")),
            "hours": Hours(_one(texts["hours"]), schedules[0].rule, *_proof(proven["hours"])) if schedules else None,
            "alert": self._alert_of(kind, row.id, texts),
        }

    def _alert_of(self, kind: str, key: str, texts: Mapping[str, list[Any]]) -> Alert | None:
        found = self._owned["alert", kind, key]
        return Alert(_one(texts["alert"]), found[0].until) if found else None

    def _service(self, row: Any) -> Service:
        texts = self._texts_of("service", row.id)
        proven = {p.field: p for p in self._owned["provenance", "service", row.id]}
        return Service(
            id=row.id, organization_id=row.organization_id, kind=row.kind, route=row.route, status=row.status,
            name=_one(texts["name"]), description=_one(texts["description"]), who=_one(texts["who"]),
            cost=_one(texts["cost"]) or None, how_to_get=_many(texts["how_to_get"]),
            night_intake=row.night_intake, statutory=row.statutory,
            discretion=_statement("discretion", texts, proven),
            first_contact=_statement("first_contact", texts, proven), verified=_verified(proven.get("record")),
            **self._contacts_of("service", row, texts, proven), **self._terms_of("service", row.id),
        )  # fmt: skip

    def _helpline(self, row: Any) -> Helpline:
        kind, key = "helpline", row.id
        texts = self._texts_of(kind, key)
        proven = {p.field: p for p in self._owned["provenance", kind, key]}
        return Helpline(
            id=key, status=row.status, verification=row.verification, number=row.number,
            languages_known=row.languages_known, free=row.free, danger_order=row.danger_order,
            name=_one(texts["name"]), who=_one(texts["who"]), description=_one(texts["description"]),
            ways=tuple(
                Way(w.kind, w.value, _one(texts[f"way_{w.position}"]), w.rule) for w in self._owned["way", kind, key]
            ),
            spoken_languages=tuple(c.code for c in self._owned["language", kind, key]),
            serves=tuple(a.name for a in self._owned["service_area", kind, key]),
            sources=self._sources_of(kind, key), email=_contact(row.email, proven.get("email")),
            website=_contact(row.website, proven.get("website")),
            discretion=_statement("discretion", texts, proven),
            first_contact=_statement("first_contact", texts, proven), verified=_verified(proven.get("record")),
            alert=self._alert_of(kind, key, texts), **self._terms_of(kind, key),
        )  # fmt: skip

    def _municipality(self, row: Any) -> Municipality:
        texts = self._texts_of("municipality", row.official)
        return Municipality(
            id=row.id, official=row.official, seat=row.seat, county=row.county, centre=row.centre,
            name=_one(texts["name"]), short=_one(texts["short"]), department=_one(texts["department"]),
        )  # fmt: skip

    def _routes(self) -> Iterator[tuple[str, Route]]:
        for name, kind, key in list(self._owned):
            if (name, kind) == ("text", "route"):
                texts = self._texts_of(kind, key)
                yield key, Route(key, _many(texts["steps"]), _many(texts["documents"]))

    def _texts_of(self, kind: str, key: str) -> dict[str, list[Any]]:
        fields: dict[str, list[Any]] = defaultdict(list)
        for row in self._owned["text", kind, key]:
            fields[row.field].append(row)
        return fields

    def _sources_of(self, kind: str, key: str) -> tuple[Source, ...]:
        return tuple(Source(s.url, s.title, s.date) for s in self._owned["source", kind, key])

    def _terms_of(self, kind: str, key: str) -> dict[str, Any]:
        rows = self._owned["attribute", kind, key]
        return {name: tuple(row.term for row in rows if row.taxonomy == name) for name in TAXONOMIES[kind]}


def read_directory(engine: Engine) -> Directory:
    """The whole directory as it stands in the database now."""
    with engine.connect() as connection:
        return Reader(connection).directory()


def _one(rows: Iterable[Any]) -> Text:
    found = {row.language: row.value for row in rows}
    return {language: found[language] for language in LANGUAGES if language in found}


def _many(rows: Iterable[Any]) -> TextList:
    rows = list(rows)
    return {language: tuple(row.value for row in rows if row.language == language) for language in LANGUAGES}


def _address(row: Any, proof: Any) -> Address:
    return Address(row.address_1, row.confidential, *_proof(proof))


def _proof(row: Any) -> tuple[Source, Verification | None]:
    return Source(row.url, row.title, row.date), _verified(row)


def _verified(row: Any) -> Verification | None:
    if row is None or row.verified_on is None:
        return None
    return Verification(row.verified_on, row.verified_by, row.verified_how)


def _statement(field: str, texts: Mapping[str, list[Any]], proven: Mapping[str, Any]) -> Statement | None:
    return Statement(_one(texts[field]), *_proof(proven[field])) if field in proven else None


def _contact(value: str | None, proof: Any) -> Contact | None:
    return Contact(value, *_proof(proof)) if value and proof else None
