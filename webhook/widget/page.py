"""The page at `/`: a conversation by plain forms, which the script takes over where it runs."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from index.records import LANGUAGES, Language
from webhook import errors
from webhook.languages import browser_language, caller_language, known_language
from webhook.messages import MOST_CHARACTERS, read_message
from webhook.parts import parts
from webhook.refusals import Refusal
from webhook.widget import rendering
from webhook.widget.texts import texts, texts_for_script

_STATIC = Path(__file__).with_name("static")
_CHANNEL = "web"
_SEE_OTHER = 303
_DAY = 86400


class _Page(Blueprint):
    def get_send_file_max_age(self, filename: str | None) -> int:  # Flask's signature
        """Addresses of these files change with their content."""
        return _DAY


page = _Page("page", __name__, static_folder="static", static_url_path="/assets", template_folder="templates")


@page.get("/")
def show() -> str:
    """The conversation so far."""
    language = known_language(request.args.get("lang")) or browser_language()
    turns = parts().turns.of(session.get("sender", ""))
    gone = "answered" in request.args and not turns
    return render_template("widget/page.html", **_words(language), turns=turns, gone=gone, most=MOST_CHARACTERS)


@page.post("/")
def ask() -> BaseResponse:
    """Answer a form, then lead back to the page, so that reloading it asks nothing again."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Refusal("forbidden")
    language = known_language(request.form.get("lang")) or browser_language()
    if "end" in request.form:
        _end()
        return redirect(url_for("page.show", lang=language), _SEE_OTHER)
    text = request.form.get("message", "")
    if len(text) > MOST_CHARACTERS:
        raise Refusal("bad_length", "message")
    sender = session.setdefault("sender", secrets.token_hex(16))
    reply = parts().assistant().reply(read_message(sender, text, _CHANNEL, language))
    parts().turns.add(sender, reply.as_json())
    return redirect(url_for("page.show", lang=language, answered=1, _anchor="latest"), _SEE_OTHER)


@page.get("/assets/texts.json")
def words() -> Response:
    """The page's words for its script."""
    response = jsonify(texts_for_script())
    response.cache_control.public = True
    response.cache_control.max_age = _DAY
    return response


@page.errorhandler(Exception)
def apologise(fault: Exception) -> BaseResponse:
    """A page that says what went wrong, with help lines where that may matter."""
    refusal = errors.refusal_of(fault)
    errors.log_fault(fault, refusal.code)
    language = caller_language()
    if request.endpoint != "page.show" and request.endpoint != "page.ask":
        return errors.dress(errors.as_response(refusal, language), fault)
    lines = errors.emergency_lines(language) if errors.needs_help(refusal.code) else []
    text = errors.sentence(refusal.code, language)
    body = render_template("widget/fault.html", **_words(language), text=text, lines=[line.as_json() for line in lines])
    return errors.dress(make_response(body, errors.STATUS[refusal.code]), fault)


def _end() -> None:
    sender = session.pop("sender", None)
    if sender:
        parts().turns.forget(sender)
        parts().assistant().end(sender)


def _words(language: Language) -> dict[str, Any]:
    """What every page needs."""
    return {
        "language": language,
        "languages": LANGUAGES,
        "t": texts(language),
        "texts": texts,
        "show": rendering,
        "version": _version(),
        "emergency": next(iter(errors.emergency_lines(language)), None),
    }


@cache
def _version() -> str:
    """Changes with the files that browsers keep."""
    content = b"".join(path.read_bytes() for path in sorted(_STATIC.iterdir()))
    words = (Path(__file__).with_name("texts.yml")).read_bytes()
    return hashlib.sha256(content + words).hexdigest()[:12]
