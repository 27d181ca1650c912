"""An assistant whose search can be spoilt and mended, for tests of what happens when something fails."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.actions import ALL
from bot.actions.search_services import SearchServices
from bot.assistant import Assistant
from bot.dialogue.engine import Engine
from bot.dialogue.model import ACTS, current_model
from bot.fallback import Fallback
from bot.message import Message, Reply
from bot.turn import Answer, Turn
from index.search import ServiceIndex
from nlu.acts import ActClassifier
from nlu.encoder import open_encoder
from nlu.understanding import Understanding


class Spoilt(SearchServices):
    """The search, with something wrong: in Rasa's call of it only, or in the action itself."""

    in_rasa: Callable[[], None] | None = None
    itself: Callable[[], Answer] | None = None

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        if self.in_rasa is None:
            return super().run(dispatcher, tracker, domain)
        self.in_rasa()
        return []

    def answer(self, turn: Turn) -> Answer:
        return self.itself() if self.itself else super().answer(turn)


class Breakable:
    """An assistant built like the real one, whose search can be spoilt and mended."""

    def __init__(self, index: ServiceIndex, timeout: float) -> None:
        self.search = Spoilt(index)
        actions = [self.search if action is SearchServices else action(index) for action in ALL]
        understanding = Understanding(open_encoder(), ActClassifier.load(current_model() / ACTS))
        fallback = Fallback(understanding, {action.name(): action for action in actions})
        self.assistant = Assistant(index, Engine(actions, timeout), fallback)

    def say(self, sender: str, text: str, **more: Any) -> Reply:
        return self.assistant.reply(Message(sender, text, "test", **more))

    def mend(self) -> None:
        self.search.in_rasa = self.search.itself = None
        until = time.monotonic() + 10
        while not self.assistant.ready() and time.monotonic() < until:
            self.say(secrets.token_hex(16), "labas")
            time.sleep(0.05)


@pytest.fixture(scope="module")
def built(index: ServiceIndex) -> Iterator[Breakable]:
    made = Breakable(index, timeout=1.0)
    yield made
    made.assistant.close()


@pytest.fixture
def breakable(built: Breakable) -> Iterator[Breakable]:
    yield built
    built.mend()


@pytest.fixture
def killable(index: ServiceIndex) -> Iterator[Breakable]:
    """One of its own, for tests that end Rasa's loop."""
    made = Breakable(index, timeout=1.0)
    yield made
    made.assistant.close()
