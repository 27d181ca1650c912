"""Builds the index beside the running one and switches it in with one rename."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.documents import Passage, passages
from index.errors import ForeignEncoder, IndexMissing
from index.needs.taxonomy import Taxonomy, read_taxonomy
from index.records import LANGUAGES, Directory
from index.vectors import VectorIndex, language_means, without_language
from nlu.classifier import TextClassifier
from nlu.encoder import Encoder, Vectors
from nlu.settings import var_folder

# Raised when what is written below changes shape, so that old builds are left alone.
FORMAT = 3
ELSEWHERE = "elsewhere"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Build:
    """An opened build: everything that a search needs beside the directory."""

    name: str
    passages: tuple[Passage, ...]
    vectors: VectorIndex
    question_means: dict[str, Vectors]
    needs: TextClassifier


def index_folder() -> Path:
    return var_folder() / "index"


def build_index(directory: Directory, encoder: Encoder, progress: Progress = lambda done, of: None) -> Path:
    """The folder of a fresh build, or of the present one when nothing has changed since."""
    taxonomy = read_taxonomy()
    found = passages(directory, taxonomy)
    name = _name(found, taxonomy, encoder)
    target = index_folder() / name
    if not (target / "manifest.json").exists():
        beside = index_folder() / f"{name}.building"
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        _write(beside, found, taxonomy, encoder, progress)
        shutil.rmtree(target, ignore_errors=True)
        beside.rename(target)
    _switch_to(name)
    return target


def _name(found: list[Passage], taxonomy: Taxonomy, encoder: Encoder) -> str:
    digest = hashlib.sha256(f"{FORMAT} {encoder.fingerprint}".encode())
    digest.update(json.dumps([[p.text, p.language, p.targets] for p in found], ensure_ascii=False).encode())
    digest.update(json.dumps(_examples(taxonomy), ensure_ascii=False).encode())
    return digest.hexdigest()[:16]


def _examples(taxonomy: Taxonomy) -> list[tuple[str, str, str]]:
    """What the need classifier learns: text, need, language."""
    found: list[tuple[str, str, str]] = []
    for need in taxonomy.needs.values():
        for language, phrases in need.phrases.items():
            found += [(text, need.id, language) for text in phrases]
        for language in LANGUAGES:
            found += [(need.name[language], need.id, language), (need.sentence[language], need.id, language)]
    for language, phrases in taxonomy.elsewhere.items():
        found += [(text, ELSEWHERE, language) for text in phrases]
    return found


def _write(folder: Path, found: list[Passage], taxonomy: Taxonomy, encoder: Encoder, progress: Progress) -> None:
    examples = _examples(taxonomy)
    cache = _VectorCache(encoder)
    work = len(found) + 2 * len(examples)
    rows = cache.passages([p.text for p in found], lambda done: progress(done, work))
    languages = [p.language for p in found]
    VectorIndex.of(without_language(rows, languages, language_means(rows, languages))).write(folder / "vectors.faiss")
    texts = [text for text, _, _ in examples]
    questions = encoder.encode_questions(texts)
    means = language_means(questions, [language for _, _, language in examples])
    np.savez(folder / "question_means.npz", **means)
    progress(len(found) + len(examples), work)
    TextClassifier.fit(texts, [label for _, label, _ in examples], encoder).save(folder / "needs.npz")
    progress(work, work)
    (folder / "passages.json").write_text(
        json.dumps([[p.text, p.language, p.targets] for p in found], ensure_ascii=False), encoding="utf-8"
    )
    manifest = {"format": FORMAT, "encoder": encoder.fingerprint, "passages": len(found), "examples": len(examples)}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    cache.keep(found, rows)


class _VectorCache:
    """Vectors of unchanged passages, by the hash of their text, from the last build of the same encoder."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._path = index_folder() / f"passages-{encoder.fingerprint}.npz"
        self._known: dict[str, Vectors] = {}
        if self._path.exists():
            with np.load(self._path, allow_pickle=False) as stored:
                self._known = dict(zip(stored["keys"].tolist(), stored["rows"], strict=True))

    def passages(self, texts: list[str], progress: Callable[[int], None]) -> Vectors:
        missing = [text for text in dict.fromkeys(texts) if _key(text) not in self._known]
        for start in range(0, len(missing), 256):
            part = missing[start : start + 256]
            self._known |= zip(map(_key, part), self._encoder.encode_passages(part), strict=True)
            progress(start + len(part))
        return np.stack([self._known[_key(text)] for text in texts])

    def keep(self, found: list[Passage], rows: Vectors) -> None:
        np.savez(self._path, keys=np.array([_key(p.text) for p in found]), rows=rows)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _switch_to(name: str) -> None:
    pointer = index_folder() / "current"
    beside = index_folder() / f"current.{os.getpid()}"
    beside.write_text(name, encoding="utf-8")
    beside.replace(pointer)
    kept = {name, *sorted((p.name for p in index_folder().iterdir() if p.is_dir()), key=_age)[:2]}
    for folder in index_folder().iterdir():
        if folder.is_dir() and folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)


def _age(name: str) -> float:
    return -(index_folder() / name).stat().st_mtime


def current_name() -> str:
    """The build in use. Raises IndexMissing."""
    try:
        return (index_folder() / "current").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise IndexMissing("There is no index yet: run `make setup`.") from None


def open_build(encoder: Encoder) -> Build:
    """The current build. Raises IndexMissing, and ForeignEncoder when another encoder made it."""
    name = current_name()
    folder = index_folder() / name
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise IndexMissing(f"The index {name} is not whole: run `make setup`.") from None
    if manifest["encoder"] != encoder.fingerprint or manifest["format"] != FORMAT:
        raise ForeignEncoder("The index was built with another encoder or version: run `make setup`.")
    stored = json.loads((folder / "passages.json").read_text(encoding="utf-8"))
    with np.load(folder / "question_means.npz") as means:
        question_means = {key: means[key] for key in means.files}
    return Build(
        name=name,
        passages=tuple(Passage(text, language, tuple(targets)) for text, language, targets in stored),
        vectors=VectorIndex.read(folder / "vectors.faiss"),
        question_means=question_means,
        needs=TextClassifier.load(folder / "needs.npz"),
    )
