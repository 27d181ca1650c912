"""A page as numbered lines, and what was found on them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from nlu.normalisation import fold


@dataclass(frozen=True)
class Line:
    """`number` counts from 1, as an editor does. `folded` is as long as `text`."""

    number: int
    text: str
    folded: str


@dataclass(frozen=True)
class Found:
    """A value with the line that it stands on. `personal`: it may be a single employee's, so a person must look."""

    value: str
    line: int
    personal: bool = False


def lines_of(text: str) -> tuple[Line, ...]:
    """Every line that says something."""
    numbered = enumerate(text.replace("\u00a0", " ").split("\n"), 1)
    tidy = ((number, line.strip()) for number, line in numbered)
    return tuple(Line(number, line, fold(line)) for number, line in tidy if line)


@cache
def word_pattern(key: str) -> re.Pattern[str]:
    """Matches any of a key's words as whole words of folded text."""
    words = sorted(_words()[key], key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)")


@cache
def stem_pattern(key: str) -> re.Pattern[str]:
    """Matches the beginning of any of a key's words."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(_words()[key])})")


def behind_label(line: Line, key: str) -> str | None:
    """What stands behind a label of this key and its colon, or None."""
    match = re.search(rf"(?<!\w)(?:{'|'.join(_words()[key])})\s*:\s*", line.folded)
    return line.text[match.end() :].strip() if match else None


def continued(lines: tuple[Line, ...], at: int, text: str) -> str:
    """The text with the lines that a comma at its end leads on to."""
    parts = [text] if text else []
    while at + 1 < len(lines) and (not parts or parts[-1].endswith(",")) and len(parts) < 6:
        at += 1
        parts.append(lines[at].text)
    return " ".join(parts).strip(" ,")


def unique(found: Iterable[Found]) -> Iterator[Found]:
    """The first of each value."""
    seen: set[str] = set()
    for one in found:
        if one.value.casefold() not in seen:
            seen.add(one.value.casefold())
            yield one


@cache
def _words() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("words.yml").read_text(encoding="utf-8"))
    return loaded
