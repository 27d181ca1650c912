"""Proposes what an imported record is: its kind, needs, target groups and categories, from its text alone.

Three witnesses speak for each need: records of the directory whose texts are near, the need classifier that has learned
from people's words, and the need's own name. `make evaluate` says how often they agree with our own records.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from index.columns import NEED_ORDER, Flags, Record, Rows, Shares
from index.directory.database import Engine
from index.directory.filling import fill_terms, proposed_once, unconfirmed
from index.records import LANGUAGES, Service, Text, said
from index.search import ServiceIndex
from index.shelf import Shelf
from nlu.encoder import Encoder, Vectors
from nlu.people import people_meant

# How many near records are asked, and by how much of cosine one must be further than another to count a third of it.
_NEIGHBOURS, _NEARER = 15, 0.05
# Needs that reach this share of the first one's score; at most so many.
_SHARE_OF_FIRST, _MOST_NEEDS = 0.5, 4
# What a need says of its kinds, its people and its categories, what the text says of people, and what is enough.
_NEED_OF_KIND, _NEED_OF_GROUP, _NEED_OF_CATEGORY, _SAID_GROUP, _ENOUGH = 0.3, 0.2, 0.3, 0.3, 0.5
# As many witnesses speak for a need, each with 0..1.
_WITNESSES = 3
_PART = 256
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Described:
    """A record's text in whichever languages it has, and whose it is where that is known."""

    name: Text
    description: Text
    who: Text
    owner: str = ""

    @property
    def language(self) -> str:
        return next((language for language in LANGUAGES if self.name.get(language)), "lt")

    @property
    def short(self) -> str:
        return f"{said(self.name, self.language).text}. {said(self.description, self.language).text}"

    @property
    def whole(self) -> str:
        return f"{self.short} {said(self.who, self.language).text}".strip()


@dataclass(frozen=True)
class Proposed:
    """Ids of the taxonomy, the likeliest first. certainty: 0..1; below 0.5 every third first need is wrong."""

    kind: str
    needs: tuple[str, ...]
    target_groups: tuple[str, ...]
    categories: tuple[str, ...]
    certainty: float


@dataclass(frozen=True)
class _Votes:
    """What near records say: shares 0..1 of each term."""

    needs: Shares
    kinds: Shares
    groups: Shares
    categories: Shares


class Proposer:
    """Reads texts as the records of one shelf teach it. untaught: records whose own terms nobody has confirmed."""

    def __init__(self, shelf: Shelf, encoder: Encoder, untaught: Collection[str] = ()) -> None:
        self._shelf, self._encoder, taxonomy = shelf, encoder, shelf.taxonomy
        self._needs, self._kinds = list(taxonomy.needs), list(taxonomy.kinds)
        self._groups, self._categories = list(taxonomy.target_groups), list(taxonomy.categories)
        records = shelf.columns.records
        self._teaches = _teachers(records, untaught)
        self._by_need = _marked(self._needs, [dict(zip(r.needs, NEED_ORDER, strict=False)) for r in records])
        self._by_kind = _marked(self._kinds, [{r.kind: 1.0} if isinstance(r, Service) else {} for r in records])
        self._by_group = _marked(self._groups, [dict.fromkeys(r.target_groups, 1.0) for r in records])
        self._by_category = _marked(
            self._categories, [dict.fromkeys(r.categories if isinstance(r, Service) else (), 1.0) for r in records]
        )
        self._need_names = self._vectors([f"{n.name['lt']}. {n.sentence['lt']}" for n in taxonomy.needs.values()], "lt")
        self._kind_names = self._vectors([kind.name["lt"] for kind in taxonomy.kinds.values()], "lt")
        labels = {label: at for at, label in enumerate(shelf.build.needs.labels)}
        self._label_of = np.array([labels[need] for need in self._needs], dtype=np.int64)

    def propose(self, texts: Sequence[Described], apart: bool = False) -> list[Proposed]:
        """Of each text. `apart`: nothing is learned from records of the text's own organization, to measure with."""
        if not texts:
            return []
        whole = self._encoder.encode_passages([text.whole for text in texts])
        names = self._encoder.encode_passages([said(text.name, text.language).text for text in texts])
        asked = self._encoder.encode_questions([text.short for text in texts])
        found = []
        for text, passage, name, question in zip(texts, whole, names, asked, strict=True):
            chances = self._shelf.build.needs.probabilities(text.short, question)[self._label_of]
            votes = self._ask_neighbours(passage, text, apart)
            moved = self._shelf.without_language(np.stack([passage, name]), text.language)
            needs = votes.needs + chances + np.maximum(self._need_names @ moved[0], 0.0)
            kinds = votes.kinds + np.maximum(self._kind_names @ moved[1], 0.0)
            found.append(self._decide(text, needs, kinds, votes))
        return found

    def _vectors(self, texts: Sequence[str], language: str) -> Vectors:
        return self._shelf.without_language(self._encoder.encode_passages(texts), language)

    def _ask_neighbours(self, passage: Vectors, text: Described, apart: bool) -> _Votes:
        near = np.where(self._teaches, self._shelf.likeness(passage, text.language), -1.0)
        if apart:
            near[self._shelf.columns.owned_by({text.owner: 1.0}) > 0] = -1.0
        rows: Rows = np.argsort(-near)[:_NEIGHBOURS]
        weights = np.exp((near[rows] - near[rows].max(initial=-1.0)) / _NEARER).astype(np.float32)
        weights /= max(float(weights.sum()), 1e-9)
        tables = (self._by_need, self._by_kind, self._by_group, self._by_category)
        return _Votes(*(weights @ table[rows] for table in tables))

    def _decide(self, text: Described, needs: Shares, kinds: Shares, votes: _Votes) -> Proposed:
        order = np.argsort(-needs)
        enough = _SHARE_OF_FIRST * needs[order[0]]
        chosen = tuple(self._needs[at] for at in order[:_MOST_NEEDS] if needs[at] >= enough)
        first = self._shelf.taxonomy.needs[chosen[0]]
        kinds = kinds + _NEED_OF_KIND * _among(self._kinds, first.kinds)
        groups = votes.groups + _NEED_OF_GROUP * _among(self._groups, first.target_groups)
        groups = groups + _SAID_GROUP * _among(self._groups, people_meant(text.whole))
        categories = votes.categories + _NEED_OF_CATEGORY * _among(self._categories, first.categories[:1])
        return Proposed(
            kind=self._kinds[int(kinds.argmax())], needs=chosen, target_groups=_likely(self._groups, groups),
            categories=_likely(self._categories, categories), certainty=min(1.0, float(needs[order[0]]) / _WITNESSES),
        )  # fmt: skip


