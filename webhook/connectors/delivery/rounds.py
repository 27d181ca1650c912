"""The threads that send one platform's letters: one looks for the next letter, while a few others are sending."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable

from webhook.connectors.delivery.carrying import Carrier
from webhook.connectors.delivery.letters import Letter
from webhook.connectors.delivery.mailbox import Mailbox
from webhook.connectors.delivery.pacing import Pauses
from webhook.connectors.protocol import TryAgain, Undeliverable
from webhook.errors import log_fault

Told = Callable[[str, str], None]

_THREADS = 4
# Seconds between two looks at what other processes have left.
_LOOK = 5.0
# The same for letters that are due and cannot be taken, as while the database is locked.
_LOCKED = 0.2
_MOST_FAULTS = 3
_log = logging.getLogger("webhook.delivery")


class Round:
    """Of one channel. Threads are started as they are needed, and end with `close`."""

    def __init__(
        self, channel: str, mailbox: Mailbox, carrier: Carrier, clock: Callable[[], float], told: Told
    ) -> None:
        self._channel, self._mailbox, self._carrier = channel, mailbox, carrier
        self._clock, self._told = clock, told
        self._pauses = Pauses()
        self._faults = Counter[int]()
        self._threads: list[threading.Thread] = []
        self._sending = 0
        self._bell, self._looking, self._lock = threading.Event(), threading.Lock(), threading.Lock()
        self._is_closed = False

    def start(self) -> None:
        """Let one more thread take part, up to a few."""
        with self._lock:
            if len(self._threads) < _THREADS and not self._is_closed:
                thread = threading.Thread(target=self._work, name=f"post-{self._channel}", daemon=True)
                self._threads.append(thread)
                thread.start()

    def wake(self) -> None:
        """There is something to look at."""
        self._bell.set()

    def close(self) -> None:
        """Take no more letters."""
        self._is_closed = True
        self._bell.set()

    def wait(self, until: float) -> None:
        """For the letters under way, until then by time.monotonic()."""
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        while True:
            with self._looking:
                letter = self._next()
                if letter is None:
                    return
                with self._lock:
                    self._sending += 1
            self.start()
            try:
                self._carry(letter)
            except Exception as fault:  # noqa: BLE001  # a thread that ended would be missed by everybody
                log_fault(fault, "internal")
            finally:
                with self._lock:
                    self._sending -= 1
                # The person's next letter may be taken now.
                self._bell.set()

    def _next(self) -> Letter | None:
        """Wait for a letter; None when closed."""
        while not self._is_closed:
            self._bell.clear()
            try:
                pause = self._pause()
                if pause <= 0:
                    letter = self._mailbox.take(self._channel, self._clock())
                    if letter:
                        return letter
                    pause = self._seconds_to_next()
            except Exception as fault:  # noqa: BLE001  # as above
                log_fault(fault, "internal")
                pause = _LOOK
            if not self._is_closed:
                self._bell.wait(min(pause, _LOOK))
        return None

    def _pause(self) -> float:
        """Seconds for which nothing is sent: the platform's pause; while one letter finds out whether it is over."""
        if self._pauses.is_failing and self._sending:
            return _LOOK
        return self._pauses.until - self._clock()

    def _seconds_to_next(self) -> float:
        due = self._mailbox.next_due(self._channel)
        return _LOOK if due is None else max(due - self._clock(), _LOCKED)

    def _carry(self, letter: Letter) -> None:
        try:
            arrived = self._carrier.carry(letter)
        except TryAgain as fault:
            until = self._pauses.refuse(fault, letter.person, letter.tries, self._clock())
            self._mailbox.postpone(letter, until)
            self._told(self._channel, "retried")
            _log.info("%s: tried again later: %s", self._channel, fault.reason)
        except Undeliverable as fault:
            self._pauses.end()
            self._end(letter, "undeliverable")
            _log.warning("%s: undeliverable: %s", self._channel, fault.reason)
        except Exception as fault:  # noqa: BLE001  # one letter that cannot be made must not keep the others
            log_fault(fault, "internal")
            self._fail(letter)
        else:
            self._pauses.end()
            if arrived:
                self._end(letter, "sent")

    def _fail(self, letter: Letter) -> None:
        """By a fault of ours, which may pass, as while the index is changed over; else it is removed."""
        key = letter.id or 0
        self._faults[key] += 1
        if self._faults[key] < _MOST_FAULTS:
            self._mailbox.postpone(letter, self._clock() + self._faults[key])
        else:
            self._end(letter, "failed")

    def _end(self, letter: Letter, result: str) -> None:
        self._mailbox.remove(letter, self._clock())
        self._faults.pop(letter.id or 0, None)
        self._told(self._channel, result)
