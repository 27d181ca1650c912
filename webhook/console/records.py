"""The record that a page of the console is about: as it stands in the database now, and whether one may change it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flask import url_for

from index.directory.editing import UnknownRecord
from index.directory.editing import record as read_record
from index.directory.keys import KINDS, Key, Record
from index.records import Directory, Language, Organization, Service, said
from webhook.console.drafts import Proof
from webhook.console.forms import Form
from webhook.console.frame import may_edit, staff_account
from webhook.parts import now, parts
from webhook.refusals import Refusal
from webhook.storage.database import Engine


def engine() -> Engine:
    """The database. Raises Refusal where there is none."""
    return parts().storage().engine


def today() -> date:
    """The day in Lithuania."""
    return now().date()


def wanted_record(kind: str, identity: str) -> tuple[Key, Record]:
    """Raises Refusal where there is no such record."""
    if kind not in KINDS:
        raise Refusal("not_found")
    key = Key(kind, identity)
    try:
        return key, read_record(engine(), key)
    except UnknownRecord:
        raise Refusal("not_found") from None


def editable_record(kind: str, identity: str) -> tuple[Key, Record]:
    """The same for somebody who wants to change it. Raises Refusal where the role or the scope forbids that."""
    key, record = wanted_record(kind, identity)
    insist_on_scope(key)
    return key, record


def directory_around(record: Record) -> Directory:
    """The directory with the record, and the organization of a service, as the database holds them.

    The search takes a change up a second later; whoever made it sees it at once.
    """
    known = parts().directory()
    owner = wanted_record("organization", record.organization_id)[1] if isinstance(record, Service) else record
    if isinstance(owner, Organization):
        known = replace(known, organizations={**known.organizations, owner.id: owner})
    if isinstance(record, Service):
        return replace(known, services={**known.services, record.id: record})
    return known


def insist_on_scope(key: Key) -> None:
    """Raises Refusal where the account may not change the record."""
    if not may_edit(staff_account(), parts().directory(), key):
        raise Refusal("forbidden")


def insist_on_place(municipality: str) -> None:
    """Whoever is limited to some municipalities brings organizations there only. Raises Refusal."""
    scope = staff_account().scope
    if municipality and not scope.is_everything and municipality not in scope.municipalities:
        raise Refusal("forbidden")


def title_of(record: Record, directory: Directory, language: Language) -> str:
    """The record's name; a service's with its organization's."""
    name = said(record.name, language).text
    owner = directory.organizations.get(record.organization_id) if isinstance(record, Service) else None
    return f"{name} · {said(owner.name, language).text}" if owner else name


def record_address(key: Key) -> str:
    """The record's own page."""
    return f"/staff/records/{key.kind}/{key.id}"


def edit_address(key: Key) -> str:
    return url_for("editing.edit", kind=key.kind, identity=key.id)


def proof_of(form: Form) -> Proof:
    """How the person who sends the form knows what it says."""
    how, address = form.get("how", ""), form.get("how_address", "").strip()
    return Proof(how, address, staff_account().name, today().isoformat())
