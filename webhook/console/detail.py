"""Everything that is known of one record: texts in three languages, who confirmed what and how, notes of staff."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from index.cards import Alert as AlertCard
from index.cards import ServiceCard
from index.contacts import dialled
from index.directory.keys import Record
from index.directory.notes import add_note, notes
from index.hours import state_at
from index.needs.taxonomy import read_taxonomy
from index.presenting import CardMaker
from index.ranking import Hit
from index.records import (
    LANGUAGES,
    Address,
    Contact,
    Directory,
    Helpline,
    Hours,
    Language,
    Organization,
    Phone,
    Service,
    Source,
    Statement,
    Text,
    Verification,
    said,
)
from index.staleness import Due, due_fields
from webhook.console.calls import current_call
from webhook.console.choices import name_of
from webhook.console.filters import SHOWN, short_place, status_of
from webhook.console.frame import StaffPages, may_edit, needs, show_staff, staff_account, staff_language
from webhook.console.records import directory_around, editable_record, engine, wanted_record
from webhook.messages import readable_text
from webhook.parts import now
from webhook.storage.use import LOOKED_UP
from webhook.widget import rendering

door = StaffPages("detail", __name__)
_SEE_OTHER = 303
_LONGEST_NOTE = 2000
_CONTACTS = ("phones", "email", "website", "address", "hours", "discretion", "first_contact")
_TEXTS = ("name", "description", "who", "cost", "how_to_get", "discretion", "first_contact", "alert")
Held = Phone | Contact | Address | Hours | Statement


@dataclass(frozen=True)
class Fact:
    """One value that can go stale, with its proof. value: None where it is confidential.

    due: since when it should have been confirmed again; nothing where it need not be.
    """

    field: str
    value: str | None
    label: str
    link: str | None
    source: Source
    verified: Verification | None
    due: Due | None


@dataclass(frozen=True)
class Wording:
    """A text in every language that it is written in; lists as several lines."""

    field: str
    lines: Mapping[Language, tuple[str, ...]]


@door.get("/records/<kind>/<record_id>")
def show(kind: str, record_id: str) -> str:
    """One record, with its organization's contacts where it is a service."""
    key, record = wanted_record(kind, record_id)
    directory, language = directory_around(record), staff_language()
    owner = directory.organizations.get(record.organization_id) if isinstance(record, Service) else None
    return show_staff(
        "detail.html",
        **_about(record, owner, directory, language),
        key_of=key,
        record=record,
        owner=owner,
        wordings=list(_wordings(record)),
        facts=list(_facts(record, language)),
        owners_facts=list(_facts(owner, language)) if owner else [],
        due=due_fields(record, now().date()),
        terms=_terms(record, language),
        serves=[name_of("serves", place, directory, language) for place in _served(record, owner)],
        notes=notes(engine(), key),
        editable=may_edit(staff_account(), directory, key),
        call=current_call(),
        outcomes=LOOKED_UP,
        show=rendering,
        said=said,
    )


@door.post("/records/<kind>/<record_id>/notes")
@needs("editor")
def note(kind: str, record_id: str) -> Response:
    """Add a note for colleagues."""
    key, _ = editable_record(kind, record_id)
    text = readable_text(request.form.get("note", ""), "note")[:_LONGEST_NOTE]
    add_note(engine(), key, text, staff_account().name)
    flash("detail_note_added")
    return redirect(url_for("detail.show", kind=kind, record_id=record_id) + "#notes", _SEE_OTHER)


def _about(record: Record, owner: Organization | None, directory: Directory, language: Language) -> dict[str, Any]:
    """Whether residents see it, its card as they do, where it belongs, what else its institution does."""
    house = record if isinstance(record, Organization) else owner
    status = record.status if isinstance(record, Organization) else status_of(record, directory)
    findable = status == SHOWN and not isinstance(record, Organization)
    card = _card(record, owner, directory, language) if findable else None
    others = [one for one in directory.services.values() if house and one.organization_id == house.id]
    route = directory.routes.get(record.route if isinstance(record, Service) else "helpline")
    return {
        "card": card.as_json() if card else None,
        "notice": {"alert": _alert(record, owner, language)},
        "status": status,
        "where": short_place(house.municipality, directory, language) if house else "",
        "parents": list(directory.parents(house)) if house else [],
        "others": [one for one in others if one.id != record.id],
        "route": route if not isinstance(record, Organization) else None,
        "opening_now": _opening(record, owner),
    }


