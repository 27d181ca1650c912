"""Who changed what of a record, when and how, in readable words; each change can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from index.directory import editing
from index.directory.editing import Change
from index.directory.keys import Record
from index.hours import VILNIUS
from index.records import Directory, Language
from webhook.console.frame import StaffPages, may_edit, needs, show_staff, staff_account, staff_language
from webhook.console.places import page_number, safe_place
from webhook.console.records import (
    editable_record,
    engine,
    insist_on_place,
    record_address,
    title_of,
    wanted_record,
)
from webhook.console.wording import confirmation_of, field_name, is_confidential, lines_of
from webhook.parts import parts
from webhook.refusals import Refusal

door = StaffPages("history", __name__)
_SEE_OTHER = 303
_PAGE = 50


@dataclass(frozen=True)
class Entry:
    """One change as it is read. `at` is local time; undoable: nothing was done to the field since."""

    id: int
    at: str
    actor: str
    how: str
    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    undoable: bool


@door.get("/records/<kind>/<identity>/history")
def show(kind: str, identity: str) -> str:
    """The newest first. Everybody who signs in may read it."""
    key, record = wanted_record(kind, identity)
    directory, language = parts().directory(), staff_language()
    page = page_number()
    changes = editing.history(engine(), key)
    if _has_secret_address(record, changes):
        changes = tuple(_without_address(change) for change in changes)
    entries = list(_entries(changes, directory, language))
    return show_staff(
        "history.html", key=key, name=title_of(record, directory, language), page=page,
        entries=entries[(page - 1) * _PAGE : page * _PAGE], more=len(entries) > page * _PAGE,
        editable=may_edit(staff_account(), directory, key),
    )  # fmt: skip


@door.post("/records/<kind>/<identity>/changes/<int:number>/undo")
@needs("editor")
def undo(kind: str, identity: str, number: int) -> Response:
    """Bring back what stood there before."""
    key, _ = editable_record(kind, identity)
    wanted = next((change for change in editing.history(engine(), key) if change.id == number), None)
    if wanted is None:
        raise Refusal("not_found")
    if wanted.field == "municipality":
        insist_on_place(wanted.before)
    try:
        editing.undo(engine(), number, staff_account().name)
        flash("keeping_undone")
    except editing.Stale:
        flash("keeping_undo_stale")
    except (editing.NotUndoable, editing.InvalidFields):
        flash("keeping_undo_never")
    return redirect(safe_place(request.form.get("back") or record_address(key)), _SEE_OTHER)


def _has_secret_address(record: Record, changes: tuple[Change, ...]) -> bool:
    """Whether its address is confidential, or once was: what stood there before may be the same place."""
    address = getattr(record, "address", None)
    told = (value for change in changes if change.field == "address" for value in (change.before, change.after))
    return bool(address and address.confidential) or any(is_confidential(value) for value in told)


def _without_address(change: Change) -> Change:
    """The change with both addresses marked as confidential, so that neither is told."""
    if change.field != "address":
        return change
    before, after = (value and {**value, "confidential": True} for value in (change.before, change.after))
    return replace(change, before=before, after=after)


def _entries(changes: tuple[Change, ...], directory: Directory, language: Language) -> Iterator[Entry]:
    later: set[str] = set()
    for change in changes:
        yield Entry(
            id=change.id, at=_local(change.at), actor=change.actor, how=change.how,
            field=field_name(change.field, language), before=_said(change, change.before, directory, language),
            after=_said(change, change.after, directory, language),
            undoable=change.field not in later and change.field != editing.WHOLE,
        )  # fmt: skip
        later.add(change.field)


def _said(change: Change, value: object, directory: Directory, language: Language) -> tuple[str, ...]:
    """Where only the confirmation changed, that is what is told."""
    if change.how == "verify" and change.field != "verified":
        return (confirmation_of(value, language) or "–",)
    return lines_of(change.field, value, directory, language)


def _local(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(VILNIUS).strftime("%Y-%m-%d %H:%M")
