"""Pages and streams of HSDS objects, as the standard's API gives them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from flask import Response, jsonify

from index.directory.hsds.terms import Entity
from webhook.hsds.asked import Asked

Item = TypeVar("Item")
_KEPT = "public, max-age=60"


def listed(asked: Asked, found: Sequence[Item], make: Callable[[Item], Entity]) -> Response:
    """One page of what was found, or all of it as JSON lines. `make` is called for what is given out only."""
    if asked.format == "ndjson":
        lines = (json.dumps(make(item), ensure_ascii=False) + "\n" for item in found)
        return _lasting(Response(lines, mimetype="application/x-ndjson"))
    # Ids and dates alone are few bytes: all of them stand on one page unless pages were asked for.
    size = max(len(found), 1) if asked.minimal and asked.per_page is None else asked.size
    pages = max(-(-len(found) // size), 1)
    shown = found[(asked.page - 1) * size : asked.page * size]
    return given(
        {
            "total_items": len(found),
            "total_pages": pages,
            "page_number": asked.page,
            "size": len(shown),
            "first_page": asked.page == 1,
            "last_page": asked.page >= pages,
            "empty": not shown,
            "contents": [make(item) for item in shown],
        }
    )


def given(entity: Entity) -> Response:
    """One object."""
    return _lasting(jsonify(entity))


def flat(entity: Entity) -> Entity:
    """The one-to-one fields of an object, and those of the organization that it belongs to."""
    return dict(_flat(entity))


def _flat(entity: Entity) -> Iterator[tuple[str, Any]]:
    for field, value in entity.items():
        if isinstance(value, dict):
            yield field, flat(value)
        elif not isinstance(value, list):
            yield field, value


def _lasting(response: Response) -> Response:
    """What changes with the directory may be kept for a minute."""
    response.headers["Cache-Control"] = _KEPT
    return response
