"""When a platform that did not take a message is asked again: never before it wants, and ever more rarely."""

from __future__ import annotations

import random
import threading

from webhook.connectors.protocol import TryAgain

# Seconds between tries: 1, 2, 4 … 30, each shorter by up to a quarter by chance, so that not all come at once; what a
# platform asks for is made longer instead.
_LONGEST = 30.0
_JITTER = 0.25
# So many people turned away, and nobody's message taken in between: it is not them, it is all of us.
_TOO_MANY_PEOPLE = 2
_WHOLE_PLATFORM = ("unreachable", "late", "status_408", "status_5")


class Pauses:
    """Of one platform, and of single people there. For several threads; moments are unix seconds."""

    def __init__(self) -> None:
        self.until = 0.0
        self._failures = 0
        self._turned_away: set[str] = set()
        self._lock = threading.Lock()

    @property
    def is_failing(self) -> bool:
        """Whether the platform was away when it was last asked: one message is then enough to find out."""
        return self._failures > 0

    def refuse(self, fault: TryAgain, person: str, tries: int, now: float) -> float:
        """When a letter that was not taken may be tried again. tries: how often it was tried before.

        A platform that is away, late or broken (5xx) is left alone as a whole; one that asks to wait (429), for this
        person only, as Telegram means it of a chat, unless it says so of several people in a row.
        """
        with self._lock:
            if fault.reason.startswith(_WHOLE_PLATFORM):
                if now >= self.until:  # several messages that fail at once are one failure
                    self._failures += 1
                wait = max(fault.after or 0.0, _step(self._failures))
                self.until = max(self.until, now + wait)
                return self.until
            self._failures = 0
            self._turned_away.add(person)
            wait = fault.after * (1 + _chance()) if fault.after else _step(tries + 1)
            if len(self._turned_away) >= _TOO_MANY_PEOPLE:
                self.until = max(self.until, now + wait)
            return now + wait

    def end(self) -> None:
        """The platform has taken a message. A pause that it asked for while that one was under way lasts on."""
        with self._lock:
            self._failures = 0
            self._turned_away.clear()


def _step(failures: int) -> float:
    return min(2.0 ** (max(failures, 1) - 1), _LONGEST) * (1 - _chance())


def _chance() -> float:
    return random.random() * _JITTER
