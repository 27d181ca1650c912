"""What every action shares: it reads a Turn from Rasa's tracker and gives its Answer back to Rasa."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.outcome import Outcome
from bot.presenting import blanks_of
from bot.turn import Answer, Memory, Say, Turn
from index.search import ServiceIndex
from nlu.silence import read_need

# A question in another language is answered in these, saying so.
FOREIGN_ANSWERS = ("lt", "en")


class TurnAction(Action):  # type: ignore[misc]  # rasa_sdk is not followed
    """An action that is a function of a Turn, so that it works with Rasa and without."""

    key = ""

    def __init__(self, index: ServiceIndex | None = None) -> None:
        self._given = index

    @cached_property
    def index(self) -> ServiceIndex:
        # Rasa's own action server constructs actions without arguments.
        return self._given or ServiceIndex.open()

    def name(self) -> str:
        return self.key

    def answer(self, turn: Turn) -> Answer:
        """What is said in `turn.memory.language`, and what is kept."""
        raise NotImplementedError

    def answers(self, turn: Turn) -> list[tuple[str, Answer]]:
        """The answer in each language that the person is answered in; one, or two for other languages."""
        if not turn.foreign:
            answer = self.answer(turn)
            return [(answer.changes.get("language") or turn.memory.language, answer)]
        memories = [(language, replace(turn.memory, language=language)) for language in FOREIGN_ANSWERS]
        return [(language, self.answer(replace(turn, memory=memory))) for language, memory in memories]

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]) -> list[EventType]:
        """Rasa's entry. Texts go out as response keys, which Rasa's generator fills."""
        answers = self.answers(turn_of(tracker, self.index.is_everyday))
        for language, answer in answers:
            for say in answer.says:
                blanks = blanks_of(say.key, say.about, language, self.index)
                dispatcher.utter_message(response=say.key, answer_language=language, **blanks)
                dispatcher.utter_message(json_message=_extras(say, language, answer.outcome))
        changes = answers[0][1].changes
        return [SlotSet(name, list(value) if isinstance(value, tuple) else value) for name, value in changes.items()]


def _extras(say: Say, language: str, outcome: Outcome) -> dict[str, Any]:
    """What belongs to the text before it; text and cards cannot travel in one message of Rasa's."""
    return {
        "language": language,
        "key": say.key,
        "about": say.about,
        "cards": [card.as_json() for card in say.cards],
        "buttons": list(say.buttons),
        "needs": list(say.needs),
        "outcome": outcome.as_json(),
    }


def turn_of(tracker: Tracker, is_everyday: Callable[[str], bool]) -> Turn:
    """The tracker's latest message as a Turn."""
    message = tracker.latest_message
    entities = {entity["entity"]: entity["value"] for entity in message.get("entities") or ()}
    text = message.get("text") or ""
    crisis, _ = read_need(text, is_everyday)
    return Turn(
        text=text,
        act=(message.get("intent") or {}).get("name") or "service_request",
        place=entities.get("place"),
        foreign="foreign" in entities,
        crisis_level=crisis.level,
        crisis_topic=crisis.topic,
        memory=Memory.from_slots(tracker.current_slot_values()),
    )
