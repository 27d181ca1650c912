"""How often one address may call, counted in memory."""

from __future__ import annotations

from flask import Flask, request
from flask_limiter import Limiter

from webhook.proxies import caller_key, is_this_machine
from webhook.settings import Settings

_CHAT = frozenset({"chat.send", "chat.end", "page.ask"})
_SEARCH = frozenset({"search.find"})
_REPORTS = frozenset({"reports.report", "reports.rate"})


def limit_calls(app: Flask, settings: Settings) -> None:
    """Refuse callers that ask too often; each route is counted by itself."""

    def allowed() -> str:
        if is_this_machine():
            return settings.loopback_limit
        if request.endpoint in _CHAT:
            return settings.chat_limit
        if request.endpoint in _SEARCH:
            return settings.search_limit
        return settings.report_limit if request.endpoint in _REPORTS else settings.other_limit

    Limiter(caller_key, app=app, default_limits=[allowed], storage_uri="memory://", headers_enabled=False)
