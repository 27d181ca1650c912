"""`build`: the starter directory's files into the database, and the index of what stands there."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.directory.database import Engine
    from index.records import Directory


def add_to(commands: Any) -> None:
    build = commands.add_parser("build", help="import the starter directory and build the index")
    build.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    from index.directory.database import open_database
    from index.directory.importing import import_directory
    from index.directory.starter import ALL, read_starter

    engine = open_database()
    report = import_directory(engine, read_starter(scope=os.environ.get("KELRODIS_STARTER") or ALL))
    print(
        f"    directory: {report.written} written, {report.unchanged} unchanged, "
        f"{report.kept} kept as staff edited them, {report.removed} removed"
    )
    make_findable(engine)
    return 0


def make_findable(engine: Engine) -> None:
    """Builds the index, and gives services without needs the terms that their texts propose.

    Whoever was interrupted in it begins again, and what is done already is not done twice.
    """
    from index.directory.filling import proposed_once
    from index.directory.reading import read_directory
    from index.proposing import propose_for_all
    from index.search import ServiceIndex

    directory = read_directory(engine)
    _build_the_index(directory)
    before = proposed_once(engine)
    if all(service.needs or service.id in before for service in directory.services.values()):
        return
    # Terms stand in no text that is encoded, so the index is whole without another build.
    with _bar("terms") as progress:
        filled = propose_for_all(engine, ServiceIndex.open(), "import", progress)
    print(f"    {filled} services were given needs from their texts; they wait in the queue to be confirmed")


def _build_the_index(directory: Directory) -> None:
    from index.building import build_index, index_folder
    from index.everyday import learn_danger
    from index.needs.taxonomy import read_taxonomy
    from nlu.encoder import open_encoder

    with _bar("index") as progress:
        folder = build_index(directory, open_encoder(), progress)
    learn_danger(read_taxonomy(), open_encoder(), index_folder())
    print(f"    index {folder.name} is in use")


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Shows how far something is: takes what is done and of how much."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(f"    {title}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, TimeRemainingColumn()) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
