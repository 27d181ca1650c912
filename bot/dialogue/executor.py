"""Runs the bot's actions in this process, where Rasa would call an action server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from rasa.utils.endpoints import EndpointConfig
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor


class LocalActions(EndpointConfig):  # type: ignore[misc]  # Rasa has no types
    """An endpoint that is a thread: otherwise one slow action would stop every conversation."""

    def __init__(self, actions: Iterable[Action]) -> None:
        super().__init__("local")
        self._executor = ActionExecutor()
        for action in actions:
            self._executor.register_action(action)

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = None,
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Rasa's call; the answer has the shape of the action server's."""
        return await asyncio.to_thread(lambda: asyncio.run(self._executor.run(kwargs["json"])))
