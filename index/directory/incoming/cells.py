"""Reads single cells: web and mail addresses, places, languages, terms, dates, yes and no."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from functools import cache

from babel import Locale

from index.directory.incoming.employees import is_personal_mail
from index.directory.incoming.words import words
from index.needs.taxonomy import Term, read_taxonomy
from index.records import COUNTRY, LANGUAGES
from nlu.normalisation import fold
from nlu.places import Gazetteer

_SPREADSHEET_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#####"})
_LANGUAGES_SPOKEN = ("lt", "pl", "en", "ru", "uk", "be", "de", "fr", "lv")
_PARTS, _LINES = re.compile(r"[;\n|]"), re.compile(r"[\n|]")
_LONGEST_SLUG, _HASHED = 60, 8


def is_error(cell: str) -> bool:
    """Whether a spreadsheet could not compute the cell."""
    return cell in _SPREADSHEET_ERRORS


def slug(text: str) -> str:
    """The text as part of an id: the same text always gives the same; empty when nothing of it can stand there."""
    plain = re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")
    if len(plain) <= _LONGEST_SLUG:
        return plain
    # What is cut off still tells two long names apart.
    return f"{plain[:_LONGEST_SLUG].rstrip('-')}-{hashlib.sha256(plain.encode()).hexdigest()[:_HASHED]}"


def parts(cell: str, between: re.Pattern[str] = _PARTS) -> list[str]:
    """The pieces of a cell that holds several values."""
    return [piece.strip(" -–•·,") for piece in between.split(cell) if piece.strip(" -–•·,")]


def steps(cell: str) -> list[str]:
    """The steps of a cell, a line each: a semicolon may stand inside one."""
    return parts(cell, _LINES)


def read_emails(cell: str) -> list[str]:
    """Everything that stands where an e-mail address should; what looks like an office's before what looks a person's.

    Words beside an address come last.
    """
    found = re.sub(r"(?i)\b(mailto:|(el\.? ?p(aštas|\.)?|e-?mail):? )", " ", cell)
    pieces = re.split(r"[\s,;|/]+", re.sub(r"\s*@\s*", "@", found))
    bare = [piece.strip(".,;:()<>'\"") for piece in pieces]
    return sorted(filter(None, bare), key=lambda piece: ("@" not in piece, is_personal_mail(piece)))


def read_websites(cell: str) -> list[str]:
    """Web addresses; without a scheme they get http://, which leads on to https:// where there is one.

    Words beside an address come last.
    """
    pieces = [piece.strip(",;()<>'\"") for piece in re.split(r"[\s;|]+|,\s", cell)]
    found = [_with_scheme(piece) for piece in pieces if re.search(r"\w", piece)]
    return sorted(found, key=lambda piece: "://" not in piece)


def _with_scheme(piece: str) -> str:
    bare = re.fullmatch(r"[\w-]+(\.[\w-]+)+([/:?#].*)?", piece)
    return f"http://{piece}" if bare and "://" not in piece else piece


def read_place(cell: str) -> str | None:
    """The official municipality, or the whole country, that a cell means."""
    return COUNTRY if fold(cell) in words("country") else _resolve(cell)


@cache
def _resolve(name: str) -> str | None:
    return Gazetteer.load().resolve(name)


@cache
def place_of_address(address: str) -> str | None:
    """The municipality of an address; None unless it names exactly one."""
    found = {mention.municipality for mention in Gazetteer.load().find(address)} - {COUNTRY}
    if len(found) == 1:
        return found.pop()
    # A street may sound like a town; the place stands at the end.
    return _resolve(address.rsplit(",", 1)[-1].strip()) if "," in address else None


def read_places(cell: str) -> tuple[list[str], list[str]]:
    """Municipalities of a list, and what is none."""
    pieces = [piece.strip() for piece in re.split(r"[;,\n|]", cell) if piece.strip()]
    places = {piece: read_place(piece) for piece in pieces}
    return list(dict.fromkeys(filter(None, places.values()))), [piece for piece in pieces if not places[piece]]


def read_languages(cell: str) -> tuple[list[str], list[str]]:
    """Codes of spoken languages, and words that are none."""
    found: list[str] = []
    unknown: list[str] = []
    for piece in re.split(r"[;,/\n|]|\s(?:ir|i|oraz|and)\s", cell):
        word = fold(piece).replace("kalba", "").replace("po ", "").replace("jezyk ", "").strip(" .()")
        if word:
            code = word if word in _LANGUAGES_SPOKEN else _language_stems().get(word[:4])
            (found if code else unknown).append(code or piece.strip())
    return list(dict.fromkeys(found)), unknown


@cache
def _language_stems() -> Mapping[str, str]:
    """The first letters of a language's name in each of ours; endings differ by case."""
    return {
        fold(Locale.parse(ours).languages[code])[:4]: code for ours in reversed(LANGUAGES) for code in _LANGUAGES_SPOKEN
    }


