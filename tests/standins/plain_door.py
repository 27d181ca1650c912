"""A door for messages of the plain platform, in this process, or in one that can be killed: ids come by standard input.

`python plain_door.py DATABASE PLATFORM HOLD`: each line `id person` is answered, then `id` is written out.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from queue import SimpleQueue

from plain_platform import Plain, compose, letter

from webhook.connectors.delivery.claims import Claims
from webhook.connectors.delivery.posting import Postman
from webhook.storage.database import Engine, open_storage
from webhook.storage.safe import Safe

_THREADS = 4


def answer(message_id: str) -> list[str]:
    """Its id; for some, more."""
    return [message_id, f"{message_id} more"] if message_id.endswith("5") else [message_id]


class Door:
    """Answers each message, as soon as it would take to think about it."""

    def __init__(self, engine: Engine, platform: str, hold_seconds: float = 30.0) -> None:
        self._safe, self._claims = Safe("a key of the tests"), Claims()
        self.postman = Postman(engine, self._safe, {"plain": Plain(platform)}, compose, hold_seconds=hold_seconds)
        self.computed = Counter[str]()
        self.postman.start()

    def take(self, message_id: str, person: str) -> None:
        key = self._safe.keyed_digest(message_id)
        if not self._claims.begin(key):
            return
        is_answered = False
        try:
            if not self.postman.is_answered(key):
                self.computed[message_id] += 1
                time.sleep(0.002)
                self.postman.post(key, letter(*answer(message_id), person=person))
            is_answered = True
        finally:
            self._claims.end(key, is_answered)


def main(database: str, platform: str, hold_seconds: str) -> None:
    door = Door(open_storage(database).engine, platform, float(hold_seconds))
    lines: SimpleQueue[str] = SimpleQueue()

    def work() -> None:
        while line := lines.get():
            message_id, person = line.split()
            door.take(message_id, person)
            sys.stdout.write(f"{message_id}\n")
            sys.stdout.flush()

    for _ in range(_THREADS):
        threading.Thread(target=work, daemon=True).start()
    for line in sys.stdin:
        lines.put(line.strip())


if __name__ == "__main__":
    main(*sys.argv[1:])
