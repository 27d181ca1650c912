"""Leaving quickly: by link, by key, without a script, from a frame; and nothing is there afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

ANSWERS = ".answer:not(.greeting):not(.fault)"
WEATHER = "**/weather"


def assert_nothing_is_left(page: Page, site: str) -> None:
    page.go_back()
    page.wait_for_load_state()
    expect(page.locator(ANSWERS)).to_have_count(0)
    page.goto(f"{site}/?lang=en")
    expect(page.locator(ANSWERS)).to_have_count(0)
    assert page.evaluate("sessionStorage.getItem('kelrodis')") is None


def test_the_exit_link_erases_and_leaves(person: Any, site: str) -> None:
    page = person.open(f"{site}/needs?lang=en")
    page.goto(f"{site}/?lang=en")
    person.ask(page, "where to get food in Vilnius")
    with page.expect_request("**/api/v1/chat/end"):
        page.locator(".top .exit").click()
    page.wait_for_url(WEATHER)
    assert_nothing_is_left(page, site)


@pytest.mark.parametrize("path", ["/?lang=lt", "/safety?lang=lt"])
def test_shift_three_times_leaves_and_escape_does_not(person: Any, site: str, path: str) -> None:
    page = person.open(site + path)
    page.keyboard.press("Escape")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    if path.startswith("/?"):
        expect(page.locator(".status")).to_contain_text("Shift")
    assert page.url == site + path
    page.keyboard.press("Shift")
    page.wait_for_url(WEATHER)


def test_capital_letters_do_not_leave(person: Any, site: str) -> None:
    page = person.open(f"{site}/?lang=lt")
    page.locator("textarea").focus()
    for letter in "LABAS":
        page.keyboard.press(f"Shift+{letter}")
    assert page.url.endswith("?lang=lt")


def test_without_a_script_the_link_leaves_and_erases(person: Any, site: str) -> None:
    page = person.open(f"{site}/?lang=en", script=False)
    person.ask(page, "where to get food in Vilnius")
    assert page.context.cookies()
    page.locator(".top .exit").click()
    page.wait_for_url(WEATHER)
    assert page.context.cookies() == []
    page.goto(f"{site}/?lang=en")
    expect(page.locator(ANSWERS)).to_have_count(0)


def test_from_a_frame_the_whole_page_is_left(person: Any, foreign_site: str) -> None:
    page = person.open(f"{foreign_site}/frame/en", "desk")
    frame = page.frame_locator("iframe")
    frame.locator("textarea").fill("where to get food in Vilnius")
    frame.locator("button.send").click()
    frame.locator(ANSWERS).first.wait_for()
    frame.locator(".top .exit").click()
    page.wait_for_url(WEATHER)


def test_from_the_panel_the_whole_page_is_left(person: Any, foreign_site: str) -> None:
    page = person.open(f"{foreign_site}/script/lt")
    page.locator(".launcher").click()
    person.ask(page, "kur gauti maisto Vilniuje")
    page.locator(".panel .exit").click()
    page.wait_for_url(WEATHER)
    page.goto(f"{foreign_site}/script/lt")
    page.locator(".launcher").click()
    expect(page.locator(ANSWERS)).to_have_count(0)
