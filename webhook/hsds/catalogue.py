"""The directory as the read API looks things up in it: by either id, by words, by terms."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cached_property
from threading import Lock

from index.directory.hsds.attributes import Outlet
from index.directory.hsds.changes import Changes, last_changes
from index.directory.hsds.compiled import Compiled
from index.directory.hsds.services import STATES
from index.directory.hsds.terms import FACT, LANGUAGE, Entity, identity, meaning, taxonomies
from index.directory.keys import Key
from index.records import Directory, Helpline, Organization, Service, Text, said
from nlu.normalisation import fold
from webhook.hsds.asked import Asked
from webhook.parts import Missing, Parts, now
from webhook.refusals import Refusal

Record = Organization | Service | Helpline
_VOCABULARIES = ("categories", "needs", "target_groups")
_ATTACHED = {FACT, LANGUAGE}


class Catalogue:
    """What is shown of one directory on one day. `changes` is None where nobody knows when records changed."""

    def __init__(self, directory: Directory, changes: Changes | None) -> None:
        self.directory = directory
        self._changes = changes
        self._folded: dict[str, str] = {}
        self.today = now().date()
        self.compiled = Compiled(directory, Outlet(self.today), changes=changes)

    def service_ids(self, asked: Asked) -> list[str]:
        """Our ids of the services that are asked for, in the directory's order."""
        owner = self.own_id("organization", asked.organization_id or "")
        return [
            key
            for key, owner_id in self.compiled.service_ids.items()
            if (not asked.organization_id or owner_id == owner)
            and self._has_words(asked.search, self._service(key), self.compiled.organization_ids[owner_id])
            and self._has_terms(asked, key)
            and self._is_newer(asked.modified_after, key)
        ]

    def organization_ids(self, asked: Asked) -> list[str]:
        found = self.compiled.organization_ids.items()
        return [key for key, record in found if self._has_words(asked.search, record)]

    def own_id(self, kind: str, either: str) -> str | None:
        """Our id of a service or organization by its UUID or by our own; None where there is none."""
        known: Mapping[str, object] = self.compiled.service_ids if kind == "service" else self.compiled.organization_ids
        return either if either in known else self._uuids.get((kind, either.lower()))

    def short_service(self, key: str) -> Entity:
        """Id and date of a service; name and status too, which the schema of the list asks for."""
        record, changed = self._service(key), self._changed_at(key)
        short = {"id": identity("service", key), "name": said(record.name, "lt").text, "status": STATES[record.status]}
        return {**short, "modified_date": changed, "last_modified": changed} if changed else short

    def _changed_at(self, key: str) -> str | None:
        kind = "helpline" if key in self.directory.helplines else "service"
        return (self._changes or {}).get(Key(kind, key))

    @cached_property
    def _uuids(self) -> Mapping[tuple[str, str], str]:
        kinds: Iterable[tuple[str, Collection[str]]] = (
            ("service", self.compiled.service_ids),
            ("organization", self.compiled.organization_ids),
        )
        return {(kind, identity(kind, key)): key for kind, keys in kinds for key in keys}

    def _service(self, key: str) -> Service | Helpline:
        return self.directory.services.get(key) or self.directory.helplines[key]

    def _has_words(self, search: str, *records: Record) -> bool:
        """Every word stands in the names or descriptions, in whatever language, as the beginning of a word."""
        if not search:
            return True
        told = "".join(map(self._told, records))
        return all(f" {word}" in told for word in fold(search).split())

    def _told(self, record: Record) -> str:
        """The words that a record is found by, folded once."""
        if record.id not in self._folded:
            self._folded[record.id] = " " + fold(" ".join(text for texts in _texts(record) for text in texts.values()))
        return self._folded[record.id]

    def _has_terms(self, asked: Asked, key: str) -> bool:
        """Whether the object's own attributes have the term, and one of the taxonomy, that are asked for."""
        wanted = meaning({"taxonomy_term_id": (asked.taxonomy_term_id or "").lower()})
        within = self._taxonomies.get((asked.taxonomy_id or "").lower())
        if (asked.taxonomy_term_id and not wanted) or (asked.taxonomy_id and not within):
            return False
        asked_of = {within, wanted and wanted[0]} - {None}
        if not asked_of:
            return True
        # Only the object itself tells its facts and languages. That takes longer, and is rarely asked.
        terms = self._attached(key) if asked_of & _ATTACHED else _vocabulary(self._service(key))
        return wanted in {None, *terms} and within in {None, *(taxonomy for taxonomy, _ in terms)}

    def _attached(self, key: str) -> set[tuple[str, str]]:
        return set(filter(None, map(meaning, self.compiled.service(key).get("attributes", ()))))

    @cached_property
    def _taxonomies(self) -> Mapping[str, str]:
        return {entity["id"]: code for code, entity in taxonomies().items()}

    def _is_newer(self, moment: datetime | None, key: str) -> bool:
        """What nobody has changed since the directory began is older than any moment that is asked for."""
        if moment is None:
            return True
        if self._changes is None:
            raise Refusal("storage_unavailable")
        at = self._changed_at(key)
        return at is not None and datetime.fromisoformat(at) >= moment


def _texts(record: Record) -> Iterable[Text]:
    return (record.name,) if isinstance(record, Organization) else (record.name, record.description)


def _vocabulary(record: Service | Helpline) -> set[tuple[str, str]]:
    """Taxonomy and code of what a record gives, and to whom."""
    found = {(name, code) for name in _VOCABULARIES for code in getattr(record, name, ())}
    kind = getattr(record, "kind", "")
    return {*found, ("kinds", kind)} if kind else found


class Catalogues:
    """The newest catalogue; made anew when the directory or the day is another."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._newest: Catalogue | None = None

    def newest(self, parts: Parts) -> Catalogue:
        """Raises Refusal when no directory can be read."""
        directory, today = parts.directory(), now().date()
        with self._lock:
            if self._newest is None or self._newest.directory is not directory or self._newest.today != today:
                changes = None if isinstance(parts.kept, Missing) else last_changes(parts.kept.engine)
                self._newest = Catalogue(directory, changes)
            return self._newest
