"""The API reference in a real browser: readable on any screen, without JavaScript, and without a fault that axe sees."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize(("size", "dark"), [("small", False), ("small", True), ("desk", False)])
def test_the_reference_has_no_fault(person: Any, site: str, faults_of: Any, size: str, dark: bool) -> None:
    page = person.open(f"{site}/docs?lang=en", size, dark=dark)
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the screen"
    person.picture(page, f"page-docs-{size}{'-dark' if dark else ''}", whole=True)


@pytest.mark.parametrize("language", ["lt", "pl"])
def test_the_reference_in_a_frame_of_another_language_has_no_fault(
    person: Any, site: str, faults_of: Any, language: str
) -> None:
    page = person.open(f"{site}/docs?lang={language}", "phone")
    assert faults_of(page) == []
    assert page.locator(".reference").get_attribute("lang") == "en"


def test_the_reference_is_read_without_javascript_and_asks_no_other_host(person: Any, site: str) -> None:
    page = person.open(f"{site}/docs?lang=en", script=False)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    assert asked
    assert [url for url in asked if not url.startswith(site)] == []
    page.locator("a[href='#sendMessage']").click()
    expect(page.locator("#sendMessage")).to_be_in_viewport()
    expect(page.locator("header .exit")).to_be_visible()
