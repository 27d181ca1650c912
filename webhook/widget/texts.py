"""The words of the page in three languages, for its templates and for its script."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel import Locale

from index.records import LANGUAGES

# Languages that institutions say they speak, and some more.
_SPOKEN = ("lt", "pl", "en", "ru", "uk", "be", "lv", "et", "de", "fr", "es", "it", "tr", "ar", "fa", "ka", "az", "sgn")


@cache
def texts(language: str) -> dict[str, Any]:
    """Every text of the page in a language (Lithuanian for others); `languages` holds languages' names by code."""
    if language not in LANGUAGES:
        return texts(LANGUAGES[0])
    content: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("texts.yml").read_text("utf-8"))
    names = Locale.parse(language).languages
    return {
        **{key: said[language] for key, said in content.items()},
        "languages": {code: names[code] for code in _SPOKEN if code in names},
    }


def texts_for_script() -> dict[str, dict[str, Any]]:
    """All languages together: one conversation can hold several."""
    return {language: texts(language) for language in LANGUAGES}
