"""Brings records of an origin (the starter directory, a file) into the database beside what staff have edited."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection, Engine

from index.directory import tables as t
from index.directory.completing import completed
from index.directory.database import writing
from index.directory.editing import WHOLE, now_utc
from index.directory.keys import KINDS, Key, Record, key_of
from index.directory.merging import Merged, merge
from index.directory.plain import PlainRecord, as_text, plain, record_of
from index.directory.proposals import propose
from index.directory.reading import Reader
from index.directory.revisions import raise_revision
from index.directory.storing import Writer, in_pieces, remove
from index.directory.vanishing import remove_vanished
from index.directory.withdrawing import all_withdrawn
from index.records import Directory

ORIGIN = "starter"
# Beyond this it is quicker to read the directory anew than to catch up record by record.
_MOST_CAUGHT_UP = 2000


@dataclass(frozen=True)
class ImportReport:
    """How many records were new or changed, were as before, keep what staff edited, or are gone."""

    written: int
    unchanged: int
    kept: int
    removed: int


@dataclass(frozen=True)
class Conflict:
    """A field that both staff and the origin have changed. Ours stays; theirs waits in the queue."""

    key: Key
    field: str
    ours: Any
    theirs: Any


@dataclass
class Outcome:
    """What an import did, record by record. `missing` were in the origin's last import and are not in this one."""

    created: list[Key] = field(default_factory=list)
    changed: dict[Key, tuple[str, ...]] = field(default_factory=dict)
    unchanged: int = 0
    conflicts: list[Conflict] = field(default_factory=list)
    missing: list[Key] = field(default_factory=list)
    removed: list[Key] = field(default_factory=list)

    @property
    def touched(self) -> tuple[Key, ...]:
        return (*self.created, *self.changed, *self.removed)


class Importer:
    """Merges records of one origin, some hundred at a time, within the caller's transaction.

    keeps_unsaid: a field that the origin leaves empty stays as it said last, as in tables with empty cells.
    """

    def __init__(self, connection: Connection, origin: str, keeps_unsaid: bool = False) -> None:
        self.outcome = Outcome()
        self._connection, self._origin, self._keeps_unsaid = connection, origin, keeps_unsaid
        self._withdrawn = all_withdrawn(connection)
        self._seen: set[Key] = set()
        self._at = now_utc()
        self._has_lines = origin != ORIGIN and bool(connection.execute(select(t.helpline.c.id).limit(1)).first())

    def bring(self, said: Mapping[Key, PlainRecord]) -> None:
        """Merges plain records. An organization comes before, or together with, its services."""
        self._seen |= said.keys()
        base = self._base(said)
        if self._keeps_unsaid:
            said = {
                key: filled(content, base[key].content) if key in base else content for key, content in said.items()
            }
        told = {key: (as_text(content), content) for key, content in said.items()}
        fresh = {
            key: content for key, (text, content) in told.items() if key not in base or base[key].digest != digest(text)
        }
        self.outcome.unchanged += len(said) - len(fresh)
        ours = read_plain(self._connection, fresh)
        written: dict[Key, PlainRecord] = {}
        for key, content in fresh.items():
            if key in ours:
                # A starter record without a base is from before there were any, and nobody could edit it then.
                unedited = ours[key] if self._origin == ORIGIN else None
                before = json.loads(base[key].content) if key in base else unedited
                self._merge(key, ours[key], before, content, written)
            else:
                written[key] = self._begun(key, completed(content))
                self.outcome.created.append(key)
        self._write(written, ours)
        self._remember({key: told[key][0] for key in fresh}, base)

    def finish(self, remove_missing: bool) -> Outcome:
        """What this origin no longer names is removed unless edited, or only told. Raises the revision if need be."""
        rows = self._connection.execute(
            select(t.base.c.kind, t.base.c.record_id).where(t.base.c.origin == self._origin)
        )
        missing = [key for key in (Key(row.kind, row.record_id) for row in rows) if key not in self._seen]
        if remove_missing and missing:
            self.outcome.removed = remove_vanished(self._connection, self._origin, missing)
        gone = set(self.outcome.removed)
        self.outcome.missing = [key for key in missing if key not in gone]
        touched = self.outcome.touched
        if touched:
            raise_revision(self._connection, touched, whole=len(touched) > _MOST_CAUGHT_UP)
        return self.outcome

    def said_before(self, keys: Iterable[Key]) -> dict[Key, PlainRecord]:
        """What this origin said of records in its last import."""
        return {key: json.loads(row.content) for key, row in self._base(keys).items()}

    def _base(self, keys: Iterable[Key]) -> dict[Key, Any]:
        found: dict[Key, Any] = {}
        for kind, ids in _by_kind(keys).items():
            for some in in_pieces(ids):
                wanted = select(t.base).where(
                    t.base.c.origin == self._origin, t.base.c.kind == kind, t.base.c.record_id.in_(some)
                )
                found |= {Key(kind, row.record_id): row for row in self._connection.execute(wanted)}
        return found

    def _merge(
        self, key: Key, ours: PlainRecord, base: PlainRecord | None, theirs: PlainRecord, written: dict[Key, Any]
    ) -> None:
        merged = merge(ours, base, theirs, self._withdrawn.get(key, frozenset()))
        if key.kind == "helpline" and base is None:
            merged = Merged({}, {**merged.conflicts, **merged.changed})
        for name, value in merged.conflicts.items():
            self.outcome.conflicts.append(Conflict(key, name, ours.get(name), value))
            propose(self._connection, "import", key, name, value)
        if merged.changed:
            written[key] = {**ours, **merged.changed}
            self.outcome.changed[key] = tuple(merged.changed)
        elif not merged.conflicts:
            self.outcome.unchanged += 1

    def _begun(self, key: Key, content: PlainRecord) -> PlainRecord:
        """A new record as it is written. Where people are given help lines already, another one waits for a person.

        An empty directory takes all of a file's: it is another one's export, or a back-up.
        """
        if key.kind != "helpline" or content["status"] != "active" or not self._has_lines:
            return content
        propose(self._connection, "import", key, "status", "active")
        return {**content, "status": "unverified"}

    def _write(self, written: dict[Key, PlainRecord], ours: dict[Key, PlainRecord]) -> None:
        for kind, ids in _by_kind(key for key in written if key in ours).items():
            remove(self._connection, kind, ids, with_record=False)
        writer = Writer(self._connection)
        for key, content in written.items():
            writer.record(record_of(key.kind, content))
            for name in self.outcome.changed.get(key, ()):
                self._note(writer, key, name, ours[key].get(name), content[name])
            if key not in ours and self._origin != ORIGIN:
                self._note(writer, key, WHOLE, None, None)
        writer.flush()

    def _note(self, writer: Writer, key: Key, name: str, before: Any, after: Any) -> None:
        writer.add(
            t.change, kind=key.kind, record_id=key.id, at=self._at, actor=self._origin, how="import", field=name,
            before=as_text(before), after=as_text(after),
        )  # fmt: skip

    def _remember(self, told: dict[Key, str], base: dict[Key, Any]) -> None:
        """What they say now is what the next import is compared with."""
        rows = [
            {"_kind": key.kind, "_id": key.id, "digest": digest(text), "content": text} for key, text in told.items()
        ]
        known = [row for row in rows if Key(row["_kind"], row["_id"]) in base]
        new = [row for row in rows if Key(row["_kind"], row["_id"]) not in base]
        if known:
            same = (
                t.base.c.origin == self._origin, t.base.c.kind == bindparam("_kind"),
                t.base.c.record_id == bindparam("_id"),
            )  # fmt: skip
            changed = update(t.base).where(*same).values(digest=bindparam("digest"), content=bindparam("content"))
            self._connection.execute(changed, known)
        if new:
            self._connection.execute(
                insert(t.base),
                [
                    {"origin": self._origin, "kind": row["_kind"], "record_id": row["_id"],
                     "digest": row["digest"], "content": row["content"]}
                    for row in new
                ],
            )  # fmt: skip


