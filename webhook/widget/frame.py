"""What all pages for residents share: the header with languages and exit, the footer, and faults shown as pages."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from index.records import LANGUAGES, Language
from webhook import errors
from webhook.languages import browser_language, caller_language, known_language
from webhook.parts import parts
from webhook.widget import rendering
from webhook.widget.texts import FOLDER as TEXTS
from webhook.widget.texts import texts

_HERE = Path(__file__).parent


class Pages(Blueprint):
    """Routes of pages; what goes wrong in them is told as a page, with help lines where that may matter."""

    def __init__(self, name: str, import_name: str, **more: Any) -> None:
        super().__init__(name, import_name, template_folder=str(_HERE / "templates"), **more)
        self.register_error_handler(Exception, apologise)


def page_language() -> Language:
    """The language of the address line or form, else of the browser, else Lithuanian."""
    asked = request.form.get("lang") if request.method == "POST" else request.args.get("lang")
    return known_language(asked) or browser_language()


def show(template: str, language: Language, **content: Any) -> str:
    """A page in the frame; templates know `t` (the words of `language`), `texts`, `show` and what is given."""
    return render_template(f"widget/{template}", **_frame(language), **content)


def apologise(fault: Exception) -> Response:
    """A page that says what went wrong."""
    refusal = errors.refusal_of(fault)
    errors.log_fault(fault, refusal.code)
    language = caller_language()
    lines = errors.emergency_lines(language) if errors.needs_help(refusal.code) else []
    text = errors.sentence(refusal.code, language)
    try:
        body = show("fault.html", language, text=text, lines=[line.as_json() for line in lines])
    except Exception as second:  # noqa: BLE001  # the message and its help lines must go out all the same
        errors.log_fault(second, "internal")
        return errors.dress(errors.as_response(refusal, language), fault)
    return errors.dress(make_response(body, errors.STATUS[refusal.code]), fault)


def explain_lost(fault: Exception) -> Response:
    """An address that is none of ours: a page for people, the contract's error for programs."""
    for_people = request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"
    if for_people and not request.path.startswith("/api/"):
        return apologise(fault)
    refusal = errors.refusal_of(fault)
    return errors.dress(errors.as_response(refusal, caller_language()), fault)


def _frame(language: Language) -> dict[str, Any]:
    return {
        "language": language,
        "languages": LANGUAGES,
        "t": texts(language),
        "texts": texts,
        "show": rendering,
        "settings": parts().settings,
        "version": version(),
        # The same page in another language, with whatever else its address says.
        "address": request.path if request.method == "GET" else "/",
        "asked": {key: value for key, value in request.args.items() if key != "lang"},
    }


@cache
def version() -> str:
    """Changes with the files that browsers keep."""
    files = sorted(path for folder in (_HERE / "static", TEXTS) for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
