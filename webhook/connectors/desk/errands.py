"""Errands to the desk, carried in the background: what a person writes to it is on its way here and nowhere else."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from webhook.connectors.protocol import TryAgain, Undeliverable

_log = logging.getLogger("webhook.delivery")


@dataclass
class _Errand:
    person: str
    act: Callable[[], object]
    lost: Callable[[], None] | None
    due: float
    until: float
    tries: int = 0


class Errands:
    """To one desk, in memory: those of one person in their order, for five minutes.

    Their thread lives only while there is something to carry.
    """

    def __init__(self, first_wait: float = 1.0, longest_wait: float = 30.0, patience: float = 300.0) -> None:
        self._first, self._longest, self._patience = first_wait, longest_wait, patience
        self._errands: list[_Errand] = []
        self._changed = threading.Condition()
        self._is_running = False

    def take(self, person: str, act: Callable[[], object], lost: Callable[[], None] | None = None) -> None:
        """act: raises TryAgain or Undeliverable. lost: called where it could not be done."""
        at = time.monotonic()
        with self._changed:
            self._errands.append(_Errand(person, act, lost, at, at + self._patience))
            self._changed.notify_all()
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._work, name="desk", daemon=True).start()

    def settle(self, seconds: float) -> bool:
        """Wait until nothing is left to carry; False where that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._errands, seconds)

    def _work(self) -> None:
        while errand := self._next():
            is_over = self._try(errand)
            with self._changed:
                if is_over:
                    self._errands.remove(errand)
                    self._changed.notify_all()

    def _next(self) -> _Errand | None:
        """Wait for the first that is due, of each person only the first; None where there is none."""
        with self._changed:
            while self._errands:
                firsts: dict[str, _Errand] = {}
                for errand in self._errands:
                    firsts.setdefault(errand.person, errand)
                soonest = min(firsts.values(), key=lambda errand: errand.due)
                wait = soonest.due - time.monotonic()
                if wait <= 0:
                    return soonest
                self._changed.wait(wait)
            self._is_running = False
            return None

    def _try(self, errand: _Errand) -> bool:
        """Whether it is over: done, or given up."""
        try:
            errand.act()
            return True
        except TryAgain as fault:
            wait = min(self._first * 2**errand.tries, self._longest) * random.uniform(0.5, 1.5)
            errand.due, errand.tries = time.monotonic() + max(wait, fault.after or 0.0), errand.tries + 1
            if errand.due < errand.until:
                return False
            reason = fault.reason
        except Undeliverable as fault:
            reason = fault.reason
        except Exception as fault:  # noqa: BLE001  # the next errand must be carried whatever became of this one
            reason = type(fault).__name__
        _log.warning("the desk was not reached: %s", reason)
        if errand.lost:
            self._tell_lost(errand.lost)
        return True

    @staticmethod
    def _tell_lost(lost: Callable[[], None]) -> None:
        try:
            lost()
        except Exception as fault:  # noqa: BLE001  # as when the database is busy: five minutes later it shows anyway
            _log.warning("a lost errand was not noted: %s", type(fault).__name__)
