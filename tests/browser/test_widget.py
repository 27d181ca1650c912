"""The panel on somebody else's page, under a policy that allows nothing but us."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

ANSWERS = ".answer:not(.greeting):not(.fault)"


def test_the_panel_opens_answers_and_closes_again(person: Any, foreign_site: str) -> None:
    page = person.open(f"{foreign_site}/script/en", "desk")
    launcher = page.locator(".launcher")
    expect(launcher).to_have_text("Find help")  # the language of the page itself
    launcher.click()
    expect(page.locator("textarea")).to_be_focused()
    person.ask(page, "he is outside the door with a knife, Vilnius")
    expect(page.locator(".panel .first a.call")).to_be_visible()
    person.picture(page, "panel-en-desk-light")
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_be_hidden()
    expect(launcher).to_be_focused()
    page.reload()
    page.evaluate("Kelrodis.open()")
    expect(page.locator(ANSWERS)).to_have_count(1)
    assert page.evaluate("document.querySelectorAll('style, [style*=position]').length") == 0


def test_the_panel_changes_its_language(person: Any, foreign_site: str) -> None:
    page = person.open(f"{foreign_site}/script/lt")
    page.locator(".launcher").click()
    person.ask(page, "kur gauti maisto Vilniuje")
    person.picture(page, "panel-lt-phone-light")
    page.locator(".panel .languages a[lang=en]").click()
    page.locator(ANSWERS).nth(1).wait_for()
    expect(page.locator(".panel button.send")).to_have_text("Send")
    assert page.locator("#latest").get_attribute("lang") == "en"


def test_it_can_stand_in_line_on_a_page(person: Any, foreign_site: str) -> None:
    page = person.open(f"{foreign_site}/inline/lt", "desk", dark=True)
    expect(page.locator("#help .panel.inline button.send")).to_have_text("Wyślij")
    person.ask(page, "gdzie dostanę jedzenie w Wilnie")
    expect(page.locator(".card").first).to_be_visible()
    person.picture(page, "inline-pl-desk-dark")


def test_offline_it_still_shows_the_numbers(person: Any, foreign_site: str) -> None:
    page = person.open(f"{foreign_site}/script/lt")
    page.locator(".launcher").click()
    page.context.set_offline(True)
    page.locator("textarea").fill("padėkit")
    page.locator("button.send").click()
    expect(page.locator('.fault a[href="tel:112"]')).to_be_visible()
    assert page.locator(".fault a.call").count() >= 2


def test_a_language_changed_without_a_connection_loses_no_answer(person: Any, foreign_site: str) -> None:
    page = person.open(f"{foreign_site}/script/en")
    page.locator(".launcher").click()
    person.ask(page, "food in Visaginas")
    page.context.set_offline(True)
    page.locator("textarea").fill("and clothes?")
    page.locator("button.send").click()
    page.locator(".fault").wait_for()
    page.locator(".panel .languages a[lang=pl]").click()
    page.context.set_offline(False)
    page.locator(ANSWERS).nth(2).wait_for()
    assert page.locator("#latest").get_attribute("lang") == "pl"
    expect(page.locator(".fault")).to_have_count(0)


def test_a_place_that_does_not_exist_is_passed_over(person: Any, foreign_site: str) -> None:
    page = person.open(f"{foreign_site}/nowhere/en")
    page.locator(".launcher").click()
    person.ask(page, "where can I get food")
    expect(page.locator(".card").first).to_be_visible()


def test_the_script_twice_makes_one_panel(person: Any, foreign_site: str) -> None:
    page = person.open(f"{foreign_site}/twice/en")
    page.locator(".launcher").first.wait_for()
    expect(page.locator(".launcher")).to_have_count(1)


def test_nothing_comes_from_other_hosts(person: Any, site: str, foreign_site: str) -> None:
    hosts = set()
    page = person.open("about:blank")
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(f"{foreign_site}/script/lt")
    page.locator(".launcher").click()
    person.ask(page, "labas")
    page.goto(f"{site}/?lang=lt")
    assert hosts == {site.split("/")[2], foreign_site.split("/")[2]}
