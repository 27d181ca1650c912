"""What is said of packages and their known faults is true of the pins, of the code, and of the running service."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from webhook import supply
from webhook.supply import Accepted, Audit, Finding, NotAudited

ROOT = Path(__file__).resolve().parent.parent
# Faults in packages that we use ourselves, and where; everything else on the list comes along with Rasa.
OURS = {
    "onnx": "nlu/encoder/", "torch": "nlu/encoder/", "scikit-learn": ("nlu/classifier.py", "index/evaluation/"),
}  # fmt: skip
MODULES = {"scikit-learn": "sklearn", "dnspython": "dns", "sentry-sdk": "sentry_sdk", "protobuf": "google"}
# The list says of these that the running service does not load them.
NOT_LOADED = ("onnx", "torch", "pydantic", "sentry_sdk", "skops", "pytest", "wheel")
RUNNING = """
import json, socket, sys
opened = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen") and watching:
        opened.append(event)
watching = False
sys.addaudithook(watch)
from bot.assistant import Assistant
from bot.message import Message
from index.search import ServiceIndex
from webhook.app import create_app
from webhook.settings import Settings
index = ServiceIndex.open()
assistant = Assistant.start(index)
chat = create_app(Settings(), assistant, index).test_client()
watching = True
answers = [
    chat.post("/api/v1/chat", json={"sender": "0123456789abcdef", "message": text}).status_code
    for text in ("kur gauti maisto Visagine", "koks telefonas?", "mąż mnie bije, boję się")
]
seen = len(opened)
socket.socket().bind(("127.0.0.1", 0))
watching = False
print(json.dumps({"answers": answers, "opened": opened[:seen], "watched": len(opened) > seen, "loaded": sorted({name.split(".")[0] for name in sys.modules})}))
assistant.close()
"""

ACCEPTED = (Accepted("aiohttp", "3.9.5", "2026-11-23", "never opened", ("CVE-1",)),)


def output(*faults: dict[str, Any], **more: Any) -> str:
    return json.dumps(
        {"dependencies": [{"name": "aiohttp", "version": "3.9.5", "vulns": list(faults)}, *more.get("others", ())]}
    )


def faults(output: str, accepted: tuple[Accepted, ...] = ACCEPTED) -> tuple[str, ...]:
    return supply.faults_of(supply.read_audit(output), accepted)


def test_a_finding_is_accepted_by_any_of_its_names() -> None:
    assert faults(output({"id": "PYSEC-7", "aliases": ["CVE-1", "GHSA-x"]})) == ()


def test_a_finding_that_is_not_on_the_list_fails() -> None:
    found = faults(output({"id": "CVE-1"}, {"id": "CVE-2", "aliases": ["GHSA-y"]}))
    assert found == ("aiohttp 3.9.5: CVE-2, GHSA-y is not accepted",)


def test_an_entry_accepts_nothing_of_another_package() -> None:
    keras = {"name": "Keras", "version": "2.12.0", "vulns": [{"id": "CVE-1"}]}
    assert faults(output({"id": "CVE-1"}, others=[keras])) == ("keras 2.12.0: CVE-1 is not accepted",)


def test_an_entry_that_is_no_longer_found_fails_so_that_the_list_only_shrinks() -> None:
    assert faults(output()) == ("aiohttp: CVE-1 is no longer found; take it off the list",)


def test_a_package_that_nobody_looked_at_fails() -> None:
    skipped = {"name": "torch", "skip_reason": "not found"}
    assert faults(output({"id": "CVE-1"}, others=[skipped])) == ("torch: could not be audited",)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "No known vulnerabilities found",
        json.dumps({"dependencies": [{"name": "aiohttp", "skip_reason": "not found"}]}),
        json.dumps({"dependencies": []}),
    ],
)
def test_asking_about_nothing_is_no_success(said: str) -> None:
    """pip-audit says that nothing is known to be wrong where the service answered for no package at all."""
    with pytest.raises(NotAudited):
        supply.read_audit(said)


def test_what_is_installed_and_not_pinned_is_told_as_the_audit_would_miss_it() -> None:
    bill = {
        "components": [
            {"name": "Flask", "version": "3.1.3"},
            {"name": "torch", "version": "2.13.0+cpu"},
            {"name": "pip"},
        ]
    }
    assert supply.unpinned(bill, {"flask": "3.1.3", "torch": "2.13.0"}) == ()
    assert supply.unpinned(bill, {"flask": "3.1.2"}) == ("flask 3.1.3", "torch 2.13.0")


def test_each_accepted_finding_is_of_the_pinned_version_and_says_why_and_since_when() -> None:
    accepted = supply.read_accepted(supply.ACCEPTED)
    assert supply.outdated(accepted, supply.read_pins(supply.PINS)) == ()
    assert supply.outdated(ACCEPTED, {"aiohttp": "3.14.5"}) == ("aiohttp 3.9.5",)
    for group in accepted:
        assert date.fromisoformat(group.since) <= date.today()
        assert len(group.why) > 60, group.package
        assert group.ids, group.package
    every = [name for group in accepted for name in group.ids]
    assert len(every) == len(set(every))


def test_packages_with_accepted_findings_are_imported_only_where_the_list_says() -> None:
    modules = {
        MODULES.get(group.package, group.package): group.package for group in supply.read_accepted(supply.ACCEPTED)
    }
    strays = []
    for path in (p for name in ("nlu", "index", "bot", "webhook") for p in (ROOT / name).rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            named += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            for package in filter(None, (modules.get(name.split(".")[0]) for name in named)):
                if not place.startswith(OURS.get(package, "nowhere")):
                    strays.append(f"{place}: {package}")
    assert strays == []


def test_the_recipe_has_no_component_that_reads_a_model_of_others() -> None:
    recipe = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    assert all(part["name"].startswith("nlu.components.") for part in recipe["pipeline"])
    assert [policy["name"] for policy in recipe["policies"]] == ["RulePolicy"]


@pytest.mark.dialogue
def test_a_conversation_opens_no_connection_and_loads_nothing_that_the_list_says_is_not_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUNNING], cwd=ROOT, capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["answers"] == [200, 200, 200]
    assert told["watched"]
    assert told["opened"] == []
    assert set(NOT_LOADED).isdisjoint(told["loaded"])


def test_findings_are_compared_by_plain_names() -> None:
    audit = Audit((Finding("sentry-sdk", "1.14.0", frozenset({"CVE-3"})),), ())
    assert supply.faults_of(audit, (Accepted("sentry-sdk", "1.14.0", "2026-11-23", "", ("CVE-3",)),)) == ()
    assert supply.read_audit(
        json.dumps({"dependencies": [{"name": "Sentry_SDK", "version": "1", "vulns": [{"id": "X"}]}]})
    ) == Audit((Finding("sentry-sdk", "1", frozenset({"X"})),), ())
