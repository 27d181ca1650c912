"""`python -m index.evaluation.growth`: a directory of ten thousand imported services, in a process of its own.

Prints one JSON object a line, `{"what", "value", "unit"}`, for `make bench`.
"""

from __future__ import annotations

import json
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from index.benchmark import Timing, questions, timed
from index.building import build_index, current_name, index_folder
from index.directory.database import Engine, open_database
from index.directory.editing import edit
from index.directory.importing import import_directory
from index.directory.keys import Key
from index.directory.reading import read_directory
from index.directory.starter import read_starter
from index.query import Query
from index.records import Service
from index.scaling import scaled
from index.search import ServiceIndex
from nlu.encoder import open_encoder

_SERVICES = 10_000
_PAGE = 20
_NEW_NAME = "Pagalba šeimoms Žalčvingių arklidėse"
_PATIENCE, _LOOK_EVERY = 30.0, 0.02
Figure = tuple[str, float, str]


def measure() -> Iterator[Figure]:
    """Import, build, memory, the console's search, and how soon a change is found; all in a temporary folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _take_what_is_learned(folder)
        engine = open_database(f"sqlite:///{folder / 'directory.sqlite3'}")
        ours = read_starter()
        many = scaled(ours, _SERVICES)
        many = replace(many, services={**ours.services, **many.services})
        yield "importing them", _seconds(lambda: import_directory(engine, many)), "s"
        encoder = open_encoder()
        directory = read_directory(engine)
        seconds = _seconds(lambda: build_index(directory, encoder, folder=folder))
        yield "building the index (encoding, no learning)", seconds, "s"
        begin = time.perf_counter()
        index = ServiceIndex(encoder, engine, folder=folder)
        yield "opening directory and index", time.perf_counter() - begin, "s"
        for timing in _searching(index):
            yield f"{timing.what}, median", timing.median, "ms"
            yield f"{timing.what}, 95 %", timing.slowest, "ms"
        index.watch()
        yield from _changing(engine, index)
        yield "peak memory of the process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB"


def _take_what_is_learned(folder: Path) -> None:
    """The present build's learning, so that only what is new is built."""
    shutil.copytree(index_folder() / current_name(), folder / current_name())
    for remembered in index_folder().glob("vectors-*.npz"):
        shutil.copy(remembered, folder)


def _searching(index: ServiceIndex) -> Iterator[Timing]:
    """As staff type: each text is new to the encoder."""
    texts = questions()
    typed = [text[: 3 + len(text) * share // 3] for text in texts for share in (1, 2, 3)]
    yield timed("console search", lambda text: index.search(Query(text, limit=_PAGE, with_hidden=True)), typed)
    filtered = Query(
        "", limit=_PAGE, with_hidden=True, target_group="families", statuses=("active",), spoken_language="lt"
    )
    yield timed("console search with filters", lambda text: index.search(replace(filtered, text=text)), typed)


def _changing(engine: Engine, index: ServiceIndex) -> Iterator[Figure]:
    """From the end of an edit until the search says so, in a process that looks by itself."""
    service = _some(index)
    asked = Query(_NEW_NAME, "lt", needs=service.needs[:1], limit=_PAGE)

    def is_found() -> bool:
        return any(card.service == _NEW_NAME for card in index.search(asked).cards)

    edit(engine, Key("service", service.id), {"name": {"lt": _NEW_NAME}}, "bench")
    seconds, slowest = _until(is_found)
    yield "a changed service is found after", seconds, "s"
    yield "slowest search meanwhile", slowest, "ms"
    edit(engine, Key("service", service.id), {"status": "closed"}, "bench")
    yield "a closed one is hidden after", _until(lambda: not is_found())[0], "s"


def _some(index: ServiceIndex) -> Service:
    """One in the middle, of a place."""
    found = [s for s in index.directory.shown_services() if not s.statutory and s.needs]
    return found[len(found) // 2]


def _until(true: Callable[[], bool]) -> tuple[float, float]:
    """Seconds until it is true, and milliseconds of the slowest look."""
    begin, slowest = time.perf_counter(), 0.0
    while time.perf_counter() - begin < _PATIENCE:
        start = time.perf_counter()
        done = true()
        slowest = max(slowest, (time.perf_counter() - start) * 1000)
        if done:
            return time.perf_counter() - begin, slowest
        time.sleep(_LOOK_EVERY)
    raise TimeoutError("the change was not taken up")


def _seconds(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def main() -> None:
    for what, value, unit in measure():
        print(json.dumps({"what": what, "value": round(value, 2), "unit": unit}), flush=True)


if __name__ == "__main__":
    main()
