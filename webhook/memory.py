"""What is remembered for minutes, in memory only: replies to repeated requests, and the page's last answers."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from bot.message import Reply

Value = TypeVar("Value")
_MOST_SENDERS = 2000
_REPLIES_EACH = 8
_TURNS_EACH = 6
# Longer than any answer takes; a second request for the same message waits for the first.
_LONGEST_ANSWER = 30.0


class Forgetting(Generic[Value]):
    """A dictionary that forgets what was idle for `seconds`, by a timer, and holds `most` entries at most.

    Its thread lives only while there is something to forget.
    """

    def __init__(self, seconds: float, most: int = _MOST_SENDERS) -> None:
        self._seconds, self._most = seconds, most
        self._entries: OrderedDict[str, tuple[float, Value]] = OrderedDict()
        self._lock = threading.Lock()
        self._sweeping = False

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> Value | None:
        with self._lock:
            found = self._entries.get(key)
            return found[1] if found and found[0] > time.monotonic() - self._seconds else None

    def update(self, key: str, change: Callable[[Value | None], Value]) -> Value:
        """Replace the value by `change(old)` and count it as used now."""
        with self._lock:
            old = self._entries.pop(key, None)
            value = change(old[1] if old else None)
            self._entries[key] = (time.monotonic(), value)
            while len(self._entries) > self._most:
                self._entries.popitem(last=False)
            if not self._sweeping:
                self._sweeping = True
                threading.Thread(target=self._sweep, name="forgetting", daemon=True).start()
            return value

    def forget(self, key: str) -> None:
        with self._lock:
            self._entries.pop(key, None)

    def _sweep(self) -> None:
        while True:
            time.sleep(min(60.0, self._seconds))
            with self._lock:
                limit = time.monotonic() - self._seconds
                while self._entries and next(iter(self._entries.values()))[0] <= limit:
                    self._entries.popitem(last=False)
                if not self._entries:
                    self._sweeping = False
                    return


class Replies:
    """Replies by sender and message id, so that a request sent again gets the same answer, made once."""

    def __init__(self, seconds: float = 600.0) -> None:
        self._known: Forgetting[OrderedDict[str, Future[Reply]]] = Forgetting(seconds)

    def once(self, sender: str, message_id: str | None, make: Callable[[], Reply]) -> Reply:
        """The reply to this message; what `make` raises is raised, and not remembered."""
        if message_id is None:
            return make()
        mine: Future[Reply] = Future()
        future = self._claim(sender, message_id, mine)
        if future is not mine:
            return future.result(timeout=_LONGEST_ANSWER)
        try:
            mine.set_result(make())
        except BaseException as fault:
            self._withdraw(sender, message_id)
            mine.set_exception(fault)
            raise
        return mine.result()

    def forget(self, sender: str) -> None:
        self._known.forget(sender)

    def _claim(self, sender: str, message_id: str, mine: Future[Reply]) -> Future[Reply]:
        def change(known: OrderedDict[str, Future[Reply]] | None) -> OrderedDict[str, Future[Reply]]:
            known = OrderedDict() if known is None else known
            known.setdefault(message_id, mine)
            while len(known) > _REPLIES_EACH:
                known.popitem(last=False)
            return known

        return self._known.update(sender, change).get(message_id, mine)

    def _withdraw(self, sender: str, message_id: str) -> None:
        known = self._known.get(sender)
        if known is not None:
            known.pop(message_id, None)


class Turns:
    """The last answers of a person without JavaScript, as JSON; what the person wrote is not kept."""

    def __init__(self, minutes: int) -> None:
        self._known: Forgetting[tuple[dict[str, Any], ...]] = Forgetting(minutes * 60.0, most=500)

    def add(self, sender: str, answer: dict[str, Any]) -> None:
        self._known.update(sender, lambda old: (*(old or ()), answer)[-_TURNS_EACH:])

    def of(self, sender: str) -> tuple[dict[str, Any], ...]:
        return self._known.get(sender) or ()

    def forget(self, sender: str) -> None:
        self._known.forget(sender)
