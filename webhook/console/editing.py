"""Changing a record in place, making a new one, and telling what is wrong while somebody types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, jsonify, make_response, redirect, request
from werkzeug.wrappers import Response

from index.directory import editing
from index.directory.keys import Key
from index.directory.plain import PlainRecord, plain, record_of
from index.directory.validation import Fault, record_faults
from webhook.console.drafts import HOWS, Draft, field_faults, read_draft, sentences
from webhook.console.fields import GROUPS, shapes
from webhook.console.forms import filled_rows, read_field
from webhook.console.frame import StaffPages, needs, show_staff, staff_account, staff_language, words
from webhook.console.record_form import form_view
from webhook.console.records import (
    editable_record,
    engine,
    insist_on_place,
    insist_on_scope,
    proof_of,
    record_address,
    title_of,
    today,
)
from webhook.console.texts import texts
from webhook.console.timetable import day_cells, spoken_everywhere
from webhook.parts import parts
from webhook.refusals import Refusal

door = StaffPages("editing", __name__)
_SEE_OTHER, _CONFLICT, _WRONG = 303, 409, 422
_MORE_ROWS = 4
# A record's texts in three languages, with diacritics as forms send them, are longer than any message.
_LONGEST_FORM = 256 * 1024


@door.url_value_preprocessor
def allow_long_forms(*_: object) -> None:
    """Said before the guard reads the form for its token."""
    request.max_content_length = _LONGEST_FORM


@door.get("/records/<kind>/<identity>/edit")
@needs("editor")
def edit(kind: str, identity: str) -> str:
    """The form, filled with what the record holds."""
    key, record = editable_record(kind, identity)
    return _page(key, Draft(plain(record)), plain(record))


@door.post("/records/<kind>/<identity>/edit")
@needs("editor")
def save(kind: str, identity: str) -> Response:
    """Change what was touched; with faults, or when somebody else was faster, the form comes back as it was typed."""
    key, record = editable_record(kind, identity)
    now = plain(record)
    draft = read_draft(kind, request.form, now, proof_of(request.form), parts().directory())
    insist_on_place(draft.values.get("municipality", ""))
    if "more" in request.form:
        return make_response(_page(key, Draft(draft.shown), now, rows=_MORE_ROWS))
    if draft.faults or draft.conflicts:
        return make_response(_page(key, draft, now), _WRONG if draft.faults else _CONFLICT)
    how = "alert" if set(draft.values) == {"alert"} else "edit"
    try:
        made = editing.edit(
            engine(), key, draft.values, staff_account().name, how, {field: now[field] for field in draft.values}
        )
    except editing.InvalidFields as fault:
        return make_response(_page(key, Draft(draft.shown, faults=fault.faults), now), _WRONG)
    except editing.Stale:  # within the milliseconds since the record was read: read it again
        return save(kind, identity)
    flash("keeping_saved" if made else "keeping_nothing")
    return redirect(record_address(key), _SEE_OTHER)


@door.get("/new/<kind>")
@needs("editor")
def begin(kind: str) -> str:
    """An empty form; a service needs `organization` in the address line."""
    content = _empty(kind, request.args.get("organization", ""))
    return _page(Key(kind, ""), Draft(content), content, new=True)


@door.post("/new/<kind>")
@needs("editor")
def create(kind: str) -> Response:
    """Make the record. Its id never changes afterwards."""
    owner = request.form.get("organization", "")
    empty = _empty(kind, owner)
    proof = proof_of(request.form)
    draft = read_draft(kind, request.form, empty, proof, parts().directory())
    slug = request.form.get("id", "").strip()
    content = {**empty, **draft.values, "id": f"{owner}.{slug}" if kind == "service" else slug}
    if kind == "organization":
        content |= {"serves": content["serves"] or [content["municipality"]], "sources": [proof.source]}
        insist_on_place(content["municipality"])
    faults = (*draft.faults, *_faults_of_new(kind, content), *(proof.faults() if not draft.faults else ()))
    if faults:
        return make_response(_page(Key(kind, slug), Draft(draft.shown, faults=faults), empty, new=True), _WRONG)
    try:
        key = editing.create(engine(), kind, content, staff_account().name)
    except editing.KnownRecord:
        known = Draft(draft.shown, faults=(Fault("id", "id_known"),))
        return make_response(_page(Key(kind, slug), known, empty, new=True), _WRONG)
    except editing.InvalidFields as fault:
        again = Draft(draft.shown, faults=fault.faults)
        return make_response(_page(Key(kind, slug), again, empty, new=True), _WRONG)
    flash("keeping_saved")
    return redirect(record_address(key), _SEE_OTHER)


@door.post("/validate")
@needs("editor")
def validate() -> Response:
    """What is wrong with one field as it is typed: sentences by input, and the text as it will be kept."""
    kind, field = request.form.get("kind", ""), request.form.get("field", "")
    prefix = request.form.get("prefix", "")
    shape = shapes(kind).get(field) if kind in GROUPS else None
    if shape is None:
        raise Refusal("bad_value", "field")
    name = prefix + field
    value = read_field(shape, request.form, name, None)
    faults = sentences(kind, field_faults(kind, field, value) if value else (), staff_language(), prefix)
    kept = _kept(name, shape, value)
    # Between rows that are filled in there may be empty ones.
    row_of = {f"{name}.{at}": row for at, row in enumerate(filled_rows(shape, request.form, name))}
    return jsonify({"faults": _moved(faults, row_of), "kept": _moved(kept, row_of), "spoken": _spoken(value)})


def _page(
    key: Key, draft: Draft, now: PlainRecord, rows: int = 1, new: bool = False
) -> str:  # fmt: skip
    directory, language = parts().directory(), staff_language()
    owner = directory.organizations.get(now.get("organization_id", ""))
    return show_staff(
        "edit.html", key=key, new=new, owner=owner, hows=HOWS, today=today().isoformat(),
        form=form_view(key.kind, draft.shown, now, directory, language, draft.faults, draft.conflicts, rows),
        name=words()[f"keeping_new_{key.kind}"] if new else title_of(record_of(key.kind, now), directory, language),
        how=request.form.get("how", ""), how_address=request.form.get("how_address", ""),
        identity=request.form.get("id", ""), texts=texts, back="/staff/" if new else record_address(key),
    )  # fmt: skip


def _empty(kind: str, owner: str) -> PlainRecord:
    """A record that says nothing yet. Raises Refusal for a service of an organization that one may not change."""
    if kind == "organization":
        content = dict.fromkeys(("parent", "legal_code", "address", "email", "website", "hours", "alert"))
        return content | {
            "id": "", "status": "active", "legal_status": "", "name": {}, "municipality": "", "serves": [],
            "sources": [], "aliases": {}, "phones": [], "spoken_languages": [],
        }  # fmt: skip
    if kind != "service" or owner not in parts().directory().organizations:
        raise Refusal("not_found")
    insist_on_scope(Key("organization", owner))
    nothing = ("cost", "discretion", "first_contact", "email", "website", "address", "hours", "alert", "verified")
    return dict.fromkeys(nothing) | {
        "id": "", "organization_id": owner, "kind": "", "route": "direct", "name": {}, "description": {}, "who": {},
        "categories": [], "needs": [], "target_groups": [], "how_to_get": {}, "night_intake": False,
        "statutory": False, "status": "active", "phones": [], "spoken_languages": [],
    }  # fmt: skip


def _faults_of_new(kind: str, content: PlainRecord) -> tuple[Fault, ...]:
    """Faults of the id, and of fields that nobody touched but that a record needs."""
    needed = {"organization": ("name", "municipality"), "service": ("name", "description", "kind")}[kind]
    faults = [fault for field in needed for fault in field_faults(kind, field, content[field])]
    whole = [fault for fault in record_faults(kind, content) if fault.field == "id"]
    return (*whole, *faults)


def _moved(texts_by_input: Mapping[str, str], row_of: Mapping[str, str]) -> dict[str, str]:
    """Texts at the inputs of the rows in which they were typed."""
    moved = {}
    for path, text in texts_by_input.items():
        item = next((item for item in row_of if path.startswith(f"{item}.")), None)
        moved[row_of[item] + path.removeprefix(item) if item else path] = text
    return moved


def _kept(name: str, shape: str, value: Any) -> Mapping[str, str]:
    """Texts as they will be kept, by input, for those that are put in order."""
    if shape == "phones":
        return {f"{name}.{at}.number": phone["number"] for at, phone in enumerate(value)}
    if shape == "hours" and value:
        return {f"{name}.{day}": cell for day, cell in day_cells(value["schedule"]).items()}
    return {}


def _spoken(value: Any) -> Mapping[str, str]:
    """Hours in words."""
    return spoken_everywhere(value["schedule"]) if isinstance(value, dict) and "schedule" in value else {}
