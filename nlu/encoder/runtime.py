"""Encoding as it runs: onnxruntime with the exported file, torch where there is none."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from nlu.encoder import Vectors
from nlu.encoder.building import MANIFEST, encoder_folder, is_built
from nlu.encoder.onnx import FULL, SMALL
from nlu.errors import EncoderUnavailable
from nlu.normalisation import calm
from nlu.settings import EncoderSettings

MAX_TOKENS = 128
_opened: dict[EncoderSettings, _FolderEncoder] = {}
_lock = threading.Lock()


def open_once(settings: EncoderSettings) -> _FolderEncoder:
    """One encoder a process and settings: the word vectors are 100 MB, so they are shared."""
    with _lock:
        if settings not in _opened:
            if not is_built(settings):
                raise EncoderUnavailable("The sentence encoder is not built yet: run `make setup`.")
            folder = encoder_folder(settings)
            small_or_full = next((n for n in (SMALL, FULL) if (folder / n).exists()), None)
            _opened[settings] = (
                OnnxEncoder(folder, folder / small_or_full, settings)
                if small_or_full
                else TorchEncoder(folder, settings)
            )
        return _opened[settings]


def torch_encoder(settings: EncoderSettings | None = None) -> TorchEncoder:
    """A built encoder in torch, in full precision, which others are measured against."""
    settings = settings or EncoderSettings.from_environment()
    return TorchEncoder(encoder_folder(settings), settings)


class _FolderEncoder:
    """What both ways of running share: prompts, batches, one fingerprint."""

    def __init__(self, folder: Path, settings: EncoderSettings) -> None:
        self._folder, self._batch = folder, settings.batch
        facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        self.fingerprint: str = facts["fingerprint"]
        config = json.loads((folder / "config_sentence_transformers.json").read_text(encoding="utf-8"))
        prompts = config.get("prompts") or {}
        self._question_prompt: str = prompts.get("query") or ""
        self._passage_prompt: str = prompts.get("passage") or prompts.get("document") or ""

    @cached_property
    def dimension(self) -> int:
        return int(self.encode_question("?").shape[0])

    def encode_question(self, text: str) -> Vectors:
        vector: Vectors = self._encode([self._question_prompt + calm(text)])[0]
        return vector

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        return self._in_batches([self._question_prompt + calm(text) for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._in_batches([self._passage_prompt + text for text in texts])

    def _in_batches(self, texts: list[str]) -> Vectors:
        # Texts of like length share a batch, so that little is spent on padding.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        rows: list[Vectors] = []
        for start in range(0, len(order), self._batch):
            rows.append(self._encode([texts[i] for i in order[start : start + self._batch]]))
        if not rows:
            return np.zeros((0, self.dimension), dtype=np.float32)
        result = np.concatenate(rows)
        in_order: Vectors = result[np.argsort(order)]
        return in_order

    def _encode(self, texts: list[str]) -> Vectors:
        raise NotImplementedError


class OnnxEncoder(_FolderEncoder):
    """Runs the exported network; sessions are safe to use from several threads."""

    def __init__(self, folder: Path, model: Path, settings: EncoderSettings) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        super().__init__(folder, settings)
        if model.name == Path(SMALL).name:
            # In eight bits the texts of a batch share one scale; one at a time they are encoded as questions will be.
            self._batch = 1
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding(pad_id=self._tokenizer.token_to_id("<pad>") or 0)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = settings.threads
        # Spinning threads would take the second core from Rasa between questions.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])

    def _encode(self, texts: list[str]) -> Vectors:
        batch = self._tokenizer.encode_batch(texts)
        feeds = {
            "input_ids": np.array([item.ids for item in batch], dtype=np.int64),
            "attention_mask": np.array([item.attention_mask for item in batch], dtype=np.int64),
        }
        vectors: Any = self._session.run(None, feeds)[0]
        return np.ascontiguousarray(vectors, dtype=np.float32)


class TorchEncoder(_FolderEncoder):
    """The fall-back for encoders that could not be exported."""

    def __init__(self, folder: Path, settings: EncoderSettings) -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        super().__init__(folder, settings)
        torch.set_num_threads(settings.threads)
        self._model = SentenceTransformer(str(folder), device="cpu")

    def _encode(self, texts: list[str]) -> Vectors:
        vectors = self._model.encode(texts, prompt="", normalize_embeddings=True, batch_size=self._batch)
        return np.ascontiguousarray(vectors, dtype=np.float32)
