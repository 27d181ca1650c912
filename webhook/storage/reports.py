"""Faults that residents reported in records, as counts by service and kind. A report never hides a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from index.directory.database import Connection, Engine, writing
from index.hours import VILNIUS
from webhook.storage.tables import report


@dataclass(frozen=True)
class Reports:
    """How often one kind of fault was reported of a record since somebody last looked into it; days are ISO."""

    service_id: str
    kind: str
    n: int
    first_day: str
    last_day: str


def add_report(connection: Connection, service_id: str, kind: str, day: str, n: int = 1) -> None:
    """Count a fault beside those of its kind that nobody has handled yet."""
    waiting = (report.c.service_id == service_id) & (report.c.kind == kind) & report.c.handled_at.is_(None)
    latest = connection.execute(select(func.max(report.c.id)).where(waiting)).scalar()
    if latest is None:
        row = {"service_id": service_id, "kind": kind, "n": n, "first_day": day, "last_day": day}
        connection.execute(report.insert().values(row))
    else:
        more = report.update().where(report.c.id == latest)
        connection.execute(more.values(n=report.c.n + n, last_day=day))


def open_reports(engine: Engine) -> Mapping[str, tuple[Reports, ...]]:
    """What waits to be looked into, by service; the most frequent kind first."""
    asked = (
        select(
            report.c.service_id, report.c.kind, func.sum(report.c.n), func.min(report.c.first_day),
            func.max(report.c.last_day),
        )
        .where(report.c.handled_at.is_(None))
        .group_by(report.c.service_id, report.c.kind)
    )  # fmt: skip
    found: dict[str, list[Reports]] = {}
    with engine.connect() as connection:
        for service_id, kind, n, first, last in connection.execute(asked):
            found.setdefault(service_id, []).append(Reports(service_id, kind, int(n), first, last))
    return {service_id: tuple(sorted(of, key=lambda one: (-one.n, one.kind))) for service_id, of in found.items()}


def close_reports(engine: Engine, service_id: str, actor: str) -> int:
    """Mark a record's reports as handled by somebody; how many rows there were."""
    waiting = (report.c.service_id == service_id) & report.c.handled_at.is_(None)
    handled = {"handled_at": datetime.now(VILNIUS).isoformat(timespec="seconds"), "handled_by": actor}
    with writing(engine) as connection:
        return int(connection.execute(report.update().where(waiting).values(handled)).rowcount)
