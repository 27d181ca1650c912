"""Telephones, e-mail and web addresses, postal addresses, hours and codes that stand in a page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.directory.incoming.employees import is_mobile, is_personal_mail, names_person
from index.directory.incoming.opening import read_opening
from index.directory.incoming.telephones import as_kept, read_telephones
from index.directory.validation import faults_of, phone_fault
from index.drafting.page import Found, Line, behind_label, continued, stem_pattern, unique, word_pattern

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WEBSITE = re.compile(r"(?:https?://|www\.)[^\s<>()\"„“”,;]+")
# A number that is one without anybody saying so: international, or with the old prefix in brackets.
_BARE_NUMBER = re.compile(r"\+370[\d\s()-]{8,14}\d|\(\s?[80][\s-]?\d{1,3}\s?\)\s?\d[\d\s-]{3,9}\d")
_STREET = re.compile(
    r"[A-ZĄČĘĖĮŠŲŪŽ][^\W\d_]*\.?(?: [^\W\d_]+\.?){0,3} (?:g|pr|al|pl|a|skg|kel|krant)\. ?\d+\w?(?:[-–/]\d+\w?)?"
    r"(?:,? ?(?:LT-?)?\d{5})?(?:, ?[A-ZĄČĘĖĮŠŲŪŽ]\w+)*(?:,? ?LT-?\d{5})?"
)
_CODE = re.compile(r"\D{0,4}(\d{9}|\d{7})(?!\d)")


def phones_of(lines: tuple[Line, ...]) -> tuple[Found, ...]:
    """Numbers behind the word for telephone, and those that show themselves."""
    return tuple(unique(_phones(lines)))


def _phones(lines: tuple[Line, ...]) -> Iterator[Found]:
    for at, line in enumerate(lines):
        label = word_pattern("phone_label").search(line.folded)
        numbers = [one.number for one in read_telephones(line.text[label.start() :]).called] if label else []
        numbers += [as_kept(match[0]) for match in _BARE_NUMBER.finditer(line.text)]
        for number in numbers:
            if phone_fault(number) is None and len(re.sub(r"\D", "", number)) > 2:
                yield Found(number, line.number, is_mobile(number) and _is_of_a_person(lines, at))


def emails_of(lines: tuple[Line, ...]) -> tuple[Found, ...]:
    """Addresses; one made of a first name and a surname is somebody's own."""
    found = (
        Found(match[0].rstrip("."), line.number, is_personal_mail(match[0]))
        for line in lines
        for match in _EMAIL.finditer(line.text)
    )
    return tuple(unique(found))


def websites_of(lines: tuple[Line, ...]) -> tuple[Found, ...]:
    found = (
        Found(match[0].rstrip(".:") if "://" in match[0] else f"http://{match[0].rstrip('.:')}", line.number)
        for line in lines
        for match in _WEBSITE.finditer(line.text)
    )
    return tuple(one for one in unique(found) if not faults_of("organization", "website", _contact(one.value)))


def _contact(value: str) -> dict[str, object]:
    return {"value": value, "source": {"url": None, "title": "", "date": None}, "verified": None}


def address_of(lines: tuple[Line, ...]) -> Found | None:
    """What stands behind the word for address, with the lines that a comma leads on to; else a street with a number."""
    for at, line in enumerate(lines):
        told = behind_label(line, "address_label")
        if told is not None:
            address = continued(lines, at, told)
            if re.search(r"\d", address):
                return Found(address[:300], line.number)
    for line in lines:
        match = _STREET.search(line.text)
        if match:
            return Found(match[0].strip(" ,"), line.number)
    return None


def hours_of(lines: tuple[Line, ...]) -> tuple[Found, str | None] | None:
    """Hours as they stand, with the rule where they can be read with certainty."""
    for at, line in enumerate(lines):
        told = behind_label(line, "hours_label")
        text = continued(lines, at, told) if told is not None else line.text
        rule = read_opening(text)
        if text and (rule or (told is not None and re.search(r"\d", text))):
            return Found(text[:300], line.number), rule
    return None


def code_of(lines: tuple[Line, ...]) -> Found | None:
    """The legal entity's code, where the page says that it is one."""
    for line in lines:
        label = word_pattern("code_label").search(line.folded)
        match = _CODE.match(line.text, label.end()) if label else None
        if match:
            return Found(match[1], line.number)
    return None


def _is_of_a_person(lines: tuple[Line, ...], at: int) -> bool:
    """Whether the line, or the one above it, names somebody or a post."""
    near = lines[max(at - 1, 0) : at + 1]
    return any(stem_pattern("person").search(line.folded) or names_person(line.text) for line in near)
