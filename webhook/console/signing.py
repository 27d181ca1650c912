"""Signing in and out: the password, the language of the pages, and the console's static files."""

from __future__ import annotations

from flask import Response as OwnResponse
from flask import make_response, redirect, request, send_from_directory, session
from werkzeug.wrappers import Response

from webhook import passwords
from webhook.console import locks
from webhook.console.calls import end_call
from webhook.console.frame import STATIC, StaffPages, open_to_everybody, show_staff
from webhook.console.pending import begin_pending
from webhook.console.places import START, is_ours, safe_place
from webhook.console.presence import enter, leave, session_has_ended, signed_in
from webhook.languages import known_language
from webhook.parts import parts
from webhook.refusals import Refusal
from webhook.storage import accounts, audit
from webhook.storage.accounts import Credentials
from webhook.widget.colours import accent_rules

door = StaffPages("signing", __name__)
_SEE_OTHER, _WRONG, _WAIT = 303, 401, 429
_A_YEAR = 31_536_000
_STYLE = "staff.css"


@door.get("/sign-in")
@open_to_everybody
def sign_in() -> Response | str:
    """The form; whoever is signed in already is led on."""
    place = safe_place(request.args.get("next"))
    if signed_in() is not None:
        return redirect(place, _SEE_OTHER)
    return _form(place, ended=session_has_ended() or "ended" in request.args)


@door.post("/sign-in")
@open_to_everybody
def check() -> Response:
    """Look at name and password. What is answered is the same for a name that nobody has."""
    name, place = request.form.get("name", ""), safe_place(request.form.get("next"))
    engine = parts().storage().engine
    attempt = locks.begin_sign_in(name)
    if attempt.wait:
        return make_response(_form(place, name=name, wait=attempt.wait), _WAIT)
    found = accounts.credentials(engine, name)
    password = request.form.get("password", "")
    if not passwords.matches(found.password_hash if found else None, password) or found is None:
        return _refuse(name, place, found, attempt.minutes_left())
    attempt.succeeded()
    if found.password_hash and passwords.is_outdated(found.password_hash):
        accounts.renew_hash(engine, found.account.id, found.password_hash, passwords.hash_password(password))
    return go_on(found, place)


@door.post("/sign-out")
@open_to_everybody
def sign_out() -> Response:
    """End the session, in the database too."""
    account = signed_in()
    if account is not None:
        audit.record(parts().storage().engine, account.name, "sign_out")
    end_call()
    leave()
    return redirect("/staff/sign-in", _SEE_OTHER)


@door.post("/language")
@open_to_everybody
def choose_language() -> Response:
    """For the account, where somebody is signed in; else for this browser."""
    language = known_language(request.form.get("language"))
    if language is None:
        raise Refusal("bad_value", "language")
    account = signed_in()
    if account is not None:
        accounts.choose(parts().storage().engine, account.id, language=language)
    session["staff_language"] = language
    place = request.form.get("next", "")
    return redirect(place if is_ours(place) else START, _SEE_OTHER)


@door.get("/static/<path:name>")
@open_to_everybody
def show_static(name: str) -> Response:
    """Styles and scripts. Their addresses change with their content."""
    age = _A_YEAR if "v" in request.args else 0
    if name != _STYLE:
        return send_from_directory(STATIC, name, max_age=age)
    rules = accent_rules(parts().settings.accent) + (STATIC / _STYLE).read_text(encoding="utf-8")
    response = OwnResponse(rules, content_type="text/css; charset=utf-8")
    response.cache_control.max_age = age
    return response


def go_on(found: Credentials, place: str) -> Response:
    """After the right password: to the second factor where there must be one, else in."""
    if not (found.account.needs_second_factor or found.totp_secret):
        return let_in(found, place)
    begin_pending(found, place)
    return redirect("/staff/second-factor" if found.totp_secret else "/staff/second-factor/new", _SEE_OTHER)


def let_in(found: Credentials, place: str) -> Response:
    """Everything was right."""
    enter(found.account, found.generation)
    audit.record(parts().storage().engine, found.account.name, "sign_in")
    return locks.remember_device(redirect(place, _SEE_OTHER), found.account.name)


def _refuse(name: str, place: str, found: Credentials | None, wait: int) -> Response:
    engine = parts().storage().engine
    # People type passwords where the name belongs: only names that exist are written down.
    known = found.account.name if found else ""
    audit.record(engine, known, "sign_in_failed")
    if wait:
        audit.record(engine, known, "sign_in_locked", detail=f"{wait} min")
    return make_response(_form(place, name=name, wait=wait, wrong=not wait), _WAIT if wait else _WRONG)


def _form(place: str, name: str = "", wait: int = 0, wrong: bool = False, ended: bool = False) -> str:
    settings = parts().settings
    return show_staff(
        "sign_in.html", next=place, name=name, wait=wait, wrong=wrong, ended=ended,
        idle=settings.staff_idle_minutes, hours=settings.staff_session_minutes // 60,
    )  # fmt: skip
