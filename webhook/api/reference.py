"""`/docs`: the API reference, made on the server from our own openapi.json. Nothing in it comes from elsewhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from flask import request

from webhook.api.openapi import Entity, description, operations
from webhook.errors import STATUS, sentence
from webhook.parts import parts
from webhook.widget.frame import Pages, page_language, show

_HERE = Path(__file__).parent
_WORDS = _HERE / "reference.yml"

door = Pages("reference", __name__, static_folder=str(_HERE / "static"), static_url_path="/docs/assets")
door.template_folder = str(_HERE / "templates")


@door.get("/docs")
def read() -> str:
    """The reference: in English, as integrators read it; header and footer are in the reader's language."""
    whole = description()
    return show(
        "reference.html",
        page_language(),
        whole=whole,
        operations=[
            {**content, "path": path, "method": method, "address": _example_of(path, content)}
            for path, method, content in operations(whole)
        ],
        statuses=STATUS,
        sentence=sentence,
        said=_words(),
        root=(parts().settings.public_url or request.url_root).rstrip("/"),
    )


@cache
def _words() -> Entity:
    """What stands in `reference.yml`."""
    loaded: Entity = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    return loaded


def _example_of(path: str, content: Entity) -> str:
    """The address with examples in the place of its parameters."""
    for parameter in content["parameters"]:
        path = path.replace(f"{{{parameter['name']}}}", parameter.get("example", ""))
    return path
