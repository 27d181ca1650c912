"""The words that messaging platforms add to an answer, in every language, from `texts/*.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from index.records import LANGUAGES
from webhook.wordings import read_wordings

FOLDER = Path(__file__).with_name("texts")


@cache
def wordings() -> Mapping[str, Mapping[str, str]]:
    """Every sentence by key and language. Raises ValueError where two files say the same key."""
    return read_wordings(FOLDER)


def sentence(key: str, language: str, **blanks: str | None) -> str:
    """The sentence with its blanks filled; in Lithuanian where it is not said in `language`.

    A line that needs a blank which is None is left out. An unknown key or a missing blank is a KeyError.
    """
    said = wordings()[key]
    lacking = [f"{{{name}}}" for name, value in blanks.items() if value is None]
    lines = said.get(language, said[LANGUAGES[0]]).splitlines()
    return "\n".join(line for line in lines if not any(blank in line for blank in lacking)).format(**blanks)


def key_for(channel: str, key: str) -> str:
    """The key of what this platform says in its own way (`channel_exit_telegram`), else the plain key."""
    own = f"{key}_{channel}"
    return own if own in wordings() else key
