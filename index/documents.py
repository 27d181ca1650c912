"""Makes the texts that are searched: each service in each language, and the names of institutions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from index.needs.taxonomy import Taxonomy
from index.records import LANGUAGES, Directory, Helpline, Organization, Service, said

Sentence = tuple[str, str]
"""A text and its language."""


@dataclass(frozen=True)
class Document:
    """What is searched of a record: texts to embed, and texts whose words are matched."""

    record: Service | Helpline
    owner: Organization | None
    sentences: tuple[Sentence, ...]
    words: tuple[Sentence, ...]


def documents(directory: Directory, taxonomy: Taxonomy, before: Mapping[str, Document]) -> dict[str, Document]:
    """Of every record, shown or not, by id; `before` has those of an earlier state, kept where nothing changed."""
    found: dict[str, Document] = {}
    for record in _all(directory):
        owner = _owner(directory, record)
        old = before.get(record.id)
        same = old is not None and old.record is record and old.owner is owner
        found[record.id] = old if old is not None and same else _document(record, owner, taxonomy)
    return found


def _document(record: Service | Helpline, owner: Organization | None, taxonomy: Taxonomy) -> Document:
    if isinstance(record, Helpline):
        texts = tuple(_helpline_texts(record))
        return Document(record, owner, texts, texts)
    assert owner is not None
    sentences = ((text, lang) for lang in LANGUAGES for text in _service_texts(owner, record, taxonomy, lang))
    words = ((" ".join(_words_of(owner, record, taxonomy, lang)), lang) for lang in LANGUAGES)
    return Document(record, owner, tuple(sentences), tuple(words))


def _all(directory: Directory) -> Iterator[Service | Helpline]:
    yield from directory.services.values()
    yield from directory.helplines.values()


def hidden(directory: Directory) -> Iterator[Service | Helpline]:
    """Records that residents are not shown."""
    shown = {record.id for record in directory.shown()}
    for record in _all(directory):
        if record.id not in shown:
            yield record


@dataclass(frozen=True)
class Passage:
    """A text to embed, its language, and the ids that it speaks for (a statutory text speaks for sixty)."""

    text: str
    language: str
    targets: tuple[str, ...]


def passages(directory: Directory, taxonomy: Taxonomy) -> list[Passage]:
    """Every passage of shown records once, however many share its text."""
    return _passages(directory, directory.shown(), taxonomy)


def hidden_passages(directory: Directory, taxonomy: Taxonomy) -> list[Passage]:
    """Those of the other records."""
    return _passages(directory, hidden(directory), taxonomy)


def _passages(directory: Directory, records: Iterable[Service | Helpline], taxonomy: Taxonomy) -> list[Passage]:
    targets: dict[Sentence, list[str]] = defaultdict(list)
    for record in records:
        for sentence in _document(record, _owner(directory, record), taxonomy).sentences:
            targets[sentence].append(record.id)
    return [Passage(text, language, tuple(ids)) for (text, language), ids in targets.items()]


def _owner(directory: Directory, record: Service | Helpline) -> Organization | None:
    return directory.organizations[record.organization_id] if isinstance(record, Service) else None


def _service_texts(organization: Organization, service: Service, taxonomy: Taxonomy, language: str) -> Iterable[str]:
    if not service.name.get(language):
        return
    name, description = said(service.name, language).text, said(service.description, language).text
    yield f"{name}. {description} {said(service.who, language).text}".strip()
    if not service.statutory:
        yield f"{said(organization.name, language).text}: {name}"


def _helpline_texts(line: Helpline) -> Iterator[Sentence]:
    for language in LANGUAGES:
        if line.name.get(language):
            description, who = said(line.description, language).text, said(line.who, language).text
            yield f"{line.name[language]}. {description} {who}", language


def _words_of(organization: Organization, service: Service, taxonomy: Taxonomy, language: str) -> Iterable[str]:
    yield from (service.name.get(language, ""), service.description.get(language, ""), service.who.get(language, ""))
    if not service.statutory:
        yield organization.name.get(language, "")
        yield from organization.aliases.get(language, ())
    for need in service.needs:
        if need in taxonomy.needs:
            yield taxonomy.needs[need].name.get(language, "")
    if service.kind in taxonomy.kinds:
        yield taxonomy.kinds[service.kind].name.get(language, "")


def institution_names(directory: Directory, with_hidden: bool = False) -> dict[str, tuple[str, ...]]:
    """Names and aliases of each organization and line that is shown, or of all, in every language."""
    names = {
        organization.id: tuple(
            dict.fromkeys([*organization.name.values(), *(a for group in organization.aliases.values() for a in group)])
        )
        for organization in directory.organizations.values()
        if (with_hidden or organization.status == "active") and organization.legal_status != "municipality"
    }
    # Whoever types a line's number asks about the line.
    lines = directory.helplines.values() if with_hidden else directory.shown_helplines()
    names |= {line.id: (*line.name.values(), line.number or "") for line in lines}
    return names
