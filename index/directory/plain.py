"""Records as plain JSON values, as history, proposals and imports keep them, and back."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from dacite import Config, DaciteError, from_dict

from index.directory.keys import Record
from index.errors import FinderFault
from index.records import Helpline, Organization, Service

PlainRecord = dict[str, Any]
_TYPES: dict[str, type[Record]] = {"organization": Organization, "service": Service, "helpline": Helpline}
_LISTS = Config(cast=[tuple])


class UnreadableRecord(FinderFault):
    """A plain value does not have the shape of its field."""


def plain(record: Record) -> PlainRecord:
    """Every field of a record; lists for tuples, and no languages that say nothing."""
    return {name: _plain(value) for name, value in vars(record).items()}


def record_of(kind: str, content: PlainRecord) -> Record:
    """The record that `plain` was made of. Raises UnreadableRecord."""
    try:
        return from_dict(_TYPES[kind], content, _LISTS)
    except (DaciteError, TypeError, AttributeError, KeyError) as fault:
        raise UnreadableRecord(f"{kind}: {type(fault).__name__}") from None


def field_names(kind: str) -> tuple[str, ...]:
    """The fields that a record of this kind has."""
    return tuple(field.name for field in fields(_TYPES[kind]))


def as_text(value: Any) -> str:
    """A plain value as the text that the database keeps; equal values give equal texts."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item}
    return {name: _plain(item) for name, item in vars(value).items()}
