"""HSDS as tables: which files a data package has, their columns, and nested objects as rows of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Row = dict[str, str]
_FORMATS = {"email": "email", "url": "uri", "website": "uri"}
_TYPES = {"amount": "number", "assured_date": "date", "last_modified": "datetime"}


@dataclass(frozen=True)
class Table:
    """refers: whose row a column points to. parts: the lists of a nested object, and the table of each."""

    name: str
    file: str
    fields: tuple[str, ...]
    required: frozenset[str]
    refers: Mapping[str, str]
    parts: Mapping[str, str]

    def link(self, part: str) -> str:
        """The column by which rows of a part name their owner."""
        return "link_id" if part == "attribute" else f"{self.name}_id"

    def resource(self) -> dict[str, Any]:
        """The table as a resource of `datapackage.json`."""
        return {
            "name": self.name,
            "path": self.file,
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": {
                "fields": [self._field(name) for name in self.fields],
                "primaryKey": "id",
                "foreignKeys": [
                    {"fields": column, "reference": {"resource": "" if of == self.name else of, "fields": "id"}}
                    for column, of in self.refers.items()
                ],
            },
        }

    def _field(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = {"name": name, "type": _TYPES.get(name, "string")}
        form = "uuid" if name == "id" or name.endswith("_id") else _FORMATS.get(name)
        if form:
            found["format"] = form
        constraints = {"required": True} if name in self.required else {}
        return {**found, "constraints": {**constraints, "unique": True} if name == "id" else constraints}


@cache
def tables() -> Mapping[str, Table]:
    """The tables by the standard's names."""
    loaded = yaml.safe_load(Path(__file__).with_name("tables.yml").read_text(encoding="utf-8"))
    return {
        name: Table(
            name, entry["file"], tuple(entry["fields"]), frozenset(entry["required"]), entry["refers"], entry["parts"]
        )
        for name, entry in loaded.items()
    }


def rows_of(name: str, entity: Mapping[str, Any], **owner: str) -> Iterator[tuple[str, Row]]:
    """The row of a nested object and those of everything that hangs on it, each with its table's name.

    An organization nested in a service has its row elsewhere; a term's row comes with each of its attributes.
    """
    table = tables()[name]
    yield name, {**{field: str(entity[field]) for field in table.fields if field in entity}, **owner}
    for place, part in table.parts.items():
        link = {table.link(part): entity["id"]}
        if part == "attribute":
            link["link_entity"] = name
        for item in entity.get(place, ()):
            yield from rows_of(part, item, **link)
    if "taxonomy_term" in entity:
        yield from rows_of("taxonomy_term", entity["taxonomy_term"])
    where = entity.get("location")
    if where and "organization_id" not in where:
        yield from rows_of("location", where)
