"""The words of the pages in three languages, from `texts/*.yml`, for templates and for the script."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel import Locale

from index.records import LANGUAGES
from webhook.wordings import read_wordings

FOLDER = Path(__file__).with_name("texts")
OTHER = Path(__file__).with_name("other_languages.yml")
# Languages that institutions say they speak, and some more.
_SPOKEN = ("lt", "pl", "en", "ru", "uk", "be", "lv", "et", "de", "fr", "es", "it", "tr", "ar", "fa", "ka", "az", "sgn")


@cache
def texts(language: str) -> dict[str, Any]:
    """Every text of the pages in a language; `languages` holds languages' names by code.

    Russian and Ukrainian have what somebody in danger needs; they and all others have the rest in Lithuanian.
    """
    own = _other().get(language, {})
    if language not in LANGUAGES and not own:
        return texts(LANGUAGES[0])
    spoken = LANGUAGES[0] if own else language
    names = Locale.parse(language).languages
    return {
        **{key: said[spoken] for key, said in _content().items()},
        **own,
        "languages": {code: names[code] for code in _SPOKEN if code in names},
    }


@cache
def _other() -> dict[str, dict[str, str]]:
    content: dict[str, dict[str, str]] = yaml.safe_load(OTHER.read_text(encoding="utf-8"))
    return content


@cache
def _content() -> Mapping[str, Mapping[str, Any]]:
    """All files together. Raises ValueError where two say the same key."""
    return read_wordings(FOLDER)