def read_terms(vocabulary: str, cell: str) -> tuple[list[str], list[str]]:
    """Ids of terms named by id or by their name in any language, and what names none.

    vocabulary: kinds, categories, target_groups or needs.
    """
    known = _terms(vocabulary)
    if fold(cell).strip() in known:
        return [known[fold(cell).strip()]], []
    found: list[str] = []
    unknown: list[str] = []
    for part in parts(cell):
        # A comma may stand inside a name, so it parts only what is no name as a whole.
        pieces = [part] if fold(part) in known else [piece.strip() for piece in part.split(",") if piece.strip()]
        for piece in pieces:
            term = known.get(fold(piece))
            (found if term else unknown).append(term or piece)
    return list(dict.fromkeys(found)), unknown


@cache
def _terms(vocabulary: str) -> Mapping[str, str]:
    terms: Mapping[str, Term] = getattr(read_taxonomy(), vocabulary)
    named = {fold(name): term.id for term in terms.values() for name in term.name.values()}
    return {**named, **{fold(identity): identity for identity in terms}}


def read_answer(cell: str) -> bool | None:
    """Yes or no; None for neither."""
    plain = fold(cell).strip()
    return True if plain in words("yes") else False if plain in words("no") else None


def read_status(cell: str) -> str | None:
    """active, closed or planned; None for anything else."""
    plain = fold(cell).strip()
    known = {"active", "stale", "planned", "closed", "unverified"}
    return (
        plain if plain in known else next((one for one in ("active", "closed", "planned") if plain in words(one)), None)
    )


def read_date(cell: str) -> str:
    """The ISO date, or year and month, of what people write: "2026.01.15", "15.01.2026", "2026 m. sausio 15 d.".

    Anything else as it stands.
    """
    text = re.sub(r"\s*(?<!\w)d\.?$", "", cell.strip()).strip(" .")
    if match := re.fullmatch(r"(\d{4})[./ -](\d{1,2})[./ -](\d{1,2})", text):
        return _iso(cell, match[1], match[2], match[3])
    if match := re.fullmatch(r"(\d{1,2})[./](\d{1,2})[./](\d{4})", text):
        return _iso(cell, match[3], match[2], match[1])
    if match := re.fullmatch(r"(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d.*", text):
        return match[1]
    if match := re.fullmatch(r"(\d{4}) ?m\.?(?: ([^\W\d_]+)(?: mėn\.?)?(?: (\d{1,2}))?)?", text):
        month = _months().get(match[2] or "")
        return cell if match[2] and not month else _iso(cell, match[1], month, match[3])
    return text


def _iso(cell: str, year: str, month: str | None, day: str | None) -> str:
    """The parts as one date, which may end with the year or month; the cell where there is no such day."""
    told = [f"{int(part):02}" for part in (month, day) if part]
    try:
        date(int(year), *map(int, (*told, "1", "1")[:2]))
    except ValueError:
        return cell
    return "-".join((year, *told))


@cache
def _months() -> Mapping[str, str]:
    """Numbers of months by their names, in Lithuanian ("sausis", "sausio")."""
    named = Locale.parse("lt").months
    return {name: str(number) for use in ("format", "stand-alone") for number, name in named[use]["wide"].items()}


def is_nothing(cell: str) -> bool:
    """Whether a cell only says that it holds nothing: "-", "nėra"."""
    return not cell or fold(cell).strip() in words("nothing")
