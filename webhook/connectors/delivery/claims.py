"""Of several threads that get the same message at once, lets one answer it: what a platform sends twice is not read
twice. What was answered earlier, or by another process, stands in the database."""

from __future__ import annotations

from concurrent.futures import Future

from webhook.memory import Forgetting
from webhook.refusals import Refusal

# Longer than any answer takes.
_LONGEST_ANSWER = 30.0
# A platform that hears nothing sends again within seconds; this also lasts while the database cannot be written.
REMEMBERED = 900.0
_MOST = 20_000


class Claims:
    """Message ids, by their keyed digests, that this process is answering or has answered. For several threads."""

    def __init__(self, wait: float = _LONGEST_ANSWER, remembered: float = REMEMBERED) -> None:
        """wait: seconds that a thread waits for the one that answers. remembered: seconds."""
        self._wait = wait
        self._known: Forgetting[Future[bool]] = Forgetting(remembered, _MOST)

    def begin(self, key: str) -> bool:
        """True: the caller answers this message, and calls `end`, whatever happens. False: it has been answered.

        While another thread answers it, waits for that one; if it fails, the caller is next. Raises Refusal
        (`assistant_unavailable`) when that takes too long, so that the platform sends the message again.
        """
        while True:
            mine: Future[bool] = Future()
            first = self._known.update(key, lambda known, mine=mine: known or mine)  # type: ignore[misc]
            if first is mine:
                return True
            try:
                if first.result(self._wait):
                    return False
            except TimeoutError:
                raise Refusal("assistant_unavailable") from None

    def end(self, key: str, answered: bool) -> None:
        """answered: the answer is in the outbox. Else the next try may answer it."""
        first = self._known.get(key)
        if not answered:
            self._known.forget(key)
        if first is not None and not first.done():
            first.set_result(answered)
