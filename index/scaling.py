"""A directory of any size made from ours, to measure growth: nothing is encoded, vectors are ours with some noise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice

import numpy as np

from index.building import Build
from index.documents import passages
from index.needs.taxonomy import read_taxonomy
from index.records import Directory, Organization, Service
from index.shelf import Shelf
from index.vectors import VectorIndex, without_language
from nlu.encoder import Encoder, Vectors

# As far from ours as another service of the same kind stands: cosine 0.9 or so.
_NOISE = 0.025
_BLOCK = 50_000


def scaled(directory: Directory, services: int) -> Directory:
    """Copies of our services in Lithuanian alone, as imported ones are, spread over the sixty municipalities."""
    organizations: dict[str, Organization] = {}
    copies: dict[str, Service] = {}
    for organization, service in islice(_copies(directory), services):
        organizations[organization.id] = organization
        copies[service.id] = service
    return replace(directory, organizations={**directory.organizations, **organizations}, services=copies)


def _copies(directory: Directory) -> Iterator[tuple[Organization, Service]]:
    originals = [service for service in directory.shown_services() if not service.statutory]
    places = list(directory.municipalities)
    for number in count(1):
        for service in originals:
            owner = directory.organizations[service.organization_id]
            place = places[number % len(places)]
            name = f"{owner.name['lt']} {number}"
            organization = replace(
                owner, id=f"{owner.id}-{number}", name={"lt": name}, aliases={}, parent=None, municipality=place,
                serves=(place,), phones=tuple(replace(p, number=f"{p.number}{number}") for p in owner.phones),
            )  # fmt: skip
            slug = service.id.split(".", 1)[1]
            yield organization, replace(
                service, id=f"{organization.id}.{slug}", organization_id=organization.id,
                name={"lt": f"{service.name['lt']} {number}"}, description={"lt": service.description["lt"]},
                who={"lt": service.who["lt"]},
            )  # fmt: skip


def scaled_shelf(shelf: Shelf, encoder: Encoder, services: int) -> Shelf:
    """A shelf of that many services, with our learned needs."""
    directory = scaled(shelf.directory, services)
    sentences = sorted({(passage.text, passage.language) for passage in passages(directory, read_taxonomy())})
    ours = _our_vectors(shelf, encoder)
    dice = np.random.default_rng(7)
    vectors = np.empty((len(sentences), ours.shape[1]), dtype=np.float32)
    for start in range(0, len(sentences), _BLOCK):
        block = vectors[start : start + _BLOCK]
        block[:] = ours[dice.integers(len(ours), size=len(block))]
        block += dice.normal(0.0, _NOISE, size=block.shape).astype(np.float32)
        block /= np.linalg.norm(block, axis=1, keepdims=True)
    build = Build(
        name=f"{services} services", rows={sentence: row for row, sentence in enumerate(sentences)},
        vectors=VectorIndex.of(vectors), passage_means=shelf.build.passage_means,
        question_means=shelf.build.question_means, needs=shelf.build.needs, ours=shelf.build.ours,
        others=shelf.build.others,
    )  # fmt: skip
    return Shelf(directory, build, encoder, revision=build.name)


def _our_vectors(shelf: Shelf, encoder: Encoder) -> Vectors:
    found = [passage for passage in passages(shelf.directory, shelf.taxonomy) if passage.language == "lt"]
    return without_language(
        encoder.encode_passages([passage.text for passage in found]), ["lt"] * len(found), shelf.build.passage_means
    )
