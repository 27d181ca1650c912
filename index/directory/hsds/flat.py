"""The directory as one table for a spreadsheet: a row for each service and help line, three languages side by side."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TextIO

import yaml

from index.directory.hsds.contacts import public_address
from index.language_names import language_name
from index.needs.taxonomy import read_taxonomy
from index.records import LANGUAGES, Directory, Helpline, Organization, Phone, Service, Text, said

BYTE_ORDER_MARK = "\ufeff"
_BY_LANGUAGE = ("organization", "service", "description", "who", "how_to_get", "cost", "hours")
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = dict[str, str]


def write_table(directory: Directory, everything: bool, language: str, file: TextIO) -> int:
    """Writes the table as Excel in Lithuania opens it; the number of rows. `language` is that of the headings."""
    file.write(BYTE_ORDER_MARK)
    columns = list(_columns())
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow([_heading(column, language) for column in columns])
    written = 0
    for row in _rows(directory, everything, language):
        writer.writerow([guarded(row.get(column, "")) for column in columns])
        written += 1
    return written


def guarded(cell: str) -> str:
    """A cell that no spreadsheet reckons with."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


@cache
def _headings() -> Mapping[str, Text]:
    loaded: dict[str, Text] = yaml.safe_load(Path(__file__).with_name("flat.yml").read_text(encoding="utf-8"))
    return loaded


def _columns() -> Iterator[str]:
    for key in _headings():
        yield from (f"{key}_{language}" for language in LANGUAGES) if key in _BY_LANGUAGE else (key,)


def _heading(column: str, language: str) -> str:
    if column in _headings():
        return _headings()[column][language]
    key, _, of = column.rpartition("_")
    return f"{_headings()[key][language]} ({of.upper()})"


def _rows(directory: Directory, everything: bool, language: str) -> Iterator[Row]:
    services = directory.services.values() if everything else directory.shown_services()
    for service in services:
        yield _service(service, directory.organizations[service.organization_id], language)
    for line in directory.helplines.values() if everything else directory.shown_helplines():
        yield _line(line, language)


def _service(record: Service, owner: Organization, language: str) -> Row:
    hours = record.hours or owner.hours
    texts: dict[str, Text] = {
        "organization": owner.name,
        "how_to_get": {code: "\n".join(steps) for code, steps in record.how_to_get.items()},
        "cost": record.cost or {},
        "hours": hours.text if hours else {},
    }
    address = public_address(record, owner)
    contacts = {field: getattr(record, field) or getattr(owner, field) for field in ("email", "website")}
    return {
        **_shared(record, texts, language),
        "status": record.status if owner.status == "active" else owner.status,
        "municipality": owner.municipality,
        "serves": ", ".join(owner.serves),
        "address": address.text if address else "",
        "phones": "; ".join(_called(phone, language) for phone in record.phones or owner.phones),
        **{field: contact.value for field, contact in contacts.items() if contact},
        "spoken_languages": _languages(record.spoken_languages or owner.spoken_languages, language),
        **_source(owner),
    }


def _line(record: Helpline, language: str) -> Row:
    hours = next((way.hours_text for way in record.ways if way.kind == "call"), {})
    texts: dict[str, Text] = {"organization": record.name, "hours": hours}
    return {
        **_shared(record, texts, language),
        "status": record.status,
        "serves": ", ".join(record.serves),
        "phones": record.number or "",
        "email": record.email.value if record.email else "",
        "website": record.website.value if record.website else "",
        "spoken_languages": _languages(record.spoken_languages, language),
        **_source(record),
    }


def _shared(record: Service | Helpline, texts: Mapping[str, Text], language: str) -> Row:
    taxonomy = read_taxonomy()
    told = {**texts, "service": record.name, "description": record.description, "who": record.who}
    return {
        "id": record.id,
        **{f"{key}_{code}": text.get(code, "") for key, text in told.items() for code in LANGUAGES},
        "needs": _names(taxonomy.needs, record.needs, language),
        "target_groups": _names(taxonomy.target_groups, record.target_groups, language),
        "verified_on": record.verified.on if record.verified else "",
    }


def _called(phone: Phone, language: str) -> str:
    label = said(phone.label, language).text
    return f"{phone.number} ({label})" if label else phone.number


def _languages(codes: Iterable[str], language: str) -> str:
    return ", ".join(language_name(code, language) for code in codes)


def _names(known: Mapping[str, Any], codes: Iterable[str], language: str) -> str:
    """Parted by semicolons, since a comma may stand inside a name."""
    return "; ".join(said(known[code].name, language).text if code in known else code for code in codes)


def _source(record: Organization | Helpline) -> Row:
    """The newest source, else the first one."""
    newest = max(record.sources, key=lambda source: source.date or "", default=None)
    return {"source_url": newest.url or "", "source_date": newest.date or ""} if newest else {}
