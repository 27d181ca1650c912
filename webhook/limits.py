"""How often one conversation and one address may call, counted in memory."""

from __future__ import annotations

import hashlib

from flask import Flask, request, session
from flask_limiter import Limiter

from webhook.bodies import peek_body
from webhook.proxies import caller_key, is_this_machine
from webhook.settings import Settings

_CHAT = frozenset({"chat.send", "page.ask", "rest.send"})
_SEARCH = frozenset({"search.find", "needs.show"})
# Staff search as they type, a whole office of them behind one address.
_LOOKUP = frozenset({"lookup.change"})
# A platform sends everybody's messages from a few addresses; its people are counted one by one, once it is verified.
_PLATFORMS = frozenset({"channels.receive", "channels.greet"})
_OF_A_PLATFORM = "6000/minute"
_REPORTS = frozenset({"reports.report", "reports.rate", "sheets.tell"})
# Those of the chat that say something; whoever erases a conversation is never told to wait for it.
_SAYING = frozenset({"chat.send", "page.ask", "rest.send"})
_LEAVING = frozenset({"exit.leave", "chat.end"})
_IN_MEMORY = "memory://"


def limit_calls(app: Flask, settings: Settings) -> None:
    """Refuse callers that ask too often; each route is counted by itself.

    Senders are counted first: what one of them asks too much does not use up what an office behind one address has.
    """

    def allowed() -> str:
        if is_this_machine():
            return settings.loopback_limit
        if request.endpoint in _CHAT:
            return settings.chat_limit
        if request.endpoint in _SEARCH:
            return settings.search_limit
        if request.endpoint in _LOOKUP:
            return settings.staff_limit
        if request.endpoint in _PLATFORMS:
            return _OF_A_PLATFORM
        return settings.report_limit if request.endpoint in _REPORTS else settings.other_limit

    by_sender = Limiter(sender_key, app=app, default_limits=[settings.sender_limit], storage_uri=_IN_MEMORY)
    by_sender.request_filter(lambda: is_this_machine() or not sender_key())
    by_address = Limiter(caller_key, app=app, default_limits=[allowed], storage_uri=_IN_MEMORY)
    by_address.request_filter(_must_not_wait)


def _must_not_wait() -> bool:
    """Whoever leaves or erases, and a browser's own question whether it may ask, without which it hears no refusal."""
    erasing = request.endpoint == "page.ask" and "end" in request.form
    return erasing or request.endpoint in _LEAVING or request.method == "OPTIONS"


def sender_key() -> str:
    """Who says something, hashed, so that nobody's conversation can be read from the counters; empty for all else."""
    if request.endpoint not in _SAYING or (request.endpoint == "page.ask" and "end" in request.form):
        return ""
    body = peek_body()
    sender = body.get("sender") if isinstance(body, dict) else session.get("sender")
    if not isinstance(sender, str) or not sender:
        return ""
    return hashlib.blake2b(sender.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
