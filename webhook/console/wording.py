"""Values of records in words, line by line, for history, conflicts and proposals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.directory.editing import WHOLE
from index.directory.proposals import CONFIRMED
from index.records import LANGUAGES, Directory, Language
from webhook.console.choices import name_of
from webhook.console.texts import texts
from webhook.console.timetable import spoken_everywhere

_HIDDEN = frozenset({"source", "verified"})


def field_name(field: str, language: Language) -> str:
    """What a field is called."""
    return str(texts(language)["keeping_fields"].get(field, field))


def is_confidential(value: Any) -> bool:
    """Whether a plain value is an address that nobody is told."""
    return isinstance(value, dict) and bool(value.get("confidential"))


def lines_of(field: str, value: Any, directory: Directory, language: Language) -> tuple[str, ...]:
    """The value as lines to read, a confidential address without its text; one dash where it holds nothing."""
    if field == WHOLE:
        return tuple(_said((value or {}).get("name", {}))) or ("–",)
    if field == CONFIRMED:
        return tuple(field_name(name, language) for name in value or ())
    return tuple(line for line in _lines(field, value, directory, language) if line) or ("–",)


def confirmation_of(value: Any, language: Language) -> str:
    """When, how and by whom a plain value was confirmed; nothing where it was not."""
    proofs = [
        item.get("verified") for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)
    ]
    found = [proof for proof in proofs if proof]
    if not found or len(found) < len(proofs):
        return ""
    oldest = min(found, key=lambda proof: str(proof["on"]))
    words = texts(language)
    return str(words["keeping_confirmed"]).format(
        on=oldest["on"], how=words["keeping_hows"][oldest["how"]], by=oldest["by"]
    )


def _lines(field: str, value: Any, directory: Directory, language: Language) -> Iterator[str]:
    words = texts(language)
    if isinstance(value, bool):
        yield words["keeping_yes"] if value else words["keeping_no"]
    elif isinstance(value, str | int):
        yield name_of(field, str(value), directory, language)
    elif field in ("phones", "ways"):
        for item in value or ():
            yield from _reached(item, language)
    elif isinstance(value, list):
        yield ", ".join(name_of(field, str(item), directory, language) for item in value)
    elif isinstance(value, dict):
        yield from _parts(field, value, directory, language)


def _parts(field: str, value: dict[str, Any], directory: Directory, language: Language) -> Iterator[str]:
    words = texts(language)
    if set(value) <= set(LANGUAGES):
        yield from _said(value)
    elif field == "verified":
        yield confirmation_of({"verified": value}, language)
    else:
        secret = is_confidential(value)
        yield str(value.get("value", ""))
        yield from () if secret else _lines(field, value.get("text"), directory, language)
        yield spoken_everywhere(value.get("schedule")).get(language, "")
        yield words["keeping_confidential"] if secret else ""
        yield f"{words['keeping_until']} {value['until']}" if value.get("until") else ""


def _reached(item: dict[str, Any], language: Language) -> Iterator[str]:
    """A telephone, or a way to reach a line, with what is said of it."""
    number = item.get("number") or f"{texts(language)['keeping_ways'].get(item.get('kind'), '')}: {item.get('value')}"
    said = item.get("label") or item.get("hours_text") or {}
    told = said.get(language) or next(iter(said.values()), "")
    yield f"{number} ({told})" if told else number


def _said(texts_by_language: dict[str, Any]) -> Iterator[str]:
    for language in LANGUAGES:
        text = texts_by_language.get(language)
        if text:
            yield f"{language.upper()}: {' / '.join(text) if isinstance(text, list) else text}"
