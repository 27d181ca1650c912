"""How often what was asked and how it ended, by day: never what was written. Counted in memory, stored soon after.

A reply never waits for the disk: counts are added up here and written every two seconds in one transaction, also
where several processes count. What cannot be written, as while a long import holds the database, is kept and tried
again.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from index.directory.database import Connection, Engine, writing
from index.hours import VILNIUS
from webhook.storage.reports import add_report
from webhook.storage.tables import lookup_count, report, shown_count, use_count

# The outcomes of a question, of an answer that a resident judged, and of a look-up that staff made for somebody.
ASKED = ("answered", "did_you_mean", "nothing_found", "human_asked", "danger_shown")
JUDGED = ("helped", "not_helped")
LOOKED_UP = ("referred", "no_service", "ineligible", "full", "too_far", "refused")
UNKNOWN = "unknown"
NOWHERE = ""
Dimension = Literal["day", "language", "channel", "need", "place", "outcome"]

_EVERY_SECONDS = 2.0
_Group = tuple[tuple[str, str], ...]


def today() -> date:
    """The day in Lithuania."""
    return datetime.now(VILNIUS).date()


class UseCounts:
    """What one process has counted and not yet written. Safe to use from several threads."""

    def __init__(self, engine: Engine, day: Callable[[], date] = today, every: float = _EVERY_SECONDS) -> None:
        self._engine, self._day, self._every = engine, day, every
        self._pending: Counter[tuple[Table, _Group]] = Counter()
        self._counting, self._storing = threading.Lock(), threading.Lock()
        self._is_writing = False
        atexit.register(self.flush)

    def count(self, *, language: str, channel: str, need: str, place: str, outcome: str) -> None:
        """One question, or one judgement. need: an id, `elsewhere`, or UNKNOWN. place: official, or NOWHERE."""
        self._add(use_count, language=language, channel=channel, need=need, place=place, outcome=outcome)

    def show(self, service_ids: Iterable[str]) -> None:
        """Services and help lines that stood on cards of one answer."""
        for service_id in set(service_ids):
            self._add(shown_count, service_id=service_id)

    def report(self, service_id: str, kind: str) -> None:
        """A fault that a resident found in a record."""
        self._add(report, service_id=service_id, kind=kind)

    def flush(self) -> bool:
        """Write everything now; False where the database does not take it, and it is kept."""
        with self._storing:
            with self._counting:
                taken, self._pending = self._pending, Counter()
            try:
                if taken:
                    with writing(self._engine) as connection:
                        _store(connection, taken)
            except SQLAlchemyError:
                with self._counting:
                    self._pending.update(taken)
                return False
            return True

    def _add(self, table: Table, **group: str) -> None:
        with self._counting:
            self._pending[table, (("day", self._day().isoformat()), *group.items())] += 1
            if not self._is_writing:
                self._is_writing = True
                threading.Thread(target=self._write_on, name="use-counts", daemon=True).start()

    def _write_on(self) -> None:
        """Lives only while there is something to write."""
        while True:
            time.sleep(self._every)
            self.flush()
            with self._counting:
                if not self._pending:
                    self._is_writing = False
                    return


def count_lookup(engine: Engine, language: str, need: str | None, place: str | None, outcome: str) -> None:
    """Count how a look-up by staff ended; `outcome` is one of LOOKED_UP, else ValueError."""
    if outcome not in LOOKED_UP:
        raise ValueError("no outcome of a look-up")
    group = {"language": language, "need": need or UNKNOWN, "place": place or NOWHERE, "outcome": outcome}
    with writing(engine) as connection:
        _increase(connection, lookup_count, [{"day": today().isoformat(), **group, "n": 1}])


def shown_counts(engine: Engine, days: int = 90) -> Mapping[str, int]:
    """How often each record was on a card in the last days, by its id; those never shown are left out."""
    since = (today() - timedelta(days=days)).isoformat()
    asked = select(shown_count.c.service_id, func.sum(shown_count.c.n)).where(shown_count.c.day > since)
    with engine.connect() as connection:
        return {service_id: int(n) for service_id, n in connection.execute(asked.group_by(shown_count.c.service_id))}


def use_by(
    engine: Engine, dimension: Dimension, first: date, last: date, outcomes: tuple[str, ...] = ASKED
) -> Mapping[str, int]:
    """Residents' questions (or judgements) with these outcomes between two days, both included."""
    return _sums(engine, use_count, dimension, first, last, outcomes)


def lookups_by(engine: Engine, dimension: Dimension, first: date, last: date) -> Mapping[str, int]:
    """Look-ups by staff between two days, both included."""
    return _sums(engine, lookup_count, dimension, first, last, LOOKED_UP)


def _sums(
    engine: Engine, table: Table, dimension: str, first: date, last: date, outcomes: tuple[str, ...]
) -> Mapping[str, int]:
    group = table.c[dimension]
    asked = select(group, func.sum(table.c.n)).where(
        table.c.day >= first.isoformat(), table.c.day <= last.isoformat(), table.c.outcome.in_(outcomes)
    )
    with engine.connect() as connection:
        return {name: int(n) for name, n in connection.execute(asked.group_by(group))}


def _store(connection: Connection, counted: Mapping[tuple[Table, _Group], int]) -> None:
    for table in (use_count, shown_count):
        rows = [{**dict(group), "n": n} for (of, group), n in counted.items() if of is table]
        _increase(connection, table, rows)
    for (of, group), n in counted.items():
        if of is report:
            add_report(connection, **dict(group), n=n)


def _increase(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Add to what is there: other processes count too."""
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = dialect.insert(table)
    groups = [name for name in rows[0] if name != "n"]
    connection.execute(row.on_conflict_do_update(index_elements=groups, set_={"n": table.c.n + row.excluded.n}), rows)
