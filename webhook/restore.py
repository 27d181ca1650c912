"""`python -m webhook restore PATH`: puts a back-up in the place of the database, whole or not at all."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from webhook.backup import FAULT, OK, OTHER_DATABASE, WRONG, secret_file
from webhook.storage import archive
from webhook.storage.copying import (
    CopyFault,
    OtherDatabase,
    Told,
    bring_up_to_date,
    changed_at,
    content_of,
    database_file,
    put_in_place,
)  # fmt: skip
from webhook.storage.database import database_url


class Newer(Exception):
    """The database has been written to since the back-up was made."""


def main(arguments: list[str]) -> int:
    """Put a back-up in place and say where the database from before is kept. Returns the exit status."""
    options = _options(arguments)
    try:
        if options.drill:
            _drill(options.path)
            return OK
        kept = restore(options.path, database_file(database_url()), secret_file(), options.force)
    except OtherDatabase as fault:
        print(OTHER_DATABASE.format(kind=fault), file=sys.stderr)
        return WRONG
    except Newer as fault:
        print(f"Nothing was changed: {fault} With --force it is replaced, and kept beside.", file=sys.stderr)
        return WRONG
    except (archive.ArchiveFault, CopyFault, OSError) as fault:
        print(f"Nothing was restored from {options.path.name}: {fault}", file=sys.stderr)
        return FAULT
    print(f"restored: {archive.summary(archive.read_manifest(options.path))}")
    for path in kept:
        print(f"kept from before: {path}")
    print("Now run `make setup`, and restart the service.")
    return OK


def _drill(path: Path) -> None:
    """Do everything but touch what is in use, and say what would have come back."""
    with tempfile.TemporaryDirectory() as folder:
        restore(path, Path(folder) / archive.DATABASE, Path(folder) / archive.SECRET)
    manifest = archive.read_manifest(path)
    print(f"would come back: {archive.summary(manifest)}")
    for table, rows in manifest.counts.items():
        print(f"{rows:>10}  {table}")


def restore(
    path: Path, database: Path, secret: Path, force: bool = False, told: Told | None = None
) -> tuple[Path, ...]:
    """Check the archive from end to end, then put its database in place, and its key if it has one.

    Returns what is kept from before. told: see `put_in_place`. Raises ArchiveFault, CopyFault, Newer, OSError.
    """
    manifest = archive.read_manifest(path)
    _refuse_newer(database, manifest, force)
    database.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=database.absolute().parent, prefix=".restore-") as folder:
        fresh = Path(folder) / archive.DATABASE
        archive.unpack(path, manifest, archive.DATABASE, fresh)
        content = content_of(fresh)
        if (content.counts, content.revisions) != (manifest.counts, manifest.revisions):
            raise archive.ArchiveFault("its database does not hold what its manifest says")
        bring_up_to_date(fresh)
        kept = _put_key(path, manifest, secret, Path(folder))
        before = _name_beside(database)
        put_in_place(fresh, database, before, told)
    return (*kept, *((before,) if before.exists() else ()))


def _refuse_newer(database: Path, manifest: archive.Manifest, force: bool) -> None:
    changed = changed_at(database)
    if changed and changed > datetime.fromisoformat(manifest.made_at) and not force:
        raise Newer(f"the database was written to at {changed:%Y-%m-%d %H:%M} UTC, after the back-up was made.")


def _put_key(path: Path, manifest: archive.Manifest, secret: Path, folder: Path) -> tuple[Path, ...]:
    """The key comes before the database: without its own key a database's second factors cannot be read."""
    if archive.SECRET not in manifest.files:
        return ()
    fresh = folder / archive.SECRET
    archive.unpack(path, manifest, archive.SECRET, fresh)
    kept: tuple[Path, ...] = ()
    if secret.exists() and secret.read_bytes() != fresh.read_bytes():
        kept = (_name_beside(secret),)
        shutil.copy2(secret, kept[0])
    secret.parent.mkdir(parents=True, exist_ok=True)
    beside = secret.with_name(f".{secret.name}.{os.getpid()}")
    shutil.copy2(fresh, beside)
    beside.replace(secret)
    return kept


def _name_beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S}")


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m webhook restore", description=__doc__)
    parser.add_argument("path", type=Path, help="a file that `backup` made")
    parser.add_argument("--force", action="store_true", help="also where the database is newer than the back-up")
    parser.add_argument("--drill", action="store_true", help="only try it, in a folder that is deleted again")
    options = parser.parse_args(arguments)
    os.umask(0o077)
    return options
