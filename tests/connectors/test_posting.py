"""The postman brings answers to a real server that fails, asks to wait, and goes away."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from plain_platform import Forgetful, Plain, PlainPlatform, compose, letter
from stand_in import Answer

from webhook.connectors.delivery.posting import Postman
from webhook.storage.database import Storage
from webhook.storage.safe import Safe

SAFE = Safe("a key of the tests")
Make = Callable[..., Postman]


class Clock:
    """Runs as the real one does, and can be set forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


def eventually(is_so: Callable[[], Any], seconds: float = 10.0) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.01)


@pytest.fixture
def platform() -> Iterator[PlainPlatform]:
    made = PlainPlatform()
    yield made
    made.close()
    assert made.faults == []


@pytest.fixture
def told() -> Counter[str]:
    return Counter()


@pytest.fixture
def make(storage: Storage, platform: PlainPlatform, told: Counter[str]) -> Iterator[Make]:
    made: list[Postman] = []

    def tell(channel: str, result: str) -> None:
        told[result if channel == "plain" else f"{channel} {result}"] += 1

    def build(*connectors: Plain, compose: Any = compose, **more: Any) -> Postman:
        by_name = {one.name: one for one in connectors or (Plain(platform.url),)}
        made.append(Postman(storage.engine, SAFE, by_name, compose, told=tell, **more))
        made[-1].start()
        return made[-1]

    yield build
    for postman in made:
        postman.close(1)


def test_a_letter_arrives_soon_and_whole_and_leaves_the_outbox(
    make: Make, platform: PlainPlatform, told: Counter[str]
) -> None:
    postman = make()
    begun = time.monotonic()
    assert postman.post("a", letter("one", "two", "three"))
    eventually(lambda: told["sent"])
    assert time.monotonic() - begun < 3
    assert platform.said() == ["one", "two", "three"]
    assert postman.waiting("plain") == 0
    assert postman.is_answered("a")
    assert not postman.post("a", letter("again"))


def test_each_persons_answers_arrive_in_their_order(make: Make, platform: PlainPlatform, told: Counter[str]) -> None:
    postman = make()
    for number in range(30):
        postman.post(str(number), letter(f"{number} a", f"{number} b", person=str(number % 3)))
    eventually(lambda: told["sent"] == 30)
    for person in range(3):
        numbers = range(person, 30, 3)
        assert platform.said(str(person)) == [text for n in numbers for text in (f"{n} a", f"{n} b")]


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_who_is_asked_to_wait_is_left_alone_so_long_and_others_are_not(
    make: Make, platform: PlainPlatform, told: Counter[str], form: str
) -> None:
    seconds = 2
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    platform.answer_next(Answer(429, headers={"Retry-After": str(seconds) if form == "seconds" else date}))
    postman, begun = make(), time.time()
    postman.post("a", letter("one"))
    eventually(lambda: told["retried"])
    postman.post("b", letter("two"))
    postman.post("c", letter("other", person="7"))
    eventually(lambda: told["sent"] == 1)
    assert (platform.said("7"), platform.said()) == (["other"], [])
    assert time.time() - begun < seconds - 1
    eventually(lambda: told["sent"] == 3)
    assert platform.said() == ["one", "two"]
    # An HTTP date has no fractions of a second.
    assert platform.taken[1].at - begun >= seconds - (form == "date")


def test_a_platform_that_turns_several_people_away_is_left_alone_as_a_whole(
    make: Make, platform: PlainPlatform, told: Counter[str]
) -> None:
    platform.answer_next(*[Answer(429, headers={"Retry-After": "1"})] * 2)
    postman = make()
    for person in ("1", "2"):
        postman.post(person, letter("late", person=person))
        eventually(lambda person=person: told["retried"] == int(person))
    begun = time.time()
    postman.post("3", letter("other", person="3"))
    eventually(lambda: told["sent"] == 3)
    assert platform.taken[0].at - begun > 0.5


@pytest.mark.parametrize("status", [500, 502, 503, 408])
def test_a_fault_of_the_platform_is_outlasted(
    make: Make, platform: PlainPlatform, told: Counter[str], status: int
) -> None:
    platform.answer_next(Answer(status))
    postman = make()
    postman.post("a", letter("one", "two"))
    eventually(lambda: told["sent"])
    assert platform.said() == ["one", "two"]
    assert told == {"retried": 1, "sent": 1}


def test_what_has_arrived_of_a_letter_is_not_sent_again(
    make: Make, platform: PlainPlatform, told: Counter[str]
) -> None:
    waits = Answer(content={"id": "x"})
    platform.answer_next(waits, Answer(503))
    make().post("a", letter("one", "two"))
    eventually(lambda: told["sent"])
    assert platform.said() == ["two"]


