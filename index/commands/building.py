"""`build`: the starter directory's files into the database, and the index of what stands there."""

from __future__ import annotations

import argparse
import os
from typing import Any


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
    build_the_index(engine)
    return 0


def build_the_index(engine: Any) -> None:
    """The index of what stands in the database, with a bar that shows how far it is."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from index.building import build_index, index_folder
    from index.directory.reading import read_directory
    from index.everyday import learn_danger
    from index.needs.taxonomy import read_taxonomy
    from nlu.encoder import open_encoder

    columns = (TextColumn("    index"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeRemainingColumn())
    with Progress(*columns) as bar:
        task = bar.add_task("index", total=None)
        folder = build_index(
            read_directory(engine), open_encoder(), lambda done, of: bar.update(task, completed=done, total=of)
        )
    learn_danger(read_taxonomy(), open_encoder(), index_folder())
    print(f"    index {folder.name} is in use")
