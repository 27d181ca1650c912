"""Writes records into the database: rows of the tables, and what is deleted with a record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection

from index.directory import tables as t
from index.directory.keys import Record
from index.records import (
    Alert,
    Contact,
    Helpline,
    Municipality,
    Organization,
    Route,
    Service,
    Source,
    Statement,
    Text,
    TextList,
    Verification,
)

Row = dict[str, Any]
TAXONOMIES = {
    "service": ("categories", "needs", "target_groups"),
    "helpline": ("crisis_topics", "needs", "target_groups"),
}
_STATEMENTS = ("discretion", "first_contact")
_NO_SOURCE = Source(None, "", None)
# SQLite takes no more values at once.
_MOST_AT_ONCE = 500


TABLES = {"organization": t.organization, "service": t.service, "helpline": t.helpline}


class Writer:
    """Collects rows by table and writes each table's in one go."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: dict[Any, list[Row]] = defaultdict(list)

    def add(self, table: Any, **values: Any) -> None:
        # Rows that are written together must name the same columns.
        self._rows[table].append({"position": 0, **values} if table in t.OWNED else values)

    def flush(self) -> None:
        """Writes what was collected. A record that is there already keeps its row, since others hang on it."""
        for table in t.metadata.sorted_tables:
            rows = self._rows[table]
            if rows and table in TABLES.values():
                there = self._there(table, [row["id"] for row in rows])
                kept = [{"_id": row["id"], **row} for row in rows if row["id"] in there]
                if kept:
                    self._connection.execute(update(table).where(table.c.id == bindparam("_id")), kept)
                rows = [row for row in rows if row["id"] not in there]
            if rows:
                self._connection.execute(insert(table), rows)
        self._rows.clear()

    def _there(self, table: Any, ids: list[str]) -> set[str]:
        found: set[str] = set()
        for some in in_pieces(ids):
            found |= set(self._connection.execute(select(table.c.id).where(table.c.id.in_(some))).scalars())
        return found

    def record(self, record: Record) -> None:
        """Rows of one record. An organization's services are records of their own."""
        if isinstance(record, Organization):
            self._organization(record)
        elif isinstance(record, Service):
            self._service(record)
        else:
            self._helpline(record)

    def _organization(self, record: Organization) -> None:
        self.add(
            t.organization, id=record.id, status=record.status, legal_status=record.legal_status,
            legal_code=record.legal_code, parent_organization_id=record.parent, municipality=record.municipality,
            email=record.email and record.email.value, website=record.website and record.website.value,
        )  # fmt: skip
        owner = {"owner_type": "organization", "owner_id": record.id}
        self._text(owner, "name", record.name)
        self._texts(owner, "alias", record.aliases)
        self._sources(owner, record.sources)
        for position, name in enumerate(record.serves):
            self.add(t.service_area, **owner, position=position, name=name)
        self._contacts(owner, record)

    def _service(self, record: Service) -> None:
        self.add(
            t.service, id=record.id, organization_id=record.organization_id, status=record.status, kind=record.kind,
            route=record.route, night_intake=record.night_intake, statutory=record.statutory,
            email=record.email and record.email.value, website=record.website and record.website.value,
        )  # fmt: skip
        owner = {"owner_type": "service", "owner_id": record.id}
        for field in ("name", "description", "who"):
            self._text(owner, field, getattr(record, field))
        self._text(owner, "cost", record.cost or {})
        self._texts(owner, "how_to_get", record.how_to_get)
        self._terms(owner, record)
        self._statements(owner, record)
        self._contacts(owner, record)
        self._verification(owner, record.verified)

    def _helpline(self, record: Helpline) -> None:
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
        self._terms(owner, record)
        self._statements(owner, record)
        for position, name in enumerate(record.serves):
            self.add(t.service_area, **owner, position=position, name=name)
        for position, code in enumerate(record.spoken_languages):
            self.add(t.language, **owner, position=position, code=code)
        for position, way in enumerate(record.ways):
            self.add(t.way, **owner, position=position, kind=way.kind, value=way.value, rule=way.schedule)
            self._text(owner, f"way_{position}", way.hours_text)
        self._alert(owner, record.alert)
        self._verification(owner, record.verified)

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

    def _contacts(self, owner: Row, record: Organization | Service) -> None:
        self._contact(owner, "email", record.email)
        self._contact(owner, "website", record.website)
        for position, code in enumerate(record.spoken_languages):
            self.add(t.language, **owner, position=position, code=code)
        for position, phone in enumerate(record.phones):
            self.add(t.phone, **owner, position=position, number=phone.number)
            self._text(owner, f"phone_{position}", phone.label)
            self._provenance(owner, f"phone_{position}", phone.source, phone.verified)
        if record.address:
            self.add(t.address, **owner, address_1=record.address.text, confidential=record.address.confidential)
            self._provenance(owner, "address", record.address.source, record.address.verified)
        if record.hours:
            self.add(t.schedule, **owner, rule=record.hours.schedule)
            self._text(owner, "hours", record.hours.text)
            self._provenance(owner, "hours", record.hours.source, record.hours.verified)
        self._alert(owner, record.alert)

    def _alert(self, owner: Row, alert: Alert | None) -> None:
        if alert:
            self.add(t.alert, **owner, until=alert.until)
            self._text(owner, "alert", alert.text)

    def _verification(self, owner: Row, verified: Verification | None) -> None:
        """Of the record as a whole."""
        if verified:
            self._provenance(owner, "record", _NO_SOURCE, verified)

    def _statements(self, owner: Row, record: Service | Helpline) -> None:
        for field in _STATEMENTS:
            statement: Statement | None = getattr(record, field)
            if statement:
                self._text(owner, field, statement.text)
                self._provenance(owner, field, statement.source, statement.verified)

    def _terms(self, owner: Row, record: Service | Helpline) -> None:
        for taxonomy in TAXONOMIES[owner["owner_type"]]:
            for position, term in enumerate(getattr(record, taxonomy)):
                self.add(t.attribute, **owner, position=position, taxonomy=taxonomy, term=term)

    def _sources(self, owner: Row, sources: Iterable[Source]) -> None:
        for position, source in enumerate(sources):
            self.add(t.source, **owner, position=position, **asdict(source))

    def _contact(self, owner: Row, field: str, contact: Contact | None) -> None:
        if contact:
            self._provenance(owner, field, contact.source, contact.verified)

    def _provenance(self, owner: Row, field: str, source: Source, verified: Verification | None) -> None:
        self.add(
            t.provenance, **owner, field=field, **asdict(source), verified_on=verified and verified.on,
            verified_by=verified and verified.by, verified_how=verified and verified.how,
        )  # fmt: skip


def in_pieces(ids: Iterable[str]) -> Iterator[list[str]]:
    """As many ids at a time as a database takes."""
    wanted = list(ids)
    return (wanted[start : start + _MOST_AT_ONCE] for start in range(0, len(wanted), _MOST_AT_ONCE))


def remove(connection: Connection, kind: str, ids: Iterable[str], with_record: bool = True) -> None:
    """Deletes what belongs to records of a kind (or to a route, or a municipality), and the records themselves."""
    for some in in_pieces(ids):
        for table in t.OWNED:
            connection.execute(delete(table).where(table.c.owner_type == kind, table.c.owner_id.in_(some)))
        if with_record and kind in TABLES:
            connection.execute(delete(TABLES[kind]).where(TABLES[kind].c.id.in_(some)))
