"""Takes what names one person out of a message: personal codes, e-mail addresses, telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from phonenumbers import PhoneNumberMatcher

MASK = "…"
_COUNTRY = "LT"
# As many digits as a Lithuanian number has after its prefix: +370 5 …, 8 5 …, 0 5 … and (8 5) … are one number.
_NATIONAL_DIGITS = 8
# Century and sex, year, month, day, and four more digits; people put a blank or a hyphen anywhere.
_CODE = re.compile(r"(?<![\d+])[1-6](?:[ \u00a0./–-]{0,2}\d){10}(?!\d)")
_CODE_DATE = re.compile(r"[1-6]\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{4}")
_YEAR_FIRST = re.compile(r"(?:19|20)\d\d[ \u00a0–-](?:0[1-9]|1[0-2])[ \u00a0–-]\d\d(?!\d)")
# A birth date looks like a number of Marijampolė or Kaunas: 31 12 1985.
_DAY_FIRST = re.compile(r"(?:0?[1-9]|[12]\d|3[01])[ .–-]?(?:0[1-9]|1[0-2])[ .–-]?(?:19|20)\d\d")
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)*\.\w{2,}")
# "tel861234567eur": letters that touch a number hide it from the matcher.
_TOUCHING = re.compile(r"[^\W\d_](?=[\d+])|(?<=\d)[^\W\d_]")


def contact_key(contact: str) -> str:
    """What two spellings of one number or address have in common."""
    if "@" in contact:
        return contact.casefold()
    return "".join(sign for sign in contact if sign.isdecimal())[-_NATIONAL_DIGITS:]


def mask(text: str, published: Callable[[], Collection[str]] = frozenset) -> str:
    """The text with `…` for each personal code, and for each number and address that is not `published`.

    published: gives `contact_key` of what everybody may name; only asked for where something was found.
    Short codes (112, 1815), years, dates, amounts and house numbers are left alone.
    """
    if "@" not in text and not any(map(str.isdecimal, text)):
        return text
    text = _CODE.sub(lambda found: MASK if _is_code(found[0]) else found[0], text)
    found = [*_addresses(text), *_numbers(text)]
    known = published() if found else ()
    for start, end in sorted(found, reverse=True):
        if contact_key(text[start:end]) not in known:
            text = text[:start] + MASK + text[end:]
    return text


def _is_code(written: str) -> bool:
    digits = "".join(sign for sign in written if sign.isdecimal())
    return bool(_CODE_DATE.fullmatch(digits)) and not _YEAR_FIRST.match(written)


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    return (found.span() for found in _EMAIL.finditer(text))


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    # Digits within an address are not looked at twice; every place stays where it is.
    bare = _TOUCHING.sub(" ", _EMAIL.sub(lambda found: " " * len(found[0]), text))
    for found in PhoneNumberMatcher(bare, _COUNTRY):
        if not _DAY_FIRST.fullmatch(found.raw_string):
            yield found.start, found.end
