"""Rasa's memory of conversations: in this process only, bounded, and forgotten by a timer."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

# A turn grows with the conversation: 19 ms at turn 1, 118 at turn 200; six turns are enough for the rules.
KEPT_TURNS = 6
IDLE_SECONDS = 30 * 60
MOST_CONVERSATIONS = 5_000
_SWEEP_SECONDS = 60


@dataclass(frozen=True)
class _Kept:
    touched: float
    slots: dict[str, Any]
    events: tuple[Event, ...]


class ConversationMemory(TrackerStore):  # type: ignore[misc]  # Rasa has no types
    """Keeps slots and the last turns of each conversation; nothing is written anywhere."""

    def __init__(
        self, domain: Domain | None = None, event_broker: Any = None, idle: float = IDLE_SECONDS, **_: Any
    ) -> None:
        super().__init__(domain, None)
        self._idle = idle
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        threading.Thread(target=self._sweep, name="memory", daemon=True).start()

    async def save(self, tracker: DialogueStateTracker) -> None:
        self._keep(tracker.sender_id, tracker.current_slot_values(), _last_turns(list(tracker.events)))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        with self._lock:
            found = self._kept.get(sender_id)
        if found is None:
            return None
        tracker = self.init_tracker(sender_id)
        for event in found.events:
            tracker.update(event)
        # Slots of forgotten turns, and those that were set without Rasa.
        for name, value in found.slots.items():
            if tracker.get_slot(name) != value:
                tracker.update(SlotSet(name, value))
        return tracker

    async def keys(self) -> Iterable[str]:
        return list(self._kept)

    def knows(self, sender_id: str) -> bool:
        return sender_id in self._kept

    def slots(self, sender_id: str) -> dict[str, Any]:
        """What is kept of a conversation; works also while Rasa does not."""
        with self._lock:
            found = self._kept.get(sender_id)
        return dict(found.slots) if found else {}

    def change(self, sender_id: str, changes: Mapping[str, Any]) -> None:
        """Sets slots without Rasa."""
        with self._lock:
            found = self._kept.get(sender_id)
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in changes.items()}
        # A conversation of which Rasa has finished no turn begins where Rasa's begin: it listens.
        events = list(found.events) if found and found.events else [ActionExecuted(ACTION_LISTEN_NAME)]
        self._keep(sender_id, {**(found.slots if found else {}), **plain}, events)

    def forget(self, sender_id: str) -> None:
        with self._lock:
            self._kept.pop(sender_id, None)

    def forget_idle(self) -> None:
        """Drops what nobody has touched for as long as `idle` says."""
        before = time.monotonic() - self._idle
        with self._lock:
            while self._kept:
                sender_id, kept = next(iter(self._kept.items()))
                if kept.touched > before:
                    return
                del self._kept[sender_id]

    def close(self) -> None:
        self._stop.set()

    def _keep(self, sender_id: str, slots: dict[str, Any], events: list[Event]) -> None:
        with self._lock:
            self._kept[sender_id] = _Kept(time.monotonic(), slots, tuple(events))
            self._kept.move_to_end(sender_id)
            while len(self._kept) > MOST_CONVERSATIONS:
                self._kept.popitem(last=False)

    def _sweep(self) -> None:
        while not self._stop.wait(min(_SWEEP_SECONDS, self._idle)):
            self.forget_idle()


def _last_turns(events: list[Event]) -> list[Event]:
    """The events of the last turns. The action_listen before a message belongs to its turn."""
    said = [position for position, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(said) <= KEPT_TURNS:
        return events
    return events[max(0, said[-KEPT_TURNS] - 1) :]
