"""axe in every state: no fault of WCAG 2.2 AA, nor of good practice, that a machine can see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from nlu.settings import PROJECT

AXE = PROJECT / "var" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ANSWERS = ".answer:not(.greeting)"


def faults(page: Page) -> list[Any]:
    """What axe finds, with contrast also at AAA; a world of its own keeps the page's policy out of it."""
    session = page.context.new_cdp_session(page)
    tree = session.send("Page.getFrameTree")
    world = session.send("Page.createIsolatedWorld", {"frameId": tree["frameTree"]["frame"]["id"], "worldName": "axe"})[
        "executionContextId"
    ]
    options = json.dumps({"runOnly": RULES, "rules": {"color-contrast-enhanced": {"enabled": True}}})
    session.send("Runtime.evaluate", {"expression": Path(AXE).read_text("utf-8"), "contextId": world})
    found = session.send(
        "Runtime.evaluate",
        {
            "expression": f"axe.run(document, {options}).then(r => JSON.stringify(r.violations.map("
            "v => [v.id, v.nodes.map(n => n.html.slice(0, 160))])))",
            "contextId": world, "awaitPromise": True, "returnByValue": True,
        },
    )  # fmt: skip
    session.detach()
    return list(json.loads(found["result"]["value"]))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("lt", None),
        ("lt", "labas"),
        ("pl", "mąż stoi pod drzwiami z nożem, Wilno"),
        ("en", "food for my family in Visaginas"),
        ("en", "how do I register a drone"),
        ("lt", "viskas beprasmiška, nebeturiu jėgų"),
        ("lt", "муж бьет меня, помогите, Вильнюс"),
    ],
)
def test_the_chat_has_no_fault(person: Any, site: str, language: str, text: str | None, dark: bool) -> None:
    page = person.open(f"{site}/?lang={language}", "small", dark=dark)
    if text:
        person.ask(page, text)
        for summary in page.locator("#latest summary").all():
            summary.click()
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the screen"


@pytest.mark.parametrize("language", ["lt", "pl", "en"])
@pytest.mark.parametrize(
    "path",
    ["/needs", "/needs/2", "/privacy", "/safety", "/message", "/accessibility", "/told", "/poster", "/needs/9999"],
)
def test_each_page_has_no_fault(person: Any, site: str, path: str, language: str) -> None:
    page = person.open(f"{site}{path}?lang={language}", "small")
    assert faults(page) == []
    if path != "/poster":
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the screen"
    person.picture(page, f"page{path.replace('/', '-')}-{language}", whole=True)


def test_the_sheet_the_fault_and_the_panel_have_no_fault(person: Any, site: str, foreign_site: str) -> None:
    page = person.open(f"{site}/?lang=pl")
    person.ask(page, "gdzie dostanę jedzenie w Wilnie")
    page.locator(".card a[href^='/cards/']").first.click()
    page.wait_for_url("**/cards/*")
    assert faults(page) == []
    page = person.open(f"{site}/?lang=pl")
    page.context.set_offline(True)
    page.locator("textarea").fill("pomocy")
    page.locator("button.send").click()
    page.locator(".fault").wait_for()
    assert faults(page) == []
    page = person.open(f"{foreign_site}/script/en")
    assert faults(page) == []
    page.locator(".launcher").click()
    person.ask(page, "food in Visaginas")
    assert faults(page) == []


def test_answers_are_announced_politely_and_in_their_language(person: Any, site: str) -> None:
    page = person.open(f"{site}/?lang=lt")
    log = page.locator("[role=log]")
    expect(log).to_have_attribute("aria-live", "polite")
    person.ask(page, "where can I get food in Vilnius")
    assert page.locator("#latest").get_attribute("lang") == "en"
    assert log.locator("#latest").count() == 1
    assert page.locator("[role=status]").count() == 1
