"""What all pages of the console share: who may open them, the language, the navigation, and faults as pages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from flask import Blueprint, Flask, Response, current_app, jsonify, make_response, render_template, request, session
from flask.blueprints import BlueprintSetupState
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from index.records import LANGUAGES, Language
from webhook import errors
from webhook.console.places import START, current_place, page_address, sign_in_address
from webhook.console.presence import guard_presence, session_has_ended, signed_in
from webhook.console.texts import FOLDER as TEXTS
from webhook.console.texts import texts
from webhook.languages import browser_language, known_language
from webhook.parts import parts
from webhook.refusals import Refusal
from webhook.staff import Account, Role
from webhook.staff import may_edit as may_edit  # every page of the console asks it here

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_BAR = "staff_bar"
_EVERYBODY = "everybody"
_SEE_OTHER, _BAD_REQUEST, _SIGNED_OUT = 303, 400, 401
_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)
# What is never written into a page again.
_SECRETS = frozenset({"password", "new_password", "code"})
_TOKEN = "csrf_token"
# Address, key of the words, and from which role on.
_NAVIGATION: tuple[tuple[str, str, Role], ...] = (
    ("/staff/", "frame_search", "viewer"),
    ("/staff/queue", "frame_queue", "viewer"),
    ("/staff/use", "frame_use", "viewer"),
    ("/staff/accounts", "frame_accounts", "admin"),
    ("/staff/audit", "frame_audit", "admin"),
)
View = TypeVar("View", bound=Callable[..., Any])


class StaffPages(Blueprint):
    """Routes under /staff: only for people who signed in, every POST with a token; faults are told as pages."""

    def __init__(self, name: str, import_name: str, url_prefix: str = "/staff", **more: Any) -> None:
        super().__init__(name, import_name, url_prefix=url_prefix, template_folder=str(_HERE / "templates"), **more)
        self.record_once(_prepare)
        self.before_request(_admit)
        self.after_request(_shut_frames)
        self.register_error_handler(Exception, tell_fault)


def needs(role: Role) -> Callable[[View], View]:
    """Raise a view's bar above that of a viewer."""

    def raise_bar(view: View) -> View:
        setattr(view, _BAR, role)
        return view

    return raise_bar


def open_to_everybody(view: View) -> View:
    """Except a view from signing in. Its POST needs a token all the same."""
    setattr(view, _BAR, _EVERYBODY)
    return view


def bar_of(view: Callable[..., Any]) -> str:
    """`everybody`, or the least role that may open the view."""
    return str(getattr(view, _BAR, "viewer"))


def staff_account() -> Account:
    """Who is signed in. Raises Refusal in views that are open to everybody, when nobody is."""
    account = signed_in()
    if account is None:
        raise Refusal("forbidden")
    return account


def staff_language() -> Language:
    """The account's language, else the one chosen on this page, else the browser's."""
    try:
        account = signed_in()
    except Refusal:  # no storage; what is told about it needs a language too
        account = None
    chosen = account.language if account else known_language(session.get("staff_language"))
    return chosen or browser_language()


def show_staff(template: str, **content: Any) -> str:
    """A page in the console's frame; templates know `t` (the words), `account`, `language` and what is given."""
    return render_template(f"staff/{template}", **_frame(), **content)


def words() -> dict[str, Any]:
    """The console's texts in the language of who looks."""
    return texts(staff_language())


def tell_fault(fault: Exception) -> Response:
    """A page that says what went wrong; JSON for scripts. A form that came too late can be sent again."""
    if isinstance(fault, CSRFError):
        return _offer_again(_BAD_REQUEST)
    refusal = errors.refusal_of(fault)
    errors.log_fault(fault, refusal.code)
    own = words().get(f"frame_fault_{refusal.code}")
    text = own or errors.sentence(refusal.code, staff_language())
    status = errors.STATUS[refusal.code]
    if wants_json():
        return errors.dress(_as_json(refusal.code, text, status), fault)
    return errors.dress(make_response(show_staff("fault.html", text=text), status), fault)


def wants_json() -> bool:
    """Whether a script asks, and not a person's browser for a page."""
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


@cache
def version() -> str:
    """Changes with the files that browsers keep."""
    files = sorted(path for folder in (STATIC, TEXTS) for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def _prepare(state: BlueprintSetupState) -> None:
    """Make the application ready for sign-in and tokens, once for all blueprints of the console."""
    if "csrf" in state.app.extensions:
        return
    # Only our own guard asks for tokens: the chat and the API have none. They live as long as the session, and the
    # referrer that the extension wants to see over https is one that our pages do not send.
    state.app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    CSRFProtect().init_app(state.app)
    guard_presence(cast(Flask, state.app))


def _admit() -> AnyResponse | None:
    if _came_without_cookies():
        address = request.full_path if request.method == "GET" else START
        return make_response(render_template("staff/arrive.html", language=browser_language(), address=address))
    bar = bar_of(current_app.view_functions[request.endpoint or ""])
    if bar != _EVERYBODY:
        account = signed_in()
        if account is None:
            return _ask_to_sign_in()
        if not account.is_at_least(bar):  # type: ignore[arg-type]  # what `needs` was given
            raise Refusal("forbidden")
    current_app.extensions["csrf"].protect()
    return None


def _came_without_cookies() -> bool:
    """Whether a link on another site, in an e-mail say, led here, or another site's form.

    SameSite=Strict cookies are not sent then, and a page that sets one of its own would sign the person out. A page
    that leads on to itself gets them; what a form said is dropped.
    """
    from_afar = request.headers.get("Sec-Fetch-Site") == "cross-site"
    return from_afar and current_app.config["SESSION_COOKIE_NAME"] not in request.cookies


def _ask_to_sign_in() -> AnyResponse:
    ended = session_has_ended()
    if wants_json():
        return _as_json("signed_out", words()["frame_fault_signed_out"], _SIGNED_OUT)
    if request.method != "GET":
        return _offer_again(_SIGNED_OUT)
    return redirect(sign_in_address(current_place(), ended), _SEE_OTHER)


def _offer_again(status: int) -> Response:
    """What was typed is kept in the page, to be sent once more with a token of today."""
    if wants_json():
        return _as_json("signed_out", words()["frame_fault_signed_out"], status)
    kept = [(name, value) for name, value in request.form.items(multi=True) if name != _TOKEN]
    # Another site's form must not be sent again by a person who does not know what it says.
    is_ours = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    if not is_ours or request.files or request.form.keys() & _SECRETS:
        kept = []
    away = sign_in_address("/staff/", ended=True) if status == _SIGNED_OUT else None
    return make_response(show_staff("again.html", kept=kept, away=away), status)


def _as_json(code: str, message: str, status: int) -> Response:
    response = jsonify({"error": {"code": code, "message": message}})
    response.status_code = status
    return response


def _shut_frames(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    return response


def _frame() -> dict[str, Any]:
    language = staff_language()
    try:
        account = signed_in()
    except Refusal:
        account = None
    return {
        "language": language,
        "languages": LANGUAGES,
        "t": texts(language),
        "account": account,
        "version": version(),
        "settings": parts().settings,
        "navigation": [
            (address, texts(language)[key])
            for address, key, role in _NAVIGATION
            if account and account.is_at_least(role)
        ],
        "here": request.path,
        "place": page_address(),
    }
