"""The chat and the pages around it where JavaScript is blocked."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

ANSWERS = ".answer:not(.greeting)"


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("lt", "kur gauti maisto", "Vilniuje"),
        ("pl", "gdzie dostanę jedzenie", "w Wilnie"),
        ("en", "where to get food", "in Vilnius"),
    ],
)
def test_forms_keep_the_conversation(person: Any, site: str, language: str, first: str, second: str) -> None:
    page = person.open(f"{site}/?lang={language}", script=False)
    person.ask(page, first)
    person.ask(page, second)
    expect(page.locator(ANSWERS)).to_have_count(2)
    assert page.locator("#latest").get_attribute("lang") == language
    assert "Viln" in page.locator("#latest").inner_text() or "Wiln" in page.locator("#latest").inner_text()
    page.reload()
    expect(page.locator(ANSWERS)).to_have_count(2)
    person.picture(page, f"plain-{language}-phone-light", whole=True)
    page.locator("form.erase button").click()
    expect(page.locator(ANSWERS)).to_have_count(0)


def test_looking_instead_of_typing_leads_to_cards_and_a_sheet_to_print(person: Any, site: str) -> None:
    page = person.open(f"{site}/?lang=pl", script=False)
    page.locator("a.browse").click()
    page.wait_for_url("**/needs?**")
    person.picture(page, "needs-pl-phone-light", whole=True)
    page.locator("ul.needs a").first.click()
    expect(page.locator(".card").first).to_be_visible()
    assert page.title() == "Kelrodis"
    page.locator(".card").first.locator("a[href^='/cards/']").click()
    page.wait_for_url("**/cards/*")
    assert page.locator("svg").count() == 1
    person.picture(page, "sheet-pl-phone-light", whole=True)
