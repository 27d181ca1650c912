"""Builds the index beside the running one and switches it in with one rename."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.always import write_always
from index.documents import Sentence, hidden_passages, passages
from index.errors import ForeignEncoder, IndexMissing
from index.needs.taxonomy import Taxonomy, read_taxonomy
from index.records import LANGUAGES, Directory
from index.remembering import RememberingEncoder
from index.vectors import VectorIndex, language_means, without_language
from nlu.classifier import TextClassifier
from nlu.encoder import Encoder, Vectors
from nlu.settings import var_folder

# Raised when what is written below changes shape, so that old builds are left alone.
FORMAT = 6
ELSEWHERE = "elsewhere"
# What `_learn` writes.
_LEARNED = ("question_means.npz", "ours.faiss", "others.faiss", "needs.npz")
_UNFINISHED = ".building"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Build:
    """An opened build: vectors of texts, and what was learned from people's words.

    Whose texts they are is the directory's business: a build serves any directory, and knows the vectors of most of it.
    ours, others: what people say of the needs, and what they ask of other offices.
    """

    name: str
    rows: Mapping[Sentence, int]
    vectors: VectorIndex
    passage_means: Mapping[str, Vectors]
    question_means: Mapping[str, Vectors]
    needs: TextClassifier
    ours: VectorIndex
    others: VectorIndex


def index_folder() -> Path:
    return var_folder() / "index"


def build_index(
    directory: Directory, encoder: Encoder, progress: Progress = lambda done, of: None, folder: Path | None = None
) -> Path:
    """The folder of a fresh build, or of the present one when nothing has changed since."""
    taxonomy = read_taxonomy()
    shown = sorted({(passage.text, passage.language) for passage in passages(directory, taxonomy)})
    others = {(passage.text, passage.language) for passage in hidden_passages(directory, taxonomy)} - set(shown)
    sentences = [*shown, *sorted(others)]
    learned = _digest(encoder.fingerprint, examples(taxonomy))
    name = _digest(learned, sentences)
    builds = folder or index_folder()
    target = builds / name
    if not (target / "manifest.json").exists():
        beside = builds / f"{name}{_UNFINISHED}"
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        work = len(sentences) + 3 * len(examples(taxonomy))
        remembering = RememberingEncoder(encoder, builds, _counter(work, progress))
        _write(beside, sentences, len(shown), taxonomy, learned, remembering)
        shutil.rmtree(target, ignore_errors=True)
        beside.rename(target)
    # A new number changes no passage, so this is written whether the build is new or not.
    write_always(directory, folder or var_folder())
    _switch_to(name, builds)
    return target


def _digest(before: str, content: object) -> str:
    text = f"{FORMAT} {before} {json.dumps(content, ensure_ascii=False)}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def examples(taxonomy: Taxonomy) -> list[tuple[str, str, str]]:
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


def _counter(work: int, progress: Progress) -> Callable[[int], None]:
    """Adds up texts. Examples are asked for up to three times: as they are, and as people type them."""
    done = 0

    def more(texts: int) -> None:
        nonlocal done
        done = min(done + texts, work)
        progress(done, work)

    return more


def _write(
    folder: Path, sentences: list[Sentence], shown: int, taxonomy: Taxonomy, learned: str, encoder: RememberingEncoder
) -> None:
    """`shown` sentences come first; what residents are not shown does not move the others' vectors."""
    languages = [language for _, language in sentences]
    vectors = encoder.encode_passages([text for text, _ in sentences])
    means = language_means(vectors[:shown], languages[:shown])
    np.savez(folder / "passage_means.npz", **means)
    VectorIndex.of(without_language(vectors, languages, means)).write(folder / "vectors.faiss")
    (folder / "passages.json").write_text(json.dumps(sentences, ensure_ascii=False), encoding="utf-8")
    before = _learned_before(folder.parent, learned)
    if before:
        for name in _LEARNED:
            shutil.copy(before / name, folder)
    else:
        _learn(folder, taxonomy, encoder)
    manifest = {"format": FORMAT, "encoder": encoder.fingerprint, "learned": learned, "passages": len(sentences)}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    encoder.keep(all_known=before is not None)


def _learned_before(builds: Path, learned: str) -> Path | None:
    """A build that learned from the same words with the same encoder, so that a changed record costs no learning."""
    for path in builds.glob("*/manifest.json"):
        if path.parent.suffix != _UNFINISHED and json.loads(path.read_text(encoding="utf-8")).get("learned") == learned:
            return path.parent
    return None


def _learn(folder: Path, taxonomy: Taxonomy, encoder: RememberingEncoder) -> None:
    found = examples(taxonomy)
    texts = [text for text, _, _ in found]
    vectors = encoder.encode_questions(texts)
    np.savez(folder / "question_means.npz", **language_means(vectors, [language for _, _, language in found]))
    elsewhere = np.array([label == ELSEWHERE for _, label, _ in found])
    VectorIndex.grouped(vectors[~elsewhere]).write(folder / "ours.faiss")
    VectorIndex.grouped(vectors[elsewhere]).write(folder / "others.faiss")
    TextClassifier.fit(texts, [label for _, label, _ in found], encoder).save(folder / "needs.npz")


def _switch_to(name: str, builds: Path) -> None:
    pointer = builds / "current"
    beside = builds / f"current.{os.getpid()}"
    beside.write_text(name, encoding="utf-8")
    beside.replace(pointer)
    folders = sorted((path for path in builds.iterdir() if path.is_dir()), key=lambda path: -path.stat().st_mtime)
    for folder in folders[2:]:
        if folder.name != name:
            shutil.rmtree(folder, ignore_errors=True)


def current_name(folder: Path | None = None) -> str:
    """The build in use. Raises IndexMissing."""
    try:
        return ((folder or index_folder()) / "current").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise IndexMissing("There is no index yet: run `make setup`.") from None


def open_build(encoder: Encoder, builds: Path | None = None) -> Build:
    """The current build. Raises IndexMissing, and ForeignEncoder when another encoder made it."""
    name = current_name(builds)
    folder = (builds or index_folder()) / name
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise IndexMissing(f"The index {name} is not whole: run `make setup`.") from None
    if manifest["encoder"] != encoder.fingerprint or manifest["format"] != FORMAT:
        raise ForeignEncoder("The index was built with another encoder or version: run `make setup`.")
    sentences = json.loads((folder / "passages.json").read_text(encoding="utf-8"))
    return Build(
        name=name,
        rows={(text, language): row for row, (text, language) in enumerate(sentences)},
        vectors=VectorIndex.read(folder / "vectors.faiss"),
        passage_means=_arrays(folder / "passage_means.npz"),
        question_means=_arrays(folder / "question_means.npz"),
        needs=TextClassifier.load(folder / "needs.npz"),
        ours=VectorIndex.read(folder / "ours.faiss"),
        others=VectorIndex.read(folder / "others.faiss"),
    )


def _arrays(path: Path) -> dict[str, Vectors]:
    with np.load(path, allow_pickle=False) as stored:
        return {key: stored[key] for key in stored.files}
