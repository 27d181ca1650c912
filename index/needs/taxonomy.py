"""Reads the taxonomy's files: themes, needs with people's words, kinds, categories, target groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from index.records import LANGUAGES, Text, TextList

_HERE = Path(__file__).parent
# Russian and Ukrainian: searched as well, and answered in Lithuanian and English.
OTHER = "other"


@dataclass(frozen=True)
class Need:
    """What a person needs, in their own words.

    number: stands in public addresses, so that they say nothing.
    kinds, target_groups, categories: what answers it, most fitting first.
    phrases: ways to say it, by language; Russian and Ukrainian ones stand under `other`.
    """

    id: str
    number: int
    theme: str
    kinds: tuple[str, ...]
    target_groups: tuple[str, ...]
    categories: tuple[str, ...]
    name: Text
    sentence: Text
    phrases: TextList


@dataclass(frozen=True)
class Term:
    """An entry of a small vocabulary: an official kind, a category, a target group."""

    id: str
    name: Text


@dataclass(frozen=True)
class Taxonomy:
    needs: Mapping[str, Need]
    themes: Mapping[str, Text]
    kinds: Mapping[str, Term]
    categories: Mapping[str, Term]
    target_groups: Mapping[str, Term]
    crisis_needs: Mapping[str, str]
    apart: Mapping[str, frozenset[str]]
    """Target groups that somebody who asks for this one is not helped with."""
    elsewhere: TextList
    """Questions that no social service answers, by language: passports, pizza, the weather."""

    def all_phrases(self) -> Iterator[str]:
        """Everything that people say, of every need."""
        return (text for need in self.needs.values() for texts in need.phrases.values() for text in texts)

    def apart_from(self, groups: frozenset[str]) -> frozenset[str]:
        """Groups that nobody of these belongs to."""
        others = [self.apart.get(group, frozenset()) for group in groups]
        return frozenset().union(*others) - groups


@cache
def read_taxonomy() -> Taxonomy:
    """The whole taxonomy; read once."""
    needs: dict[str, Need] = {}
    themes: dict[str, Text] = {}
    situations, other = _situations(), _load(_HERE / "other_languages.yml")
    for path in sorted((_HERE / "taxonomy").glob("*.yml")):
        content = _load(path)
        themes[content["theme"]["id"]] = content["theme"]["name"]
        for item in content["needs"]:
            more: dict[str, list[str]] = {language: situations[language].get(item["id"], []) for language in LANGUAGES}
            needs[item["id"]] = _need(item, content["theme"]["id"], more, _all(other[item["id"]]))
    return Taxonomy(
        needs=dict(sorted(needs.items(), key=lambda pair: pair[1].number)),
        themes=themes,
        kinds=_terms("kinds"),
        categories=_terms("categories"),
        target_groups=_terms("target_groups"),
        apart={item["id"]: frozenset(item.get("apart", ())) for item in _load(_HERE / "target_groups.yml")},
        crisis_needs=_load(_HERE / "crisis_topics.yml"),
        elsewhere={**_phrases(_load(_HERE / "elsewhere.yml")), OTHER: _all(other["elsewhere"])},
    )


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _situations() -> Mapping[str, Mapping[str, list[str]]]:
    """Scenes of daily life that show a need without naming it, by language and need."""
    return {language: _load(_HERE / "situations" / f"{language}.yml") for language in LANGUAGES}


def _all(by_language: Mapping[str, list[Any]]) -> tuple[str, ...]:
    return tuple(str(phrase) for phrases in by_language.values() for phrase in phrases)


def _phrases(content: Mapping[str, list[Any]]) -> TextList:
    return {language: tuple(str(phrase) for phrase in content[language]) for language in LANGUAGES}


def _need(item: Mapping[str, Any], theme: str, situations: Mapping[str, list[str]], other: tuple[str, ...]) -> Need:
    named = _phrases(item["phrases"])
    shown = {language: tuple(map(str, situations[language])) for language in LANGUAGES}
    return Need(
        id=item["id"],
        number=item["number"],
        theme=theme,
        kinds=tuple(item["kinds"]),
        target_groups=tuple(item["target_groups"]),
        categories=tuple(item["categories"]),
        name=item["name"],
        sentence=item["sentence"],
        phrases={**{language: named[language] + shown[language] for language in LANGUAGES}, OTHER: other},
    )


def _terms(name: str) -> dict[str, Term]:
    return {item["id"]: Term(item["id"], item["name"]) for item in _load(_HERE / f"{name}.yml")}