def _card(record: Record, owner: Organization | None, directory: Directory, language: Language) -> ServiceCard | None:
    """What residents are shown from now on; nothing where nobody can be reached."""
    if isinstance(record, Organization):
        return None
    try:
        return CardMaker(directory, read_taxonomy(), language, now()).card(Hit(record, owner.id if owner else "", 0.0))
    except ValueError:
        return None


def _alert(record: Record, owner: Organization | None, language: Language) -> AlertCard | None:
    """The notice that holds today, of records too that have no card: a service's own before its organization's."""
    alerts = [holder.alert for holder in (record, owner) if holder and holder.alert]
    today = now().date().isoformat()
    return next((AlertCard(said(one.text, language).text, one.until) for one in alerts if today <= one.until), None)


def _opening(record: Record, owner: Organization | None) -> dict[str, Any]:
    """Whether it is open at this moment, as cards tell it."""
    if isinstance(record, Helpline):
        rule = next((way.schedule for way in record.ways if way.kind == "call"), None)
    else:
        hours = record.hours or (owner.hours if owner else None)
        rule = hours.schedule if hours else None
    state = state_at(rule, now())
    return {"open_now": state.open_now, "hours_change_at": state.change_at.isoformat() if state.change_at else None}


def _wordings(record: Record) -> Iterator[Wording]:
    """The record's texts, those of statements and alerts too; fields that say nothing in any language are left out."""
    for field in _TEXTS:
        value: Any = getattr(record, field, None)
        text: Text = value.text if hasattr(value, "text") else value or {}
        lines = {code: _lines(text.get(code)) for code in LANGUAGES}
        if any(lines.values()):
            yield Wording(field, lines)


def _lines(text: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,) if text else ()


def _facts(record: Record, language: Language) -> Iterator[Fact]:
    due = {one.field: one for one in due_fields(record, now().date())}
    for field in _CONTACTS:
        value: Any = getattr(record, field, None)
        for held in value if isinstance(value, tuple) else (value,) if value else ():
            yield _fact(field, held, language, due.get(field))


def _fact(field: str, held: Held, language: Language, due: Due | None) -> Fact:
    value, label, link = _shown(field, held, language)
    return Fact(field, value, label, link, held.source, held.verified, due)


def _shown(field: str, held: Held, language: Language) -> tuple[str | None, str, str | None]:
    """Value, label and link. A confidential address leaves through no door, not even this one."""
    if isinstance(held, Phone):
        return held.number, said(held.label, language).text, f"tel:{dialled(held.number)}"
    if isinstance(held, Address):
        return (None if held.confidential else held.text), "", None
    if isinstance(held, Contact):
        link = f"mailto:{quote(held.value, safe='@')}" if field == "email" else rendering.safe_link(held.value)
        return held.value, "", link
    label = held.schedule or "" if isinstance(held, Hours) else ""
    return said(held.text, language).text, label, None


def _served(record: Record, owner: Organization | None) -> tuple[str, ...]:
    """Places that the record, or the institution of a service, serves; by their official names."""
    if isinstance(record, Service):
        return owner.serves if owner else ()
    return record.serves


def _terms(record: Record, language: Language) -> dict[str, list[str]]:
    """Words of the vocabularies by which the record is found."""
    if isinstance(record, Organization):
        return {}
    taxonomy = read_taxonomy()
    terms = {
        "needs": [taxonomy.needs[need].name for need in record.needs if need in taxonomy.needs],
        "target_groups": [taxonomy.target_groups[one].name for one in record.target_groups],
    }
    if isinstance(record, Service):
        terms["categories"] = [taxonomy.categories[one].name for one in record.categories]
        terms["kind"] = [taxonomy.kinds[record.kind].name] if record.kind in taxonomy.kinds else []
    return {name: [said(text, language).text for text in texts] for name, texts in terms.items()}
