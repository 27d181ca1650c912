"""Reads a page's text into a draft: name, contacts, purpose, and the services that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from index.directory.completing import usual_routes
from index.directory.incoming.cells import place_of_address
from index.drafting.contacts import address_of, code_of, emails_of, hours_of, phones_of, websites_of
from index.drafting.page import Found, Line, behind_label, lines_of, word_pattern
from index.needs.taxonomy import read_taxonomy
from index.records import COUNTRY, LANGUAGES
from nlu.detection import detect
from nlu.normalisation import fold
from nlu.places import Gazetteer

_LONGEST_NAME, _LONGEST_TEXT, _MOST_FOLLOWING = 90, 1500, 12
_ABBREVIATED = re.compile(r"^(.{5,90}?)\s*\(([A-ZĄČĘĖĮŠŲŪŽ]{2,8})\)")
# Words of a kind's name may stand this far apart in a sentence.
_WITHIN = 60
_WORDS_OF_A_KIND = 3


@dataclass(frozen=True)
class DraftedService:
    """A service that the page names: an official kind where its name is recognised, else only its own words."""

    name: Found
    kind: str | None
    language: str
    description: str = ""

    @property
    def route(self) -> str:
        """The usual one of the kind; empty where nobody knows the kind."""
        return usual_routes()[self.kind] if self.kind else ""


@dataclass(frozen=True)
class Draft:
    """What stands in a page. `language` is the page's; a name may be in another one."""

    language: str
    name: Found | None = None
    name_language: str = "lt"
    alias: Found | None = None
    municipality: Found | None = None
    legal_code: Found | None = None
    address: Found | None = None
    phones: tuple[Found, ...] = ()
    emails: tuple[Found, ...] = ()
    website: Found | None = None
    hours: Found | None = None
    schedule: str | None = None
    descriptions: Mapping[str, Found] = field(default_factory=dict)
    services: tuple[DraftedService, ...] = ()


def draft(text: str, language: str | None = None) -> Draft:
    """A draft of the institution that a page is about; fields of which nothing stands there stay empty."""
    lines = lines_of(text)
    name, alias = _name(lines)
    address, hours = address_of(lines), hours_of(lines)
    spoken = language or _language(" ".join(line.text for line in lines[:40]))
    return Draft(
        language=spoken,
        name=name,
        name_language=_language(name.value, spoken) if name else spoken,
        alias=alias,
        municipality=_municipality(lines, address, name),
        legal_code=code_of(lines),
        address=address,
        phones=phones_of(lines),
        emails=emails_of(lines),
        website=next(iter(websites_of(lines)), None),
        hours=hours[0] if hours else None,
        schedule=hours[1] if hours else None,
        # A page that names no institution tells news, and what it mentions is nobody's in particular.
        descriptions=dict(_descriptions(lines, spoken)) if name else {},
        services=tuple(_services(lines, spoken)) if name else (),
    )


def _language(text: str, otherwise: str = "lt") -> str:
    found = detect(text).language
    return found if found in LANGUAGES else otherwise


def _name(lines: tuple[Line, ...]) -> tuple[Found | None, Found | None]:
    """The institution's name and its abbreviation: labelled, a heading, or what a sentence begins with."""
    for line in lines:
        match = _ABBREVIATED.match(line.text)
        if match and _is_institution(match[1]):
            return Found(match[1].strip(), line.number), Found(match[2], line.number)
    for line in lines:
        told = behind_label(line, "name_label")
        named = _cut_at_code(told) if told else None
        if named and _is_institution(named):
            return Found(named, line.number), None
    for line in lines[:3]:
        if len(line.text) <= _LONGEST_NAME and not line.text.endswith((".", ":")) and _is_institution(line.text):
            return Found(line.text, line.number), None
    return _capitalised(lines), None


def _cut_at_code(text: str) -> str:
    """The name in a line of requisites ends where the code begins."""
    match = word_pattern("code_label").search(fold(text))
    return text[: match.start()].strip(" ,;") if match else text


def _is_institution(text: str) -> bool:
    words = re.findall(r"\w+", fold(text))
    if not 2 <= len(words) <= 12 or len(text) > _LONGEST_NAME:
        return False
    ends = word_pattern("institution_ends").fullmatch(words[-1])
    begins = word_pattern("institution_begins").fullmatch(words[0])
    quoted = bool(re.search(r"[„\"“”]", text)) and bool(word_pattern("legal_forms").match(" ".join(words)))
    return bool(ends or begins or quoted) and text[0].isupper()


def _capitalised(lines: tuple[Line, ...]) -> Found | None:
    """A Polish name is a run of capitalised words: "Centrum Usług Socjalnych Rejonu Wileńskiego"."""
    for line in lines:
        for match in re.finditer(r"[^\W\d_][\w-]*(?: [^\W\d_a-ząćęłńóśźż][\w-]*)+", line.text):
            words = match[0].split()
            if (
                word_pattern("institution_begins").fullmatch(fold(words[0]))
                and words[0][0].isupper()
                and len(words) > 2
            ):
                return Found(match[0], line.number)
    return None


