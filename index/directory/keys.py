"""What a record is called: its kind and id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.records import Directory, Helpline, Organization, Service

Kind = Literal["organization", "service", "helpline"]
KINDS: tuple[Kind, ...] = ("organization", "service", "helpline")
Record = Organization | Service | Helpline


@dataclass(frozen=True)
class Key:
    kind: str
    id: str


def key_of(record: Record) -> Key:
    if isinstance(record, Organization):
        return Key("organization", record.id)
    return Key("service" if isinstance(record, Service) else "helpline", record.id)


def found(directory: Directory, key: Key) -> Record | None:
    """The record of this key in a directory."""
    if key.kind == "organization":
        return directory.organizations.get(key.id)
    return directory.services.get(key.id) if key.kind == "service" else directory.helplines.get(key.id)
