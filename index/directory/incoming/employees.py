"""Tells whether words name a single person: contacts of single employees are not published."""

from __future__ import annotations

import re

_CAPITAL, _SMALL = "A-ZĄČĘĖĮŠŲŪŽŁŚŻŹĆŃÓ", "a-ząčęėįšųūžłśżźćńó"
# How surnames of Lithuania end, Lithuanian and Polish ones.
_ENDS = "ienė|aitė|ytė|utė|ūtė|ius|as|is|ys|us|ė|ski|ska|cki|cka|dzki|dzka|wicz|vič|czyk"
# What has such an ending and is none, where every word of a label is written large.
_NO_SURNAME = "centr|skyri|padalin|fond|nam|biur|tarnyb|psicholog|darbuotoj|direktor|vadov|specialist|koordinator"
_NAMED = re.compile(
    rf"(?<!\w)(?:[{_CAPITAL}][{_SMALL}]+ |[{_CAPITAL}]\. ?)"
    rf"(?!(?i:{_NO_SURNAME}))[{_CAPITAL}][\w-]{{3,}}(?:{_ENDS})(?!\w)"
)
_PERSONAL_MAIL = re.compile(r"[a-z]{3,}[._][a-z]{3,}@", re.IGNORECASE)
_MOBILE = "+370 6"


def names_person(text: str) -> bool:
    """Whether a first name, or its initial, and a surname stand in a text as Lithuanians and Poles write them."""
    return bool(_NAMED.search(text))


def without_person(text: str) -> str:
    """The text without such names."""
    return re.sub(r"\s+", " ", _NAMED.sub(" ", text)).strip(" .,;:()–-")


def is_personal_mail(address: str) -> bool:
    """Whether an address looks like one made of a first name and a surname."""
    return bool(_PERSONAL_MAIL.match(address))


def is_mobile(number: str) -> bool:
    """Whether a number in the international form is a Lithuanian mobile telephone's."""
    return number.startswith(_MOBILE)