def _municipality(lines: tuple[Line, ...], address: Found | None, name: Found | None) -> Found | None:
    """Of the address, else of the name; None where neither says exactly one."""
    found = place_of_address(address.value) if address else None
    if address and found:
        # An address may stand on several lines; the place is on one of them.
        parts = (line for line in lines if line.number >= address.line and line.text.strip(" ,") in address.value)
        told = next((line.number for line in parts if place_of_address(line.text) == found), address.line)
        return Found(found, told)
    places = {mention.municipality for mention in Gazetteer.load().find(name.value)} - {COUNTRY} if name else set()
    return Found(places.pop(), name.line) if name and len(places) == 1 else None


def _descriptions(lines: tuple[Line, ...], language: str) -> Iterator[tuple[str, Found]]:
    """The first paragraph of each language that tells what the institution is for, or that is called a description."""
    found: dict[str, Found] = {}
    for at, line in enumerate(lines):
        told = behind_label(line, "description_label")
        following = lines[at + 1] if told == "" and at + 1 < len(lines) else None
        if following is None and not (len(line.text) > _LONGEST_NAME and word_pattern("purpose").search(line.folded)):
            continue
        chosen = following or line
        spoken = _language(chosen.text) if len(chosen.text) > _LONGEST_NAME else language
        found.setdefault(spoken, Found(chosen.text[:_LONGEST_TEXT], chosen.number))
    yield from found.items()


def _services(lines: tuple[Line, ...], language: str) -> Iterator[DraftedService]:
    """What lists of services name. A kind is drafted once; an item that is no kind stays as it stands."""
    seen: set[str] = set()
    for line, piece in _named(lines):
        own, description = _parted(piece)
        is_sentence = bool(word_pattern("does").match(fold(own)))
        # In a sentence about the institution the service's name may stand in brackets.
        kinds = dict(_kinds_in(own if _is_item(line) and not is_sentence else piece))
        for kind, spoken in kinds.items():
            if kind not in seen:
                seen.add(kind)
                official = read_taxonomy().kinds[kind].name[spoken]
                # Inside a sentence the name stands in another case.
                named = _is_item(line) and fold(own).split()[:1] == fold(official).split()[:1]
                text = description if len(kinds) == 1 and named else ""
                yield DraftedService(Found(own if named else official, line.number), kind, spoken, text)
        if not kinds and own and len(own) <= _LONGEST_NAME and _is_item(line) and not is_sentence and own not in seen:
            seen.add(own)
            yield DraftedService(Found(own, line.number), None, _language(piece, language), description)


def _parted(piece: str) -> tuple[str, str]:
    """A service's name, and what stands in brackets at its end."""
    text = piece.strip(" .,;")
    depth, start = 0, len(text)
    if text.count("(") > text.count(")"):
        # A bracket that is never closed still begins what explains the name.
        start = text.index("(")
    elif text.endswith(")"):
        for start in range(len(text) - 1, -1, -1):
            depth += {")": 1, "(": -1}.get(text[start], 0)
            if depth == 0:
                break
    name = re.sub(r"\s*\([^()]*\)", "", text[:start])
    inside = text[start:].removeprefix("(")
    # The bracket that opened before the name's explanation closes behind it, and not one inside.
    inside = inside.removesuffix(")") if inside.count(")") > inside.count("(") else inside
    return name.strip(" .,;–-"), inside.strip(" ;,")


def _is_item(line: Line) -> bool:
    return line.text[:1] in "•–-*·" or bool(re.match(r"\d+[.)]\s", line.text))


def _named(lines: tuple[Line, ...]) -> Iterator[tuple[Line, str]]:
    """Pieces that name services: list items after a heading that ends with a colon, and what follows its colon."""
    open_for = 0
    for line in lines:
        is_item = _is_item(line)
        head, colon, rest = line.text.partition(":")
        announces = bool(colon) and bool(word_pattern("services_follow").search(fold(head)[-60:]))
        if announces and not is_item:
            open_for = _MOST_FOLLOWING
            yield from ((line, piece.strip()) for piece in _pieces(rest) if piece.strip())
            if "•" in rest:
                continue
        elif is_item and open_for:
            open_for -= 1
            yield line, re.sub(r"^(?:[•–*·-]|\d+[.)])\s*", "", line.text)
        elif not is_item:
            open_for = 0


def _pieces(text: str) -> list[str]:
    """A list within a sentence, parted by commas outside brackets."""
    return re.split(r"[,;•](?![^(]*\))", text)


def _kinds_in(piece: str) -> Iterator[tuple[str, str]]:
    """Official kinds whose name's first words stand near each other in a piece, in any case form; and the language."""
    folded = fold(piece)
    found: dict[str, tuple[str, frozenset[int]]] = {}
    for kind, language, stems in _kind_stems():
        places = [folded.find(stem) for stem in stems]
        if min(places) >= 0 and max(places) - min(places) <= _WITHIN:
            found.setdefault(kind, (language, frozenset(places)))
    # The name that takes in another one's words is meant; of two that are the same words nobody knows which.
    for kind, (language, places_of) in found.items():
        if not any(other != kind and places_of <= taken for other, (_, taken) in found.items()):
            yield kind, language


@cache
def _kind_stems() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """By kind and language, the beginnings of the words of its name."""
    stems = []
    for kind in read_taxonomy().kinds.values():
        for language, name in kind.name.items():
            words = [word for word in re.findall(r"\w+", fold(re.sub(r"\(.*?\)", "", name))) if len(word) > 3]
            if words:
                stems.append(
                    (kind.id, language, tuple(word[: max(4, len(word) - 3)] for word in words[:_WORDS_OF_A_KIND]))
                )
    return tuple(stems)
