"""Says how a new service is reached where its file does not: by the usual way of its kind, else directly."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

import index.needs
from index.directory.plain import PlainRecord

_DIRECTLY = "direct"


def completed(content: PlainRecord) -> PlainRecord:
    """A plain record as it is written first; anything but a service without a route is given back."""
    if content.get("route") != "":
        return content
    return {**content, "route": usual_routes().get(content["kind"], _DIRECTLY)}


@cache
def usual_routes() -> Mapping[str, str]:
    """How a resident usually gets a service of each kind."""
    path = Path(str(index.needs.__file__)).with_name("kinds.yml")
    return {kind["id"]: kind["route"] for kind in yaml.safe_load(path.read_text(encoding="utf-8"))}
