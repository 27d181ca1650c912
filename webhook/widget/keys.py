"""Neutral keys of services and help lines for addresses: an id would say what a person has looked at."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import NAMESPACE_URL, uuid5

from index.records import Directory

_LENGTH = 10
# The directory that was asked about last, with its keys; a new one replaces it whole, so threads need no lock.
_latest: tuple[Directory, Mapping[str, str]] | None = None


def key_of(service_id: str) -> str:
    """Ten hexadecimal digits: for ever the same of one id, and saying nothing."""
    return uuid5(NAMESPACE_URL, service_id).hex[:_LENGTH]


def ids_by_key(directory: Directory) -> Mapping[str, str]:
    """The id behind each key, of everything that residents may see."""
    global _latest
    known = _latest
    if known is None or known[0] is not directory:
        known = _latest = (directory, {key_of(record.id): record.id for record in directory.shown()})
    return known[1]
