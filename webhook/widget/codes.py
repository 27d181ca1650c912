"""The address that people know us by, to be read from paper or by a telephone's camera."""

from __future__ import annotations

import segno
from flask import request
from markupsafe import Markup

from webhook.parts import parts


def public_address(path: str = "/") -> str:
    """The whole address of one of our paths, as it works from outside."""
    return (parts().settings.public_url or request.url_root).rstrip("/") + path


def readable(address: str) -> str:
    """The address as a person types it: `kelrodis.lt`."""
    return address.partition("://")[2].rstrip("/")


def qr_code(address: str, label: str) -> Markup:
    """A drawing without inline styles, which the Content-Security-Policy forbids; as large as its place."""
    drawing = segno.make(address, error="m", micro=False).svg_inline(
        omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff"
    )
    named = Markup('<svg role="img" aria-label="{}" ').format(label)
    return named + Markup(drawing.removeprefix("<svg "))  # segno's own drawing, nobody's text
