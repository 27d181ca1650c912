"""Names of spoken languages, from Unicode's data."""

from __future__ import annotations

from functools import cache

from babel import Locale


@cache
def language_name(code: str, in_language: str) -> str:
    """`ru` in `lt` is "rusų"; an unknown code is given back."""
    return str(Locale.parse(in_language).languages.get(code, code))
