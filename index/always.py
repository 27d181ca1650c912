"""112 and the lines that answer at any hour, in a file of their own for when no directory can be read."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from index.cards import HelplineCard, WayCard
from index.helplines import round_the_clock
from index.hours import VILNIUS
from index.records import LANGUAGES, Directory
from nlu.settings import var_folder

_FILE = "always.json"


def write_always(directory: Directory, folder: Path) -> None:
    """Write the lines into a folder, in each language."""
    now = datetime.now(VILNIUS)
    lines = {
        language: [lasting(card).as_json() for card in round_the_clock(directory, language, now)]
        for language in LANGUAGES
    }
    put_in_place(folder / _FILE, json.dumps(lines, ensure_ascii=False, indent=1))


def read_always(folder: Path | None = None) -> Mapping[str, tuple[HelplineCard, ...]]:
    """The lines by language; () in each where the file is missing or broken."""
    try:
        found = json.loads(((folder or var_folder()) / _FILE).read_text(encoding="utf-8"))
        return {language: tuple(_card(line) for line in found[language]) for language in LANGUAGES}
    except (OSError, ValueError, KeyError, TypeError):  # the last two: an older version wrote other fields
        return dict.fromkeys(LANGUAGES, ())


def lasting(card: HelplineCard) -> HelplineCard:
    """The card without what is true for the moment only; its hours in words stay."""
    return replace(card, ways=tuple(replace(way, open_now=None) for way in card.ways))


def put_in_place(path: Path, text: str) -> None:
    """Write a file beside its place and switch it in with one rename, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _card(content: Mapping[str, Any]) -> HelplineCard:
    ways = tuple(WayCard(**way) for way in content["ways"])
    return HelplineCard(**{**content, "ways": ways, "spoken_languages": tuple(content["spoken_languages"])})
