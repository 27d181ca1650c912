"""The first step of Rasa's pipeline: a clean text, its language, and the place that it names."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.places import Gazetteer
from nlu.understanding import LANGUAGES, cleaned, first_place, hear_language


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Reader(GraphComponent):  # type: ignore[misc]  # Rasa has no types
    """Emits the entities `language` (only when it is clear), `foreign` and `place`."""

    def __init__(self) -> None:
        self._gazetteer = Gazetteer.load()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Reader:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = cleaned(message.get(TEXT) or "")
            message.set(TEXT, text)
            message.set(ENTITIES, [*(message.get(ENTITIES) or []), *self._entities(text, message)], add_to_output=True)
        return messages

    def _entities(self, text: str, message: Message) -> list[dict[str, Any]]:
        heard = hear_language(text)
        hint = (message.get("metadata") or {}).get("language")
        found: list[dict[str, Any]] = []
        if heard.clear and heard.language in LANGUAGES:
            found.append({"entity": "language", "value": heard.language})
        elif heard.clear and heard.language == "other":
            found.append({"entity": "foreign", "value": "yes"})
        elif hint:
            found.append({"entity": "language", "value": hint})
        place = first_place(self._gazetteer, text) or (message.get("metadata") or {}).get("municipality")
        if place:
            found.append({"entity": "place", "value": place})
        return [{"start": 0, "end": len(text), **entity} for entity in found]
