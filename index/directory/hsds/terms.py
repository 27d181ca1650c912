"""Taxonomies and their terms as HSDS objects, and the fixed UUIDs by which everything of ours is known outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import yaml

from index.needs.taxonomy import read_taxonomy
from index.records import LANGUAGES, Text, said

Entity = dict[str, Any]
# Every identifier outside is made of this and of our own id. It never changes: others keep what was made with it.
NAMESPACE = UUID("5d0b0c0e-7c55-5a4e-9a5c-3c6b1d8f2e47")
LANGUAGE, FACT = "languages", "facts"
_THEME = "theme-"


def identity(kind: str, *of: str) -> str:
    """The UUID of one of our things: `identity("service", "vmkc.prieglobstis")`."""
    return str(uuid5(NAMESPACE, "/".join((kind, *of))))


@cache
def taxonomies() -> Mapping[str, Entity]:
    """Our taxonomies by code, as HSDS `taxonomy` objects."""
    return {
        code: {"id": identity("taxonomy", code), "name": name["lt"], "description": _in_all_languages(name)}
        for code, name in _words()["taxonomies"].items()
    }


@cache
def terms() -> Mapping[tuple[str, str], Entity]:
    """Our terms by taxonomy and code, as HSDS `taxonomy_term` objects. Themes are the parents of needs."""
    return {(taxonomy, code): _term(taxonomy, code, name, parent) for taxonomy, code, name, parent in _named()}


def term(taxonomy: str, code: str) -> Entity:
    """A term, also one that is in no list."""
    return terms().get((taxonomy, code)) or _term(taxonomy, code, {"lt": code}, None)


@cache
def _codes() -> Mapping[str, tuple[str, str]]:
    return {entity["id"]: key for key, entity in terms().items()}


@cache
def _taxonomy_codes() -> Mapping[str, str]:
    return {entity["id"]: code for code, entity in taxonomies().items()}


def meaning(attribute: Mapping[str, Any]) -> tuple[str, str] | None:
    """Taxonomy and code of an attribute's term; None where it is not one of ours."""
    nested = attribute.get("taxonomy_term") or {}
    taxonomy = _taxonomy_codes().get(str(nested.get("taxonomy_id") or ""))
    if taxonomy and nested.get("code"):
        return taxonomy, str(nested["code"])
    return _codes().get(str(attribute.get("taxonomy_term_id") or nested.get("id") or ""))


def _term(taxonomy: str, code: str, name: Text, parent: str | None) -> Entity:
    found = taxonomies()[taxonomy]
    entity = {
        "id": identity("taxonomy_term", taxonomy, code),
        "code": code,
        "name": said(name, "lt").text,
        "description": _in_all_languages(name),
        "taxonomy": found["name"],
        "taxonomy_id": found["id"],
        "language": "lt",
    }
    return {**entity, "parent_id": identity("taxonomy_term", taxonomy, parent)} if parent else entity


def _named() -> Iterator[tuple[str, str, Text, str | None]]:
    for taxonomy in (LANGUAGE, FACT):
        for code, name in _words()[taxonomy].items():
            yield taxonomy, code, name, None
    known = read_taxonomy()
    for theme, name in known.themes.items():
        yield "needs", _THEME + theme, name, None
    for need in known.needs.values():
        yield "needs", need.id, need.name, _THEME + need.theme
    for taxonomy in ("kinds", "categories", "target_groups"):
        for entry in getattr(known, taxonomy).values():
            yield taxonomy, entry.id, entry.name, None


def _in_all_languages(name: Text) -> str:
    return " / ".join(dict.fromkeys(name[language] for language in LANGUAGES if name.get(language)))


@cache
def _words() -> dict[str, dict[str, Text]]:
    loaded: dict[str, dict[str, Text]] = yaml.safe_load(Path(__file__).with_name("terms.yml").read_text("utf-8"))
    return loaded
