"""Answers for our own script: the chat's replies as elements that it only has to build."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, jsonify, request

from bot.message import Reply
from webhook.languages import DEFAULT, known_language
from webhook.widget.elements import elements_of
from webhook.widget.frame import show

MEDIA_TYPE = "application/vnd.kelrodis.elements+json"


def wants_elements() -> bool:
    """Whether the caller is our script, which asks for elements by name; everybody else gets the contract's JSON."""
    return request.accept_mimetypes.best == MEDIA_TYPE


def as_elements(reply: Reply) -> Response:
    """`{"language", "level", "elements"}`: the same template as on the page without JavaScript."""
    language = known_language(reply.language) or DEFAULT
    body: dict[str, Any] = {
        "language": reply.language,
        "level": reply.crisis.level,
        "elements": elements_of(show("one_turn.html", language, answer=reply.as_json())),
    }
    response = jsonify(body)
    response.mimetype = MEDIA_TYPE
    return response


def with_lines(refused: Response) -> Response:
    """An error in which the help lines that go with it are elements too."""
    body = refused.get_json()
    if body.get("helplines"):
        language = known_language(refused.headers.get("Content-Language")) or DEFAULT
        body["elements"] = elements_of(show("away.html", language, lines=body["helplines"]))
        refused.set_data(json.dumps(body, ensure_ascii=False))
    return refused
