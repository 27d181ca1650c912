"""How the service is used and what is asked for in vain: plots with their tables, and the same tables as a file."""

from __future__ import annotations

import csv
import io
from datetime import date

from flask import Response, request, url_for

from index.directory.hsds.flat import guarded
from webhook.console import plots
from webhook.console.figures import Figure, figures, spoken_range
from webhook.console.frame import StaffPages, needs, show_staff, staff_account, staff_language
from webhook.console.texts import texts
from webhook.console.weeks import PRESETS, Weeks, preset, weeks_around
from webhook.parts import parts
from webhook.storage import audit
from webhook.storage.use import today

door = StaffPages("use", __name__)
_DEFAULT = "days_30"
# Excel reads UTF-8 only where the file says so, and in Lithuania and Poland takes a comma for a decimal sign.
_MARK, _BETWEEN = "\ufeff", ";"


@door.get("/use")
def look() -> str:
    """The dashboard for some weeks."""
    weeks, language = _weeks(), staff_language()
    return show_staff(
        "use.html",
        figures=_figures(weeks),
        weeks=weeks,
        range=spoken_range(weeks.first, weeks.last, language),
        presets=[(name, preset(name, today())) for name in PRESETS],
        plots=plots,
        title=texts(language)["use_title"],
        may_export=staff_account().is_at_least("editor"),
        export=url_for("use.export", first=weeks.first.isoformat(), last=weeks.last.isoformat()),
    )


@door.get("/use/export")
@needs("editor")
def export() -> Response:
    """The same tables as CSV. Who took them, and for which days, is written down."""
    weeks = _weeks()
    told = _as_csv(_figures(weeks), weeks)
    audit.record(parts().storage().engine, staff_account().name, "export", "use", f"{weeks.first}..{weeks.last}")
    response = Response(told, mimetype="text/csv")
    name = f"kelrodis-{weeks.first}-{weeks.last}.csv"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    response.headers["Cache-Control"] = "no-store"
    return response


def _figures(weeks: Weeks) -> tuple[Figure, ...]:
    return figures(parts().storage().engine, weeks, parts().directory(), staff_language())


def _weeks() -> Weeks:
    """What the address asks for; anything unreadable is the usual 30 days."""
    name = request.args.get("range", "")
    if name in PRESETS:
        return preset(name, today())
    try:
        first, last = (date.fromisoformat(request.args[end]) for end in ("first", "last"))
    except (KeyError, ValueError):
        return preset(_DEFAULT, today())
    return weeks_around(first, last, today())


def _as_csv(shown: tuple[Figure, ...], weeks: Weeks) -> str:
    words = texts(staff_language())
    file = io.StringIO()
    lines = csv.writer(file, delimiter=_BETWEEN)
    lines.writerow(["table", "title", "first_day", "last_day", "group", "label", "count"])
    for figure in shown:
        for row in figure.rows:
            title = words[f"use_{figure.key}"]
            lines.writerow([figure.key, title, weeks.first, weeks.last, guarded(row.id), guarded(row.label), row.n])
    return _MARK + file.getvalue()
