"""Rasa's agent on an event loop of its own, with a time limit, a heartbeat, and a way to start again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

from bot.dialogue.executor import LocalActions
from bot.dialogue.generator import LanguageGenerator
from bot.dialogue.memory import IDLE_SECONDS, ConversationMemory
from bot.dialogue.model import MODEL, current_model
from bot.dialogue.quiet import silence_rasa, silence_structlog
from bot.errors import TurnFailed

_HEARTBEAT_SECONDS = 1.0


class Engine:
    """Rasa for one turn at a time and conversation, from any thread."""

    def __init__(self, actions: Iterable[Any], timeout: float, idle: float = IDLE_SECONDS) -> None:
        silence_rasa()
        from rasa.core.agent import Agent
        from rasa.core.lock_store import InMemoryLockStore
        from rasa.shared.core.domain import Domain

        self._timeout = timeout
        self.memory = ConversationMemory(Domain.empty(), idle=idle)
        self._agent = Agent(
            action_endpoint=LocalActions(actions), tracker_store=self.memory, lock_store=InMemoryLockStore()
        )
        self._agent.load_model(model_path=current_model() / MODEL)
        generator = LanguageGenerator(responses=self._agent.domain.responses)
        self._agent.nlg = generator
        self._agent.processor.nlg = generator
        silence_rasa()
        silence_structlog()
        self._starting = threading.Lock()
        self._skipping = False
        self._start_loop()

    def _start_loop(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=_run, args=(self.loop,), name="dialogue", daemon=True)
        self._thread.start()

    def turn(self, sender: str, text: str, metadata: dict[str, Any]) -> list[dict[str, Any]]:
        """Rasa's messages. Raises TurnFailed when it is late, silent, or dead; then turns skip it until a heartbeat."""
        from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

        if self._skipping and not self.alive():
            self._restart_if_dead()
            raise TurnFailed("the dialogue's loop does not answer")
        self._skipping = False
        channel = CollectingOutputChannel()
        message = UserMessage(text, channel, sender, metadata=metadata)
        try:
            future = asyncio.run_coroutine_threadsafe(self._agent.handle_message(message), self.loop)
        except RuntimeError as fault:
            self._skipping = True
            self._restart_if_dead()
            raise TurnFailed("the dialogue's loop is closed") from fault
        try:
            messages = future.result(self._timeout)
        except FutureTimeout as fault:
            future.cancel()
            self._skipping = True
            self._restart_if_dead()
            raise TurnFailed("the dialogue was late") from fault
        except (Exception, SystemExit) as fault:  # noqa: BLE001  # whatever a part raised: search still answers
            # Its message may quote what a person wrote, so it is not chained.
            raise TurnFailed(type(fault).__name__) from None
        if not messages:
            raise TurnFailed("the dialogue said nothing")
        return list(messages)

    def alive(self) -> bool:
        """Whether the loop answers at once."""

        async def beat() -> bool:
            return True

        if not self._thread.is_alive() or self.loop.is_closed():
            return False
        try:
            return asyncio.run_coroutine_threadsafe(beat(), self.loop).result(_HEARTBEAT_SECONDS)
        except (FutureTimeout, RuntimeError):
            return False

    def _restart_if_dead(self) -> None:
        with self._starting:
            if not self._thread.is_alive():
                self._agent.lock_store.conversation_locks.clear()
                self._start_loop()

    def close(self) -> None:
        self.memory.close()
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self.loop.stop)


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    except SystemExit:  # an action that calls exit() must not end the process's dialogue
        pass
    finally:
        loop.close()
