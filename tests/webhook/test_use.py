"""Counts in the database: added up in memory, stored by several processes at once, never lost, never with a word."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from nlu.settings import PROJECT
from webhook.storage.database import Engine, open_storage
from webhook.storage.reports import close_reports, open_reports
from webhook.storage.use import LOOKED_UP, UseCounts, count_lookup, lookups_by, shown_counts, today, use_by

DAY = date(2026, 3, 2)
HOUSING = {"language": "lt", "channel": "web", "need": "sleep-tonight", "place": "", "outcome": "answered"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "directory.sqlite3"


@pytest.fixture
def engine(file: Path) -> Engine:
    return open_storage(f"sqlite:///{file}").engine


@pytest.fixture
def count_on(engine: Engine) -> Callable[..., UseCounts]:
    """A counter on a day, which stores only when it is told to."""
    return lambda day=DAY, every=3600.0: UseCounts(engine, lambda: day, every)


def test_what_was_counted_is_there_after_it_is_stored_and_not_before(
    engine: Engine, count_on: Callable[..., UseCounts]
) -> None:
    counts = count_on()
    counts.count(**HOUSING)
    assert use_by(engine, "need", DAY, DAY) == {}
    assert counts.flush()
    assert use_by(engine, "need", DAY, DAY) == {"sleep-tonight": 1}


def test_several_processes_add_to_the_same_counts(engine: Engine, count_on: Callable[..., UseCounts]) -> None:
    for counts in (count_on(), count_on()):
        for _ in range(3):
            counts.count(**HOUSING)
        counts.flush()
        counts.flush()
    assert use_by(engine, "outcome", DAY, DAY) == {"answered": 6}


def test_every_dimension_can_be_asked_for_between_two_days(engine: Engine, count_on: Callable[..., UseCounts]) -> None:
    for days, language in enumerate(("lt", "pl", "uk")):
        counts = count_on(DAY + timedelta(days))
        counts.count(**{**HOUSING, "language": language, "place": "Visagino savivaldybė"})
        counts.flush()
    last = DAY + timedelta(1)
    assert use_by(engine, "language", DAY, last) == {"lt": 1, "pl": 1}
    assert use_by(engine, "place", DAY, last) == {"Visagino savivaldybė": 2}
    assert use_by(engine, "day", DAY, last) == {"2026-03-02": 1, "2026-03-03": 1}


def test_judgements_are_no_questions(engine: Engine, count_on: Callable[..., UseCounts]) -> None:
    counts = count_on()
    counts.count(**{**HOUSING, "outcome": "helped"})
    counts.flush()
    assert use_by(engine, "outcome", DAY, DAY) == {}
    assert use_by(engine, "outcome", DAY, DAY, ("helped",)) == {"helped": 1}


def test_counts_are_stored_by_themselves_within_moments(engine: Engine, count_on: Callable[..., UseCounts]) -> None:
    count_on(every=0.05).count(**HOUSING)
    until = time.monotonic() + 5
    while not use_by(engine, "need", DAY, DAY) and time.monotonic() < until:
        time.sleep(0.05)
    assert use_by(engine, "need", DAY, DAY) == {"sleep-tonight": 1}


def test_counting_does_not_wait_while_a_long_import_holds_the_database_and_nothing_is_lost(
    engine: Engine, file: Path
) -> None:
    impatient = create_engine(f"sqlite:///{file}", future=True, connect_args={"timeout": 0.1})
    counts = UseCounts(impatient, lambda: DAY, 3600.0)
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    holder.execute("DELETE FROM use_count")
    begun = time.monotonic()
    for _ in range(1000):
        counts.count(**HOUSING)
    assert time.monotonic() - begun < 1
    assert not counts.flush()
    counts.count(**HOUSING)
    holder.execute("COMMIT")
    holder.close()
    assert counts.flush()
    assert use_by(engine, "need", DAY, DAY) == {"sleep-tonight": 1001}


def test_threads_that_count_while_others_store_lose_nothing(engine: Engine, count_on: Callable[..., UseCounts]) -> None:
    counts = count_on()
    threads = [threading.Thread(target=lambda: [counts.count(**HOUSING) for _ in range(500)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        counts.flush()
    counts.flush()
    assert use_by(engine, "need", DAY, DAY) == {"sleep-tonight": 2000}


def test_a_record_is_shown_once_in_an_answer_however_many_bubbles_name_it(
    engine: Engine, count_on: Callable[..., UseCounts]
) -> None:
    counts = count_on(today())
    counts.show(["a.one", "a.one", "b.two"])
    counts.show(["a.one"])
    counts.flush()
    assert shown_counts(engine) == {"a.one": 2, "b.two": 1}


def test_what_was_shown_long_ago_counts_no_more(engine: Engine, count_on: Callable[..., UseCounts]) -> None:
    for day in (today() - timedelta(90), today() - timedelta(89)):
        counts = count_on(day)
        counts.show(["a.one"])
        counts.flush()
    assert shown_counts(engine, days=90) == {"a.one": 1}


def test_reports_are_counts_that_wait_until_somebody_has_looked(
    engine: Engine, count_on: Callable[..., UseCounts]
) -> None:
    for day in (DAY, DAY + timedelta(2)):
        counts = count_on(day)
        counts.report("a.one", "wrong_phone")
        counts.report("a.one", "wrong_phone")
        counts.flush()
    (waiting,) = open_reports(engine)["a.one"]
    assert (waiting.kind, waiting.n, waiting.first_day, waiting.last_day) == (
        "wrong_phone", 4, "2026-03-02", "2026-03-04",
    )  # fmt: skip
    assert close_reports(engine, "a.one", "ona") == 1
    assert open_reports(engine) == {}
    counts.report("a.one", "wrong_phone")
    counts.flush()
    assert open_reports(engine)["a.one"][0].n == 1


def test_the_most_frequent_fault_of_a_record_comes_first(engine: Engine, count_on: Callable[..., UseCounts]) -> None:
    counts = count_on()
    for kind in ("closed", "moved", "moved"):
        counts.report("a.one", kind)
    counts.flush()
    assert [waiting.kind for waiting in open_reports(engine)["a.one"]] == ["moved", "closed"]


def test_look_ups_by_staff_are_counted_by_what_became_of_them(engine: Engine) -> None:
    for outcome in (*LOOKED_UP, "full"):
        count_lookup(engine, "pl", "sleep-tonight", None, outcome)
    assert lookups_by(engine, "outcome", today(), today()) == {**dict.fromkeys(LOOKED_UP, 1), "full": 2}
    assert lookups_by(engine, "place", today(), today()) == {"": 7}


def test_an_outcome_of_a_look_up_is_never_free_text(engine: Engine) -> None:
    with pytest.raises(ValueError, match="no outcome"):
        count_lookup(engine, "lt", None, None, "she was crying")
    assert lookups_by(engine, "outcome", today(), today()) == {}


def test_a_process_that_ends_stores_what_it_has_counted(engine: Engine, file: Path) -> None:
    code = (
        "import sys; from datetime import date; from sqlalchemy import create_engine; "
        "from webhook.storage.use import UseCounts; "
        f"counts = UseCounts(create_engine('sqlite:///{file}', future=True), lambda: date(2026, 3, 2), 3600.0); "
        f"counts.count(**{HOUSING!r}); sys.exit(0)"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, cwd=PROJECT)
    assert use_by(engine, "need", DAY, DAY) == {"sleep-tonight": 1}
