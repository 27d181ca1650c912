"""One's own account: password, language, single-key shortcuts."""

from __future__ import annotations

from flask import flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from webhook import passwords
from webhook.console import locks
from webhook.console.frame import StaffPages, show_staff, staff_account
from webhook.console.presence import enter
from webhook.languages import known_language
from webhook.parts import parts
from webhook.refusals import Refusal
from webhook.storage import accounts, audit

door = StaffPages("own", __name__)
_SEE_OTHER, _WRONG, _WAIT = 303, 400, 429


@door.get("/account")
def show() -> str:
    """What people can set for themselves."""
    return _page(None)


@door.post("/account")
def choose() -> Response:
    """Language and shortcuts."""
    language = known_language(request.form.get("language"))
    if language is None:
        raise Refusal("bad_value", "language")
    shortcuts = "shortcuts" in request.form
    accounts.choose(parts().storage().engine, staff_account().id, language=language, shortcuts=shortcuts)
    flash("own_kept")
    return redirect(url_for("own.show"), _SEE_OTHER)


@door.post("/account/password")
def change_password() -> Response:
    """The old one proves who asks; all other sessions of the account end."""
    engine, account = parts().storage().engine, staff_account()
    attempt = locks.begin_change(account.name)
    if attempt.wait:
        return make_response(_page("wait", attempt.wait), _WAIT)
    found, new = accounts.credentials_by_id(engine, account.id), request.form.get("new_password", "")
    if found is None or not passwords.matches(found.password_hash, request.form.get("password", "")):
        audit.record(engine, account.name, "sign_in_failed")
        return make_response(_page("old_wrong"), _WRONG)
    attempt.succeeded()
    fault = passwords.password_fault(new, account.name)
    if fault is None and new != request.form.get("again", ""):
        fault = "differs"
    if fault:
        return make_response(_page(fault), _WRONG)
    accounts.set_password(engine, account.id, passwords.hash_password(new), account.name)
    enter(account)
    flash("own_password_changed")
    return redirect(url_for("own.show"), _SEE_OTHER)


def _page(fault: str | None, minutes: int = 0) -> str:
    left = accounts.recovery_codes_left(parts().storage().engine, staff_account().id)
    return show_staff("own.html", fault=fault, minutes=minutes, shortest=passwords.SHORTEST, codes_left=left)
