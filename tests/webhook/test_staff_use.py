"""The page of use: who may look, what it shows, and that no small group can be seen on it or in its export."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from index.records import Directory
from webhook.app import create_app
from webhook.console.figures import Figure, Row, figures
from webhook.console.plots import HEIGHT, WIDTH, columns, shares
from webhook.console.texts import texts
from webhook.console.weeks import MOST_WEEKS, PRESETS, Weeks, preset, weeks_around
from webhook.settings import Settings
from webhook.staff import ROLES, Role, Scope
from webhook.storage import accounts, audit, sessions
from webhook.storage.database import Storage, open_storage
from webhook.storage.use import ASKED, JUDGED, LOOKED_UP, UseCounts, count_lookup, today

TUESDAY = date(2026, 3, 3)
VILNIUS = "Vilniaus miesto savivaldybė"


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return open_storage(f"sqlite:///{tmp_path / 'directory.sqlite3'}")


@pytest.fixture
def app(storage: Storage, index: Any, assistant: Any) -> Flask:
    return create_app(Settings(), assistant, index, storage)


@pytest.fixture
def signed_in(app: Flask, storage: Storage) -> Callable[..., FlaskClient]:
    """A browser of somebody with a role."""

    def sign_in(role: Role = "viewer") -> FlaskClient:
        now = datetime.now(UTC)
        account = accounts.add(storage.engine, f"{role}1", role, Scope(), "test", now)
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = sessions.begin(storage.engine, account.id, now)
        return client

    return sign_in


@pytest.fixture
def count(storage: Storage) -> Callable[..., None]:
    """Count something so many times on a day."""

    def times(n: int, outcome: str = "answered", day: date | None = None, **more: str) -> None:
        counts = UseCounts(storage.engine, lambda: day or today(), 3600.0)
        use = {"language": "lt", "channel": "web", "need": "alcohol", "place": VILNIUS, "outcome": outcome, **more}
        for _ in range(n):
            counts.count(**use)
        counts.flush()

    return times


@pytest.fixture
def tables(storage: Storage, directory: Directory) -> Callable[..., dict[str, Figure]]:
    def read(weeks: Weeks | None = None) -> dict[str, Figure]:
        found = figures(storage.engine, weeks or preset("days_30", today()), directory, "en")
        return {figure.key: figure for figure in found}

    return read


def cells(figure: Figure) -> dict[str, int]:
    return {row.id: row.n for row in figure.rows}


# --- who may look


def test_nobody_looks_without_signing_in(app: Flask) -> None:
    for address in ("/staff/use", "/staff/use/export"):
        assert app.test_client().get(address).status_code in (302, 303)


@pytest.mark.parametrize("role", ROLES)
def test_everybody_who_signed_in_may_look(role: Role, signed_in: Callable[..., FlaskClient]) -> None:
    assert signed_in(role).get("/staff/use").status_code == 200


def test_a_viewer_cannot_export_and_is_not_offered_it(signed_in: Callable[..., FlaskClient]) -> None:
    viewer = signed_in("viewer")
    assert "/staff/use/export" not in viewer.get("/staff/use").text
    assert viewer.get("/staff/use/export").status_code == 403


# --- what is shown


def test_questions_are_shown_by_outcome_need_place_language_and_channel(
    count: Callable[..., None], tables: Callable[..., dict[str, Figure]]
) -> None:
    count(7)
    count(6, "nothing_found", need="debts", language="uk", place="", channel="api")
    count(8, "nothing_found", need="elsewhere")
    shown = tables()
    assert cells(shown["outcomes"]) == {"nothing_found": 14, "answered": 7}
    assert cells(shown["needs"]) == {"alcohol": 7}
    assert cells(shown["in_vain"]) == {"elsewhere": 8, "debts": 6}
    assert cells(shown["places"]) == {VILNIUS: 15, "": 6}
    assert cells(shown["languages"]) == {"lt": 15, "uk": 6}
    assert cells(shown["channels"]) == {"web": 15, "api": 6}
    assert shown["weeks"].total == 21


def test_judgements_and_look_ups_are_shown_apart_from_questions(
    storage: Storage, count: Callable[..., None], tables: Callable[..., dict[str, Figure]]
) -> None:
    count(6, "helped")
    count(5, "not_helped")
    for _ in range(5):
        count_lookup(storage.engine, "lt", "alcohol", None, "full")
    shown = tables()
    assert cells(shown["judged"]) == {"helped": 6, "not_helped": 5}
    assert cells(shown["lookups"]) == {"full": 5}
    assert not shown["outcomes"].rows
    assert not shown["weeks"].rows


def test_no_table_of_the_page_holds_one_to_four_however_few_there_are(
    count: Callable[..., None], tables: Callable[..., dict[str, Figure]]
) -> None:
    for number, outcome in enumerate(ASKED, start=1):
        count(number, outcome, need=f"need-{number}", place="" if number % 2 else VILNIUS, language="en")
    for figure in tables().values():
        assert all(row.n == 0 or row.n >= 5 for row in figure.rows), figure.key


def test_the_parts_of_an_outcome_are_not_shown_where_the_outcome_itself_is_not(
    count: Callable[..., None], tables: Callable[..., dict[str, Figure]]
) -> None:
    count(50)
    count(6, "nothing_found", need="debts")
    count(2, "human_asked")
    shown = tables()
    assert cells(shown["outcomes"]) == {"answered": 50, "rest": 8}
    # Six in vain would leave two who asked for a person.
    assert not shown["in_vain"].rows


def test_only_the_chosen_weeks_are_counted(
    count: Callable[..., None], tables: Callable[..., dict[str, Figure]]
) -> None:
    count(9, day=TUESDAY)
    count(20, day=TUESDAY - timedelta(7))
    assert tables(weeks_around(TUESDAY, TUESDAY, today()))["outcomes"].total == 9


def test_every_table_group_and_note_has_words_in_every_language(storage: Storage, directory: Directory) -> None:
    shown = figures(storage.engine, preset("year", today()), directory, "lt")
    for language in ("lt", "pl", "en"):
        words = texts(language)
        for figure in shown:
            assert words[f"use_{figure.key}"]
            assert words[f"use_column_{figure.key}"]
            assert f"use_note_{figure.key}" in words
        assert all(words[f"use_outcome_{outcome}"] for outcome in (*ASKED, *JUDGED, *LOOKED_UP))
        assert all(words[f"use_range_{name}"] for name in PRESETS)


# --- ranges


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("days_30", "2026-02-02", "2026-03-08"),
        ("this_month", "2026-02-23", "2026-03-08"),
        ("last_month", "2026-01-26", "2026-03-01"),
        ("year", "2025-03-03", "2026-03-08"),
    ],
)
def test_ranges_are_whole_weeks(name: str, first: str, last: str) -> None:
    weeks = preset(name, TUESDAY)
    assert (weeks.first.isoformat(), weeks.last.isoformat()) == (first, last)


def test_a_range_of_days_is_widened_to_weeks_so_that_no_day_can_be_told() -> None:
    assert weeks_around(TUESDAY, TUESDAY, today()) == weeks_around(TUESDAY + timedelta(3), TUESDAY, today())
    assert weeks_around(date.min, date.max, TUESDAY).last == date(2026, 3, 8)
    assert len(list(weeks_around(date.min, date.max, TUESDAY).mondays())) == MOST_WEEKS


@pytest.mark.parametrize(
    "query", ["range=atlantis", "first=2026", "first=x&last=y", "first=2026-13-01&last=2026-01-01"]
)
def test_a_range_that_cannot_be_read_is_the_usual_one(query: str, signed_in: Callable[..., FlaskClient]) -> None:
    page = signed_in().get(f"/staff/use?{query}")
    assert page.status_code == 200
    assert f'value="{preset("days_30", today()).first}"' in page.text


# --- plots


def test_a_columns_area_is_its_count() -> None:
    drawn = columns([Row("a", "", 10), Row("b", "", 10, weeks=2), Row("c", "", 0)])
    assert [(column.height, column.y) for column in drawn] == [(HEIGHT, 0), (HEIGHT / 2, HEIGHT / 2), (0, HEIGHT)]
    assert drawn[1].width > 1.9 * drawn[0].width
    assert drawn[-1].x + drawn[-1].width <= WIDTH


def test_the_longest_bar_is_the_largest_group() -> None:
    assert shares([Row("a", "", 20), Row("b", "", 5)]) == (100, 25)
    assert shares([]) == ()


def test_each_plot_has_a_table_and_no_style_of_its_own(
    count: Callable[..., None], signed_in: Callable[..., FlaskClient]
) -> None:
    for outcome in ASKED:
        count(6, outcome)
    page = signed_in().get("/staff/use").text
    assert page.count("<table") >= 6
    assert re.search(r'<rect x="[\d.]+" y="[\d.]+" width="[\d.]+" height="[\d.]+"', page)
    assert " style=" not in page
    assert "<style" not in page


# --- export


def test_the_export_holds_the_tables_of_the_page_and_nothing_smaller(
    count: Callable[..., None], signed_in: Callable[..., FlaskClient]
) -> None:
    count(12)
    count(3, "nothing_found", language="pl")
    count(2, "human_asked", language="en")
    response = signed_in("editor").get("/staff/use/export?range=days_30")
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff")), delimiter=";"))
    outcomes = {row["group"]: int(row["count"]) for row in rows if row["table"] == "outcomes"}
    assert outcomes == {"answered": 12, "rest": 5}
    assert all(int(row["count"]) == 0 or int(row["count"]) >= 5 for row in rows)


def test_who_exported_what_is_written_down(storage: Storage, signed_in: Callable[..., FlaskClient]) -> None:
    signed_in("editor").get("/staff/use/export?first=2026-03-03&last=2026-03-03")
    entry = audit.entries(storage.engine, audit.Filter(action="export"))[0]
    assert (entry.actor, entry.subject, entry.detail) == ("editor1", "use", "2026-03-02..2026-03-08")


def test_no_cell_of_the_export_is_a_formula(count: Callable[..., None], signed_in: Callable[..., FlaskClient]) -> None:
    count(6, channel="=HYPERLINK(1)")
    told = signed_in("editor").get("/staff/use/export?range=days_30").text
    assert ";'=HYPERLINK(1);'=HYPERLINK(1);6" in told
