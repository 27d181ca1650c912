"""Sends letters in the background. A platform that is away slows no other, and no request of the website."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from webhook.connectors.delivery.carrying import OLDEST_ANSWER, Arrived, Carrier, Compose
from webhook.connectors.delivery.letters import Letter
from webhook.connectors.delivery.mailbox import Mailbox
from webhook.connectors.delivery.rounds import Round, Told
from webhook.connectors.protocol import Connector
from webhook.errors import log_fault
from webhook.storage.database import Engine
from webhook.storage.safe import Safe

# What `told` is told of a letter.
RESULTS = ("sent", "retried", "dropped_old", "undeliverable", "failed")
# No platform sends a message again after two days, and none deletes one then.
_REMEMBERED = 48 * 3600.0
# For so long a letter is in one process's hand, from its last message on: more than one message takes, and the time
# after which another process goes on with what a killed one has begun.
_HOLD = 30.0
# How often old letters are removed, the database's own log of them emptied, and old digests forgotten.
_TIDY, _EMPTY, _FORGET = 1.0, 60.0, 3600.0
_LOCKED = 0.1


class Postman:
    """Puts answers into the outbox and brings them to people, each person's in their order.

    A crash between a platform's taking a message and our noting it sends this message again, with the same `delivery`
    name, by which a platform that knows such names tells them apart: at most a message is repeated, none is lost.
    Nothing that is older than five minutes is sent, also when a part of it was.
    """

    def __init__(
        self,
        engine: Engine,
        safe: Safe,
        connectors: Mapping[str, Connector],
        compose: Compose,
        clock: Callable[[], float] = time.time,
        told: Told = lambda channel, result: None,
        arrived: Arrived = lambda letter, recipient: None,
        hold_seconds: float = _HOLD,
    ) -> None:
        """compose: makes a letter's messages, within the connector's limits. told: hears channel and result (one of
        RESULTS) of each letter. arrived: hears of each that has arrived. clock: unix seconds. hold_seconds: how long
        letters wait that a killed process had in hand."""
        self._safe, self._clock, self._told = safe, clock, told
        self._mailbox = Mailbox(engine, hold_seconds)
        self._rounds = {
            name: Round(
                name, self._mailbox, Carrier(connector, safe, self._mailbox, compose, clock, arrived), clock, told
            )
            for name, connector in connectors.items()
        }
        self._closing = threading.Event()

    def post(self, key_hash: str, letter: Letter | None) -> bool:
        """The message is answered, and this is on its way. False: it was answered before, and nothing is sent.

        key_hash: keyed digest of the message's channel and id. letter: None where silence is the answer.
        """
        if letter is not None:
            letter = replace(letter, recipient=self._safe.lock(letter.recipient))
        is_new = self._mailbox.put(key_hash, letter, self._clock())
        if is_new and letter is not None and letter.channel in self._rounds:
            self._rounds[letter.channel].wake()
        return is_new

    def is_answered(self, key_hash: str) -> bool:
        """Whether a message was answered in the last two days, by any process."""
        return self._mailbox.is_answered(key_hash)

    def start(self) -> None:
        """Send what is there and what comes."""
        threading.Thread(target=self._tidy_on, name="outbox", daemon=True).start()
        for round_ in self._rounds.values():
            round_.start()

    def wake(self) -> None:
        """Look at once."""
        for round_ in self._rounds.values():
            round_.wake()

    def close(self, seconds: float = 10.0) -> None:
        """Send nothing more but the letters under way; return after so many seconds even if they are not there."""
        until = time.monotonic() + seconds
        self._closing.set()
        for round_ in self._rounds.values():
            round_.close()
        for round_ in self._rounds.values():
            round_.wait(until)
        while not self._mailbox.store(self._clock(), in_hand=True) and time.monotonic() < until:
            time.sleep(_LOCKED)

    def waiting(self, channel: str) -> int:
        """How many letters have not arrived yet: a gauge."""
        return self._mailbox.waiting(channel)

    def _tidy_on(self) -> None:
        forgotten, emptied = 0.0, self._clock()
        while True:
            now = self._clock()
            try:
                self._mailbox.store(now)
                dropped = self._mailbox.drop_older(now - OLDEST_ANSWER)
                for channel in dropped.elements():
                    self._told(channel, "dropped_old")
                if dropped:  # letters of the same people may go now
                    self.wake()
                if now - emptied > _EMPTY:
                    self._mailbox.leave_no_trace()
                    emptied = now
                if now - forgotten > _FORGET:
                    self._mailbox.forget_older(now - _REMEMBERED)
                    forgotten = now
            except Exception as fault:  # noqa: BLE001  # without it, old answers would stay
                log_fault(fault, "internal")
            if self._closing.wait(_TIDY):
                return
