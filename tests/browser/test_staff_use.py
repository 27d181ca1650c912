"""The page of use in a browser: ranges and tables by keyboard and without script, no fault for axe, a file to take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from webhook.storage.use import UseCounts

MONDAY = date(2025, 3, 3)
RANGE = "/staff/use?first=2025-03-03&last=2025-03-30"


@pytest.fixture(scope="module")
def counted(staff_site: Any) -> None:
    """Four weeks in which something of everything was asked."""
    for week in range(4):
        counts = UseCounts(staff_site.storage.engine, lambda week=week: MONDAY + timedelta(7 * week), 3600.0)
        for outcome, n in (("answered", 12), ("nothing_found", 7), ("danger_shown", 2), ("helped", 6)):
            for number in range(n):
                place = "Visagino savivaldybė" if number % 2 else ""
                counts.count(language="lt", channel="web", need="no-food", place=place, outcome=outcome)
        counts.flush()


def test_a_range_is_chosen_by_keyboard(staff: Callable[..., Page], counted: None) -> None:
    page = staff("viewer", "/staff/use")
    page.locator(".presets a").nth(2).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".presets a[aria-current]")).to_have_text("Last month")
    page.locator("#use-first").fill("2025-03-05")
    page.locator("#use-last").fill("2025-03-20")
    page.locator("#use-last").press("Enter")
    expect(page.locator("#use-first")).to_have_value("2025-03-03")
    expect(page.locator("#use-last")).to_have_value("2025-03-23")
    expect(page.locator("section:has(#use-outcomes) tfoot td.number")).to_have_text("63")


@pytest.mark.parametrize("size", ["desk", "phone", "small", "zoomed"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_has_no_fault_and_fits(
    staff: Callable[..., Page], faults_of: Callable[[Page], list[Any]], counted: None, size: str, dark: bool
) -> None:
    page = staff("editor", RANGE, size=size, dark=dark)
    page.locator("main summary").first.click()
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the screen"


def test_an_empty_page_has_no_fault(staff: Callable[..., Page], faults_of: Callable[[Page], list[Any]]) -> None:
    page = staff("viewer", "/staff/use?first=2024-01-01&last=2024-01-07", language="pl")
    expect(page.locator("section.figure p").last).to_be_visible()
    assert page.locator("table").count() == 0
    assert faults_of(page) == []


def test_plots_are_drawn_and_their_tables_say_the_same(staff: Callable[..., Page], counted: None) -> None:
    page = staff("viewer", RANGE, script=False)
    expect(page.locator("svg.weeks rect")).to_have_count(4)
    assert page.locator("svg.weeks rect").first.bounding_box()["height"] > 50  # type: ignore[index]
    page.locator("main summary").first.click()
    expect(page.locator("section:has(#use-weeks) tbody tr")).to_have_count(4)
    bars = page.locator("section:has(#use-outcomes) td.bar-cell rect")
    longest, second = (bars.nth(number).bounding_box()["width"] for number in (0, 1))  # type: ignore[index]
    assert longest == pytest.approx(second * 48 / 28, rel=0.05)


def test_an_editor_takes_the_tables_as_a_file_and_a_viewer_is_not_offered_it(
    staff: Callable[..., Page], counted: None
) -> None:
    page = staff("editor", RANGE)
    with page.expect_download() as taken:
        page.get_by_text("Download CSV").click()
    assert taken.value.suggested_filename == "kelrodis-2025-03-03-2025-03-30.csv"
    assert "outcomes;How questions ended;2025-03-03;2025-03-30;answered;Answered;48" in Path(
        taken.value.path()
    ).read_text("utf-8-sig")
    expect(staff("viewer", RANGE).get_by_text("Download CSV")).to_have_count(0)
