"""Which dialogue act a message is: a greeting, a follow-up about what was shown, a request for help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlu.classifier import TextClassifier
from nlu.encoder import Encoder, Vectors
from nlu.slips import without_diacritics

SERVICE_REQUEST = "service_request"
# Rasa keeps the word restart for itself, so its intent has another name than the contract's act.
_INTENT_OF = {"restart": "start_over"}
# What is less sure than this is searched, which is never wrong for somebody who needs help.
CERTAIN = 0.55
OUT_OF_SCOPE = "out_of_scope"
GIVE_PLACE = "give_place"
PRIVACY = "privacy"


@dataclass(frozen=True)
class Act:
    """`name` is Rasa's intent; `confidence` is its probability."""

    name: str
    confidence: float


class ActClassifier:
    """Learned from `nlu/data/<language>/acts.yml`; whatever it is not sure of is a service request."""

    def __init__(self, classifier: TextClassifier) -> None:
        self._classifier = classifier

    @classmethod
    def fit(cls, texts: Sequence[str], intents: Sequence[str], encoder: Encoder) -> ActClassifier:
        # Acts are told apart by a word or two, and a slip in it makes another act of it.
        return cls(TextClassifier.fit(texts, intents, encoder, without_diacritics))

    @classmethod
    def load(cls, path: Path) -> ActClassifier:
        return cls(TextClassifier.load(path))

    def save(self, path: Path) -> None:
        self._classifier.save(path)

    def ranking(self, text: str, vector: Vectors) -> list[Act]:
        """Every act, most likely first; an unsure first place goes to the service request."""
        chances = self._classifier.probabilities(text, vector)
        acts = [Act(name, float(p)) for name, p in zip(self._classifier.labels, chances, strict=True)]
        acts.sort(key=lambda act: -act.confidence)
        if _certainty(acts) < CERTAIN:
            acts.sort(key=lambda act: (act.name != SERVICE_REQUEST, -act.confidence))
        return acts

    def classify(self, text: str, vector: Vectors) -> Act:
        return self.ranking(text, vector)[0]


def _certainty(acts: list[Act]) -> float:
    """How sure it is that the message asks for nothing. Thanks and goodbye in one share their certainty.

    Small talk has to be sure by itself: questions of other offices look like it.
    """
    if acts[0].name in (SERVICE_REQUEST, OUT_OF_SCOPE):
        return acts[0].confidence
    return sum(act.confidence for act in acts if act.name not in (SERVICE_REQUEST, OUT_OF_SCOPE))


def contract_name(intent: str) -> str:
    """The act's name in the contract."""
    return next((act for act, name in _INTENT_OF.items() if name == intent), intent)