def filled(content: PlainRecord, before: str) -> PlainRecord:
    """With what the origin said before, where it says nothing now. An answer of "no" is something."""
    earlier = json.loads(before)
    return {name: earlier.get(name) if value in (None, "", [], {}) else value for name, value in content.items()}


def digest(text: str) -> str:
    """Changes when anything that an origin says of a record changes."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_plain(connection: Connection, keys: Iterable[Key]) -> dict[Key, PlainRecord]:
    """Those of the records that are there."""
    found: dict[Key, PlainRecord] = {}
    for kind, ids in _by_kind(keys).items():
        for some in in_pieces(ids):
            for record in Reader(connection, kind, some).records():
                found[Key(kind, record.id)] = plain(record)
    return found


def import_directory(engine: Engine, directory: Directory) -> ImportReport:
    """Makes the database say what the starter's files say, in one transaction; what staff edited stays."""
    with writing(engine) as connection:
        importer = Importer(connection, ORIGIN)
        records: list[Record] = [*directory.organizations.values(), *directory.services.values()]
        importer.bring({key_of(record): plain(record) for record in (*records, *directory.helplines.values())})
        whole = _replace_the_rest(connection, directory)
        outcome = importer.finish(remove_missing=True)
        if whole:
            raise_revision(connection, (), whole=True)
        kept = _edited(connection)
    written = len(outcome.created) + len(outcome.changed)
    return ImportReport(written, outcome.unchanged, kept, len(outcome.removed))


def _replace_the_rest(connection: Connection, directory: Directory) -> bool:
    """Municipalities and routes are nobody's to edit. Whether they differ from the last import's."""
    rest = repr((sorted(directory.municipalities.items()), sorted(directory.routes.items())))
    now = digest(rest)
    key = t.state.c.key == "rest"
    if connection.execute(select(t.state.c.value).where(key)).scalar() == now:
        return False
    connection.execute(delete(t.state).where(key))
    connection.execute(insert(t.state).values(key="rest", value=now))
    remove(connection, "municipality", connection.execute(select(t.municipality.c.official)).scalars().all())
    connection.execute(delete(t.municipality))
    connection.execute(delete(t.text).where(t.text.c.owner_type == "route"))
    writer = Writer(connection)
    for municipality in directory.municipalities.values():
        writer.municipality(municipality)
    for route in directory.routes.values():
        writer.route(route)
    writer.flush()
    return True


def _edited(connection: Connection) -> int:
    """How many of the starter's records people have changed."""
    by_people = select(t.change.c.kind, t.change.c.record_id).where(t.change.c.how.not_in(("import", "create")))
    edited = {(row.kind, row.record_id) for row in connection.execute(by_people.distinct())}
    own = select(t.base.c.kind, t.base.c.record_id).where(t.base.c.origin == ORIGIN)
    return sum((row.kind, row.record_id) in edited for row in connection.execute(own)) if edited else 0


def _by_kind(keys: Iterable[Key]) -> dict[str, list[str]]:
    """Ids by kind, organizations before their services."""
    found: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        found[key.kind].append(key.id)
    return {kind: found[kind] for kind in KINDS if kind in found}
