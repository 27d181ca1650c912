"""Who is signed in: Flask-Login over sessions kept in the database, so that they can be ended from our side."""

from __future__ import annotations

from flask import Flask, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from webhook.parts import now, parts
from webhook.staff import Account
from webhook.storage import sessions

_TOKEN = "_user_id"  # Flask-Login's


class _Visitor(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    def __init__(self, token: str, account: Account) -> None:
        self.token, self.account = token, account

    def get_id(self) -> str:
        """What the cookie holds: the session's token, not the account."""
        return self.token


def guard_presence(app: Flask) -> None:
    """Let Flask-Login find who is signed in."""
    manager = LoginManager()
    # The cookie is signed, HttpOnly and SameSite=Strict; an office's address may change in the middle of a day.
    manager.session_protection = None
    manager.user_loader(_find)
    # Not `init_app`: its after-request function looks at the cookie of every answer, residents' pages included,
    # and each would say `Vary: Cookie`.
    app.login_manager = manager  # type: ignore[attr-defined]


def signed_in() -> Account | None:
    """The account whose session the request belongs to. Raises Refusal where there is no storage."""
    return current_user.account if current_user.is_authenticated else None


def session_has_ended() -> bool:
    """Whether the browser was signed in, and is not any more."""
    return _TOKEN in session and signed_in() is None


def enter(account: Account, generation: int | None = None) -> None:
    """Begin a session; one before it ends, and all that the cookie held is thrown away: it may have been planted.

    generation: the account's when the password was looked at; the session is over where that has changed since.
    """
    engine = parts().storage().engine
    sessions.forget_old(engine, now(), _lifetime())
    leave()
    token = sessions.begin(engine, account.id, now(), generation)
    login_user(_Visitor(token, account))


def leave() -> None:
    """End the session, here and in the database."""
    token = session.get(_TOKEN)
    if token:
        sessions.end(parts().storage().engine, str(token))
    logout_user()
    session.clear()


def _find(token: str) -> _Visitor | None:
    account = sessions.find(parts().storage().engine, token, now(), _lifetime())
    return _Visitor(token, account) if account else None


def _lifetime() -> sessions.Lifetime:
    return sessions.Lifetime(parts().settings.staff_idle_minutes, parts().settings.staff_session_minutes)
