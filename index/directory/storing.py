"""Writes records into the database and reads them back; the two sides stand together here."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection, Engine

from index.directory import tables as t
from index.records import (
    LANGUAGES,
    Address,
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
    Way,
)

Row = dict[str, Any]
_SERVICE_TAXONOMIES = ("categories", "needs", "target_groups")
_LINE_TAXONOMIES = ("crisis_topics", "needs", "target_groups")
_STATEMENTS = ("discretion", "first_contact")


def digest(organization: Organization, services: Iterable[Service]) -> str:
    """Changes when anything that the files say of an organization changes."""
    content = [asdict(organization), *(asdict(service) for service in services)]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


class Writer:
    """Collects rows by table and writes each table's in one go."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: dict[Any, list[Row]] = defaultdict(list)

    def add(self, table: Any, **values: Any) -> None:
        self._rows[table].append(values)

    def flush(self) -> None:
        for table in t.metadata.sorted_tables:
            if self._rows[table]:
                self._connection.execute(insert(table), self._rows[table])
        self._rows.clear()

    def organization(self, record: Organization, services: Iterable[Service], origin: str) -> None:
        services = list(services)
        self.add(
            t.organization, id=record.id, status=record.status, legal_status=record.legal_status,
            legal_code=record.legal_code, parent_organization_id=record.parent, municipality=record.municipality,
            email=record.email and record.email.value, website=record.website and record.website.value,
            digest=digest(record, services), origin=origin, edited_on=None,
        )  # fmt: skip
        owner = {"owner_type": "organization", "owner_id": record.id}
        self._text(owner, "name", record.name)
        self._texts(owner, "alias", record.aliases)
        self._sources(owner, record.sources)
        self._contact(owner, "email", record.email)
        self._contact(owner, "website", record.website)
        for position, code in enumerate(record.spoken_languages):
            self.add(t.language, **owner, position=position, code=code)
        for position, name in enumerate(record.serves):
            self.add(t.service_area, **owner, position=position, name=name)
        for position, phone in enumerate(record.phones):
            self.add(t.phone, **owner, position=position, number=phone.number)
            self._text(owner, f"phone_{position}", phone.label)
            self._provenance(owner, f"phone_{position}", phone.source, phone.verified_on)
        if record.address:
            self.add(
                t.address, **owner, position=0, address_1=record.address.text, confidential=record.address.confidential
            )
            self._provenance(owner, "address", record.address.source, record.address.verified_on)
        if record.hours:
            self.add(t.schedule, **owner, position=0, rule=record.hours.schedule)
            self._text(owner, "hours", record.hours.text)
            self._provenance(owner, "hours", record.hours.source, record.hours.verified_on)
        for service in services:
            self._service(service)

    def _service(self, record: Service) -> None:
        self.add(
            t.service, id=record.id, organization_id=record.organization_id, status=record.status, kind=record.kind,
            route=record.route, night_intake=record.night_intake, statutory=record.statutory,
        )  # fmt: skip
        owner = {"owner_type": "service", "owner_id": record.id}
        for field in ("name", "description", "who"):
            self._text(owner, field, getattr(record, field))
        self._text(owner, "cost", record.cost or {})
        self._texts(owner, "how_to_get", record.how_to_get)
        self._terms(owner, record, _SERVICE_TAXONOMIES)
        self._statements(owner, record)

    def helpline(self, record: Helpline) -> None:
        self.add(
            t.helpline, id=record.id, status=record.status, verification=record.verification, number=record.number,
            languages_known=record.languages_known, free=record.free, danger_order=record.danger_order,
            email=record.email and record.email.value, website=record.website and record.website.value,
        )  # fmt: skip
        owner = {"owner_type": "helpline", "owner_id": record.id}
        for field in ("name", "who", "description"):
            self._text(owner, field, getattr(record, field))
        self._sources(owner, record.sources)
        self._contact(owner, "email", record.email)
        self._contact(owner, "website", record.website)
        self._terms(owner, record, _LINE_TAXONOMIES)
        self._statements(owner, record)
        for position, name in enumerate(record.serves):
            self.add(t.service_area, **owner, position=position, name=name)
        for position, code in enumerate(record.spoken_languages):
            self.add(t.language, **owner, position=position, code=code)
        for position, way in enumerate(record.ways):
            self.add(t.way, **owner, position=position, kind=way.kind, value=way.value, rule=way.schedule)
            self._text(owner, f"way_{position}", way.hours_text)

    def municipality(self, record: Municipality) -> None:
        self.add(
            t.municipality,
            official=record.official,
            id=record.id,
            seat=record.seat,
            county=record.county,
            centre=record.centre,
        )
        owner = {"owner_type": "municipality", "owner_id": record.official}
        for field in ("name", "short", "department"):
            self._text(owner, field, getattr(record, field))

    def route(self, record: Route) -> None:
        owner = {"owner_type": "route", "owner_id": record.id}
        self._texts(owner, "steps", record.steps)
        self._texts(owner, "documents", record.documents)

    def _text(self, owner: Row, field: str, text: Text, position: int = 0) -> None:
        for language, value in text.items():
            self.add(t.text, **owner, position=position, field=field, language=language, value=value)

    def _texts(self, owner: Row, field: str, texts: TextList) -> None:
        for language, values in texts.items():
            for position, value in enumerate(values):
                self.add(t.text, **owner, position=position, field=field, language=language, value=value)

    def _statements(self, owner: Row, record: Service | Helpline) -> None:
        for field in _STATEMENTS:
            statement: Statement | None = getattr(record, field)
            if statement:
                self._text(owner, field, statement.text)
                self._provenance(owner, field, statement.source, statement.verified_on)

    def _terms(self, owner: Row, record: object, taxonomies: Iterable[str]) -> None:
        for taxonomy in taxonomies:
            for position, term in enumerate(getattr(record, taxonomy)):
                self.add(t.attribute, **owner, position=position, taxonomy=taxonomy, term=term)

    def _sources(self, owner: Row, sources: Iterable[Source]) -> None:
        for position, source in enumerate(sources):
            self.add(t.source, **owner, position=position, **asdict(source))

    def _contact(self, owner: Row, field: str, contact: Contact | None) -> None:
        if contact:
            self._provenance(owner, field, contact.source, contact.verified_on)

    def _provenance(self, owner: Row, field: str, source: Source, verified_on: str | None) -> None:
        self.add(t.provenance, **owner, position=0, field=field, **asdict(source), verified_on=verified_on)


