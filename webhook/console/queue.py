"""The queue: what is overdue, what residents reported, what is proposed, what lacks a language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from index.contacts import dialled
from index.directory import editing, proposals
from index.directory.keys import KINDS, Key, Record
from index.directory.keys import found as find
from index.records import LANGUAGES, Directory, Language, said
from webhook.console.choices import choices_of, name_of
from webhook.console.forms import digest
from webhook.console.frame import StaffPages, may_edit, needs, show_staff, staff_account, staff_language
from webhook.console.places import page_number, safe_place
from webhook.console.records import (
    edit_address,
    engine,
    insist_on_place,
    insist_on_scope,
    record_address,
    title_of,
    today,
)
from webhook.console.waiting import InScope, number_of, place_of, reported, standing, still_overdue
from webhook.console.wording import field_name, is_confidential, lines_of
from webhook.parts import parts
from webhook.refusals import Refusal
from webhook.storage.reports import close_reports, open_reports
from webhook.storage.use import shown_counts

door = StaffPages("queue", __name__)
_SEE_OTHER = 303
_PAGE = 40
# What databases take for an id.
_LARGEST_NUMBER = 2**31 - 1
TABS = ("overdue", "reports", "proposals", "translations")
ORIGINS = ("institution", "import", "terms", "translation")


@door.get("/queue")
def show() -> str:
    """One tab of it. Everybody who signs in may look; editors see what lies in their scope."""
    directory, language = parts().directory(), staff_language()
    tab = request.args.get("show", TABS[0])
    if tab not in TABS:
        raise Refusal("not_found")
    place, origin = request.args.get("place", ""), request.args.get("origin", "")
    page = page_number()
    found = _waiting(tab, directory, _scope(directory, place), origin, page)
    kept = {"show": tab, **({"place": place} if place else {}), **({"origin": origin} if origin else {})}
    return show_staff(
        "queue.html", tab=tab, tabs=TABS, rows=_rows(tab, found[:_PAGE], directory, language), page=page,
        more=len(found) > _PAGE, kept=kept, place_chosen=place, origin=origin, origins=ORIGINS,
        places=choices_of("municipality", directory, language), here_again=request.full_path.rstrip("?"),
        editable=staff_account().is_at_least("editor"),
    )  # fmt: skip


@door.post("/queue/verify")
@needs("editor")
def verify() -> Response:
    """What is overdue of the ticked records was confirmed by phone today."""
    directory, actor = parts().directory(), staff_account().name
    due = {row.key: row.due for row in standing(directory, today()).overdue({}, lambda _: True)}
    ticked = [_key(text) for text in request.form.getlist("record")]
    for key in ticked:
        insist_on_scope(key)
    for key in ticked:
        fields = [one.field for one in due.get(key, ())]
        if fields:
            editing.verify(engine(), key, fields, actor, "phone", today().isoformat())
    flash("queue_verified" if ticked else "keeping_none_ticked")
    return _back()


@door.post(f"/queue/proposals/<int(max={_LARGEST_NUMBER}):number>")
@needs("editor")
def decide(number: int) -> Response:
    """Accept a proposal into its record, or refuse it."""
    try:
        proposal = proposals.proposal(engine(), number)
        insist_on_scope(proposal.key)
        if "accept" in request.form:
            _accept(proposal)
            flash("queue_accepted")
        else:
            proposals.refuse(engine(), number, staff_account().name)
            flash("queue_refused")
    except (proposals.UnknownProposal, editing.UnknownRecord):
        flash("queue_gone")
    except editing.Stale:
        flash("queue_stale")
    except editing.InvalidFields:
        flash("queue_invalid")
    return _back()


@door.post("/queue/reports/<service_id>")
@needs("editor")
def close(service_id: str) -> Response:
    """Residents' reports of a record have been looked into."""
    kind = "helpline" if service_id in parts().directory().helplines else "service"
    insist_on_scope(Key(kind, service_id))
    close_reports(engine(), service_id, staff_account().name)
    flash("queue_closed")
    return _back()