def test_an_answer_that_is_late_is_asked_for_again_by_the_same_name(
    make: Make, platform: PlainPlatform, told: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform has taken the message, but we cannot know."""
    monkeypatch.setattr("webhook.connectors.calls._TIMEOUTS", (0.3, 0.3))
    take, slow = platform.take, [1.0]

    def take_slowly(request: Any) -> Answer:
        answer = take(request)
        return Answer(answer.status, answer.content, after_seconds=slow.pop()) if slow else answer

    monkeypatch.setattr(platform, "take", take_slowly)
    make().post("a", letter("one"))
    eventually(lambda: told["sent"])
    assert len(platform.taken) == 2
    assert platform.said() == ["one"]


def test_what_a_platform_will_never_take_is_removed_and_keeps_nobody_waiting(
    make: Make, platform: PlainPlatform, told: Counter[str]
) -> None:
    platform.answer_next(Answer(403))
    postman = make()
    postman.post("a", letter("one", "two"))
    postman.post("b", letter("three"))
    eventually(lambda: told["sent"])
    assert (platform.said(), told) == (["three"], {"undeliverable": 1, "sent": 1})


def test_one_poisoned_letter_is_tried_three_times_and_blocks_nobody(
    make: Make, platform: PlainPlatform, told: Counter[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    clock = Clock()
    postman = make(clock=clock)
    postman.post("a", letter("before", "poison"))
    for number in range(20):
        postman.post(str(number), letter("fine", person=str(number)))
    eventually(lambda: told["sent"] == 20)
    for _ in range(3):
        time.sleep(0.1)
        clock.ahead += 5
        postman.wake()
    eventually(lambda: told["failed"] == 1)
    assert platform.said() == ["before"]
    assert postman.waiting("plain") == 0
    faults = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(faults) == 3
    assert all("ValueError at plain_platform.py" in fault for fault in faults)
    assert not any(word in caplog.text for word in ("poison", "before", "4242", "fine"))


def test_a_fault_that_passes_loses_nothing(make: Make, platform: PlainPlatform, told: Counter[str]) -> None:
    faults = [RuntimeError("the index is being changed over")]

    def sometimes(content: Any, connector: Any) -> Any:
        if faults:
            raise faults.pop()
        return compose(content, connector)

    make(compose=sometimes).post("a", letter("one"))
    eventually(lambda: told["sent"])
    assert platform.said() == ["one"]


def test_nothing_older_than_five_minutes_is_sent_also_when_a_part_was(
    make: Make, platform: PlainPlatform, told: Counter[str]
) -> None:
    clock = Clock()
    postman = make(clock=clock)
    platform.answer_next(Answer(content={"id": "x"}), Answer(429, headers={"Retry-After": "200"}))
    postman.post("a", letter("one", "two"))
    eventually(lambda: told["retried"])
    clock.ahead += 310
    postman.post("b", letter("three", made_at=clock()))
    eventually(lambda: told["sent"])
    assert platform.said() == ["three"]
    eventually(lambda: told["dropped_old"] == 1)
    assert postman.waiting("plain") == 0


def test_what_the_bot_said_before_is_deleted_first_where_the_platform_allows(
    make: Make, platform: PlainPlatform, told: Counter[str]
) -> None:
    postman = make(Forgetful(platform.url))
    postman.post("a", letter("one", "two"))
    postman.post("b", letter("other", person="7"))
    eventually(lambda: told["sent"] == 2)
    theirs = {taken.content["delivery"] for taken in platform.taken if taken.content["to"] == "4242"}
    assert len(theirs) == 2
    platform.answer_next(Answer(400))  # one is too old to be deleted
    postman.post("c", letter("goodbye", erase=True))
    eventually(lambda: told["sent"] == 3)
    assert [taken.path for taken in platform.taken[-2:]] == ["/delete", "/say"]
    assert platform.said() == ["one", "two", "goodbye"]
    postman.post("d", letter("goodbye again", erase=True))
    eventually(lambda: told["sent"] == 4)
    assert len(platform.deleted) == 2


def test_two_postmen_on_one_database_send_each_message_once(
    make: Make, platform: PlainPlatform, told: Counter[str]
) -> None:
    postmen = make(), make()
    for number in range(60):
        postmen[number % 2].post(str(number), letter(f"{number} a", f"{number} b", person=str(number % 5)))
    eventually(lambda: told["sent"] == 60, 20)
    assert sorted(text for person in range(5) for text in platform.said(str(person))) == sorted(
        f"{number} {part}" for number in range(60) for part in "ab"
    )
    assert set(platform.times.values()) == {1}


def test_one_dead_platform_slows_no_other(make: Make, platform: PlainPlatform, told: Counter[str]) -> None:
    postman = make(Plain(platform.url), Plain("http://127.0.0.1:9", name="dead"))
    for number in range(20):
        postman.post(f"dead {number}", letter("never", channel="dead", person=str(number)))
    eventually(lambda: told["dead retried"])
    begun = time.monotonic()
    postman.post("a", letter("one"))
    eventually(lambda: told["sent"])
    assert time.monotonic() - begun < 2
    assert postman.waiting("dead") == 20
    assert told["dead retried"] < 6


def test_answers_are_sent_while_the_database_cannot_be_written_and_written_down_afterwards(
    make: Make, platform: PlainPlatform, told: Counter[str], storage: Storage
) -> None:
    postman = make()
    with closing(sqlite3.connect(str(storage.engine.url.database), isolation_level=None)) as importing:
        importing.execute("BEGIN IMMEDIATE")
        for number in range(20):
            assert postman.post(str(number), letter(str(number)))
            assert not postman.post(str(number), letter("again"))
        assert postman.post("silence", None)
        assert postman.is_answered("3")
        assert postman.is_answered("silence")
        eventually(lambda: told["sent"] == 20, 30)
    assert platform.said() == [str(number) for number in range(20)]
    assert postman.waiting("plain") == 0
    postman.close()
    later = make()
    assert all(later.is_answered(key) for key in ("0", "19", "silence"))


def test_what_is_under_way_when_the_database_is_locked_is_not_sent_twice(
    make: Make, platform: PlainPlatform, told: Counter[str], storage: Storage
) -> None:
    postman = make(hold_seconds=1.0)
    platform.answer_next(Answer(content={"id": "x"}, after_seconds=0.5))
    postman.post("a", letter("one", "two"))
    postman.post("b", letter("three"))
    time.sleep(0.3)
    with closing(sqlite3.connect(str(storage.engine.url.database), isolation_level=None)) as importing:
        importing.execute("BEGIN IMMEDIATE")
        eventually(lambda: told["sent"])
        time.sleep(1.5)
        assert platform.said() == ["two"]
    eventually(lambda: told["sent"] == 2)
    assert platform.said() == ["two", "three"]
    assert set(platform.times.values()) == {1}


def test_what_is_kept_in_memory_is_written_down_when_the_server_ends(
    make: Make, platform: PlainPlatform, told: Counter[str], storage: Storage
) -> None:
    platform.answer_next(Answer(503))
    postman = make()
    with closing(sqlite3.connect(str(storage.engine.url.database), isolation_level=None)) as importing:
        importing.execute("BEGIN IMMEDIATE")
        postman.post("a", letter("one", "two"))
        eventually(lambda: told["retried"])
    postman.close(5)
    assert platform.said() == []
    make()
    eventually(lambda: told["sent"])
    assert platform.said() == ["one", "two"]


def test_closing_finishes_what_is_under_way_and_leaves_the_rest(
    make: Make, platform: PlainPlatform, told: Counter[str]
) -> None:
    platform.answer_next(Answer(content={"id": "x"}, after_seconds=0.5))
    postman = make()
    postman.post("a", letter("one", "two"))
    postman.post("b", letter("three"))
    time.sleep(0.2)
    postman.close()
    assert platform.said() == ["two"]
    assert told == {"sent": 1}
    make()
    eventually(lambda: told["sent"] == 2)
    assert platform.said() == ["two", "three"]


def test_a_letter_locked_with_another_key_is_dropped(
    make: Make, platform: PlainPlatform, told: Counter[str], storage: Storage
) -> None:
    Postman(storage.engine, Safe("another key"), {}, compose).post("a", letter("one"))
    make()
    eventually(lambda: told["undeliverable"])
    assert platform.said() == []


def test_no_file_tells_who_was_answered_or_what(
    make: Make, platform: PlainPlatform, told: Counter[str], tmp_path: Path
) -> None:
    """Texts come from composing, and are never written; where an answer goes is encrypted."""
    words = b"a sentence that is said"

    def say(content: Any, connector: Any) -> Any:
        return compose(letter(*[words.decode()] * 3).content, connector)

    platform.answer_next(Answer(), Answer(503))
    postman = make(Forgetful(platform.url), compose=say)
    postman.post("a", letter("vmkc.prieglobstis", person="+48 a chat of somebody"))

    def written() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.glob("kept.sqlite3*"))

    eventually(lambda: told["retried"])
    assert b"vmkc.prieglobstis" in written()
    assert words not in written()
    eventually(lambda: told["sent"])
    assert words not in written()
    assert b'"recipient"' not in written()
    assert platform.said("+48 a chat of somebody")
    assert b"a chat of somebody" not in written()
