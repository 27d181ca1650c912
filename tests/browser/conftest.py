"""The real product in a real Chromium: one server, one browser, a fresh profile for each test."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask import Flask, Response
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from waitress.server import create_server

from bot.assistant import Assistant
from index.search import ServiceIndex
from nlu.encoder import open_encoder
from nlu.settings import PROJECT
from webhook import passwords
from webhook.app import create_app
from webhook.parts import Missing
from webhook.settings import Settings
from webhook.staff import Account, Role, Scope
from webhook.storage import accounts
from webhook.storage.database import Storage, open_storage

PASSWORD = "keturi pilki vilkai 7"  # of everybody in the console
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = PROJECT / "var" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PICTURES = PROJECT / "var" / "pictures"
SIZES = {"phone": (390, 844), "small": (320, 568), "keyboard": (320, 300), "zoomed": (320, 256), "desk": (1280, 900)}
ANSWERS = ".answer:not(.greeting):not(.fault)"
# What a careful site allows: itself, and us for the script and what it asks.
FOREIGN_POLICY = (
    "default-src 'self'; script-src 'self' {ours}; connect-src 'self' {ours}; frame-src {ours}; "
    "require-trusted-types-for 'script'"
)
FOREIGN_PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Town</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body>
<main><h1>Town</h1><p>News of the town.</p><div id="help"></div>{body}</main></body></html>"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.dialogue)
            if CHROMIUM is None or not AXE.exists():
                item.add_marker(pytest.mark.skip(reason="needs Chromium and axe: make browser"))


def serve(app: Flask) -> tuple[str, Callable[[], None]]:
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    return f"http://127.0.0.1:{server.effective_port}", server.close


@pytest.fixture(scope="session")
def sites(index: ServiceIndex, assistant: Assistant) -> Iterator[tuple[str, str]]:
    """Our address, and that of a foreign page with a strict policy, which embeds us as its address line asks."""
    foreign = Flask("foreign", static_folder=None)
    theirs, close_theirs = serve(foreign)
    settings = Settings(cors_sites=(theirs,), frame_sites=(theirs,), exit_url=f"{theirs}/weather")
    ours, close_ours = serve(create_app(settings, assistant, index))
    ways = {
        "script": f'<script src="{ours}/widget.js" async></script>',
        "inline": f'<script src="{ours}/widget.js" data-target="#help" data-language="pl" async></script>',
        "nowhere": f'<script src="{ours}/widget.js" data-municipality="Atlantis" async></script>',
        "twice": f'<script src="{ours}/widget.js"></script><script src="{ours}/widget.js"></script>',
        "frame": f'<iframe src="{ours}/embed?lang=en" title="Kelrodis" width="400" height="600"></iframe>',
    }

    @foreign.get("/weather")
    def weather() -> str:
        return "<title>Weather</title><h1>Weather</h1>"

    @foreign.get("/<way>/<lang>")
    def page(way: str, lang: str) -> Response:
        response = Response(FOREIGN_PAGE.format(lang=lang, body=ways[way]))
        response.headers["Content-Security-Policy"] = FOREIGN_POLICY.format(ours=ours)
        return response

    yield ours, theirs
    close_ours()
    close_theirs()


@pytest.fixture(scope="session")
def site(sites: tuple[str, str]) -> str:
    return sites[0]


@pytest.fixture(scope="session")
def foreign_site(sites: tuple[str, str]) -> str:
    return sites[1]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


class Person:
    """Somebody with a browser of their own. What the browser complains of is a fault of the test's."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def open(self, address: str, size: str = "phone", script: bool = True, dark: bool = False) -> Page:
        width, height = SIZES[size]
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=script, bypass_csp=False,
            color_scheme="dark" if dark else "light", reduced_motion="reduce",
        )  # fmt: skip
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        page.on("console", lambda told: self._note(told.text))
        page.goto(address)
        return page

    def _note(self, text: str) -> None:
        if "Security Policy" in text or "Trusted" in text:
            self.complaints.append(text)

    def ask(self, page: Page, text: str) -> None:
        """Types and sends a message, and waits until it is answered; on the page and in the panel alike."""
        answers = page.locator(ANSWERS)
        before = answers.count()
        page.locator("textarea").fill(text)
        page.locator("button.send").click()
        answers.nth(before).wait_for()

    def picture(self, page: Page, name: str, whole: bool = False) -> None:
        """Kept for people to look at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(PICTURES / f"{name}.png"), full_page=whole)

    def leave(self) -> None:
        for context in self.contexts:
            context.close()
        assert self.complaints == []


@pytest.fixture
def person(browser: Browser) -> Iterator[Person]:
    somebody = Person(browser)
    yield somebody
    somebody.leave()


@pytest.fixture
def faults_of() -> Callable[[Page], list[Any]]:
    """What axe finds on a page, with contrast also at AAA; a world of its own keeps the page's policy out of it."""

    def find(page: Page) -> list[Any]:
        session = page.context.new_cdp_session(page)
        frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        world = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})["executionContextId"]
        options = json.dumps({"runOnly": RULES, "rules": {"color-contrast-enhanced": {"enabled": True}}})
        run = f"axe.run(document, {options}).then(r => JSON.stringify(r.violations.map("
        run += "v => [v.id, v.nodes.map(n => n.html.slice(0, 160))])))"
        session.send("Runtime.evaluate", {"expression": AXE.read_text("utf-8"), "contextId": world})
        found = session.send(
            "Runtime.evaluate", {"expression": run, "contextId": world, "awaitPromise": True, "returnByValue": True}
        )
        session.detach()
        return list(json.loads(found["result"]["value"]))

    return find


