"""Looking up by keyboard alone, and without JavaScript; danger beside the results; nothing wider than the screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

Staff = Callable[..., Page]
ROW = "#found .result"


def look_up(page: Page, text: str) -> None:
    """Type, and wait for what is shown for this very text."""
    with page.expect_response(lambda answer: answer.url.endswith("/staff/call")):
        page.locator("#text").fill(text)
    page.locator(ROW).first.wait_for()


def test_a_call_by_keyboard_alone(staff: Staff) -> None:
    page = staff("viewer")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("shelter in Vilnius")
    page.locator(ROW).first.wait_for()
    page.keyboard.press("Enter")
    first = page.locator("a.opens").first
    expect(first).to_be_focused()
    page.keyboard.press("b")
    expect(page.locator("#basket")).to_have_text("Basket (1)")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("a.opens").nth(1)).to_be_focused()
    page.keyboard.press("4")
    expect(page.locator("#outcome-full")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#said")).to_have_text("Counted.")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.press("Enter")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/records/**")
    page.keyboard.press("/")
    page.wait_for_url("**/staff/")
    expect(page.locator("#text")).to_have_value("shelter in Vilnius")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.locator("#text")).to_have_value("")
    expect(page.locator("#basket")).to_have_text("Basket")


def test_cards_chosen_quickly_are_all_in_the_basket(staff: Staff) -> None:
    page = staff("viewer")
    look_up(page, "food in Vilnius")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
        page.keyboard.press("b")
    expect(page.locator("#basket")).to_have_text("Basket (3)")


def test_letters_typed_into_the_box_are_letters(staff: Staff) -> None:
    page = staff("viewer")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("bn/?1")
    expect(page.locator("#text")).to_have_value("bn/?1")
    expect(page.locator("#basket")).to_have_text("Basket")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_have_attribute("open", "")
    expect(page.locator("#keys dd").last).to_be_in_viewport()


def test_single_keys_can_be_switched_off(staff: Staff, staff_site: Any) -> None:
    page = staff("viewer")
    page.goto(f"{staff_site.address}/staff/account")
    page.locator("input[name=shortcuts]").uncheck()
    page.locator("form:has(input[name=shortcuts]) button").first.click()
    page.goto(f"{staff_site.address}/staff/")
    look_up(page, "food in Vilnius")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("b")
    page.keyboard.press("n")
    page.keyboard.press("/")
    expect(page.locator("#text")).to_have_value("food in Vilnius")
    expect(page.locator("#basket")).to_have_text("Basket")
    expect(page.locator("a.opens").first).to_be_focused()
    assert page.locator("[aria-keyshortcuts]").count() == 0


def test_filters_are_cleared_in_one_click_and_the_text_stays(staff: Staff) -> None:
    page = staff("viewer")
    look_up(page, "food in Vilnius")
    page.locator("#by-status").select_option("active")
    page.locator("#unfilter").click()
    expect(page.locator("#unfilter")).to_have_count(0)
    expect(page.locator("#by-status")).to_have_value("")
    expect(page.locator("#text")).to_have_value("food in Vilnius")


def test_a_search_leaves_nothing_in_the_address_or_the_history(staff: Staff) -> None:
    page = staff("viewer")
    before = page.evaluate("history.length")
    look_up(page, "my husband beats me")
    page.keyboard.press("Enter")
    page.locator("#by-place").select_option(index=1)
    page.wait_for_timeout(300)
    assert page.evaluate("history.length") == before
    assert page.url.endswith("/staff/")


def test_the_last_of_quickly_typed_texts_is_shown(staff: Staff) -> None:
    page = staff("viewer")
    page.keyboard.type("my husband beats me", delay=15)
    expect(page.locator(".strip.danger")).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Backspace")
    page.keyboard.type("food parcels", delay=15)
    expect(page.locator(".strip")).to_have_count(0)
    expect(page.locator(ROW).first).to_be_visible()


@pytest.mark.parametrize("size", ["desk", "phone", "small", "keyboard"])
def test_danger_is_in_sight_and_never_above_the_results(staff: Staff, size: str) -> None:
    page = staff("viewer", size=size)
    look_up(page, "my husband beats me, Vilnius")
    strip, first = page.locator(".strip").bounding_box(), page.locator(ROW).first.bounding_box()
    assert strip
    assert first
    beside = strip["x"] >= first["x"] + first["width"]
    assert beside if size == "desk" else strip["y"] > first["y"]
    if size != "keyboard":
        expect(page.locator(".strip a").first).to_be_in_viewport()
    expect(page.locator(".strip a").first).to_have_attribute("href", "tel:112")


def test_the_number_of_the_first_result_is_in_sight(staff: Staff) -> None:
    for size in ("desk", "phone"):
        page = staff("viewer", size=size)
        look_up(page, "crisis centre Vilnius")
        number = page.locator(ROW).first.locator(".tel")
        expect(number).to_be_in_viewport()
        assert float(re.sub("px", "", number.evaluate("e => getComputedStyle(e).fontSize"))) >= 20


def test_everything_works_without_javascript(staff: Staff) -> None:
    page = staff("viewer", script=False)
    page.locator("#text").fill("food in Vilnius")
    page.locator("#by-status").select_option("active")
    page.locator("#text").press("Enter")
    page.locator(ROW).first.wait_for()
    page.locator(ROW).nth(1).locator("button").click()
    expect(page.locator("#basket")).to_have_text("Basket (1)")
    expect(page.locator("#text")).to_have_value("food in Vilnius")
    expect(page.locator("#by-status")).to_have_value("active")
    page.locator("#outcome-referred").click()
    expect(page.locator(".told")).to_have_text("Counted.")
    page.locator(".chosen a").click()
    expect(page.locator("#sms-plain")).not_to_be_empty()
    expect(page.locator("#copy")).not_to_be_empty()
    page.locator("button[value=pl]").last.click()
    page.locator(".ways a").first.click()


def test_the_basket_is_copied_in_the_callers_language(staff: Staff, staff_site: Any) -> None:
    page = staff("viewer")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    look_up(page, "food in Vilnius")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("b")
    page.locator(".chosen a").click()
    page.locator("[name=caller_language][value=lt]").click()
    page.locator("[data-copy=copy]").click()
    expect(page.locator("#said")).to_have_text("Copied.")
    expect(page.locator("[data-copy=copy]")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == page.locator("#copy").input_value().strip()
    assert "Adresas:" in copied or "El. paštas:" in copied or "Svetainė:" in copied


@pytest.mark.parametrize("size", ["desk", "phone", "small"])
@pytest.mark.parametrize("dark", [False, True])
def test_no_fault_and_nothing_wider_than_the_screen(
    staff: Staff, staff_site: Any, person: Any, faults_of: Callable[[Page], list[Any]], size: str, dark: bool
) -> None:
    page = staff("editor", size=size, dark=dark)
    look_up(page, "violence at home, Vilnius")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("b")
    expect(page.locator("#basket")).to_have_text("Basket (1)")
    record = page.locator("a.opens").first.get_attribute("href")
    for address in ("/staff/", "/staff/basket", record):
        page.goto(f"{staff_site.address}{address}")
        assert faults_of(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        person.picture(
            page, f"staff-{'dark' if dark else 'light'}-{size}{str(address).replace('/', '-')[:24]}", whole=True
        )
