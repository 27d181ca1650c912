"""Writes a draft as YAML in the starter directory's form, each value followed by the line that it came from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from index.directory.incoming.cells import slug
from index.drafting.page import Found
from index.drafting.reading import Draft, DraftedService

Terms = Callable[[str, str], Mapping[str, Sequence[str]]]
"""What a name and a description propose: ids of needs, target_groups and categories."""


def written(draft: Draft, terms: Terms | None = None) -> str:
    """The draft as YAML; what nothing stood of is empty, so that a person sees what is missing."""
    return "\n".join([*_organization(draft), *_services(draft, terms)]) + "\n"


def _organization(draft: Draft) -> Iterator[str]:
    language = draft.language
    yield f"id: {slug(draft.name.value) if draft.name else ''}"
    yield "status: unverified"
    yield _line("name", _text(draft.name, draft.name_language), draft.name)
    if draft.alias:
        yield _line("aliases", f"{{{draft.name_language}: [{_said(draft.alias.value)}]}}", draft.alias)
    yield _line("legal_code", _said(draft.legal_code.value) if draft.legal_code else "null", draft.legal_code)
    yield _line("municipality", draft.municipality.value if draft.municipality else "", draft.municipality)
    yield "serves: []  # nothing stands in the page"
    if draft.address:
        yield _line("address", f"{{text: {_said(draft.address.value)}, source: 1}}", draft.address)
    yield from _phones(draft.phones)
    yield from _first_of("email", draft.emails)
    yield from _first_of("website", (draft.website,) if draft.website else ())
    if draft.hours:
        rule = _said(draft.schedule) if draft.schedule else "null"
        yield _line("hours", f"{{text: {_text(draft.hours, language)}, schedule: {rule}, source: 1}}", draft.hours)
    yield "spoken_languages: []"
    yield 'sources: [{url: null, title: "", date: null}]'


def _phones(phones: Sequence[Found]) -> Iterator[str]:
    own = [phone for phone in phones if not phone.personal]
    yield "phones:" if own else "phones: []"
    for phone in phones:
        item = f"- {{number: {_said(phone.value)}, source: 1}}"
        yield (
            f"  # review, may be a single employee's: {item}  # line {phone.line}"
            if phone.personal
            else _line(f"  {item}", None, phone)
        )


def _first_of(name: str, found: Sequence[Found]) -> Iterator[str]:
    """The record keeps one value; others, and those of single people, stand beside it as comments."""
    chosen = next((one for one in found if not one.personal), None)
    for one in found:
        line = f"{name}: {{value: {_said(one.value)}, source: 1}}  # line {one.line}"
        if one is chosen:
            yield line
        else:
            yield f"# {'review, may be a single employee' + chr(39) + 's' if one.personal else 'also'}: {line}"


def _services(draft: Draft, terms: Terms | None) -> Iterator[str]:
    yield "services:" if draft.services or draft.descriptions else "services: []"
    if not draft.services and draft.descriptions:
        name = draft.name or next(iter(draft.descriptions.values()))
        only = DraftedService(Found(name.value[:90], name.line), None, draft.name_language)
        yield from _service(only, terms, {k: (v.value, v.line) for k, v in draft.descriptions.items()})
    for service in draft.services:
        told = {service.language: (service.description, service.name.line)} if service.description else {}
        yield from _service(service, terms, told)
    if draft.services:
        for language, found in draft.descriptions.items():
            yield f"# of the institution itself, {language}, line {found.line}: {_said(found.value)}"


def _service(service: DraftedService, terms: Terms | None, told: Mapping[str, tuple[str, int]]) -> Iterator[str]:
    texts = " ".join(text for text, _ in told.values())
    proposed = terms(service.name.value, texts) if terms else {}
    yield f"  - slug: {slug(service.name.value)}"
    yield f"    kind: {service.kind or ''}"
    yield f"    route: {service.route}"
    for field in ("categories", "needs", "target_groups"):
        ids = ", ".join(proposed.get(field, ()))
        yield f"    {field}: [{ids}]" + ("  # proposed from the text" if ids else "")
    yield f"    name: {_text(service.name, service.language)}  # line {service.name.line}"
    if told:
        yield "    description:"
        for language, (text, line) in told.items():
            yield f"      {language}: {_said(text)}  # line {line}"
    else:
        yield "    description: {}"
    yield "    who: {}"


def _line(name: str, value: str | None, found: Found | None) -> str:
    shown = f"{name}: {value}" if value is not None else name
    return f"{shown}  # line {found.line}" if found else f"{shown}  # nothing stands in the page"


def _text(found: Found | None, language: str) -> str:
    return f"{{{language}: {_said(found.value)}}}" if found else "{}"


def _said(value: str) -> str:
    """A string that YAML reads as it is: JSON's are."""
    return json.dumps(value, ensure_ascii=False)
