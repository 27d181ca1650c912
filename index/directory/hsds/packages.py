"""Writes a directory as HSDS: one JSON document, or a tabular data package in a folder or zip file."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from index.directory.hsds.compiled import Compiled
from index.directory.hsds.tables import Row, rows_of, tables
from index.directory.hsds.terms import taxonomies, terms

VERSION = "3.0"
PROFILE = "https://docs.openreferral.org/"
_DESCRIPTION = "datapackage.json"


def json_document(compiled: Compiled) -> Iterator[str]:
    """The document in pieces: `contents` holds compiled services, `organizations` those that give none."""
    yield f'{{"version": "{VERSION}", "profile": "{PROFILE}",\n"contents": ['
    yield from _listed(compiled.services())
    yield '\n],\n"organizations": ['
    yield from _listed(
        found for key in compiled.organization_ids if "services" not in (found := compiled.organization(key))
    )
    yield "\n]}\n"


def _listed(entities: Iterator[dict[str, object]]) -> Iterator[str]:
    for position, entity in enumerate(entities):
        yield (",\n" if position else "\n") + json.dumps(entity, ensure_ascii=False)


def write_package(compiled: Compiled, path: Path) -> int:
    """Writes a folder, or a zip file where the name ends so; the number of rows. What stood there is replaced whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".hsds-") as beside:
        folder = Path(beside) / "package"
        folder.mkdir()
        written = _write_tables(compiled, folder)
        _write_description(folder)
        if path.suffix == ".zip":
            packed = Path(beside) / "package.zip"
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                for file in sorted(folder.iterdir()):
                    archive.write(file, file.name)
            packed.replace(path)
        else:
            _replace_folder(folder, path)
    return written


def _replace_folder(folder: Path, path: Path) -> None:
    """Only a package of ours is ever replaced. Raises FileExistsError for anything else that stands there."""
    if path.exists():
        if any(path.iterdir()) and not (path / _DESCRIPTION).exists():
            raise FileExistsError(path)
        shutil.rmtree(path)
    folder.rename(path)


def _write_tables(compiled: Compiled, folder: Path) -> int:
    written = 0
    with ExitStack() as open_files:
        writers = {}
        for table in tables().values():
            file = open_files.enter_context((folder / table.file).open("w", encoding="utf-8", newline=""))
            writers[table.name] = csv.DictWriter(file, table.fields)
            writers[table.name].writeheader()
        terms_written: set[str] = set()
        for name, row in _rows(compiled):
            if name != "taxonomy_term" or row["id"] not in terms_written:
                writers[name].writerow(row)
                written += 1
            if name == "taxonomy_term":
                terms_written.add(row["id"])
    return written


def _rows(compiled: Compiled) -> Iterator[tuple[str, Row]]:
    for taxonomy in taxonomies().values():
        yield from rows_of("taxonomy", taxonomy)
    for term in terms().values():
        yield from rows_of("taxonomy_term", term)
    for key in compiled.organization_ids:
        organization = compiled.organization(key)
        yield from rows_of("organization", organization)
        for service in organization.get("services", ()):
            yield from rows_of("service", service)


def _write_description(folder: Path) -> None:
    described = {
        "profile": "tabular-data-package",
        "name": "kelrodis-hsds",
        "title": f"Open Referral HSDS {VERSION}",
        "hsds_version": VERSION,
        "resources": [table.resource() for table in tables().values()],
    }
    (folder / _DESCRIPTION).write_text(json.dumps(described, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
