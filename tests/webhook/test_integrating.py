"""What the integrator's guide says is so: errors, limits, settings, addresses, examples, and the signing recipe."""

from __future__ import annotations

import importlib
import json
import re
from typing import Any

import pytest
import yaml

from nlu.settings import PROJECT
from webhook.api.openapi import words
from webhook.connectors import generic, rest
from webhook.connectors.desk import office
from webhook.connectors.protocol import Inbound, Request
from webhook.connectors.signatures import sign, stamped
from webhook.errors import STATUS
from webhook.refusals import Refusal
from webhook.settings import Settings

GUIDE = (PROJECT / "docs" / "integrating.md").read_text(encoding="utf-8")
CHANNELS = ("telegram", "messenger", "whatsapp", "viber", "chatwoot", "generic")
# Whatever their connectors ask for, each of them gets something that could be it.
SOME: dict[str, Any] = {
    "telegram_token": "1:a", "telegram_secret": "s", "messenger_secret": "s", "messenger_token": "t",
    "whatsapp_secret": "s", "whatsapp_token": "t", "whatsapp_phone_id": "1", "viber_token": "t",
    "chatwoot_url": "https://desk.example.lt", "chatwoot_token": "t", "chatwoot_secret": "s", "generic_secret": "s",
}  # fmt: skip


def section(title: str) -> str:
    return GUIDE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_the_table_of_errors_has_every_code_with_its_status_and_what_to_do() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (.+) \|$", section("Errors"), re.MULTILINE)
    assert {code: int(status) for code, status, _ in rows} == STATUS
    assert all(what for _, _, what in rows)


@pytest.mark.parametrize("channel", [*CHANNELS, "rest"])
def test_the_table_of_limits_is_that_of_the_connectors(channel: str) -> None:
    row = re.search(rf"^\| `{channel}` \| (.+) \|$", section("Limits of the channels"), re.MULTILINE)
    assert row
    if channel == "rest":
        limits = rest.LIMITS
    else:
        limits = importlib.import_module(f"webhook.connectors.{channel}").connector(Settings(**SOME)).limits
    said = [int(number) for number in row[1].split(" | ")]
    assert said == [limits.text, limits.with_choices, limits.with_links, limits.choices, limits.title, limits.links]


def test_every_setting_of_a_channel_is_explained_and_none_that_does_not_exist() -> None:
    known = {field.metadata["variable"] for field in Settings.__dataclass_fields__.values()}
    named = set(re.findall(r"\bKELRODIS_[A-Z_]+\b", GUIDE))
    assert named - known == set()
    prefixes = tuple(f"KELRODIS_{name.upper()}_" for name in (*CHANNELS, "desk", "channel"))
    wanted = {name for name in known if name.startswith(prefixes) and not name.endswith("_API")}
    assert wanted - named == set()


def test_the_signing_recipe_gives_what_we_check() -> None:
    assert sign("example", stamped("1767225600", b'{"message_id":"1"}')) in GUIDE


def test_examples_in_json_and_yaml_can_be_read() -> None:
    for language, read in (("json", json.loads), ("yaml", yaml.safe_load)):
        blocks = re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
        assert blocks
        assert all(isinstance(read(block), dict) for block in blocks)


def parsed(content: dict[str, Any]) -> list[Inbound]:
    return list(generic.Generic("s").parse(content, Request({}, b"", 0.0)))


def test_the_message_that_the_guide_shows_for_the_generic_webhook_is_taken_and_not_too_old_to_be_answered() -> None:
    text = GUIDE.split("Post one message to `/channels/generic`")[1]
    example = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert example
    (inbound,) = parsed(json.loads(example[1]))
    assert (inbound.kind, inbound.sent_at) == ("text", None)


def test_the_table_of_the_generic_webhook_names_every_field_and_no_other() -> None:
    text = GUIDE.split("### The generic webhook")[1].split("**Signing.**")[0]
    named = {name for row in re.findall(r"^\| (`.+?) \|", text, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    for name in (*named, "something_else"):
        with pytest.raises(Refusal) as refused:
            parsed({name: []})
        assert (refused.value.code == "unknown_field") == (name not in named), name
    told = {"recipient": "conversation", "position": "location", "kind": None, "bot_answers": None}
    assert {told.get(field, field) for field in Inbound.__dataclass_fields__} - {None} <= named


def test_what_the_guide_shows_for_the_desk_to_say_is_read() -> None:
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", section("The desk"), re.DOTALL)]
    heard, *said = [{**block, "conversation": "a" * 64} for block in shown]
    assert "event_id" in heard
    assert [office.read_order(order).text is None for order in said] == [False, True]


def test_links_within_the_guide_lead_to_its_headings() -> None:
    headings = re.findall(r"^#{2,3} (.+)$", GUIDE, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", GUIDE)) - anchors == set()


def test_every_address_of_the_api_that_the_guide_names_exists() -> None:
    paths = {key.split()[1] for key in words()["operations"]} | {"/api/v1/openapi.json"}
    assert set(re.findall(r"/api/v1/[a-z./]+", GUIDE)) - paths == set()
