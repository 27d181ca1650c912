"""The page at `/`: a conversation by plain forms, which the script takes over where it runs."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

from flask import make_response, redirect, request, session, url_for
from werkzeug.wrappers import Response

from webhook import errors
from webhook.conversations import answer, forget, has_left
from webhook.messages import MOST_CHARACTERS, read_message
from webhook.parts import parts
from webhook.refusals import Refusal
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
    language, gone = page_language(), "answered" in request.args and not turns
    lines = [line.as_json() for line in errors.emergency_lines(language)] if gone else []
    return show("page.html", language, turns=turns, gone=gone, lines=lines, most=MOST_CHARACTERS)


@page.post("/")
def ask() -> Response:
    """Answer a form, then lead back to the page, so that reloading it asks nothing again."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Refusal("forbidden")
    language = page_language()
    if "end" in request.form:
        forget(session.pop("sender", ""))
        return redirect(url_for("page.show", lang=language), _SEE_OTHER)
    # Browsers count a line's end as one sign and send two.
    text = request.form.get("message", "").replace("\r\n", "\n")
    if len(text) > MOST_CHARACTERS:
        raise Refusal("bad_length", "message")
    is_new = "sender" not in session
    sender = session.setdefault("sender", secrets.token_hex(16))
    begun = time.monotonic()
    reply = answer(read_message(sender, text, _CHANNEL, language))
    if not has_left(sender, begun):
        parts().turns.add(sender, reply.as_json())
    if is_new:
        # Where cookies do not come back, as in most frames, the next page would know nothing of the answer.
        return make_response(show("page.html", language, turns=[reply.as_json()], gone=False, most=MOST_CHARACTERS))
    return redirect(url_for("page.show", lang=language, answered=1, _anchor="latest"), _SEE_OTHER)
