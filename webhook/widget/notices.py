"""What people should know before they write: privacy, accessibility, staying unnoticed, and the emergency message."""

from __future__ import annotations

from webhook.parts import parts
from webhook.refusals import Refusal
from webhook.widget.frame import Pages, page_language, show

door = Pages("notices", __name__)


@door.get("/privacy")
def privacy() -> str:
    """What happens with what a person writes, and who answers for it."""
    return show("privacy.html", page_language())


@door.get("/accessibility")
def accessibility() -> str:
    """The statement that public bodies must publish (Directive (EU) 2016/2102)."""
    return show("accessibility.html", page_language())


@door.get("/safety")
def safety() -> str:
    """What leaving erases, and what stays on the device all the same."""
    return show("safety.html", page_language())


@door.get("/message")
def message() -> str:
    """A text message to the emergency number, written on the device alone.

    Raises Refusal when no emergency line is known that takes text messages.
    """
    language = page_language()
    lines = parts().emergency_lines(language)
    found = next(((line, way) for line in lines for way in line.ways if way.kind == "sms"), None)
    if found is None:
        raise Refusal("search_unavailable")
    line, way = found
    return show("message.html", language, line=line, way=way)
