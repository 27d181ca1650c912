"""The log, for administrators: who signed in, what was changed and exported, as a page and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime

from flask import Response, request

from index.directory.hsds.flat import guarded
from index.hours import VILNIUS
from webhook.console.frame import StaffPages, needs, show_staff, staff_account
from webhook.console.places import page_number
from webhook.parts import now, parts
from webhook.storage import audit
from webhook.storage.audit import Entry, Filter
from webhook.storage.database import Engine

door = StaffPages("audit", __name__)
_ON_A_PAGE = 100
# What actions' names begin with, as the filter offers them.
_KINDS = ("sign", "account", "directory", "invitation", "export", "audit")
# Years outside of these have no midnight in every time zone.
_YEARS = range(2000, 2200)


@door.get("/audit")
@needs("admin")
def show() -> str:
    """A hundred entries, the newest first."""
    wanted, page = _wanted(), page_number()
    found = audit.entries(_engine(), wanted, _ON_A_PAGE + 1, (page - 1) * _ON_A_PAGE)
    return show_staff(
        "audit.html", entries=found[:_ON_A_PAGE], more=len(found) > _ON_A_PAGE, page=page, wanted=wanted,
        actors=audit.actors(_engine()), kinds=_KINDS, local=local_time,
        days=max(parts().settings.audit_days, audit.SHORTEST_RETENTION),
    )  # fmt: skip


@door.post("/audit.csv")
@needs("admin")
def export() -> Response:
    """Everything that the filter lets through. That it was taken out is itself written down."""
    wanted = _wanted()
    told = " ".join(part for part in (wanted.since, wanted.until, wanted.actor, wanted.action) if part)
    audit.record(_engine(), staff_account().name, "export_audit", detail=told)
    name = f"kelrodis-audit-{now().date().isoformat()}.csv"
    return Response(
        _lines(audit.stream(_engine(), wanted)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def local_time(at: str) -> str:
    """`2026-11-23 10:15:00` in Lithuania, of a moment in UTC."""
    return datetime.fromisoformat(at).astimezone(VILNIUS).strftime("%Y-%m-%d %H:%M:%S")


def _lines(entries: Iterator[Entry]) -> Iterator[bytes]:
    # The mark at the beginning tells spreadsheets that it is UTF-8.
    yield "\ufeff".encode() + _row(("at", "actor", "action", "subject", "detail"))
    for entry in entries:
        yield _row((entry.at, entry.actor, entry.action, entry.subject, entry.detail))


def _row(cells: tuple[str, ...]) -> bytes:
    line = io.StringIO()
    csv.writer(line, delimiter=";").writerow(guarded(cell) for cell in cells)
    return line.getvalue().encode()


def _wanted() -> Filter:
    asked = request.values
    return Filter(
        since=_day(asked.get("since", "")), until=_day(asked.get("until", "")), actor=asked.get("actor", ""),
        action=asked.get("action", ""),
    )  # fmt: skip


def _day(text: str) -> str:
    """The day as typed; nothing where it is none of our time."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return ""
    return day.isoformat() if day.year in _YEARS else ""


def _engine() -> Engine:
    return parts().storage().engine
