"""What can be edited of a record, how each field looks in a form, and in which order the form asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Shape = Literal[
    "said", "optional_said", "lists", "phones", "contact", "address", "hours", "statement", "alert", "ways", "line",
    "optional_line", "choice", "choices", "flag", "maybe", "order",
]  # fmt: skip


@dataclass(frozen=True)
class Group:
    """Fields that stand together; `id` is also the anchor in the page. Shapes by field."""

    id: str
    fields: Mapping[str, Shape]


# Whoever changes one of these says how they know.
PROVEN = frozenset({
    "phones", "email", "website", "address", "hours", "discretion", "first_contact", "number", "ways",
})  # fmt: skip
# These have no proof of their own: it is the line's as a whole.
PROVEN_AS_WHOLE = frozenset({"number", "ways"})
_REACHED: dict[str, Shape] = {"phones": "phones", "email": "contact", "website": "contact", "address": "address"}
_ASKED: dict[str, Shape] = {"discretion": "statement", "first_contact": "statement"}
_ALERT = Group("alert", {"alert": "alert"})

GROUPS: Mapping[str, tuple[Group, ...]] = {
    "organization": (
        _ALERT,
        Group("contacts", _REACHED),
        Group("hours", {"hours": "hours", "spoken_languages": "choices"}),
        Group("texts", {"name": "said", "aliases": "lists"}),
        Group("about", {
            "status": "choice", "municipality": "choice", "serves": "choices", "parent": "optional_line",
            "legal_status": "line", "legal_code": "optional_line",
        }),
    ),
    "service": (
        _ALERT,
        Group("texts", {
            "name": "said", "description": "said", "who": "said", "cost": "optional_said", "how_to_get": "lists",
            **_ASKED,
        }),
        Group("about", {
            "status": "choice", "kind": "choice", "route": "choice", "night_intake": "flag", "needs": "choices",
            "target_groups": "choices", "categories": "choices",
        }),
        Group("contacts", _REACHED),
        Group("hours", {"hours": "hours", "spoken_languages": "choices"}),
    ),
    "helpline": (
        _ALERT,
        Group("contacts", {"number": "optional_line", "ways": "ways", "email": "contact", "website": "contact"}),
        Group("texts", {"name": "said", "description": "said", "who": "said", **_ASKED}),
        Group("about", {
            "status": "choice", "free": "maybe", "languages_known": "flag", "spoken_languages": "choices",
            "serves": "choices", "needs": "choices", "target_groups": "choices", "crisis_topics": "choices",
            "danger_order": "order",
        }),
    ),
}  # fmt: skip
# What an institution is asked about itself. Its address is left out where it is confidential.
OWN: Mapping[str, tuple[str, ...]] = {
    "organization": ("phones", "email", "website", "address", "hours"),
    "service": ("description", "who", "cost", "phones", "email", "website", "address", "hours"),
    "helpline": ("number", "ways", "email", "website", "description", "who"),
}


def shapes(kind: str) -> Mapping[str, Shape]:
    """The shape of each editable field of a kind of record. An unknown kind is a KeyError."""
    return {field: shape for group in GROUPS[kind] for field, shape in group.fields.items()}


def texts_of(kind: str) -> Iterator[str]:
    """The fields that residents read and that should stand in every language."""
    for field, shape in shapes(kind).items():
        if shape in ("said", "optional_said", "statement", "hours", "alert") or field == "how_to_get":
            yield field
