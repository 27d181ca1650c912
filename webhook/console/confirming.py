"""What an institution sees by its link, without an account: its record as residents do, to confirm or to correct."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from index.cards import ServiceCard
from index.directory import editing
from index.directory.database import writing
from index.directory.keys import Key, Record, key_of
from index.directory.plain import PlainRecord, plain
from index.directory.proposals import CONFIRMED, propose
from index.records import LANGUAGES, Directory, Language, Service, said
from index.staleness import WHOLE
from webhook.console.correcting import confirmable
from webhook.console.drafts import Draft, Proof, read_draft
from webhook.console.fields import OWN
from webhook.console.frame import StaffPages, open_to_everybody, version
from webhook.console.invitations import is_signed
from webhook.console.record_form import FormView, form_view
from webhook.console.records import engine, today
from webhook.console.texts import texts
from webhook.languages import browser_language, known_language
from webhook.parts import Missing, now, parts
from webhook.storage.invitations import Invitation, find_invitation, use_invitation
from webhook.widget import rendering

door = StaffPages("confirming", __name__, url_prefix="/confirm")
ORIGIN = "institution"
_GONE, _UNKNOWN, _WRONG = 410, 404, 422
_MORE_ROWS = 4
_LONGEST_FORM = 256 * 1024


@dataclass(frozen=True)
class Asked:
    """One record that the institution is asked about. `closed`: it says that this is not offered any more."""

    key: Key
    record: Record
    now: PlainRecord
    fields: tuple[str, ...]
    draft: Draft
    closed: bool = False

    @property
    def prefix(self) -> str:
        """Begins the names of the record's inputs."""
        return f"{self.key.kind}:{self.key.id}/"


@door.url_value_preprocessor
def allow_long_forms(*_: object) -> None:
    """Said before the guard reads the form for its token."""
    request.max_content_length = _LONGEST_FORM


@door.after_request
def keep_out_of_indexes(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@door.get("/<token>")
@open_to_everybody
def show(token: str) -> Response:
    """The record. Looking uses nothing up: mail programs open links before people do."""
    invitation = _invitation(token)
    asked = _asked_by(invitation)
    if invitation is None or not asked:
        return _closed_door(invitation)
    return make_response(_page(invitation, asked))


@door.post("/<token>")
@open_to_everybody
def answer(token: str) -> Response:
    """Everything is right, or some of it is corrected; staff decide on it in the queue."""
    invitation = _invitation(token)
    asked = _asked_by(invitation)
    if invitation is None or not asked:
        return _closed_door(invitation)
    asked = asked if "right" in request.form else _corrected(asked)
    if "more" in request.form:
        return make_response(
            _page(invitation, [replace(one, draft=Draft(one.draft.shown)) for one in asked], _MORE_ROWS)
        )
    if any(one.draft.faults for one in asked):
        return make_response(_page(invitation, asked), _WRONG)
    with writing(engine()) as connection:
        if not use_invitation(connection, token, now()):
            return _closed_door(_invitation(token))
        for one in asked:
            for field, value in _said_of(one):
                propose(connection, ORIGIN, one.key, field, value)
    return make_response(_show("confirm_thanks.html"))


def _invitation(token: str) -> Invitation | None:
    return find_invitation(engine(), token, now()) if is_signed(token) else None


def _asked_by(invitation: Invitation | None) -> list[Asked]:
    """Nothing where the link opens nothing any more, or its record has gone since."""
    if invitation is None or invitation.state != "open":
        return []
    try:
        return _asked(invitation.key)
    except editing.UnknownRecord:
        return []


def _asked(key: Key) -> list[Asked]:
    """The record of the invitation, and of an institution what it offers, except what the law prescribes."""
    directory = parts().directory()
    records: list[Record] = [editing.record(engine(), key)]
    if key.kind == "organization":
        offered = (one for one in directory.services.values() if one.organization_id == key.id)
        records += [one for one in offered if one.status == "active" and not one.statutory]
    return [_one(record) for record in records]


def _one(record: Record) -> Asked:
    key, content = key_of(record), plain(record)
    # An address that is kept secret is not shown even here: links get forwarded.
    secret = bool(content.get("address") and content["address"]["confidential"])
    fields = tuple(field for field in OWN[key.kind] if not (field == "address" and secret))
    return Asked(key, record, content, fields, Draft(content))


def _corrected(asked: list[Asked]) -> list[Asked]:
    proof = Proof("institution", "", ORIGIN, today().isoformat())
    directory = parts().directory()
    return [
        Asked(
            one.key, one.record, one.now, one.fields,
            read_draft(one.key.kind, request.form, one.now, proof, directory, one.prefix, one.fields),
            closed=isinstance(one.record, Service) and f"{one.prefix}closed" in request.form,
        )
        for one in asked
    ]  # fmt: skip


def _said_of(one: Asked) -> Iterator[tuple[str, Any]]:
    """Fields with what the institution says of them; what it leaves as it is, it confirms."""
    if one.closed:
        yield "status", "closed"
        return
    changed = {field: value for field, value in one.draft.values.items() if field in one.fields}
    yield from changed.items()
    right = [field for field in confirmable(one.record) if field not in changed and field in (*one.fields, WHOLE)]
    if right:
        yield CONFIRMED, right


def _page(invitation: Invitation, asked: list[Asked], rows: int = 1) -> str:
    directory, language = parts().directory(), _language()
    return _show(
        "confirm.html",
        name=said(asked[0].record.name, language).text,
        until=rendering.spoken_date(invitation.expires_at[:10], language),
        shown=[(one, _form(one, directory, language, rows), _card(one, language)) for one in asked],
        wrong=any(one.draft.faults for one in asked),
        touched=rows > 1,
    )


def _form(one: Asked, directory: Directory, language: Language, rows: int) -> FormView:
    return form_view(
        one.key.kind, one.draft.shown, one.now, directory, language, one.draft.faults, one.draft.conflicts, rows,
        prefix=one.prefix, fields=one.fields,
    )  # fmt: skip


def _card(one: Asked, language: Language) -> dict[str, Any] | None:
    """What residents are shown; nothing of an organization itself, which stands on its services' cards."""
    finder = parts().finder
    card: ServiceCard | None = None
    if one.key.kind != "organization" and not isinstance(finder, Missing):
        card = finder.card(one.key.id, language)
    return card.as_json() if card else None


def _closed_door(invitation: Invitation | None) -> Response:
    """Says kindly that the link is used, too old, or not one of ours."""
    state = invitation.state if invitation else "unknown"
    if state == "open":  # its record has gone
        state = "expired"
    return make_response(_show("confirm_closed.html", state=state), _GONE if invitation else _UNKNOWN)


def _language() -> Language:
    return known_language(request.values.get("lang")) or browser_language()


def _show(template: str, **content: Any) -> str:
    language = _language()
    return render_template(
        f"staff/{template}", t=texts(language), texts=texts, language=language, languages=LANGUAGES, show=rendering,
        version=version(), settings=parts().settings, **content,
    )  # fmt: skip
