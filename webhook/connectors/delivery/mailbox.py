"""The outbox as it is used while letters are sent: also when the database cannot be written, as during an import.

What it does not take is then kept in memory, sent from there all the same, and written down as soon as it can be.
A process that is killed just then loses what it kept; no other does.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from webhook.connectors.delivery.letters import Letter
from webhook.storage import outbox
from webhook.storage.database import Engine, OperationalError

# Seconds to wait for another writer: an answer goes out the sooner, and a platform's request keeps no thread long.
_PATIENCE = 0.5
# After a writer that took longer, seconds for which the database is not tried again.
_LEFT_ALONE = 1.0


Result = TypeVar("Result")


class _Locked(Exception):
    """The database cannot be written now."""


@dataclass(frozen=True)
class _Kept:
    """A letter in memory; its id is negative."""

    key_hash: str
    letter: Letter
    due_at: float


class Mailbox:
    """Letters of one process, and of others that share its database. For several threads; times: unix seconds."""

    def __init__(self, engine: Engine, hold_seconds: float) -> None:
        self._engine, self._hold = engine.execution_options(patience=_PATIENCE), hold_seconds
        self._kept: dict[int, _Kept] = {}
        # Messages answered, and changes of the outbox, that are not yet written down; and who has left it by these.
        self._answered: set[str] = set()
        self._changes: list[Callable[[], object]] = []
        self._gone: set[int] = set()
        self._ids = itertools.count(-1, -1)
        self._tried_again_at = 0.0
        # The last: threads that take turns here need not wait as SQLite does, which sleeps between its tries.
        self._lock, self._storing, self._writing = threading.RLock(), threading.Lock(), threading.Lock()

    def put(self, key_hash: str, letter: Letter | None, now: float) -> bool:
        """See `outbox.put`; never fails for a database that is locked or away."""
        if not (self._kept or self._changes):
            with suppress(_Locked):
                return self._try(partial(outbox.put, self._engine, key_hash, letter, now))
        if self.is_answered(key_hash):
            return False
        with self._lock:
            if key_hash in self._answered:
                return False
            self._answered.add(key_hash)
            if letter is None:
                self._changes.append(partial(self._note_answered, key_hash, now))
            else:
                if letter.content.erase:
                    self._leave(letter, now)
                new = next(self._ids)
                self._kept[new] = _Kept(key_hash, replace(letter, id=new), now)
        return True

    def is_there(self, letter: Letter) -> bool:
        """Whether it is still to be sent: nobody has left it by "exit", or sent it, since it was taken."""
        identity = _id(letter)
        if identity < 0:
            return identity in self._kept
        with suppress(OperationalError):
            return outbox.is_there(self._engine, identity)
        return True

    def _leave(self, last: Letter, now: float) -> None:
        """Nothing of what waits in memory is said any more to who has left."""
        for kept in [*self._kept.values()]:
            if (kept.letter.channel, kept.letter.person) == (last.channel, last.person):
                self.remove(kept.letter, now)

    def is_answered(self, key_hash: str) -> bool:
        """Whether a message has been answered, as far as can be known now."""
        with suppress(OperationalError):
            return key_hash in self._answered or outbox.is_answered(self._engine, key_hash)
        return False

    def take(self, channel: str, now: float) -> Letter | None:
        """See `outbox.take_due`."""
        self.store(now)
        with suppress(_Locked):
            for letter in self._try(partial(outbox.take_due, self._engine, channel, now, 1, self._hold)):
                return letter
        return self._take_kept(channel, now)

    def next_due(self, channel: str) -> float | None:
        """When there may be something to take; None when there is nothing."""
        with self._lock:
            moments = [kept.due_at for kept in self._kept.values() if kept.letter.channel == channel]
        with suppress(OperationalError):
            stored = outbox.next_due(self._engine, channel)
            moments += [] if stored is None else [stored]
        return min(moments, default=None)

    def note_sent(self, letter: Letter, pieces: int, now: float) -> None:
        """So many of its messages have arrived, and it stays in hand."""
        until = now + self._hold
        if not self._keep(letter, until, sent=pieces):
            self._write(partial(outbox.note_sent, self._engine, _id(letter), pieces, until))

    def postpone(self, letter: Letter, until: float) -> None:
        """A try has failed."""
        if not self._keep(letter, until, tries=letter.tries + 1):
            self._write(partial(outbox.postpone, self._engine, _id(letter), until))

    def remove(self, letter: Letter, now: float) -> None:
        """It has arrived, or never will."""
        with self._lock:
            kept = self._kept.pop(_id(letter), None)
            if kept:
                self._changes.append(partial(self._note_answered, kept.key_hash, now))
                return
            self._gone.add(_id(letter))
        if self._write(partial(outbox.remove, self._engine, _id(letter))):
            self._gone.discard(_id(letter))

    def remember_sent(self, person: str, message_id: str, now: float) -> None:
        """See `outbox.remember_sent`."""
        self._write(partial(outbox.remember_sent, self._engine, person, message_id, now))

    def sent_to(self, person: str) -> tuple[str, ...]:
        """See `outbox.sent_to`."""
        with suppress(OperationalError):
            return outbox.sent_to(self._engine, person)
        return ()

    def forget_sent(self, person: str, message_ids: tuple[str, ...]) -> None:
        """See `outbox.forget_sent`."""
        self._write(partial(outbox.forget_sent, self._engine, person, message_ids))

    def forget_older(self, before: float) -> None:
        """Forget which messages were answered, and which were sent, before `before`; some other time if not now."""
        with suppress(_Locked):
            self._try(partial(outbox.forget_answered, self._engine, before))
            self._try(partial(outbox.forget_old_sent, self._engine, before))

    def leave_no_trace(self) -> None:
        """See `outbox.leave_no_trace`; some other time if not now."""
        with suppress(_Locked):
            self._try(partial(outbox.leave_no_trace, self._engine))

    def drop_older(self, before: float) -> Counter[str]:
        """See `outbox.drop_older`."""
        dropped = Counter[str]()
        with self._lock:
            for kept in [kept for kept in self._kept.values() if kept.letter.made_at < before]:
                dropped[kept.letter.channel] += 1
                self.remove(kept.letter, before)
        with suppress(_Locked):
            dropped.update(self._try(partial(outbox.drop_older, self._engine, before)))
        return dropped

    def store(self, now: float, in_hand: bool = False) -> bool:
        """Write down what is kept in memory, if that can be done by now. in_hand: also what is being sent.

        False: something is left.
        """
        if not (self._changes or self._kept):
            return True
        with self._storing, suppress(_Locked):
            while self._changes:
                with self._lock:
                    change = self._changes.pop(0)
                try:
                    self._try(change)
                except _Locked:
                    with self._lock:
                        self._changes.insert(0, change)
                    raise
            self._gone.clear()
            self._store_letters(now, in_hand)
        return not (self._changes or self._kept)

    def waiting(self, channel: str) -> int:
        """How many letters have not arrived yet."""
        with self._lock:
            kept = sum(kept.letter.channel == channel for kept in self._kept.values())
        with suppress(OperationalError):
            return kept + len(outbox.waiting(self._engine, channel).keys() - self._gone)
        return kept

    def _store_letters(self, now: float, in_hand: bool) -> None:
        with self._lock:
            letters = [kept for kept in self._kept.values() if in_hand or kept.due_at <= now]
        for kept in letters:
            if not self._keep(kept.letter, now + self._hold):
                continue
            try:
                self._try(partial(outbox.put, self._engine, kept.key_hash, kept.letter, now))
            except _Locked:
                self._keep(kept.letter, kept.due_at)
                raise
            with self._lock:
                self._kept.pop(_id(kept.letter), None)
                self._answered.discard(kept.key_hash)

    def _take_kept(self, channel: str, now: float) -> Letter | None:
        """As from the outbox; a letter that is not urgent also waits for what the person's others do there."""
        stored: set[str] = set()
        with suppress(OperationalError):
            letters = outbox.waiting(self._engine, channel)
            stored = {person for stored_id, person in letters.items() if stored_id not in self._gone}
        with self._lock:
            mine = [kept for kept in self._kept.values() if kept.letter.channel == channel]
            seen: set[str] = set()
            for kept in sorted(mine, key=lambda kept: not kept.letter.urgent):
                letter = kept.letter
                is_first = letter.person not in seen and (letter.urgent or letter.person not in stored)
                if is_first and kept.due_at <= now:
                    self._keep(letter, now + self._hold)
                    return letter
                seen.add(letter.person)
        return None

    def _keep(self, letter: Letter, due_at: float, **changes: Any) -> bool:
        """Change a letter that is kept in memory; False when it is not there but in the outbox."""
        with self._lock:
            kept = self._kept.get(_id(letter))
            if kept:
                self._kept[_id(letter)] = replace(kept, letter=replace(kept.letter, **changes), due_at=due_at)
            return kept is not None

    def _write(self, change: Callable[[], object]) -> bool:
        """Change the outbox now, else as soon as it can be done, after the changes that already wait."""
        if not self._changes:
            with suppress(_Locked):
                self._try(change)
                return True
        with self._lock:
            self._changes.append(change)
        return False

    def _try(self, change: Callable[[], Result]) -> Result:
        """Raises _Locked, and does so at once while the database is left alone."""
        with self._writing:
            if time.monotonic() < self._tried_again_at:
                raise _Locked
            try:
                return change()
            except OperationalError:
                self._tried_again_at = time.monotonic() + _LEFT_ALONE
                raise _Locked from None

    def _note_answered(self, key_hash: str, now: float) -> None:
        outbox.put(self._engine, key_hash, None, now)
        self._answered.discard(key_hash)


def _id(letter: Letter) -> int:
    return letter.id or 0
