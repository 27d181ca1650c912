"""Leaving quickly: one address that forgets the conversation and leads to a page that nobody minds."""

from __future__ import annotations

from flask import redirect, session
from werkzeug.wrappers import Response

from webhook.conversations import forget
from webhook.parts import parts
from webhook.widget.frame import Pages

door = Pages("exit", __name__)
_SEE_OTHER = 303


@door.get("/exit")
def leave() -> Response:
    """Erase what this browser's conversation left here, and go. Without JavaScript it is all that is needed."""
    sender = session.pop("sender", None)
    if sender:
        forget(sender)
    return redirect(parts().settings.exit_url, _SEE_OTHER)
