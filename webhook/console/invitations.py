"""A link for an institution to look at its own record: made here, shown once, sent by e-mail."""

from __future__ import annotations

import secrets
from urllib.parse import quote

from flask import current_app, redirect, url_for
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from index.directory.keys import Key, Record
from index.records import LANGUAGES, Service, said
from webhook.console.frame import StaffPages, needs, show_staff, staff_account, staff_language
from webhook.console.records import editable_record, engine, record_address, title_of
from webhook.console.texts import texts
from webhook.parts import now, parts
from webhook.storage import audit
from webhook.storage.invitations import LIFETIME, invite
from webhook.widget.codes import public_address
from webhook.widget.rendering import spoken_date

door = StaffPages("invitations", __name__)
_SEE_OTHER = 303
_SALT = "invitation"
# 128 random bits.
_BYTES = 16


@door.get("/records/<kind>/<identity>/invitation")
@needs("editor")
def ask(kind: str, identity: str) -> Response | str:
    """What the link is for. A service's institution is asked about all that it does."""
    key, record = editable_record(kind, identity)
    if isinstance(record, Service):
        address = url_for("invitations.ask", kind="organization", identity=record.organization_id)
        return redirect(address, _SEE_OTHER)
    return _page(key, record)


@door.post("/records/<kind>/<identity>/invitation")
@needs("editor")
def make(kind: str, identity: str) -> Response | str:
    """The link and a letter for each language; neither can be shown again."""
    key, record = editable_record(kind, identity)
    if isinstance(record, Service):
        return ask(kind, identity)
    actor = staff_account().name
    token = _signer().dumps(secrets.token_urlsafe(_BYTES))
    invite(engine(), key, token, actor, now())
    audit.record(engine(), actor, "invitation", f"{key.kind} {key.id}")
    return _page(key, record, public_address(url_for("confirming.show", token=token)))


def is_signed(token: str) -> bool:
    """Whether we made this token; anything else is not even looked up."""
    try:
        _signer().loads(token)
    except BadSignature:
        return False
    return True


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=_SALT)


def _page(key: Key, record: Record, link: str | None = None) -> str:
    email = getattr(record, "email", None)
    letters = {language: _letter(record, link, language, email.value if email else "") for language in LANGUAGES}
    return show_staff(
        "invitation.html", key=key, name=title_of(record, parts().directory(), staff_language()), link=link,
        letters=letters if link else {}, email=email.value if email else None, days=LIFETIME.days,
        back=record_address(key), texts=texts,
    )  # fmt: skip


def _letter(record: Record, link: str | None, language: str, email: str) -> dict[str, str]:
    """Subject, text, and an address that opens both in a mail program."""
    words = texts(language)
    until = spoken_date((now() + LIFETIME).date().isoformat(), language)
    subject = str(words["confirming_subject"])
    body = str(words["confirming_letter"]).format(name=said(record.name, language).text, link=link, until=until)
    return {
        "subject": subject,
        "body": body,
        "mailto": f"mailto:{quote(email, safe='@')}?subject={quote(subject)}&body={quote(body)}",
    }