@dataclass
class StaffSite:
    """The real console on a database of its own, with a real search on it. Chat is not started."""

    address: str
    storage: Storage
    index: ServiceIndex
    secrets: dict[str, str] = field(default_factory=dict)

    def account(self, role: Role, scope: Scope | None = None, language: str = "en", name: str = "") -> Account:
        """Somebody with `PASSWORD`, who has not signed in yet."""
        engine = self.storage.engine
        made = accounts.add(engine, name or f"{role}-{secrets.token_hex(3)}", role, scope or Scope(), "tests", now())
        accounts.set_password(engine, made.id, passwords.hash_password(PASSWORD), "tests")
        accounts.choose(engine, made.id, language=language)
        return made

    def sign_in(self, page: Page, name: str) -> Page:
        """By the pages themselves: password, and a telephone where the role needs one."""
        page.goto(f"{self.address}/staff/sign-in")
        page.locator("#name").fill(name)
        page.locator("#password").fill(PASSWORD)
        page.locator("main button.main").click()
        if "/second-factor/new" in page.url:
            self.secrets[name] = re.sub(r"\s", "", page.locator(".secret").inner_text())
            page.locator("#code").fill(pyotp.TOTP(self.secrets[name]).now())
            page.locator("main button.main").click()
            page.locator("main a.button").click()
        return page


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="session")
def staff_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StaffSite]:
    """What staff change is changed in a copy of the directory."""
    copy = tmp_path_factory.mktemp("staff") / "directory.sqlite3"
    with sqlite3.connect(PROJECT / "var" / "directory.sqlite3") as built, sqlite3.connect(copy) as copied:
        built.backup(copied)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KELRODIS_DATABASE_URL", f"sqlite:///{copy}")
        storage = open_storage()
        # Not by `open`, which would write the copy's help lines where the product keeps them for when all else fails.
        index = ServiceIndex(open_encoder(), storage.engine)
        index.watch()
        settings = Settings(secret_key="of tests", staff_address_failures=1000)
        address, close = serve(create_app(settings, Missing("assistant_missing"), index, storage))
        yield StaffSite(address, storage, index)
        close()
        storage.engine.dispose()


@pytest.fixture
def staff(staff_site: StaffSite, person: Person) -> Callable[..., Page]:
    """Somebody signed in, in a browser: `staff("editor", "/staff/queue", scope=Scope(("Vilniaus…",)), size="desk")`."""

    def enter(
        role: Role = "editor",
        path: str = "/staff/",
        scope: Scope | None = None,
        language: str = "en",
        **look: bool | str,
    ) -> Page:
        account = staff_site.account(role, scope, language)
        page = person.open(f"{staff_site.address}/staff/sign-in", **{"size": "desk", **look})  # type: ignore[arg-type]
        staff_site.sign_in(page, account.name)
        page.goto(staff_site.address + path)
        return page

    return enter
