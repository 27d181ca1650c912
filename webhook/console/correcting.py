"""One click each: taking a wrong value away, and saying that values were confirmed."""

from __future__ import annotations

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from index.directory import editing
from index.directory.keys import Record
from index.directory.plain import PlainRecord, plain
from index.records import How, Organization
from index.staleness import WHOLE, due_fields
from webhook.console.drafts import HOWS
from webhook.console.fields import shapes
from webhook.console.frame import StaffPages, needs, show_staff, staff_account, staff_language
from webhook.console.places import safe_place
from webhook.console.records import editable_record, engine, record_address, title_of, today
from webhook.console.wording import confirmation_of, field_name, lines_of
from webhook.parts import parts
from webhook.refusals import Refusal

door = StaffPages("correcting", __name__)
_SEE_OTHER = 303
_BY_PHONE = "phone"


@door.post("/records/<kind>/<identity>/withdraw")
@needs("editor")
def withdraw(kind: str, identity: str) -> Response:
    """Take the value of `field` away, or of several telephones the one of `number`. Asks nothing; offers to undo."""
    key, _ = editable_record(kind, identity)
    field, back = request.values.get("field", ""), safe_place(request.form.get("back") or record_address(key))
    if field not in shapes(kind):
        raise Refusal("bad_value", "field")
    try:
        made = editing.withdraw(engine(), key, field, staff_account().name, request.values.get("number"))
    except editing.InvalidFields:
        flash("keeping_needed")
        return redirect(back, _SEE_OTHER)
    if not made:
        flash("keeping_nothing")
        return redirect(back, _SEE_OTHER)
    return redirect(f"{back}{'&' if '?' in back else '?'}withdrawn={made[0].id}", _SEE_OTHER)


@door.get("/records/<kind>/<identity>/verify")
@needs("editor")
def ask(kind: str, identity: str) -> str:
    """What can be confirmed, with what is overdue ticked."""
    key, record = editable_record(kind, identity)
    directory, language, content = parts().directory(), staff_language(), plain(record)
    due = {one.field: one for one in due_fields(record, today())}
    rows = [
        {
            "field": field, "name": field_name(field, language), "due": due.get(field),
            "lines": () if field == WHOLE else lines_of(field, content[field], directory, language),
            "confirmed": confirmation_of(_of_whole(content) if field == WHOLE else content[field], language),
        }
        for field in confirmable(record)
    ]  # fmt: skip
    return show_staff(
        "verify.html", key=key, name=title_of(record, directory, language), rows=rows, hows=HOWS,
        back=record_address(key),
    )  # fmt: skip


@door.post("/records/<kind>/<identity>/verify")
@needs("editor")
def verify(kind: str, identity: str) -> Response:
    """The ticked fields, or with `all` every one of them by phone, were confirmed today."""
    key, record = editable_record(kind, identity)
    known = confirmable(record)
    chosen = known if "all" in request.form else tuple(name for name in known if name in request.form.getlist("field"))
    how = known_how(_BY_PHONE if "all" in request.form else request.form.get("how", ""))
    if not chosen or how is None:
        flash("keeping_none_ticked")
        return redirect(request.path, _SEE_OTHER)
    editing.verify(engine(), key, chosen, staff_account().name, how, today().isoformat())
    flash("keeping_verified")
    return redirect(safe_place(request.form.get("back") or record_address(key)), _SEE_OTHER)


def confirmable(record: Record) -> tuple[str, ...]:
    """The fields that hold something and can be confirmed; `record` is a service or line as a whole."""
    filled = tuple(field for field in editing.PROVEN if getattr(record, field, None))
    return filled if isinstance(record, Organization) else (*filled, WHOLE)


def known_how(text: str) -> How | None:
    """The text as a way in which staff confirm something."""
    return next((how for how in HOWS if how == text), None)


def _of_whole(content: PlainRecord) -> PlainRecord:
    return {"verified": content.get("verified")}
