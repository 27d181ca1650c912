"""Signing in and the pages of accounts and the log, in a real browser: by keyboard, without a script, small and dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Page, expect

from webhook.console.texts import texts

PASSWORD = "keturi pilki vilkai 7"
PLACES = ("/staff/accounts", "/staff/account", "/staff/audit")


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def end_session(staff_site: Any, name: str) -> None:
    """As if half an hour had gone by."""
    with staff_site.storage.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE staff_session SET seen_at = '2020-01-01' "
            "WHERE account_id = (SELECT id FROM account WHERE name = ?)",
            (name,),
        )


def test_an_editor_signs_in_by_keyboard_alone(staff_site: Any, person: Any) -> None:
    account = staff_site.account("editor")
    page = person.open(f"{staff_site.address}/staff/account", size="desk")
    assert "/staff/sign-in?next=" in page.url
    # The field takes the focus a moment after the page is there; whoever types by hand is never that quick.
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type(account.name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/second-factor/new")
    secret = re.sub(r"\s", "", page.locator(".secret").inner_text())
    page.locator("#code").focus()
    page.keyboard.type(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    page.locator(".codes").wait_for()
    assert page.locator(".codes li").count() == 10
    page.locator("main a.button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/account")
    expect(page.locator("h1")).to_have_text("My account")


def test_five_wrong_passwords_lock_and_an_administrator_unlocks(staff_site: Any, person: Any, staff: Any) -> None:
    account = staff_site.account("viewer")
    page = person.open(f"{staff_site.address}/staff/sign-in", size="desk", script=False)
    for _ in range(5):
        page.locator("#name").fill(account.name)
        page.locator("#password").fill("surely not this one")
        page.locator("main button.main").click()
    expect(page.locator("[role=alert]")).to_contain_text("5 min")
    admin = staff("admin", f"/staff/accounts/{account.id}")
    admin.locator("form[action$=unlock] button").click()
    expect(admin.locator("[role=status]")).to_have_text("Unlocked.")
    staff_site.sign_in(page, account.name)
    assert page.url == f"{staff_site.address}/staff/"


def test_a_page_that_was_being_edited_outlives_the_session(staff_site: Any, person: Any) -> None:
    account = staff_site.account("viewer")
    page = person.open(f"{staff_site.address}/staff/sign-in", size="desk")
    staff_site.sign_in(page, account.name)
    page.goto(f"{staff_site.address}/staff/account")
    page.locator("#language").select_option("pl")
    end_session(staff_site, account.name)
    page.locator("main form[action='/staff/account'] button").click()
    expect(page.locator("h1")).to_have_text("Not saved yet")
    with page.expect_popup() as opened:
        page.locator("main a").click()
    window = opened.value
    window.locator("#name").fill(account.name)
    window.locator("#password").fill(PASSWORD)
    window.locator("main button.main").click()
    window.wait_for_url("**/staff/")
    # Twice: the first time the form's token is still that of the old session.
    page.locator("main button.main").click()
    page.locator("main button.main").click()
    page.wait_for_url("**/staff/account")
    assert page.locator("html").get_attribute("lang") == "pl"


def test_a_link_from_another_site_finds_people_signed_in(staff_site: Any, person: Any) -> None:
    account = staff_site.account("viewer")
    page = person.open(f"{staff_site.address}/staff/sign-in", size="desk")
    staff_site.sign_in(page, account.name)
    letter = f'<a href="{staff_site.address}/staff/account">Your account</a>'
    page.route("http://mail.example/", lambda route: route.fulfill(body=letter, content_type="text/html"))
    page.goto("http://mail.example/")
    page.locator("a").click()
    expect(page.locator("h1")).to_have_text("My account")


def test_a_new_colleague_comes_by_a_link(staff_site: Any, person: Any, staff: Any) -> None:
    admin = staff("admin", "/staff/accounts")
    name = f"new-{pyotp.random_base32()[:6].lower()}"
    admin.locator("#name").fill(name)
    admin.locator("#role").select_option("viewer")
    admin.locator("main button.main").click()
    page = person.open(admin.locator("#link").input_value(), script=False)
    page.locator("#new_password").fill("penki balti arkliai 8")
    page.locator("#again").fill("penki balti arkliai 8")
    page.locator("main button.main").click()
    expect(page.locator("a.own")).to_have_text(name)
    assert page.locator("nav a[href='/staff/accounts']").count() == 0
    assert person.open(f"{staff_site.address}/staff/account", script=False).url.endswith("next=/staff/account")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", ["small", "desk"])
def test_the_pages_have_no_fault(
    staff_site: Any, person: Any, staff: Any, faults_of: Callable[[Page], list[Any]], size: str, dark: bool
) -> None:
    editor = staff_site.account("editor", name=f"editor-{size}-{dark}".lower())
    page = staff("admin", "/staff/accounts", size=size, dark=dark, language="lt")
    for place in (*PLACES, f"/staff/accounts/{editor.id}"):
        page.goto(staff_site.address + place)
        for summary in page.locator("main summary").all():
            summary.click()
        page.evaluate("scrollTo(0, 0)")  # what lies half under the frame counts as too small
        assert faults_of(page) == [], place
        assert fits(page), place
        person.picture(page, f"staff{place.replace('/', '-')}-{size}-{'dark' if dark else 'light'}", whole=True)
    page.locator(".who form:last-child button").click()
    assert faults_of(page) == []
    page.locator("#name").fill(editor.name)
    page.locator("#password").fill(PASSWORD)
    page.locator("main button.main").click()
    assert faults_of(page) == []
    assert fits(page)
    assert page.locator(".qr svg").bounding_box()["width"] > 150  # type: ignore[index]


@pytest.mark.parametrize("language", ["lt", "pl", "en"])
def test_the_frame_speaks_three_languages_without_a_script(staff: Any, language: str) -> None:
    page = staff("viewer", "/staff/account", language="en" if language != "en" else "lt", script=False)
    page.locator(f".tongues button[value={language}]").click()
    assert page.url.endswith("/staff/account")
    assert page.locator("html").get_attribute("lang") == language
    expect(page.locator("h1")).to_have_text(texts(language)["own_title"])
