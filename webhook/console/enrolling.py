"""Second factors and enrolment: the code at sign-in, a new telephone, recovery codes, and links that set a password."""

from __future__ import annotations

from flask import make_response, redirect, request
from werkzeug.wrappers import Response

from webhook import passwords
from webhook.console import factor, locks
from webhook.console.frame import StaffPages, open_to_everybody, show_staff, staff_language
from webhook.console.pending import Pending, propose, read_pending
from webhook.console.places import START, sign_in_address
from webhook.console.signing import go_on, let_in
from webhook.parts import now, parts
from webhook.storage import accounts, audit

door = StaffPages("enrolling", __name__)
_SEE_OTHER, _WRONG, _GONE, _WAIT = 303, 400, 410, 429


@door.get("/second-factor")
@open_to_everybody
def ask_code() -> Response | str:
    """The form for a code."""
    pending = read_pending()
    if pending is None or not pending.credentials.totp_secret:
        return _from_the_start()
    return show_staff("second_factor.html", wait=0, wrong=False)


@door.post("/second-factor")
@open_to_everybody
def check_code() -> Response | str:
    """A code of now that was not used before, or a recovery code."""
    pending = read_pending()
    if pending is None or not pending.credentials.totp_secret:
        return _from_the_start()
    found = pending.credentials
    attempt = locks.begin_code(found.account.name)
    if not attempt.wait and _is_right(pending, request.form.get("code", "")):
        attempt.succeeded()
        return let_in(found, pending.place)
    wait = attempt.minutes_left()
    if not attempt.wait:
        engine = parts().storage().engine
        audit.record(engine, found.account.name, "sign_in_locked" if wait else "sign_in_code_failed")
    return make_response(show_staff("second_factor.html", wait=wait, wrong=not wait), _WAIT if wait else _WRONG)


@door.get("/second-factor/new")
@open_to_everybody
def show_new() -> Response | str:
    """The picture for an app. The same until it is proved, so that reloading the page changes nothing."""
    pending = read_pending()
    if pending is None or pending.credentials.totp_secret:
        return _from_the_start()
    secret = pending.proposed or factor.new_secret()
    propose(secret)
    return _new_form(pending, secret, wrong=False)


@door.post("/second-factor/new")
@open_to_everybody
def keep_new() -> Response | str:
    """The first code proves that the app has the secret; recovery codes are shown this once."""
    pending = read_pending()
    if pending is None or pending.credentials.totp_secret or pending.proposed is None:
        return _from_the_start()
    secret, account = pending.proposed, pending.credentials.account
    step = factor.step_of(secret, request.form.get("code", ""), now())
    if step is None:
        return make_response(_new_form(pending, secret, wrong=True), _WRONG)
    codes = factor.new_recovery_codes()
    kept = [_kept_code(code) for code in codes]
    accounts.keep_second_factor(parts().storage().engine, account.id, locks.safe().lock(secret), step, kept)
    entered = let_in(pending.credentials, pending.place)
    entered.status_code = 200
    entered.headers.pop("Location", None)
    entered.set_data(show_staff("recovery_codes.html", codes=codes, next=pending.place))
    return entered


@door.get("/enrol/<token>")
@open_to_everybody
def show_link(token: str) -> Response | str:
    """The form for a password. Looking at it uses nothing up: mail programs look at links too."""
    account = accounts.of_link(parts().storage().engine, token, now())
    if account is None:
        return make_response(show_staff("link_gone.html"), _GONE)
    return show_staff("enrol.html", name=account.name, fault=None, shortest=passwords.SHORTEST)


@door.post("/enrol/<token>")
@open_to_everybody
def use_link(token: str) -> Response | str:
    """Set the password; the link is used up."""
    engine = parts().storage().engine
    account = accounts.of_link(engine, token, now())
    if account is None:
        return make_response(show_staff("link_gone.html"), _GONE)
    password = request.form.get("new_password", "")
    fault = passwords.password_fault(password, account.name)
    if fault is None and password != request.form.get("again", ""):
        fault = "differs"
    if fault:
        page = show_staff("enrol.html", name=account.name, fault=fault, shortest=passwords.SHORTEST)
        return make_response(page, _WRONG)
    if accounts.use_link(engine, token, passwords.hash_password(password), now()) is None:
        return make_response(show_staff("link_gone.html"), _GONE)
    accounts.choose(engine, account.id, language=staff_language())
    locks.unlock(account.name)
    found = accounts.credentials_by_id(engine, account.id)
    return go_on(found, START) if found else _from_the_start()


def _is_right(pending: Pending, typed: str) -> bool:
    engine, account = parts().storage().engine, pending.credentials.account
    secret = locks.safe().unlock(pending.credentials.totp_secret or "")
    step = factor.step_of(secret, typed, now()) if secret else None
    if step is not None:
        return accounts.use_step(engine, account.id, step)
    used = accounts.use_recovery_code(engine, account.id, _kept_code(factor.as_kept(typed)), now())
    if used:
        left = accounts.recovery_codes_left(engine, account.id)
        audit.record(engine, account.name, "sign_in_recovery_code", detail=str(left))
    return used


def _kept_code(code: str) -> str:
    """50 bits can be guessed by whoever has the database; without the secret key, no guess can be checked."""
    return locks.safe().keyed_digest(code)


def _new_form(pending: Pending, secret: str, wrong: bool) -> str:
    return show_staff(
        "second_factor_new.html",
        picture=factor.picture(secret, pending.credentials.account.name),
        secret=factor.spelled(secret),
        wrong=wrong,
    )


def _from_the_start() -> Response:
    return redirect(sign_in_address(START, ended=True), _SEE_OTHER)
