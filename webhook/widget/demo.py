"""`/demo`: the panel as it stands on a page of somebody else, and what such a page must hold; `/embed`: for frames."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from webhook.parts import parts
from webhook.widget.frame import Pages, page_language, show
from webhook.widget.script import script

door = Pages("demo", __name__)


@door.get("/demo")
def look() -> str:
    """A page like a municipality's with the panel on it, and the lines to copy."""
    root = (parts().settings.public_url or request.url_root).rstrip("/")
    return show("demo.html", page_language(), root=root, script=script())


@door.get("/embed")
def frame() -> Response:
    """The way in for an iframe: the same page, in the language asked for."""
    return redirect(url_for("page.show", lang=page_language()))
