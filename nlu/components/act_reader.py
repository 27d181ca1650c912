"""The second step of Rasa's pipeline: the sentence's vector, and the dialogue act as Rasa's intent."""

from __future__ import annotations

import hashlib
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.acts import ActClassifier
from nlu.encoder import open_encoder
from nlu.settings import DATA
from nlu.understanding import cleaned, read_act

FILE = "acts.npz"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ActReader(GraphComponent):  # type: ignore[misc]  # Rasa has no types
    """Learns from the training data's intents; the encoder is opened once a process and shared."""

    def __init__(self, storage: ModelStorage, resource: Resource, classifier: ActClassifier | None = None) -> None:
        self._storage, self._resource, self._classifier = storage, resource, classifier
        self._encoder = open_encoder()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ActReader:
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ActReader:
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, ActClassifier.load(folder / FILE))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Rasa's cache knows neither the encoder nor the data that a component reads itself."""
        digest = hashlib.sha256(open_encoder().fingerprint.encode())
        for path in sorted(DATA.rglob("*.yml")):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        examples = training_data.intent_examples
        texts = [cleaned(example.get(TEXT)) for example in examples]
        self._classifier = ActClassifier.fit(texts, [example.get(INTENT) for example in examples], self._encoder)
        with self._storage.write_to(self._resource) as folder:
            self._classifier.save(folder / FILE)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            if not text or self._classifier is None:
                continue
            ranking = [
                {"name": act.name, "confidence": act.confidence}
                for act in read_act(text, self._classifier, self._encoder)
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking[:5], add_to_output=True)
        return messages