def _accept(proposal: proposals.Proposal) -> None:
    """Raises Stale where the record no longer holds what the page showed beside the proposed value."""
    if request.form.get("seen", _seen(proposal)) != _seen(proposal):
        raise editing.Stale([proposal.field])
    if proposal.field == "municipality":
        insist_on_place(proposal.value)
    proposals.accept(engine(), proposal.id, staff_account().name, proposal)


def _seen(proposal: proposals.Proposal) -> str:
    return digest([proposal.known])


def _waiting(tab: str, directory: Directory, in_scope: InScope, origin: str, page: int) -> Sequence[Any]:
    """One page of a tab, and one row more where there is another page."""
    start, end = (page - 1) * _PAGE, page * _PAGE + 1
    if tab == "proposals":
        everything = staff_account().scope.is_everything and not request.args.get("place")
        keys = None if everything else [key for key in _all_keys(directory) if in_scope(key)]
        return proposals.open_proposals(engine(), origin or None, keys, limit=_PAGE + 1, offset=start)
    if tab == "reports":
        return reported(directory, open_reports(engine()), in_scope)[start:end]
    shown, now = shown_counts(engine()), standing(directory, today())
    if tab == "translations":
        return now.untranslated(shown, in_scope)[start:end]
    return still_overdue(engine(), now.overdue(shown, in_scope)[start:end], today())


def _scope(directory: Directory, place: str) -> InScope:
    """Whether a record lies in the account's scope and in the place that was chosen."""
    scope = staff_account().scope

    def holds(key: Key) -> bool:
        record = find(directory, key)
        if record is None or (place and place_of(record, directory) != place):
            return False
        return scope.holds(directory, key)

    return holds


def _all_keys(directory: Directory) -> list[Key]:
    holders = zip(KINDS, (directory.organizations, directory.services, directory.helplines), strict=True)
    return [Key(kind, identity) for kind, holder in holders for identity in holder]


def _rows(tab: str, found: Sequence[Any], directory: Directory, language: Language) -> list[Mapping[str, Any]]:
    """What the template shows of each: the record, and what waits."""
    rows: list[Mapping[str, Any]] = []
    for one in found:
        record = find(directory, one.key)
        if record is None:  # changed by another process within the last second
            continue
        row = _row(one.key, record, directory, language)
        rows.append(row | {"one": one} | (_of_proposal(one, directory, language) if tab == "proposals" else {}))
    return rows


def _row(key: Key, record: Record, directory: Directory, language: Language) -> dict[str, Any]:
    number = number_of(record, directory)
    return {
        "key": key, "title": title_of(record, directory, language), "name": said(record.name, language).text,
        "place": name_of("municipality", place_of(record, directory), directory, language),
        "number": number, "tel": dialled(number) if number else None, "address": record_address(key),
        "edit": edit_address(key), "editable": may_edit(staff_account(), directory, key),
    }  # fmt: skip


def _of_proposal(one: proposals.Proposal, directory: Directory, language: Language) -> dict[str, Any]:
    known = ("–",) if one.field == proposals.CONFIRMED else lines_of(one.field, one.known, directory, language)
    # What is proposed in the place of a confidential address may be the same one.
    is_secret = is_confidential(one.known) and not may_edit(staff_account(), directory, one.key)
    proposed = known if is_secret else lines_of(one.field, one.value, directory, language)
    if isinstance(one.value, dict) and set(one.value) <= set(LANGUAGES):
        known, proposed = _different(known, proposed)
    return {"field": field_name(one.field, language), "known": known, "proposed": proposed, "seen": _seen(one)}


def _different(known: tuple[str, ...], proposed: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Both without the texts of languages that stay as they are."""
    before = tuple(line for line in known if line not in proposed)
    after = tuple(line for line in proposed if line not in known)
    return before or ("–",), after or ("–",)


def _key(text: str) -> Key:
    kind, _, identity = text.partition(":")
    if kind not in KINDS or not identity:
        raise Refusal("bad_value", "record")
    return Key(kind, identity)


def _back() -> Response:
    return redirect(safe_place(request.form.get("back") or url_for("queue.show")), _SEE_OTHER)
