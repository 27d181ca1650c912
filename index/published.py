"""Numbers and addresses that the directory publishes, which anybody may name."""

from __future__ import annotations

from collections.abc import Iterator

from index.records import Directory
from nlu.masking import contact_key


def published_contacts(directory: Directory) -> frozenset[str]:
    """The `contact_key` of each telephone and e-mail address of institutions and help lines."""
    return frozenset(map(contact_key, _contacts(directory)))


def _contacts(directory: Directory) -> Iterator[str]:
    for organization in directory.organizations.values():
        yield from (phone.number for phone in organization.phones)
        if organization.email:
            yield organization.email.value
    for line in directory.helplines.values():
        yield from (way.value for way in line.ways if way.kind != "chat")
        if line.number:
            yield line.number
        if line.email:
            yield line.email.value
