"""The page in a real browser: its script must make the same answer as the template, keep nothing, and fit 320 px."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import websockets.client
from flask import Flask
from werkzeug.serving import make_server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]

# Tags, attributes and texts, without what only one of the two ways has.
SKELETON = """(() => {
  const read = (node) => {
    if (node.nodeType === 3) return node.textContent.replace(/\\s+/g, " ").trim();
    const attributes = [...node.attributes].filter((a) => !["id", "tabindex", "aria-disabled"].includes(a.name))
      .map((a) => `${a.name}=${a.value}`).sort();
    return [node.tagName, attributes, ...[...node.childNodes].map(read).filter((part) => part !== "")];
  };
  return JSON.stringify(read(document.querySelector("#latest")));
})()"""


class Tab:
    """One page of a headless Chromium, driven through its debugging protocol."""

    def __init__(self, port: int, folder: Path) -> None:
        self._process = subprocess.Popen(
            [
                str(CHROMIUM), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                f"--remote-debugging-port={port}", f"--user-data-dir={folder}", "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._address, self._number = self._find(port), 0

    @staticmethod
    def _find(port: int) -> str:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in range(200):
            try:
                with opener.open(f"http://127.0.0.1:{port}/json") as answer:
                    pages = [page for page in json.load(answer) if page["type"] == "page"]
                    if pages:
                        return str(pages[0]["webSocketDebuggerUrl"])
            except OSError:
                pass
            time.sleep(0.1)
        raise RuntimeError("Chromium does not answer")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        async def talk() -> dict[str, Any]:
            async with websockets.client.connect(self._address, max_size=None) as socket:
                await socket.send(json.dumps({"id": 1, "method": method, "params": parameters}))
                while True:
                    found = json.loads(await socket.recv())
                    if found.get("id") == 1:
                        assert "error" not in found, found
                        return dict(found["result"])

        return asyncio.run(talk())

    def run(self, script: str) -> Any:
        return self.call("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def wait(self, script: str) -> None:
        for _ in range(100):
            if self.run(script):
                return
            time.sleep(0.1)
        raise AssertionError(f"never true: {script}")

    def open(self, address: str, width: int = 390, script: bool = True) -> None:
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
        self.call("Page.navigate", url=address)
        self.wait(f"document.readyState === 'complete' && location.href.startsWith('{address.split('#')[0]}')")

    def picture(self, name: str) -> None:
        """Kept where KELRODIS_PICTURES says, for people to look at."""
        folder = os.environ.get("KELRODIS_PICTURES")
        if folder:
            shot = self.call("Page.captureScreenshot", captureBeyondViewport=True)
            Path(folder, f"{name}.png").write_bytes(base64.b64decode(shot["data"]))

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)


@pytest.fixture
def tab(tmp_path: Path) -> Iterator[Tab]:
    opened = Tab(20000 + os.getpid() % 20000, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def site(make_app: Callable[..., Flask]) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, make_app(), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()


def ask(tab: Tab, text: str) -> None:
    tab.wait("document.documentElement.dataset.script === 'on'")
    tab.run(f"document.getElementById('message').value = {json.dumps(text)}")
    tab.run("document.getElementById('ask').requestSubmit()")


def test_the_script_makes_the_same_answer_as_the_template(tab: Tab, site: str) -> None:
    tab.open(f"{site}/?lang=pl")
    ask(tab, "danger")
    tab.wait("!!document.querySelector('#latest .card')")
    scripted = tab.run(SKELETON)
    assert tab.run("location.search") == "?lang=pl"
    tab.picture("page-390")
    tab.open(f"{site}/?lang=pl", width=1200)
    tab.run("fetch('/', {method: 'POST', body: new URLSearchParams({message: 'danger', lang: 'pl'})})")
    time.sleep(1.0)
    tab.open(f"{site}/?lang=pl&answered=1", width=1200, script=False)
    tab.picture("page-1200")
    plain = tab.run(SKELETON)
    assert json.loads(scripted.replace("Answer 1", "")) == json.loads(plain.replace("Answer 2", ""))


def test_the_page_fits_a_screen_of_320_pixels(tab: Tab, site: str) -> None:
    tab.open(f"{site}/?lang=lt", width=320)
    ask(tab, "danger")
    tab.wait("!!document.querySelector('#latest .card')")
    tab.picture("page-320")
    assert tab.run("document.documentElement.scrollWidth") <= 320


def test_everything_that_is_pressed_is_at_least_44_pixels_high(tab: Tab, site: str) -> None:
    tab.open(f"{site}/?lang=lt", width=390)
    ask(tab, "danger")
    tab.wait("!!document.querySelector('#latest .card')")
    small = tab.run(
        "[...document.querySelectorAll('a, button')].filter((e) => !e.matches('.skip') && e.offsetHeight < 44)"
        ".map((e) => e.outerHTML).join()"
    )
    assert small == ""


def test_the_browser_keeps_the_sender_only(tab: Tab, site: str) -> None:
    tab.open(f"{site}/?lang=en")
    ask(tab, "my secret")
    tab.wait("!!document.querySelector('#latest .card')")
    assert tab.run("Object.keys(sessionStorage).join() + Object.keys(localStorage).join()") == "kelrodis-sender"
    assert tab.run("/^[0-9a-f]{32}$/.test(sessionStorage.getItem('kelrodis-sender'))")


def test_markup_in_an_answer_is_shown_and_not_run(tab: Tab, site: str) -> None:
    tab.open(f"{site}/?lang=en")
    ask(tab, "hello <img src=x onerror=alert(1)>")
    tab.wait("!!document.querySelector('#latest .card')")
    assert tab.run("document.querySelectorAll('#log b, #log img').length") == tab.run(
        "document.querySelectorAll('#log .asked > b').length"
    )
    assert "<b>food</b>" in tab.run("document.querySelector('.description').textContent")


def test_erasing_ends_the_conversation_and_begins_another(tab: Tab, site: str) -> None:
    tab.open(f"{site}/?lang=en")
    ask(tab, "hello")
    tab.wait("!!document.querySelector('#latest .card')")
    before = tab.run("sessionStorage.getItem('kelrodis-sender')")
    tab.run("document.getElementById('erase').requestSubmit()")
    tab.wait("!document.querySelector('#log .card')")
    assert tab.run("sessionStorage.getItem('kelrodis-sender')") != before
