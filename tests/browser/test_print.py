"""What comes out of the printer."""

from __future__ import annotations

import re
from typing import Any


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page[^s]", pdf))


def test_a_hand_out_is_black_on_white_with_a_code_and_a_date(person: Any, site: str) -> None:
    page = person.open(f"{site}/?lang=en", "desk", dark=True)
    person.ask(page, "food in Vilnius")
    page.locator("a", has_text="Print all").click()
    page.wait_for_url("**/cards/*")
    assert "caritas" not in page.url
    assert page.locator("svg[role=img]").count() == 1
    page.emulate_media(media="print", color_scheme="light")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.locator(".exit").first.is_hidden()
    person.picture(page, "sheet-en-print", whole=True)
    assert 1 <= pages_of(page.pdf(format="A4")) <= 3


def test_the_poster_fills_one_sheet(person: Any, site: str) -> None:
    for path in ("/poster", "/poster/card"):
        page = person.open(f"{site}{path}", "desk")
        page.emulate_media(media="print")
        assert pages_of(page.pdf(prefer_css_page_size=True)) == 1
        person.picture(page, path.strip("/").replace("/", "-"), whole=True)
