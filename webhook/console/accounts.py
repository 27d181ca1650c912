"""Accounts, for administrators: adding by a link that works once, roles and scopes, switching off, unlocking."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from webhook.console import locks
from webhook.console.frame import StaffPages, needs, show_staff, staff_account
from webhook.parts import now, parts
from webhook.refusals import Refusal
from webhook.staff import ROLES, Account, Role, Scope, known_role
from webhook.storage import accounts, audit
from webhook.storage.accounts import AccountFault, Listed
from webhook.storage.database import Engine
from webhook.storage.times import stamp

door = StaffPages("accounts", __name__)
_SEE_OTHER, _WRONG = 303, 400


@door.get("/accounts")
@needs("admin")
def show_all() -> str:
    """Who has an account, and the form for a new one."""
    return _list(fault=None)


@door.post("/accounts")
@needs("admin")
def add() -> Response:
    """A new account; its link is shown on the next page, this once."""
    try:
        made = accounts.add(_engine(), request.form.get("name", ""), _role(), _scope(), staff_account().name, now())
    except AccountFault as fault:
        return make_response(_list(fault.code), _WRONG)
    return make_response(_link_page(made))


@door.get("/accounts/<int:number>")
@needs("admin")
def show(number: int) -> str:
    """One account, with all that can be changed."""
    return _page(_of(number), fault=None)


@door.post("/accounts/<int:number>")
@needs("admin")
def change(number: int) -> Response:
    """Role, scope, and whether the account is on; whoever uses it is signed out."""
    entry = _of(number)
    try:
        accounts.change(_engine(), number, _role(), _scope(), "active" in request.form, staff_account().name)
    except AccountFault as fault:
        return make_response(_page(entry, fault.code), _WRONG)
    return _told(number, "accounts_changed")


@door.post("/accounts/<int:number>/link")
@needs("admin")
def renew_link(number: int) -> str:
    """A link for a new password; the old password works until it is used."""
    return _link_page(_of(number).account)


@door.post("/accounts/<int:number>/second-factor")
@needs("admin")
def reset_second_factor(number: int) -> Response:
    """For a lost telephone: the next sign-in enrols a new one."""
    accounts.reset_second_factor(_engine(), _of(number).account.id, staff_account().name)
    return _told(number, "accounts_second_factor_reset")


@door.post("/accounts/<int:number>/unlock")
@needs("admin")
def unlock(number: int) -> Response:
    """Forget failed attempts, with the name and with codes."""
    name = _of(number).account.name
    locks.unlock(name)
    audit.record(_engine(), staff_account().name, "account_unlock", name)
    return _told(number, "accounts_unlocked")


def _engine() -> Engine:
    return parts().storage().engine


def _of(number: int) -> Listed:
    for entry in accounts.listed(_engine()):
        if entry.account.id == number:
            return entry
    raise Refusal("not_found")


def _told(number: int, message: str) -> Response:
    flash(message)
    if number == staff_account().id and message != "accounts_unlocked":
        return redirect(url_for("signing.sign_in"), _SEE_OTHER)
    return redirect(url_for("accounts.show", number=number), _SEE_OTHER)


def _role() -> Role:
    role = known_role(request.form.get("role"))
    if role is None:
        raise Refusal("bad_value", "role")
    return role


def _scope() -> Scope:
    """What the form says; places and organizations that nobody has are a mistake. Admins have everything."""
    if _role() == "admin":
        return Scope()
    directory = parts().directory()
    places = tuple(request.form.getlist("municipalities"))
    ids = tuple(dict.fromkeys(request.form.get("organizations", "").split()))
    if set(places) - directory.municipalities.keys():
        raise Refusal("unknown_municipality", "municipalities")
    if set(ids) - directory.organizations.keys():
        raise AccountFault("unknown_organization")
    return Scope(places, ids)


def _link_page(account: Account) -> str:
    hours = parts().settings.staff_link_hours
    token = accounts.make_link(_engine(), account.id, now() + timedelta(hours=hours), staff_account().name)
    base = (parts().settings.public_url or request.url_root).rstrip("/")
    link = base + url_for("enrolling.show_link", token=token)
    return show_staff("account_link.html", entry=account, link=link, hours=hours)


def _list(fault: str | None) -> str:
    entries = accounts.listed(_engine())
    locked = {entry.account.id for entry in entries if locks.minutes_locked(entry.account.name)}
    return show_staff(
        "accounts.html", entries=entries, locked=locked, fault=fault, typed=_typed(), now=stamp(now()), **_choices()
    )


def _page(entry: Listed, fault: str | None) -> str:
    scope = entry.account.scope
    typed = _typed() if fault else {
        "role": entry.account.role,
        "municipalities": scope.municipalities,
        "organizations": "\n".join(scope.organizations),
        "active": entry.account.active,
    }  # fmt: skip
    names = parts().directory().organizations
    return show_staff(
        "account.html", entry=entry, fault=fault, typed=typed, locked=locks.minutes_locked(entry.account.name),
        now=stamp(now()), organizations=[names[one] for one in scope.organizations if one in names], **_choices(),
    )  # fmt: skip


def _typed() -> dict[str, Any]:
    """What the form said, to be shown again where it cannot be kept."""
    form = request.form
    return {
        "name": form.get("name", ""),
        "role": form.get("role", "editor"),
        "municipalities": form.getlist("municipalities"),
        "organizations": form.get("organizations", ""),
        "active": "active" in form,
    }


def _choices() -> dict[str, Any]:
    return {"roles": ROLES, "municipalities": sorted(parts().directory().municipalities)}
