"""Of threads that get the same message at once, one answers it."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from webhook.connectors.delivery.claims import Claims
from webhook.refusals import Refusal

MANY = 8


def test_one_of_many_threads_answers_and_the_others_hear_of_it_afterwards() -> None:
    claims, answered, begun = Claims(), threading.Event(), threading.Barrier(MANY)

    def get() -> tuple[bool, bool]:
        begun.wait()
        is_first = claims.begin("a")
        if is_first:
            time.sleep(0.1)
            answered.set()
            claims.end("a", True)
        return is_first, answered.is_set()

    with ThreadPoolExecutor(MANY) as pool:
        results = [future.result() for future in [pool.submit(get) for _ in range(MANY)]]
    assert sorted(results) == [*[(False, True)] * (MANY - 1), (True, True)]
    assert not claims.begin("a")


def test_different_messages_do_not_wait_for_each_other() -> None:
    claims = Claims()
    assert claims.begin("a")
    assert claims.begin("b")


def test_when_the_first_fails_the_next_one_answers() -> None:
    claims, order = Claims(), []

    def get(number: int) -> None:
        if claims.begin("a"):
            order.append(number)
            time.sleep(0.05)
            claims.end("a", answered=number == 2)

    assert claims.begin("a")
    threads = [threading.Thread(target=get, args=(number,)) for number in (1, 2, 3)]
    for thread in threads:
        thread.start()
        time.sleep(0.02)
    claims.end("a", False)
    for thread in threads:
        thread.join()
    assert order[-1] == 2
    assert not claims.begin("a")


def test_who_waits_too_long_has_the_platform_send_again() -> None:
    claims = Claims(wait=0.05)
    assert claims.begin("a")
    with pytest.raises(Refusal, match="assistant_unavailable"):
        claims.begin("a")
    claims.end("a", True)
    assert not claims.begin("a")


def test_what_was_answered_long_ago_is_no_longer_known_here() -> None:
    """The database knows it longer."""
    claims = Claims(remembered=0.05)
    assert claims.begin("a")
    claims.end("a", True)
    time.sleep(0.1)
    assert claims.begin("a")
