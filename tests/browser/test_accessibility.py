"""The page in a real browser under axe: no fault of WCAG 2.2 AA that a machine can see, with and without results."""

from __future__ import annotations

import importlib.util
import json
import secrets
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from waitress.server import create_server

from bot.assistant import Assistant
from index.search import ServiceIndex
from nlu.settings import PROJECT
from webhook.app import create_app
from webhook.settings import Settings

AXE = PROJECT / "var" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.dialogue,
    pytest.mark.skipif(CHROMIUM is None or not AXE.exists(), reason="needs Chromium and axe: make browser"),
]
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def browser_tab() -> Any:
    """The driver of the page's own browser test, which lies in another folder of tests."""
    path = PROJECT / "tests" / "webhook" / "test_page_in_chromium.py"
    spec = importlib.util.spec_from_file_location("page_in_chromium", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def address(index: ServiceIndex, assistant: Assistant) -> Iterator[str]:
    server = create_server(
        create_app(Settings.from_environment(), assistant, index), host="127.0.0.1", port=0, threads=4
    )
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("lt", None),
        ("pl", "gdzie w Wilnie znajdę schronienie, mąż mnie bije"),
        ("en", "food for my family in Visaginas"),
        ("lt", "labas"),
    ],
)
def test_the_page_has_no_fault_that_axe_finds(address: str, language: str, text: str | None, tmp_path: Path) -> None:
    page = browser_tab()
    tab = page.Tab(20000 + secrets.randbelow(20000), tmp_path)
    try:
        tab.call("Page.setBypassCSP", enabled=True)
        tab.open(f"{address}/?lang={language}", width=320)
        if text:
            page.ask(tab, text)
            tab.wait("!!document.querySelector('#latest') && document.querySelector('#latest').textContent.length > 20")
        tab.run(AXE.read_text(encoding="utf-8"))
        faults = "r.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 120))])"
        options = json.dumps({"runOnly": _RULES})
        tab.run(f"window.found = null; axe.run(document, {options}).then(r => window.found = JSON.stringify({faults}))")
        tab.wait("window.found !== null")
        assert json.loads(tab.run("window.found")) == []
        assert tab.run("document.documentElement.scrollWidth <= window.innerWidth"), "the page is wider than the screen"
    finally:
        tab.close()
