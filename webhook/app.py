"""The web application; `create_app` is its only constructor, for production and tests alike."""

from __future__ import annotations

from functools import cache

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from werkzeug.exceptions import MethodNotAllowed, NotFound

from nlu.places import Gazetteer
from webhook.api import register_api
from webhook.connectors.assembly import connect_platforms
from webhook.connectors.door import door as channels
from webhook.connectors.rest import door as rest
from webhook.console.pages import CONSOLE
from webhook.counting import count_into
from webhook.errors import explain_faults
from webhook.headers import protect
from webhook.hsds.api import door as hsds
from webhook.limits import limit_calls
from webhook.memory import Forgetting, Replies, Turns
from webhook.metrics import Metrics, measure
from webhook.parts import Finder, Missing, Parts, Talker, keep
from webhook.proxies import TrustedProxies
from webhook.settings import Settings
from webhook.storage.database import Storage
from webhook.storage.use import UseCounts
from webhook.widget.frame import explain_lost
from webhook.widget.pages import PAGES

_load_gazetteer = cache(Gazetteer.load)
# Seconds for which it is known who has left; no answer is under way for longer.
_LONGEST_ANSWER = 120.0
_NO_STORAGE = Missing("storage_missing")


class _Cookies(SecureCookieSessionInterface):
    """Session cookies that are Secure wherever the page came over https."""

    def get_cookie_secure(self, app: Flask) -> bool:  # Flask's signature
        return request.is_secure


def create_app(
    settings: Settings, assistant: Talker | Missing, index: Finder | Missing, storage: Storage | Missing = _NO_STORAGE
) -> Flask:
    """The application with its parts. readyz names a missing one; what needs it is answered with help lines.

    Without storage nothing is counted and there is no console.
    """
    app = Flask("webhook", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.config.update(
        MAX_CONTENT_LENGTH=settings.body_limit,
        SECRET_KEY=settings.signing_key(),
        SESSION_COOKIE_NAME="kelrodis",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
    )
    app.session_interface = _Cookies()
    metrics = Metrics()
    keep(
        app,
        Parts(
            settings=settings,
            talker=assistant,
            finder=index,
            kept=storage,
            gazetteer=_load_gazetteer,
            replies=Replies(),
            turns=Turns(settings.conversation_minutes),
            departures=Forgetting(_LONGEST_ANSWER),
            metrics=metrics,
        ),
    )
    if not isinstance(storage, Missing):
        count_into(app, UseCounts(storage.engine))
    # After-request functions run from the last to the first: what is measured is what goes out.
    measure(app, metrics)
    protect(app, settings)
    explain_faults(app)
    limit_calls(app, settings)
    register_api(app)
    connect_platforms(app, settings, index, storage, metrics)
    for pages in (channels, rest, hsds, *PAGES, *CONSOLE):
        app.register_blueprint(pages)
    app.register_error_handler(NotFound, explain_lost)
    app.register_error_handler(MethodNotAllowed, explain_lost)
    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    return app
