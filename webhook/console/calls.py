"""The call that a helpline worker is in: what was typed, filters, chosen cards. In memory only, until it ends."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, session

from index.records import Language
from webhook.console.filters import NO_FILTERS, Filters
from webhook.memory import Forgetting
from webhook.parts import parts

_NAME = "kelrodis_calls"
_COOKIE = "call"
# As many results are shown at first, and as many more each time.
FIRST = 20


@dataclass(frozen=True)
class Call:
    """One call. text: what was typed last. basket: ids of services and help lines, in the order in which they came.

    language: the caller's, where it is not the worker's own. most: how many results are shown. outcome: the one that
    was counted last for this text, so that a key pressed twice counts once.
    """

    text: str = ""
    filters: Filters = NO_FILTERS
    basket: tuple[str, ...] = ()
    language: Language | None = None
    most: int = FIRST
    outcome: str = ""


def current_call() -> Call:
    """The call of this browser; an empty one where there is none, or it has been idle too long."""
    token = session.get(_COOKIE)
    return (_calls().get(token) if token else None) or Call()


def change_call(change: Callable[[Call], Call]) -> Call:
    """What the call has become; it is known by a random word in the cookie, so the cookie says nothing of it."""
    token = session.setdefault(_COOKIE, secrets.token_urlsafe(16))
    return _calls().update(token, lambda old: change(old or Call()))


def end_call() -> None:
    """Forget text, filters and basket at once."""
    _calls().forget(session.pop(_COOKIE, ""))


def _calls() -> Forgetting[Call]:
    seconds = parts().settings.conversation_minutes * 60.0
    calls: Forgetting[Call] = current_app.extensions.setdefault(_NAME, Forgetting(seconds))
    return calls
