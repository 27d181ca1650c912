"""Reads the telephones of a cell: old prefixes, several numbers, words beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import phonenumbers

from index.directory.incoming.words import words
from nlu.normalisation import fold

# With the old prefix, in brackets or not, with a tilde after it, or international.
_NUMBER = re.compile(r"\+?\(?\d[\d\s().~\u00a0\u2010-\u2015-]*\d|\d{3,}")
# A sign between words in brackets parts no numbers.
_BETWEEN = re.compile(
    r"[;,\n\r|](?!(?:[^()\d]|(?<!\d)\d{1,3}(?!\d))*\))"
    r"|(?<=\d)\s*/\s*(?=[+(]?\d[\d\s().-]{4,})|(?<=\d)\s*(?=\+\d)"
)
# An ending of another number, or an e-mail address, is no word about this one.
_NO_LABEL = re.compile(r"[\d\s/+()-]+|.*@.*", re.DOTALL)
_LEAST_DIGITS = 3


@dataclass(frozen=True)
class Called:
    """A telephone as records keep it, and the words that stood beside it."""

    number: str
    label: str


@dataclass(frozen=True)
class Telephones:
    """What a cell holds. `faxes` and `rest` are what is no telephone."""

    called: tuple[Called, ...]
    faxes: tuple[str, ...] = ()
    rest: str = ""


def read_telephones(cell: str) -> Telephones:
    """Every number of a cell. One that cannot be dialled is given as it stands, for validation to refuse."""
    called: list[Called] = []
    faxes: list[str] = []
    rest: list[str] = []
    for piece in _pieces(cell):
        match = _NUMBER.search(piece)
        if match is None or len(_digits(match[0])) < _LEAST_DIGITS:
            rest.append(piece.strip())
            continue
        label = _label(f"{piece[: match.start()]} {piece[match.end() :]}")
        if _is_fax(piece):
            faxes.append(match[0].strip())
        elif called and not label and _continues(match[0]):
            rest.append(piece.strip())
        else:
            if _NO_LABEL.fullmatch(label):
                rest.append(label)
                label = ""
            called.append(Called(as_kept(match[0]), label))
    unique = {one.number: one for one in reversed(called)}
    return Telephones(tuple(reversed(unique.values())), tuple(faxes), "; ".join(filter(None, rest)))


def as_kept(text: str) -> str:
    """A number as records keep it, in the international form; short codes and 0 800 numbers as they are dialled."""
    digits = _digits(text)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if len(digits) <= 6 and not digits.startswith(("+", "0")):
        return re.sub(r"\s+", " ", text).strip(" ().-")
    if re.fullmatch(r"[08]800\d{5}", digits):
        return f"0 800 {digits[4:]}"
    for candidate in _readings(digits):
        try:
            parsed = phonenumbers.parse(candidate, "LT")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return re.sub(r"\s+", " ", text).strip()


def _readings(digits: str) -> tuple[str, ...]:
    """Ways in which people write a Lithuanian number: with 8 or 0 before it, or with nothing."""
    if digits.startswith("+"):
        # Some write the old prefix behind the country's code.
        return (digits, re.sub(r"^\+370[08]", "+370", digits))
    if digits.startswith("370") and len(digits) == 11:
        return ("+" + digits,)
    if digits[0] in "80" and len(digits) == 9:
        return ("+370" + digits[1:],)
    return ("+370" + digits,) if len(digits) == 8 else ()


def _pieces(cell: str) -> list[str]:
    joined = cell.replace("\u00a0", " ")
    parted = re.sub(rf"(?<=\d)\)?\s+(?:{'|'.join(words('or'))})\s+(?=[\d+(])", ";", joined)
    return [piece for piece in _BETWEEN.split(parted) if piece.strip()]


def _digits(text: str) -> str:
    return re.sub(r"[^\d+]", "", text)


def _continues(number: str) -> bool:
    """An ending that needs the number before it: only its last figures."""
    return len(_digits(number)) <= 4 and not number.strip().startswith("1")


@cache
def _said(*keys: str) -> re.Pattern[str]:
    named = [word for key in keys for word in words(key)]
    alternatives = "|".join(sorted(map(re.escape, named), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)\.?")


def _is_fax(piece: str) -> bool:
    """Whether a piece names a fax and no telephone."""
    folded = fold(piece)
    named = any(re.search(rf"(?<!\w){word}", folded) for word in words("fax"))
    return named and not _said("telephone").search(folded)


def _label(text: str) -> str:
    """The words beside a number, without those that only say that it is one."""
    folded = fold(text)
    kept = list(text)
    for match in _said("telephone", "fax").finditer(folded):
        kept[match.start() : match.end()] = " " * (match.end() - match.start())
    bare = re.sub(r"\s+", " ", "".join(kept)).strip(" .,:;-–—/")
    # "tel. ir faksas" leaves only what joined the two.
    bare = "" if fold(bare) in words("or") else bare
    inside = re.fullmatch(r"\(([^()]*)\)", bare)
    return (inside[1] if inside else bare).strip(" .,:;-–—/")
