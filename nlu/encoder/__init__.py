"""The meaning of sentences as unit vectors. Heavy libraries stay behind `open_encoder`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from nlu.settings import EncoderSettings

Vectors = npt.NDArray[np.float32]

__all__ = ["Encoder", "Vectors", "open_encoder"]


class Encoder(Protocol):
    """Turns texts into unit vectors (float32, one row a text)."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same text may get another vector."""
        ...

    @property
    def dimension(self) -> int: ...

    def encode_question(self, text: str) -> Vectors:
        """One vector of shape (dimension,) for what a person asks."""
        ...

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """Shape (texts, dimension), for questions and for examples of them."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Shape (texts, dimension), for descriptions that answer questions."""
        ...


def open_encoder(settings: EncoderSettings | None = None) -> Encoder:
    """The configured encoder, once a process: onnxruntime where its export agreed, else torch.

    Raises EncoderUnavailable when it has not been built.
    """
    from nlu.encoder.runtime import open_once

    return open_once(settings or EncoderSettings.from_environment())
