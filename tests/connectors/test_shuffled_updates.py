"""Of a thousand updates that come twice, shuffled and at once, each is answered once and none is lost, also when the
server ends or is killed in the middle."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import plain_door
import pytest
from plain_door import Door, answer
from plain_platform import PlainPlatform

from webhook.storage import outbox
from webhook.storage.database import Storage, open_storage

IDS, PEOPLE, UPDATES = 200, 40, 1000
THREADS = 8
Update = tuple[str, str]


def updates() -> list[Update]:
    """Each message, and again a few times, in any order."""
    drawn = random.Random(7)
    numbers = [*range(IDS), *(drawn.randrange(IDS) for _ in range(UPDATES - IDS))]
    drawn.shuffle(numbers)
    return [(f"m{number}", f"p{number % PEOPLE}") for number in numbers]


def eventually(is_so: Callable[[], bool], seconds: float = 40.0) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.02)


def check_each_was_shown_once(platform: PlainPlatform) -> None:
    shown = [text for said in platform.shown.values() for text in said]
    assert sorted(shown) == sorted(text for number in range(IDS) for text in answer(f"m{number}"))
    for said in platform.shown.values():
        begun = [text for text in said if not text.endswith("more")]
        assert said == [text for message_id in begun for text in answer(message_id)]


@pytest.fixture
def platform() -> Iterator[PlainPlatform]:
    made = PlainPlatform()
    yield made
    made.close()
    assert made.faults == []


@pytest.fixture
def open_door(storage: Storage, platform: PlainPlatform) -> Iterator[Callable[[], Door]]:
    doors: list[Door] = []

    def open_one() -> Door:
        doors.append(Door(storage.engine, platform.url))
        return doors[-1]

    yield open_one
    for door in doors:
        door.postman.close(1)


def pour(door: Door, some: list[Update]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(door.take, *update) for update in some]:
            done.result()


def test_each_message_is_answered_once_and_none_is_lost(open_door: Callable[[], Door], platform: PlainPlatform) -> None:
    door = open_door()
    pour(door, updates())
    eventually(lambda: door.postman.waiting("plain") == 0)
    check_each_was_shown_once(platform)
    assert set(door.computed.values()) == {1}
    assert set(platform.times.values()) == {1}


def test_the_same_when_the_server_is_ended_and_started_in_the_middle(
    open_door: Callable[[], Door], platform: PlainPlatform
) -> None:
    some = updates()
    first = open_door()
    pour(first, some[:300])
    first.postman.close()
    assert first.postman.waiting("plain") > 0
    second = open_door()
    pour(second, some[200:])
    eventually(lambda: second.postman.waiting("plain") == 0)
    check_each_was_shown_once(platform)
    assert set((first.computed + second.computed).values()) == {1}
    assert set(platform.times.values()) == {1}


class Killable:
    """A door in a process of its own."""

    def __init__(self, database: str, platform: str) -> None:
        path = ":".join(sys.path)
        command = [sys.executable, "-W", "ignore", str(plain_door.__file__), database, platform, "2"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env={"PYTHONPATH": path}
        )

    def take(self, some: list[Update], until: int) -> list[str]:
        """Which of these were acknowledged, until there are so many."""
        assert self.process.stdin
        assert self.process.stdout
        for update in some:
            self.process.stdin.write(" ".join(update) + "\n")
        self.process.stdin.flush()
        return [self.process.stdout.readline().strip() for _ in range(until)]

    def kill(self) -> list[str]:
        """What it had still acknowledged."""
        assert self.process.stdout
        self.process.kill()
        rest = self.process.stdout.read().split("\n")
        self.process.wait()
        return rest[:-1]


def test_the_same_when_it_is_killed_in_the_middle_and_the_platform_sends_again_what_was_not_acknowledged(
    tmp_path: Path, platform: PlainPlatform
) -> None:
    """A message that was on its way may be sent twice; a platform that knows names of deliveries shows it once."""
    database = f"sqlite:///{tmp_path / 'kept.sqlite3'}"
    storage = open_storage(database)
    some = updates()
    first = Killable(database, platform.url)
    acknowledged = first.take(some, 120)
    eventually(lambda: len(platform.taken) >= 20)
    acknowledged += first.kill()
    assert len(acknowledged) < UPDATES, "it was too late to kill it"
    assert outbox.waiting(storage.engine, "plain"), "nothing was on its way"
    left = list(some)
    for message_id in acknowledged:
        left.remove(next(update for update in left if update[0] == message_id))
    second = Killable(database, platform.url)
    try:
        assert len(second.take(left, len(left))) == len(left)
        eventually(lambda: not outbox.waiting(storage.engine, "plain"))
    finally:
        second.kill()
    check_each_was_shown_once(platform)
    assert all(len(names) == 1 for names in platform.names.values())
    assert sum(times - 1 for times in platform.times.values()) <= THREADS
