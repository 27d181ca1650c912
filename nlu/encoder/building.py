"""Builds the encoder once: fetched, checked, written out, exported, and switched in whole."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

from nlu.encoder import folder as folders
from nlu.encoder import onnx, sources
from nlu.encoder.tuning import ADAPTERS, read_adapters, tuned
from nlu.encoder.weights import read_weights
from nlu.errors import EncoderUnavailable
from nlu.settings import EncoderSettings, var_folder

# Raised when what this module writes changes, so that old folders are built anew.
FORMAT = 6
MANIFEST = "kelrodis.json"
Progress = Callable[[str], None]


def encoder_folder(settings: EncoderSettings) -> Path:
    """Where the encoder of these settings lies, built or not."""
    base = var_folder() / "encoder"
    if settings.name is None:
        return base / f"multilingual-e5-small-{FORMAT}-{_library_version()}-{_tuning()}"
    return base / f"custom-{FORMAT}-{hashlib.sha256(_identity(settings.name).encode()).hexdigest()[:12]}"


def is_built(settings: EncoderSettings) -> bool:
    return (encoder_folder(settings) / MANIFEST).exists()


def build(settings: EncoderSettings, progress: Progress = lambda _: None) -> Path:
    """The folder of the configured encoder; does nothing when it is there already.

    Raises EncoderUnavailable or EncoderSourceDamaged, with what to do about it.
    """
    target = encoder_folder(settings)
    if is_built(settings):
        return target
    beside = target.with_name(target.name + ".building")
    shutil.rmtree(beside, ignore_errors=True)
    beside.parent.mkdir(parents=True, exist_ok=True)
    facts = _own(beside, progress) if settings.name is None else _foreign(settings.name, beside, progress)
    progress("exporting it to onnxruntime and checking it against torch")
    try:
        facts["onnx"] = onnx.export(beside)
    except Exception as fault:  # noqa: BLE001  # any architecture may come in by name; torch serves what cannot be exported
        shutil.rmtree(beside / "onnx", ignore_errors=True)
        facts["onnx"] = None
        progress(f"not exported ({type(fault).__name__}); torch will encode questions")
    facts["fingerprint"] = _fingerprint(beside)
    (beside / MANIFEST).write_text(json.dumps(facts, indent=1), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    beside.rename(target)
    return target


def _own(beside: Path, progress: Progress) -> dict[str, object]:
    downloads = var_folder() / "downloads"
    progress("fetching the weights and the tokenizer (95 MB)")
    weights = sources.fetch(sources.WEIGHTS, downloads)
    tokenizer = sources.fetch(sources.TOKENIZER, downloads)
    original, adapters = read_weights(weights), read_adapters()
    progress("writing the sentence-transformers folder")
    folders.write_folder(original, tokenizer, beside)
    progress("checking it against known vectors")
    known = folders.check_known_vectors(beside)
    if adapters:
        progress("adding what it was tuned to")
        shutil.rmtree(beside)
        folders.write_folder(tuned(original, adapters), tokenizer, beside)
    return {"model": "intfloat/multilingual-e5-small", "known_vectors": known, "tuned": bool(adapters)}


def build_untuned() -> Path:
    """The model as it was published, which tuning starts from."""
    target = var_folder() / "encoder" / f"untuned-{FORMAT}-{_library_version()}"
    if not target.exists():
        downloads = var_folder() / "downloads"
        weights = read_weights(sources.fetch(sources.WEIGHTS, downloads))
        folders.write_folder(weights, sources.fetch(sources.TOKENIZER, downloads), target)
    return target


def _foreign(name: str, beside: Path, progress: Progress) -> dict[str, object]:
    from sentence_transformers import SentenceTransformer

    progress(f"opening the encoder {name}")
    try:
        SentenceTransformer(name, device="cpu").save(str(beside))
    except Exception as fault:  # the library raises whatever its hub client raised
        raise EncoderUnavailable(
            f"KELRODIS_ENCODER={name} is neither a sentence-transformers folder nor a model that can be fetched."
        ) from fault
    return {"model": name}


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in {".json", ".safetensors", ".onnx", ".bin"}):
        digest.update(path.relative_to(folder).as_posix().encode())
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()[:16]


def _tuning() -> str:
    return hashlib.sha256(ADAPTERS.read_bytes()).hexdigest()[:8] if ADAPTERS.exists() else "untuned"


def _library_version() -> str:
    # A folder saved by one minor version does not load in another.
    from importlib.metadata import version

    return ".".join(version("sentence-transformers").split(".")[:2])


def _identity(name: str) -> str:
    path = Path(name)
    if not path.is_dir():
        return name
    stamp = max((p.stat().st_mtime_ns for p in path.rglob("*") if p.is_file()), default=0)
    return f"{path.resolve()}@{stamp}"
