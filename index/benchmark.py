"""How long encoding, searching and building take, beside other ways, and as the directory grows."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path

from index.building import build_index, examples, index_folder
from index.directory.database import open_database
from index.directory.importing import import_directory
from index.directory.reading import read_directory
from index.directory.starter import read_starter
from index.evaluation.golden import golden_questions
from index.evaluation.peers import Bm25, Embeddings, Peer, service_texts
from index.needs.taxonomy import read_taxonomy
from index.query import Query
from index.scaling import scaled_shelf
from index.search import ServiceIndex
from nlu.encoder import Encoder, Vectors, open_encoder
from nlu.encoder.runtime import torch_encoder
from nlu.settings import PROJECT

SIZES = (171, 10_000, 200_000)
_QUESTIONS, _WARM, _ENCODED = 60, 6, 1000


@dataclass(frozen=True)
class Timing:
    """Milliseconds of single calls: the middle one, and those between which nine in ten lie."""

    what: str
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def slowest(self) -> float:
        """The 95th percentile."""
        return sorted(self.values)[min(len(self.values) - 1, len(self.values) * 19 // 20)]

    def spread(self) -> tuple[float, float]:
        ordered = sorted(self.values)
        return ordered[len(ordered) // 20], ordered[-1 - len(ordered) // 20]


def questions() -> list[str]:
    """Every fifteenth or so of the golden questions: all languages and styles."""
    texts = [question.text for question in golden_questions()]
    return texts[:: max(1, len(texts) // _QUESTIONS)][:_QUESTIONS]


def timed(what: str, call: Callable[[str], object], texts: Sequence[str]) -> Timing:
    """Each text once, after some that are not counted: the first calls read what lies on disk."""
    for text in islice(cycle(texts), _WARM):
        call(text)
    values = []
    for text in texts:
        begin = time.perf_counter()
        call(text)
        values.append((time.perf_counter() - begin) * 1000)
    return Timing(what, tuple(values))


def encoding() -> tuple[Timing, Timing]:
    """One question: as we ship it, and the same model in torch with the same number of threads."""
    texts = questions()
    ours = timed("as shipped (onnxruntime)", open_encoder().encode_question, texts)
    return ours, timed("the same model in torch, fp32", torch_encoder().encode_question, texts)


def searching(sizes: Sequence[int] = SIZES) -> Iterator[tuple[int, Timing]]:
    """Search without the encoding, at each size."""
    encoder = Remembered(open_encoder())
    engine = open_database()
    shelf = ServiceIndex(encoder, engine).shelf
    for size in sizes:
        index = ServiceIndex(encoder, engine, scaled_shelf(shelf, encoder, size))
        texts = questions()
        for text in texts:  # each question is encoded here, and remembered
            index.search(Query(text))
        yield size, timed(f"{size:,} services", lambda text, index=index: index.search(Query(text)), texts)  # type: ignore[misc]


def peers_searching() -> list[Timing]:
    """Ours, then what people would use instead over our own records, all with encoding."""
    index = ServiceIndex(open_encoder(), open_database())
    shelf = index.shelf
    texts = service_texts(shelf.directory, shelf.taxonomy, shelf.columns)
    found = [timed("Kelrodis", lambda text: index.search(Query(text)), questions())]
    for name, comparison in (
        ("BM25 (bm25s)", Bm25(texts.texts)),
        ("the same model in torch, with FAISS", Embeddings(texts.texts, torch_encoder())),
    ):
        found.append(timed(name, Peer(comparison, texts, shelf.columns).rank, questions()))
    return found


def building() -> Iterator[tuple[str, float]]:
    """Seconds: of encoding and of the rest of a build, of a changed record, and of a build after it."""
    encoder = open_encoder()
    known = [text for text, _, _ in examples(read_taxonomy())]
    texts = known[:: 1 + len(known) // _ENCODED]
    begin = time.perf_counter()
    encoder.encode_questions(texts)
    yield f"encoding {len(texts)} examples of {len(known)}", time.perf_counter() - begin
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for remembered in index_folder().glob("vectors-*.npz"):
            shutil.copy(remembered, folder)
        engine = open_database(f"sqlite:///{folder / 'directory.sqlite3'}")
        starter = read_starter()
        import_directory(engine, starter)
        begin = time.perf_counter()
        build_index(read_directory(engine), encoder, folder=folder)
        yield "index from vectors that are remembered (learning the needs)", time.perf_counter() - begin
        index = ServiceIndex(encoder, engine, folder=folder)
        service = next(service for service in starter.services.values() if not service.statutory)
        renamed = replace(service, name={language: f"{text} X" for language, text in service.name.items()})
        begin = time.perf_counter()
        import_directory(engine, replace(starter, services={**starter.services, service.id: renamed}))
        changed = time.perf_counter()
        index.renew()
        yield "a changed record is found (reading the directory anew)", time.perf_counter() - changed
        begin = time.perf_counter()
        build_index(read_directory(engine), encoder, folder=folder)
        yield "index after one record was changed", time.perf_counter() - begin


def imported() -> Iterator[tuple[str, str]]:
    """What a directory of ten thousand imported services takes, in a process of its own; what, and the figure."""
    command = [sys.executable, "-W", "ignore", "-m", "index.evaluation.growth"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        found = json.loads(line)
        yield found["what"], f"{found['value']:.1f} {found['unit']}"


class Remembered:
    """An encoder that answers known questions at once, so that only the search is measured."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.fingerprint, self.dimension = encoder.fingerprint, encoder.dimension
        self.encode_questions, self.encode_passages = encoder.encode_questions, encoder.encode_passages
        self._known: dict[str, Vectors] = {}

    def encode_question(self, text: str) -> Vectors:
        if text not in self._known:
            self._known[text] = self._encoder.encode_question(text)
        return self._known[text]
