"""What tests share: the real index and the real dialogue, opened once a session."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from bot.message import Reply
    from index.search import ServiceIndex


@pytest.fixture(scope="session")
def index() -> ServiceIndex:
    from index.search import ServiceIndex

    return ServiceIndex.open()


@pytest.fixture(scope="session")
def assistant(index: ServiceIndex) -> Iterator[Assistant]:
    from bot.assistant import Assistant

    started = Assistant.start(index)
    yield started
    started.close()


@pytest.fixture
def say(assistant: Assistant) -> Iterator[Callable[..., Reply]]:
    """Speaks as one new person; `say("labas")`, `say("hello", language_hint="en")`."""
    import secrets

    from bot.message import Message

    sender = secrets.token_hex(16)
    yield lambda text, **more: assistant.reply(Message(sender, text, "test", **more))
    assistant.end(sender)


class FakeEncoder:
    """Hashed character trigrams as a vector, where only logic is tested and meaning is not."""

    fingerprint = "fake-trigrams"
    dimension = 256

    def encode_question(self, text: str) -> np.ndarray:
        vector = np.zeros(self.dimension, dtype=np.float32)
        padded = f"  {text.casefold()}  "
        for start in range(len(padded) - 2):
            digest = hashlib.md5(padded[start : start + 3].encode(), usedforsecurity=False).digest()
            vector[digest[0]] += 1.0
        return vector / np.linalg.norm(vector)

    def encode_questions(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([self.encode_question(text) for text in texts])

    encode_passages = encode_questions


@pytest.fixture
def fake_encoder() -> FakeEncoder:
    return FakeEncoder()
