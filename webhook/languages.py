"""Which language a caller is answered in: the body's, the address line's, the browser's, else Lithuanian."""

from __future__ import annotations

from flask import has_request_context, request
from werkzeug.exceptions import HTTPException

from index.records import LANGUAGES, Language
from webhook.bodies import peek_body

DEFAULT: Language = "lt"


def known_language(text: object) -> Language | None:
    """The text as a language of ours, or None."""
    return next((language for language in LANGUAGES if language == text), None)


def browser_language() -> Language:
    """The best of the browser's languages that we speak, else Lithuanian."""
    return known_language(request.accept_languages.best_match(LANGUAGES)) or DEFAULT


def caller_language() -> Language:
    """For errors and for everything without a language of its own."""
    if not has_request_context():
        return DEFAULT
    body = peek_body()
    said = body.get("language") if isinstance(body, dict) else None
    asked = request.args.get("language") or request.args.get("lang") or _form_language()
    return known_language(said) or known_language(asked) or browser_language()


def _form_language() -> str | None:
    try:
        return request.form.get("lang")
    except HTTPException:  # a form that is too large
        return None
