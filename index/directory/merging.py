"""Merges what an origin says of a record with what stands there, field by field; nothing is overwritten silently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from index.directory.incoming.cells import read_place
from index.directory.plain import PlainRecord
from index.directory.withdrawing import essences, without_withdrawn

Gone = frozenset[tuple[str, str]]
"""(field, essence) of what was withdrawn from the record."""


@dataclass(frozen=True)
class Merged:
    """The fields that take the origin's value, and those where it contradicts what stands there."""

    changed: Mapping[str, Any]
    conflicts: Mapping[str, Any]


def merge(ours: PlainRecord, base: PlainRecord | None, theirs: PlainRecord, gone: Gone = frozenset()) -> Merged:
    """Three-way: a field that only they changed is theirs, one that only we changed is ours, both is a conflict.

    base: what they said last time; None when they meet the record for the first time, so that only what is
    empty takes their value.
    """
    changed: dict[str, Any] = {}
    conflicts: dict[str, Any] = {}
    for field, said in theirs.items():
        here, wanted = ours.get(field), without_withdrawn(field, said, gone)
        if _unverified(here) == _unverified(wanted) or (base is not None and base.get(field) == said):
            continue
        if (not here) if base is None else (base.get(field) == here):
            changed[field] = wanted
        elif field != "verified" and (base is not None or _contradicts(field, here, wanted)):
            # Who confirmed something last is nothing to decide about.
            conflicts[field] = wanted
    return Merged(changed, conflicts)


def _contradicts(field: str, here: Any, wanted: Any) -> bool:
    """Whether strangers differ in more than in where they know it from."""
    if not wanted or field == "sources" or _says_less(field, here, wanted):
        return False
    return essences(field, here) != essences(field, wanted)


def _says_less(field: str, here: Any, wanted: Any) -> bool:
    """Of our address that is confidential, its municipality; of our hours, the words without their rule."""
    if field == "address":
        hidden = wanted["confidential"] and here["confidential"]
        return bool(hidden and read_place(wanted["text"]) == wanted["text"])
    return field == "hours" and not wanted["schedule"] and wanted["text"].items() <= here["text"].items()


def _unverified(value: Any) -> Any:
    """A plain value without who verified it."""
    if isinstance(value, dict):
        return {key: _unverified(item) for key, item in value.items() if key != "verified"}
    return [_unverified(item) for item in value] if isinstance(value, list) else value
