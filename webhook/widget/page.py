"""The page at `/`: a conversation by plain forms, which the script takes over where it runs."""

from __future__ import annotations

import secrets
from pathlib import Path

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response

from webhook.messages import MOST_CHARACTERS, read_message
from webhook.parts import parts
from webhook.refusals import Refusal
from webhook.widget.exit import forget
from webhook.widget.frame import Pages, page_language, show

_CHANNEL = "web"
_SEE_OTHER = 303
_DAY = 86400


class _Page(Pages):
    def get_send_file_max_age(self, filename: str | None) -> int:  # Flask's signature
        """Addresses of these files change with their content."""
        return _DAY


page = _Page("page", __name__, static_folder=str(Path(__file__).with_name("static")), static_url_path="/assets")


@page.get("/", endpoint="show")
def converse() -> str:
    """The conversation so far."""
    turns = parts().turns.of(session.get("sender", ""))
    gone = "answered" in request.args and not turns
    return show("page.html", page_language(), turns=turns, gone=gone, most=MOST_CHARACTERS)


@page.post("/")
def ask() -> Response:
    """Answer a form, then lead back to the page, so that reloading it asks nothing again."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Refusal("forbidden")
    language = page_language()
    if "end" in request.form:
        forget(session.pop("sender", ""))
        return redirect(url_for("page.show", lang=language), _SEE_OTHER)
    text = request.form.get("message", "")
    if len(text) > MOST_CHARACTERS:
        raise Refusal("bad_length", "message")
    sender = session.setdefault("sender", secrets.token_hex(16))
    reply = parts().assistant().reply(read_message(sender, text, _CHANNEL, language))
    parts().turns.add(sender, reply.as_json())
    return redirect(url_for("page.show", lang=language, answered=1, _anchor="latest"), _SEE_OTHER)
