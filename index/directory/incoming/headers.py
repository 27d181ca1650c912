"""Finds out what each column of a table holds: by its header, or by the map that somebody wrote for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from index.directory.incoming.sheets import UnreadableTable
from index.records import LANGUAGES
from nlu.normalisation import fold

IGNORED = "ignore"
# Texts that may stand in several languages, each in a column of its own.
SPOKEN = frozenset(
    {"organization_name", "service_name", "description", "who", "cost", "how_to_get", "hours", "service_hours"}
)
# Of these several columns may stand beside each other ("Telefonas", "Mob. telefonas").
_JOINED = frozenset({"phones", "service_phones", "aliases", "serves", "how_to_get", "target_groups", "needs"})
_LANGUAGE_NAMED = {
    "lt": r"lt|lietuviskai|lietuviu(?: k(?:alba)?)?|po litewsku|litewski|lithuanian",
    "pl": r"pl|lenkiskai|lenku(?: k(?:alba)?)?|po polsku|polski|polish",
    "en": r"en|angliskai|anglu(?: k(?:alba)?)?|po angielsku|angielski|english",
}


@dataclass(frozen=True)
class ColumnMap:
    """What a person wrote about a file: what its columns hold, and what is true of every row."""

    columns: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None


@dataclass(frozen=True)
class Columns:
    """`held` gives for (what, language) the positions of the columns that hold it."""

    headers: tuple[str, ...]
    held: Mapping[tuple[str, str], tuple[int, ...]]
    unknown: tuple[str, ...]

    def header(self, what: str) -> str:
        """What the column is called in the file; what it holds, where no column does."""
        for (held, _), positions in self.held.items():
            if held == what:
                return self.headers[positions[0]]
        return what


def read_map(path: Path) -> ColumnMap:
    """Raises UnreadableTable when the map names something that no column can hold."""
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError:
        raise UnreadableTable(f"{path.name} is no YAML.") from None
    known = content.keys() <= {"columns", "defaults", "language"} if isinstance(content, dict) else False
    if not known:
        raise UnreadableTable(f"{path.name}: only columns, defaults and language may stand in a map.")
    columns = {str(header): str(what) for header, what in (content.get("columns") or {}).items()}
    defaults = {str(what): str(value) for what, value in (content.get("defaults") or {}).items()}
    for what in (*columns.values(), *defaults):
        if what.partition(".")[0] not in _headers():
            raise UnreadableTable(f"{path.name}: a column cannot hold {what}; see docs/importing.md.")
    if content.get("language") not in (None, *LANGUAGES):
        raise UnreadableTable(f"{path.name}: language must be lt, pl or en.")
    return ColumnMap(columns, defaults, content.get("language"))


def columns_of(headers: Sequence[str], mapped: ColumnMap, language: str) -> Columns:
    """What each column holds; those that nothing is known of are named, not dropped."""
    held: dict[tuple[str, str], tuple[int, ...]] = {}
    unknown: list[str] = []
    named = [_meant(header, mapped) for header in headers]
    has_organization = any(what == "organization_name" for what, _ in filter(None, named))
    for position, found in enumerate(named):
        if found is None:
            unknown += [headers[position]] if headers[position] else []
            continue
        what, spoken = found
        if what == "name":
            what = "service_name" if has_organization else "organization_name"
        key = (what, (spoken or language) if what in SPOKEN else "")
        if what == IGNORED:
            continue
        if key in held and what not in _JOINED:
            unknown.append(headers[position])
        else:
            held[key] = (*held.get(key, ()), position)
    return Columns(tuple(headers), held, tuple(unknown))


def recognised(headers: Sequence[str], mapped: ColumnMap) -> int:
    """How many of these cells are known as headers."""
    return sum(_meant(header, mapped) is not None for header in headers)


def _meant(header: str, mapped: ColumnMap) -> tuple[str, str | None] | None:
    """What a column holds, and in which language where its header says so."""
    if header in mapped.columns:
        what, _, language = mapped.columns[header].partition(".")
        return what, language or None
    plain = _plain(header)
    if plain in _synonyms():
        return _synonyms()[plain], None
    for language, names in _LANGUAGE_NAMED.items():
        match = re.fullmatch(rf"(.+?) (?:{names})", plain)
        if match and match[1] in _synonyms():
            return _synonyms()[match[1]], language
    outside = _plain(re.sub(r"\([^)]*\)", " ", header))
    return (_synonyms()[outside], None) if outside in _synonyms() else None


def _plain(header: str) -> str:
    return re.sub(r"[\W_]+", " ", fold(header)).strip()


@cache
def _headers() -> Mapping[str, list[str]]:
    loaded: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("headers.yml").read_text(encoding="utf-8"))
    return loaded


@cache
def _synonyms() -> Mapping[str, str]:
    return {_plain(str(name)): what for what, names in _headers().items() for name in names}
