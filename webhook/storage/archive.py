"""The one file of a back-up: a tar of the database, perhaps the secret key, and a manifest of both."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from dacite import Config, DaciteError, from_dict

DATABASE, SECRET = "directory.sqlite3", "secret.key"
_MANIFEST = "manifest.json"
_FORMAT = 1
_MOST_MANIFEST = 1_000_000
_ONLY_MINE = 0o600


class ArchiveFault(Exception):
    """The file is no back-up of ours, or not whole; the message says which."""


@dataclass(frozen=True)
class Member:
    """One file of the archive."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an archive holds, and where it came from.

    made_at: ISO time, UTC. counts: rows by table. revisions: migration by table of migrations.
    """

    version: str
    made_at: str
    counts: dict[str, int]
    revisions: dict[str, str]
    files: dict[str, Member]
    format: int = _FORMAT


def pack(target: Path, manifest: Manifest, files: Mapping[str, Path]) -> None:
    """Write the archive beside its place, readable by its owner alone, and switch it in with one rename."""
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _ONLY_MINE)
        with os.fdopen(descriptor, "wb") as out:
            with tarfile.open(fileobj=out, mode="w:gz") as archive:
                _add_manifest(archive, manifest)
                for name, path in files.items():
                    archive.add(path, arcname=name, filter=_nobodys)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def summary(manifest: Manifest) -> str:
    """What an archive holds, in one line."""
    rows, names = sum(manifest.counts.values()), ", ".join(sorted(manifest.files))
    return f"{names}; {rows} rows in {len(manifest.counts)} tables; version {manifest.version}, {manifest.made_at}"


def describe(path: Path) -> Member:
    """Size and digest of a file."""
    with path.open("rb") as file:
        return Member(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def read_manifest(path: Path) -> Manifest:
    """Raises ArchiveFault."""
    with _opened(path) as archive:
        content = _member(archive, _MANIFEST, _MOST_MANIFEST).read()
    try:
        manifest = from_dict(Manifest, json.loads(content), Config(strict=True))
    except (ValueError, DaciteError) as fault:
        raise ArchiveFault("its manifest cannot be read") from fault
    if manifest.format != _FORMAT or DATABASE not in manifest.files:
        raise ArchiveFault("its manifest is of another format")
    return manifest


def unpack(path: Path, manifest: Manifest, name: str, target: Path) -> None:
    """Write one file of the archive to a new place, readable by its owner alone. Raises ArchiveFault."""
    described = manifest.files[name]
    with _opened(path) as archive, _member(archive, name, described.bytes) as member:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_MINE)
        with os.fdopen(descriptor, "wb") as out:
            try:
                shutil.copyfileobj(member, out)
            except (tarfile.TarError, OSError, EOFError) as fault:
                raise ArchiveFault(f"{name} in it is cut off or damaged") from fault
            out.flush()
            os.fsync(out.fileno())
    if describe(target) != described:
        raise ArchiveFault(f"{name} in it is not what its manifest says")


def _add_manifest(archive: tarfile.TarFile, manifest: Manifest) -> None:
    content = json.dumps(asdict(manifest), indent=1).encode()
    entry = _nobodys(tarfile.TarInfo(_MANIFEST))
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """No account of this machine stands in the archive."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = _ONLY_MINE
    return entry


def _opened(path: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(path, mode="r:gz")
    except (tarfile.TarError, EOFError, OSError) as fault:
        raise ArchiveFault("it is no archive, or cannot be read") from fault


def _member(archive: tarfile.TarFile, name: str, most: int) -> IO[bytes]:
    """A file of the archive by name; nothing else of an archive is ever looked at, whatever it is called."""
    try:
        entry = archive.getmember(name)
        found = archive.extractfile(entry)
    except (KeyError, tarfile.TarError, EOFError, OSError) as fault:
        raise ArchiveFault(f"{name} is missing in it, or it is cut off") from fault
    if found is None or entry.size > most:
        raise ArchiveFault(f"{name} in it is not what it should be")
    return found