def remove(connection: Connection, owner_type: str, owner_ids: Iterable[str]) -> None:
    """Deletes everything that belongs to these owners."""
    ids = list(owner_ids)
    for table in t.OWNED:
        connection.execute(delete(table).where(table.c.owner_type == owner_type, table.c.owner_id.in_(ids)))


class Reader:
    """Reads the whole directory; a few thousand rows, so once and at every change."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._owned: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
        for table in t.OWNED:
            for row in connection.execute(select(table).order_by(table.c.position, table.c.id)):
                self._owned[table.name, row.owner_type, row.owner_id].append(row)

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
        addresses, schedules = self._owned["address", kind, key], self._owned["schedule", kind, key]
        return Organization(
            id=key, status=row.status, legal_status=row.legal_status, legal_code=row.legal_code,
            parent=row.parent_organization_id, municipality=row.municipality, name=_one(texts["name"]),
            aliases=_many(texts["alias"]), sources=self._sources_of(kind, key),
            serves=tuple(a.name for a in self._owned["service_area", kind, key]),
            spoken_languages=tuple(c.code for c in self._owned["language", kind, key]),
            phones=tuple(
                Phone(p.number, _one(texts[f"phone_{p.position}"]), *_proof(proven[f"phone_{p.position}"]))
                for p in self._owned["phone", kind, key]
            ),
            address=_address(addresses[0], proven["address"]) if addresses else None,
            email=_contact(row.email, proven.get("email")),
            website=_contact(row.website, proven.get("website")),
            hours=Hours(_one(texts["hours"]), schedules[0].rule, *_proof(proven["hours"])) if schedules else None,
        )  # fmt: skip

    def _service(self, row: Any) -> Service:
        texts = self._texts_of("service", row.id)
        proven = {p.field: p for p in self._owned["provenance", "service", row.id]}
        return Service(
            id=row.id, organization_id=row.organization_id, kind=row.kind, route=row.route, status=row.status,
            name=_one(texts["name"]), description=_one(texts["description"]), who=_one(texts["who"]),
            cost=_one(texts["cost"]) or None, how_to_get=_many(texts["how_to_get"]),
            night_intake=row.night_intake, statutory=row.statutory,
            discretion=_statement("discretion", texts, proven),
            first_contact=_statement("first_contact", texts, proven),
            **self._terms_of("service", row.id, _SERVICE_TAXONOMIES),
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
            first_contact=_statement("first_contact", texts, proven),
            **self._terms_of(kind, key, _LINE_TAXONOMIES),
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

    def _terms_of(self, kind: str, key: str, taxonomies: Iterable[str]) -> dict[str, tuple[str, ...]]:
        rows = self._owned["attribute", kind, key]
        return {name: tuple(row.term for row in rows if row.taxonomy == name) for name in taxonomies}


def read_directory(engine: Engine) -> Directory:
    """The whole directory as it stands in the database now."""
    with engine.connect() as connection:
        return Reader(connection).directory()


def read_revision(engine: Engine) -> str:
    """Changes with every change of the directory."""
    with engine.connect() as connection:
        found = connection.execute(select(t.state.c.value).where(t.state.c.key == "revision")).scalar()
    return str(found or "")


def _one(rows: Iterable[Any]) -> Text:
    found = {row.language: row.value for row in rows}
    return {language: found[language] for language in LANGUAGES if language in found}


def _many(rows: Iterable[Any]) -> TextList:
    rows = list(rows)
    return {language: tuple(row.value for row in rows if row.language == language) for language in LANGUAGES}


def _address(row: Any, proof: Any) -> Address:
    return Address(row.address_1, row.confidential, *_proof(proof))


def _proof(row: Any) -> tuple[Source, str | None]:
    return Source(row.url, row.title, row.date), row.verified_on


def _statement(field: str, texts: Mapping[str, list[Any]], proven: Mapping[str, Any]) -> Statement | None:
    return Statement(_one(texts[field]), *_proof(proven[field])) if field in proven else None


def _contact(value: str | None, proof: Any) -> Contact | None:
    return Contact(value, *_proof(proof)) if value and proof else None
