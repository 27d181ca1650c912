"""The directory's tables, with Open Referral HSDS 3.0 names where the standard has them.

Texts in several languages stand in `text`, one row a language; where a value was published, and who
verified it, stands in `provenance`, one row a field.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table
from sqlalchemy import Text as LongText

metadata = MetaData()


def _owned(name: str, *columns: Column) -> Table:
    table = Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        Column("owner_type", String(20), nullable=False),
        Column("owner_id", String(200), nullable=False),
        Column("position", Integer, nullable=False, default=0),
        *columns,
    )
    Index(f"ix_{name}_owner", table.c.owner_type, table.c.owner_id)
    return table


organization = Table(
    "organization",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("status", String(20), nullable=False),
    Column("legal_status", String(120), nullable=False),
    Column("legal_code", String(20)),
    Column("parent_organization_id", String(120)),
    Column("municipality", String(80), nullable=False),
    Column("email", String(200)),
    Column("website", String(500)),
)
service = Table(
    "service",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("organization_id", ForeignKey("organization.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("status", String(20), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("route", String(20), nullable=False),
    Column("night_intake", Boolean, nullable=False),
    Column("statutory", Boolean, nullable=False),
    Column("email", String(200)),
    Column("website", String(500)),
)
helpline = Table(
    "helpline",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("status", String(20), nullable=False),
    Column("verification", String(40), nullable=False),
    Column("number", String(40)),
    Column("languages_known", Boolean, nullable=False),
    Column("free", Boolean),
    Column("danger_order", Integer, nullable=False),
    Column("email", String(200)),
    Column("website", String(500)),
)
municipality = Table(
    "municipality",
    metadata,
    Column("official", String(80), primary_key=True),
    Column("id", String(80), nullable=False, unique=True),
    Column("seat", String(80), nullable=False),
    Column("county", String(80), nullable=False),
    Column("centre", String(120)),
)
state = Table(
    "state", metadata, Column("key", String(40), primary_key=True), Column("value", String(200), nullable=False)
)

address = _owned(
    "address", Column("address_1", LongText, nullable=False), Column("confidential", Boolean, nullable=False)
)
phone = _owned("phone", Column("number", String(40), nullable=False))
schedule = _owned("schedule", Column("rule", String(200)))
language = _owned("language", Column("code", String(2), nullable=False))
service_area = _owned("service_area", Column("name", String(80), nullable=False))
attribute = _owned(
    "attribute", Column("taxonomy", String(30), nullable=False), Column("term", String(80), nullable=False)
)
way = _owned(
    "way",
    Column("kind", String(10), nullable=False),
    Column("value", String(500), nullable=False),
    Column("rule", String(200)),
)
text = _owned(
    "text",
    Column("field", String(40), nullable=False),
    Column("language", String(2), nullable=False),
    Column("value", LongText, nullable=False),
)
source = _owned(
    "source", Column("url", String(1000)), Column("title", LongText, nullable=False), Column("date", String(10))
)
provenance = _owned(
    "provenance",
    Column("field", String(40), nullable=False),
    Column("url", String(1000)),
    Column("title", LongText, nullable=False),
    Column("date", String(10)),
    Column("verified_on", String(10)),
    Column("verified_by", String(120)),
    Column("verified_how", String(20)),
)
alert = _owned("alert", Column("until", String(10), nullable=False))

OWNED = (address, phone, schedule, language, service_area, attribute, way, text, source, provenance, alert)


def _of_record(name: str, *columns: Column) -> Table:
    """A table whose rows tell of a record and outlive it. `kind` is organization, service or helpline."""
    table = Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        Column("kind", String(20), nullable=False),
        Column("record_id", String(200), nullable=False),
        *columns,
    )
    Index(f"ix_{name}_record", table.c.kind, table.c.record_id)
    return table


# Everything that anybody ever changed; rows are only added. Values are JSON.
change = _of_record(
    "change",
    Column("at", String(32), nullable=False),
    Column("actor", String(120), nullable=False),
    Column("how", String(20), nullable=False),
    Column("field", String(40), nullable=False),
    Column("before", LongText, nullable=False),
    Column("after", LongText, nullable=False),
)
# What an origin's file said of a record last: between this and the record stands what staff have edited.
base = _of_record(
    "base",
    Column("origin", String(60), nullable=False, index=True),
    Column("digest", String(64), nullable=False),
    Column("content", LongText, nullable=False),
)
# Values that somebody took away because they were wrong; no import brings them back.
withdrawn = _of_record(
    "withdrawn", Column("field", String(40), nullable=False), Column("value", LongText, nullable=False)
)
# What waits for a decision: an import's conflict, proposed terms, what an institution says of itself.
proposal = _of_record(
    "proposal",
    Column("at", String(32), nullable=False),
    Column("origin", String(60), nullable=False),
    Column("field", String(40), nullable=False),
    Column("value", LongText, nullable=False),
    Column("state", String(10), nullable=False, index=True),
    Column("closed_at", String(32)),
    Column("closed_by", String(120)),
)
note = _of_record(
    "note",
    Column("at", String(32), nullable=False),
    Column("actor", String(120), nullable=False),
    Column("text", LongText, nullable=False),
)
# At which revision of the directory a record changed last, so that processes read only what is new.
touched = _of_record("touched", Column("revision", Integer, nullable=False, index=True))