def described(service: Service) -> Described:
    return Described(service.name, service.description, service.who, service.organization_id)


def propose_for_all(
    engine: Engine, index: ServiceIndex, actor: str, progress: Progress = lambda done, of: None,
    encoder: Encoder | None = None,
) -> int:  # fmt: skip
    """Gives every service without needs the proposed terms, used at once, and queues them; how many were given.

    encoder: one that remembers, so that the next build need not encode the same texts. Raises nothing of its own.
    """
    index.renew()
    before = proposed_once(engine)
    lacking = [s for s in index.directory.services.values() if not s.needs and s.id not in before]
    proposer = Proposer(index.shelf, encoder or index.encoder, unconfirmed(engine))
    filled = 0
    for start in range(0, len(lacking), _PART):
        part = lacking[start : start + _PART]
        proposed = proposer.propose([described(service) for service in part])
        terms = {
            service.id: _missing(service, terms, index.taxonomy.kinds)
            for service, terms in zip(part, proposed, strict=True)
        }
        filled += fill_terms(engine, terms, actor)
        progress(start + len(part), len(lacking))
    return filled


def _missing(service: Service, proposed: Proposed, kinds: Collection[str]) -> dict[str, Any]:
    """Plain values of the fields that hold nothing yet."""
    found: dict[str, Any] = {} if service.kind in kinds else {"kind": proposed.kind}
    for field in ("needs", "target_groups", "categories"):
        if not getattr(service, field):
            found[field] = list(getattr(proposed, field))
    return found


def _teachers(records: Sequence[Record], untaught: Collection[str]) -> Flags:
    """Records that have needs; of what the law promises in every municipality, one."""
    seen: set[str] = set()
    found = np.zeros(len(records), dtype=bool)
    for row, record in enumerate(records):
        alike = record.id.partition(".")[2] if isinstance(record, Service) and record.statutory else record.id
        found[row] = bool(record.needs) and record.id not in untaught and alike not in seen
        seen.add(alike)
    return found


def _marked(terms: Sequence[str], shares: Sequence[Mapping[str, float]]) -> Shares:
    """Shape (records, terms): what each record says of each term."""
    at = {term: column for column, term in enumerate(terms)}
    result = np.zeros((len(shares), len(terms)), dtype=np.float32)
    for row, own in enumerate(shares):
        for term, share in own.items():
            if term in at:
                result[row, at[term]] = share
    return result


def _among(terms: Sequence[str], wanted: Iterable[str]) -> Shares:
    names = set(wanted)
    return np.array([term in names for term in terms], dtype=np.float32)


def _likely(terms: Sequence[str], scores: Shares) -> tuple[str, ...]:
    """Terms that have enough, the likeliest first; else the likeliest."""
    order = np.argsort(-scores)
    return tuple(terms[at] for at in order if scores[at] >= _ENOUGH) or (terms[int(order[0])],)
