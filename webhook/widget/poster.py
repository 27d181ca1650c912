"""Paper that passes the address on: a poster with strips to tear off, and small cards that say nothing of help."""

from __future__ import annotations

from index.records import LANGUAGES, Language
from webhook.parts import parts
from webhook.widget.codes import public_address, qr_code, readable
from webhook.widget.frame import Pages, page_language, show
from webhook.widget.texts import texts

door = Pages("poster", __name__)


@door.get("/poster")
def poster() -> str:
    """A4 in three languages, for the wall of an eldership, a clinic or a library."""
    names = {language: _names(language) for language in LANGUAGES}
    return _paper("poster.html", lines=parts().emergency_lines(LANGUAGES[0]), names=names)


@door.get("/poster/card")
def cards() -> str:
    """Ten cards on an A4 sheet, to keep in a purse."""
    return _paper("poster_card.html")


def _names(language: Language) -> dict[str, str]:
    """Of each line, without the Lithuanian name in brackets, which the poster gives first."""
    return {line.id: line.name.partition(" (")[0] for line in parts().emergency_lines(language)}


def _paper(template: str, **content: object) -> str:
    language, address = page_language(), public_address()
    code = qr_code(address, texts(language)["poster_code"])
    return show(template, language, code=code, home=readable(address), **content)
