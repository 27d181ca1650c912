"""Fills Rasa's responses in the language of the answer, which may differ from the conversation's."""

from __future__ import annotations

from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.trackers import DialogueStateTracker

KEYWORD = "answer_language"


class LanguageGenerator(TemplatedNaturalLanguageGenerator):  # type: ignore[misc]  # Rasa has no types
    """Takes the keyword `answer_language` for the slot `language`; `endpoints.yml` may name this class too."""

    def __init__(self, endpoint: Any = None, domain: Any = None, responses: dict[str, Any] | None = None) -> None:
        # Rasa gives the responses when it opens a model, and an endpoint when it reads endpoints.yml.
        super().__init__(responses or (domain.responses if domain else {}))

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        slots = tracker.current_slot_values()
        language = kwargs.pop(KEYWORD, None)
        if language:
            slots["language"] = language
        # A blank is filled from the action's words only; slots never speak.
        chosen = self._random_response_for(utter_action, output_channel, slots)
        return self._fill_response(dict(chosen), {}, **kwargs) if chosen else None
