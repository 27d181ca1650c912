"""Keeping records true in a real browser: faults as one types, withdrawing, confirming, the queue, the link."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

CENTRE = "/staff/records/organization/vmkc"
PAGES = (
    f"{CENTRE}/edit", f"{CENTRE}/history", f"{CENTRE}/verify", f"{CENTRE}/invitation", "/staff/queue",
    "/staff/queue?show=translations", "/staff/records/helpline/112/edit", "/staff/new/service?organization=vmkc",
)  # fmt: skip


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def at(page: Page, name: str) -> Any:
    return page.locator(f'[name="{name}"]')


def test_a_wrong_number_is_told_while_it_is_typed_and_a_right_one_is_put_in_order(staff: Any) -> None:
    page = staff("editor", f"{CENTRE}/edit")
    fault = page.locator('[id="phones.1.number-fault"]')
    at(page, "phones.1.number").fill("8 5 233 2508")
    expect(fault).to_contain_text("the old prefix 8 is gone")
    expect(at(page, "phones.1.number")).to_have_attribute("aria-invalid", "true")
    at(page, "phones.1.number").fill("0 5 2000001")
    at(page, "phones.1.number").press("Tab")
    expect(at(page, "phones.1.number")).to_have_value("+370 5 200 0001")
    expect(fault).to_be_empty()


def test_hours_are_said_in_words_while_they_are_typed(staff: Any) -> None:
    page = staff("editor", f"{CENTRE}/edit")
    at(page, "hours.always").uncheck()
    at(page, "hours.Mo").fill("8-12, 12.45-17")
    expect(page.locator("[data-spoken=pl]")).to_have_text("pon. 8.00–12.00 i 12.45–17.00")


def test_an_edit_is_saved_seen_in_history_and_undone(staff: Any) -> None:
    page = staff("editor", f"{CENTRE}/edit")
    at(page, "legal_status").fill("crisis centre of the city")
    page.locator("button[name=save]").click()
    page.wait_for_url(f"**{CENTRE}")
    page.goto(page.url + "/history")
    expect(page.locator("tbody tr").first).to_contain_text("crisis centre of the city")
    page.locator("tbody tr").first.get_by_role("button").click()
    expect(page.get_by_role("status")).to_contain_text("Brought back")


def test_without_a_script_faults_come_back_with_all_that_was_typed(staff: Any) -> None:
    page = staff("editor", f"{CENTRE}/edit", script=False)
    at(page, "email.value").fill("nowhere")
    at(page, "name.en").fill("Half typed")
    page.locator("button[name=save]").click()
    expect(page.locator("#faults")).to_contain_text("is not an e-mail address")
    expect(at(page, "name.en")).to_have_value("Half typed")
    expect(at(page, "email.value")).to_have_attribute("aria-invalid", "true")


def test_an_alert_is_made_of_a_ready_phrase_and_its_empty_day_is_no_fault_yet(staff: Any) -> None:
    page = staff("editor", f"{CENTRE}/edit")
    at(page, "alert.until").fill("")
    with page.expect_response("**/staff/validate"):
        at(page, "alert.phrase").select_option("full")
    expect(page.locator('[id="alert.until-fault"]')).to_be_empty()
    expect(at(page, "alert.text.lt")).to_have_value("Šiuo metu laisvų vietų nėra")
    at(page, "alert.until").fill((date.today() + timedelta(days=3)).isoformat())
    page.locator("button[name=save]").click()
    page.wait_for_url(f"**{CENTRE}")
    page.goto(f"{page.url}/edit")
    expect(at(page, "alert.text.en")).to_have_value("Full at present")


def test_a_contact_is_withdrawn_in_one_click_and_brought_back_in_another(staff: Any) -> None:
    page = staff("editor", f"{CENTRE}/edit", size="phone")
    page.locator("#field-email").get_by_role("button").click()
    expect(page.locator("form.told")).to_contain_text("Withdrawn")
    expect(at(page, "email.value")).to_have_value("")
    page.locator("form.told button").click()
    expect(at(page, "email.value")).to_have_value("info@vmkc.lt")


def test_ticked_rows_of_the_queue_are_confirmed_at_once(staff: Any) -> None:
    page = staff("editor", "/staff/queue")
    boxes = page.locator("tbody input[type=checkbox]")
    gone = [boxes.nth(row).get_attribute("value") for row in range(2)]
    for row in range(2):
        boxes.nth(row).check()
    page.locator(".saving button").click()
    expect(page.get_by_role("status")).to_contain_text("Confirmed")
    for value in gone:
        expect(page.locator(f'input[value="{value}"]')).to_have_count(0)


@pytest.mark.parametrize("script", [True, False])
def test_an_institution_answers_by_its_link_and_it_waits_in_the_queue(staff: Any, person: Any, script: bool) -> None:
    centre = "vilties-centras" if script else "markuciu-dvc"
    page = staff("editor", f"/staff/records/organization/{centre}/invitation", script=script)
    page.locator("main button.main").click()
    link = page.locator("#link").input_value()
    theirs = person.open(f"{link}?lang=en", script=script)
    assert fits(theirs)
    theirs.locator("#correct summary").first.click()
    at(theirs, f"organization:{centre}/address.text").fill("Nauja g. 1, Vilnius")
    theirs.locator("#correct .sending button").click()
    expect(theirs.locator("h1")).to_have_text("Thank you")
    theirs.goto(link)
    expect(theirs.locator("h1")).to_have_text("This link has been used already")
    page.goto(page.url.partition("/staff")[0] + "/staff/queue?show=proposals&origin=institution")
    row = page.locator("tbody tr", has_text="Nauja g. 1, Vilnius").first
    row.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("status")).to_contain_text("Accepted")


@pytest.mark.parametrize("dark", [False, True])
def test_pages_of_keeping_have_no_fault_and_fit_a_small_screen(staff: Any, faults_of: Any, dark: bool) -> None:
    page = staff("editor", PAGES[0], size="small", dark=dark)
    for path in PAGES:
        page.goto(page.url.partition("/staff")[0] + path)
        for summary in page.locator("summary").all():
            summary.click()
        assert faults_of(page) == [], path
        assert fits(page), path


def test_the_institutions_page_has_no_fault(staff: Any, person: Any, faults_of: Any) -> None:
    page = staff("editor", f"{CENTRE}/invitation")
    page.locator("main button.main").click()
    assert faults_of(page) == []
    theirs = person.open(page.locator("#link").input_value() + "?lang=pl", "small")
    expect(theirs.locator("article .tel", has_text="233 2508")).to_have_count(1)
    expect(theirs.locator("form.sending button.main")).to_be_in_viewport()
    for summary in theirs.locator("summary").all():
        summary.click()
    assert faults_of(theirs) == []
    assert fits(theirs)
