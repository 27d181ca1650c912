"""An encoder that keeps what it has encoded, so that a rebuild encodes only what is new."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from nlu.encoder import Encoder, Vectors

_PART = 256
Progress = Callable[[int], None]


class RememberingEncoder:
    """Vectors by the hash of their text, in one file an encoder."""

    def __init__(self, encoder: Encoder, folder: Path, progress: Progress = lambda texts: None) -> None:
        self._encoder, self._progress = encoder, progress
        self._path = folder / f"vectors-{encoder.fingerprint}.npz"
        self._known: dict[str, Vectors] = {}
        self._asked: set[str] = set()
        self._new = False
        if self._path.exists():
            with np.load(self._path, allow_pickle=False) as stored:
                self._known = dict(zip(stored["keys"].tolist(), stored["rows"], strict=True))

    @property
    def fingerprint(self) -> str:
        return self._encoder.fingerprint

    @property
    def dimension(self) -> int:
        return self._encoder.dimension

    @property
    def has_new(self) -> bool:
        """Whether something was encoded that was not known."""
        return self._new

    def encode_question(self, text: str) -> Vectors:
        return self._encoder.encode_question(text)

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        return self._remembered("q", texts, self._encoder.encode_questions)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._remembered("p", texts, self._encoder.encode_passages)

    def keep(self, all_known: bool = False) -> None:
        """Writes what was asked for, or all, beside the old file and then over it; vectors of other encoders go."""
        kept = sorted(self._known if all_known else self._asked)
        beside = self._path.with_suffix(".writing.npz")
        np.savez(beside, keys=np.array(kept), rows=np.stack([self._known[key] for key in kept]))
        beside.replace(self._path)
        for other in self._path.parent.glob("vectors-*.npz"):
            if other != self._path:
                other.unlink()

    def _remembered(self, kind: str, texts: Sequence[str], encode: Callable[[Sequence[str]], Vectors]) -> Vectors:
        keys = [hashlib.sha256(f"{kind} {text}".encode()).hexdigest()[:24] for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        self._progress(len(texts) - len(missing))
        wanted = list(missing)
        self._new = self._new or bool(wanted)
        for start in range(0, len(wanted), _PART):
            part = wanted[start : start + _PART]
            self._known |= zip(part, encode([missing[key] for key in part]), strict=True)
            self._progress(len(part))
        self._asked.update(keys)
        return np.stack([self._known[key] for key in keys]) if keys else np.zeros((0, self.dimension), np.float32)
