"""`python -m webhook backup PATH`: one file with everything that staff have made, while the server runs."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from nlu.settings import var_folder
from webhook.storage import archive
from webhook.storage.copying import (
    CopyFault,
    OtherDatabase,
    content_of,
    copy_database,
    database_file,
    leave_out_people,
)
from webhook.storage.database import database_url

OK, FAULT, WRONG = 0, 1, 2
OTHER_DATABASE = (
    "The database is a {kind} server's, which is copied with its own tools: "
    "pg_dump and pg_restore; docs/operating.md shows how."
)


def main(arguments: list[str]) -> int:
    """Make the back-up and say what is in it. Returns the exit status."""
    options = _options(arguments)
    try:
        manifest = make_backup(
            database_file(database_url()), options.path, secret_file() if options.with_secrets else None
        )
    except OtherDatabase as fault:
        print(OTHER_DATABASE.format(kind=fault), file=sys.stderr)
        return WRONG
    except (CopyFault, OSError) as fault:
        print(f"No back-up was made: {fault}", file=sys.stderr)
        return FAULT
    print(f"{options.path}: {archive.summary(manifest)}")
    return OK


def make_backup(database: Path, target: Path, secret: Path | None = None) -> archive.Manifest:
    """Copy, look the copy over, pack it; what is at the target is replaced only by a whole archive.

    Answers on their way, and whatever else is known of people who write on messaging platforms, stay out of it.
    secret: the file of the secret key, to be packed as well. Raises CopyFault, OSError.
    """
    with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".backup-") as folder:
        copy = Path(folder) / archive.DATABASE
        copy_database(database, copy)
        leave_out_people(copy)
        content = content_of(copy)
        files = {archive.DATABASE: copy, **({archive.SECRET: secret} if secret else {})}
        manifest = archive.Manifest(
            version=version("kelrodis"),
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            counts=content.counts,
            revisions=content.revisions,
            files={name: archive.describe(path) for name, path in files.items()},
        )
        archive.pack(target, manifest, files)
    return manifest


def secret_file() -> Path:
    """Where the key lies that signs cookies and encrypts the second factors, unless the environment gives one."""
    return var_folder() / archive.SECRET


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m webhook backup", description=__doc__)
    parser.add_argument("path", type=Path, help="the file to write, such as kelrodis.tar.gz")
    parser.add_argument(
        "--with-secrets", action="store_true", help="pack var/secret.key too: guard the file like a key"
    )
    options = parser.parse_args(arguments)
    if options.path.is_dir():
        parser.error("PATH is a folder; name a file")
    if options.with_secrets and not secret_file().is_file():
        parser.error("there is no secret key under var/; where KELRODIS_SECRET_KEY holds it, keep that")
    os.umask(0o077)
    return options
