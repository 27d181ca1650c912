"""`widget.js`: one file with the script, its words, its styles and the help lines for when we cannot be reached."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Response, abort, request, url_for

from bot.presenting import buttons_of
from index.always import lasting
from index.records import LANGUAGES, Language
from webhook.messages import MOST_CHARACTERS
from webhook.parts import parts
from webhook.widget.colours import accent_rules
from webhook.widget.earlier import keep_script, kept_script
from webhook.widget.elements import elements_of
from webhook.widget.frame import Pages, show
from webhook.widget.shown import MEDIA_TYPE
from webhook.widget.texts import texts

door = Pages("script", __name__)
_STATIC = Path(__file__).with_name("static")
# In the order in which they need each other.
_FILES = ("elements", "memory", "sending", "leaving", "cards", "conversation", "panel", "start")
_STYLES = ("chat", "page")
# What the script says itself; everything else comes in answers.
_WORDS = (
    "you", "waiting", "waiting_long", "offline", "unreachable", "retry", "erased", "copied", "not_copied",
    "told_thanks", "open_chat", "exit_more",
)  # fmt: skip
# The quick replies by which a language is asked for.
_ORDERS = {"lt": "lithuanian", "pl": "polish", "en": "english"}
_A_YEAR, _FIVE_MINUTES = 31_536_000, 300
_MARK = 16


@dataclass(frozen=True)
class Script:
    """The finished file. mark: its own hash, in its name. integrity: for the page that embeds it (SRI)."""

    text: str
    mark: str
    integrity: str

    @property
    def name(self) -> str:
        return f"widget.{self.mark}.js"


@door.get("/widget.js")
def current() -> Response:
    """The newest script; pages that embed it need no change when it does."""
    made = script()
    response = _as_file(made.text, "text/javascript", _FIVE_MINUTES)
    response.set_etag(made.mark)
    response.make_conditional(request)
    return response


@door.get("/widget.<mark>.js")
def fixed(mark: str) -> Response:
    """The script of this very hash, for pages that check its integrity; earlier ones too, which they still ask for."""
    text = kept_script(mark) or (script().text if script().mark == mark else None)
    if text is None:
        abort(404)
    return _as_file(text, "text/javascript", _A_YEAR)


@door.get("/widget.json")
def integrity() -> dict[str, str]:
    """Where the script of this moment is, and the hash that a page may check it by."""
    made = script()
    return {"src": url_for("script.fixed", mark=made.mark, _external=True), "integrity": made.integrity}


@door.get("/styles/<name>.css")
def styles(name: str) -> Response:
    """A stylesheet in the colour that the operator has set."""
    if name not in _STYLES:
        abort(404)
    return _as_file(
        _style(name, parts().settings.accent), "text/css", _A_YEAR if "v" in request.args else _FIVE_MINUTES
    )


def script() -> Script:
    """The script with the help lines of this moment's directory."""
    # Without what is true for the moment only, or the hash would change during the day.
    lines = {
        language: [lasting(line).as_json() for line in parts().emergency_lines(language)] for language in LANGUAGES
    }
    return _finished(json.dumps(lines), parts().settings.accent)


@lru_cache(maxsize=4)
def _finished(lines: str, accent: str) -> Script:
    panels = {language: _panel(language, found) for language, found in json.loads(lines).items()}
    content = {"accept": MEDIA_TYPE, "styles": _style("chat", accent), "languages": panels}
    # `</` inside a text could end a script element of a page that puts the file in line.
    filled = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    files = "\n".join((_STATIC / "script" / f"{name}.js").read_text(encoding="utf-8") for name in _FILES)
    text = f'(function () {{\n"use strict";\nconst KELRODIS = {filled};\n{files}\n}})();\n'
    digest = hashlib.sha384(text.encode()).digest()
    made = Script(text, digest.hex()[:_MARK], f"sha384-{base64.b64encode(digest).decode()}")
    keep_script(made.mark, text)
    return made


def _panel(language: Language, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """What the script needs in one language."""
    words = texts(language)
    return {
        "words": {key: words[key] for key in _WORDS},
        "panel": elements_of(show("panel.html", language, most=MOST_CHARACTERS)),
        "order": buttons_of((_ORDERS[language],), (), language)[0].payload,
        "away": elements_of(show("away.html", language, lines=lines)),
    }


def _style(name: str, accent: str) -> str:
    return accent_rules(accent) + (_STATIC / f"{name}.css").read_text(encoding="utf-8")


def _as_file(text: str, mimetype: str, seconds: int) -> Response:
    response = Response(text, mimetype=mimetype)
    response.cache_control.public = True
    response.cache_control.max_age = seconds
    # Pages that embed the script check its integrity, for which the browser must be allowed to read it.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
