"""Gathers rows of one organization that stand far apart, on disk, so that a long file needs no more memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import groupby
from types import TracebackType

from index.directory.candidates import Candidate, HelplineCandidate, RowFault, Where
from index.directory.incoming.rows import Remark
from index.directory.keys import Key
from index.directory.plain import PlainRecord, as_text, plain
from index.directory.withdrawing import essences
from nlu.normalisation import fold

_LINE = "line "
_WAYS = ("phones", "email", "website")
# How somebody is reached: what a later row says otherwise is its service's own.
_CONTACTS = (*_WAYS, "address", "hours")


Before = Callable[[Key], PlainRecord | None]


@dataclass(frozen=True)
class Bundle:
    """An organization with its services, as all rows of the file together tell them."""

    records: dict[Key, PlainRecord]
    where: dict[Key, Where]


class Staging:
    """A private database in a temporary file that goes with the process, even when it is killed."""

    def __enter__(self) -> Staging:
        self._rows = sqlite3.connect("")
        self._rows.execute("CREATE TABLE entry (organization TEXT, file TEXT, line INTEGER, content TEXT)")
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._rows.close()

    def add(self, candidate: Candidate | HelplineCandidate) -> None:
        if isinstance(candidate, HelplineCandidate):
            # A line belongs to nobody, so it is a group of its own that no organization's id can be.
            self._insert(f"{_LINE}{candidate.helpline.id}", candidate.where, plain(candidate.helpline))
        else:
            services = [plain(service) for service in candidate.services]
            self._insert(candidate.organization.id, candidate.where, [plain(candidate.organization), services])

    def _insert(self, group: str, where: Where, content: object) -> None:
        self._rows.execute("INSERT INTO entry VALUES (?, ?, ?, ?)", (group, where.file, where.line, as_text(content)))

    def organizations(self) -> set[str]:
        """The ids of all organizations."""
        return {row[0] for row in self._rows.execute("SELECT DISTINCT organization FROM entry")}

    def bundles(
        self, known: Collection[str], places: Collection[str] | None, before: Before = lambda key: None
    ) -> Iterator[Bundle | RowFault | Remark]:
        """Each organization once. Rows that contradict earlier ones, or reach nobody, stay outside.

        known: ids of organizations that may be named as a parent. A page of another directory may name one that
            stands elsewhere; there only the name is left out.
        places: municipalities whose office answers for organizations without a contact of their own; None where
            nobody need be reached, as in another directory's export.
        before: what earlier rows, of another file, told of an organization; these only add to it.
        """
        rows = self._rows.execute("SELECT * FROM entry ORDER BY organization, rowid")
        for group, entries in groupby(rows, key=lambda row: str(row[0])):
            placed = [(Where(file, line), json.loads(content)) for _, file, line, content in entries]
            if group.startswith(_LINE):
                key = Key("helpline", group.removeprefix(_LINE))
                yield Bundle({key: placed[-1][1]}, {key: placed[-1][0]})
                continue
            gathered = _Gathered(before(Key("organization", group)))
            for where, (organization, services) in placed:
                parent = organization["parent"]
                if parent and parent not in known:
                    if places is not None:
                        yield RowFault(where, "parent", "parent", parent)
                        continue
                    yield Remark(where, "parent", "left_out", parent)
                    organization["parent"] = None
                fault = gathered.add(organization, services, where)
                if fault:
                    yield fault
            if places is None or gathered.reaches_somebody(places):
                yield Bundle(gathered.records, gathered.where)
            else:
                yield from (RowFault(where, "phones", "no_contact") for where in gathered.rows)


class _Gathered:
    """What the rows of one organization say together."""

    def __init__(self, before: PlainRecord | None) -> None:
        self.records: dict[Key, PlainRecord] = {}
        self.where: dict[Key, Where] = {}
        self.rows: list[Where] = []
        self._said: dict[str, str] = {}
        self._organization: PlainRecord = before or {}

    def add(self, organization: PlainRecord, services: list[PlainRecord], where: Where) -> RowFault | None:
        """Adds a row, or says why it stays outside."""
        if self._organization and not _same_name(self._organization["name"], organization["name"]):
            return RowFault(where, "name", "other_organization", next(iter(organization["name"].values())))
        # The same service twice is one; with another text or another address it would be two of one id.
        reached = [organization[name] for name in _CONTACTS]
        said = {service["id"]: as_text([service, reached]) for service in services}
        for identity, text in said.items():
            if self._said.get(identity, text) != text:
                return RowFault(where, "name", "same_service", identity)
        if self._organization:
            _fill(self._organization, organization)
        else:
            self._organization = organization
        self.rows.append(where)
        key = Key("organization", organization["id"])
        self.records[key] = self._organization
        self.where.setdefault(key, where)
        for service in services:
            if service["id"] not in self._said:
                self._own_contacts(service, organization)
                self.records[Key("service", service["id"])] = service
                self.where[Key("service", service["id"])] = where
        self._said |= said
        return None

    def reaches_somebody(self, places: Collection[str]) -> bool:
        """Whether every service has a telephone, an e-mail or a page, its own or of those who answer for it."""
        told = self._organization
        if not told or told["parent"] or told["municipality"] in places or any(told[name] for name in _WAYS):
            return True
        services = [content for key, content in self.records.items() if key.kind == "service"]
        return bool(services) and all(any(service[name] for name in _WAYS) for service in services)

    def _own_contacts(self, service: PlainRecord, told: PlainRecord) -> None:
        """What a row says of being reached, where its organization is reached otherwise, is the service's."""
        for name in _CONTACTS:
            if (
                told[name]
                and not service[name]
                and essences(name, told[name]) != essences(name, self._organization[name])
            ):
                service[name] = told[name]


def _same_name(first: dict[str, str], second: dict[str, str]) -> bool:
    shared = first.keys() & second.keys()
    return not shared or any(fold(first[language]) == fold(second[language]) for language in shared)


def _fill(known: PlainRecord, more: PlainRecord) -> None:
    """What the earlier rows left empty; nothing that a later row leaves empty is wiped."""
    for name, value in more.items():
        if name in ("serves", "spoken_languages"):
            known[name] = list(dict.fromkeys([*known[name], *value]))
        elif name in ("name", "aliases"):
            known[name] = {**value, **known[name]}
        elif value and not known[name]:
            known[name] = value
