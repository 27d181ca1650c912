"""Over every connector, a conversation of ten turns gives the same institutions as the REST API, in each language."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from stand_in import StandIn

from bot.assistant import Assistant
from index.search import ServiceIndex

TURNS: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("conversations.yml").read_text("utf-8"))
PLATFORMS = ("generic", "telegram", "messenger", "whatsapp", "chatwoot", "viber")
# A name is cut only where the whole card would not fit otherwise; this much always stays.
KEPT_LETTERS = 30


def digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


@pytest.mark.dialogue
@pytest.mark.parametrize("language", TURNS)
@pytest.mark.parametrize("platform", PLATFORMS, indirect=True)
def test_ten_turns_give_the_same_institutions_as_the_rest_api(
    platform: StandIn, connect: Callable[..., Any], assistant: Assistant, index: ServiceIndex, language: str
) -> None:
    connected, sender = connect(platform, assistant, index), secrets.token_hex(16)
    person, shown = str(secrets.randbelow(10**9)), 0
    for text in TURNS[language]:
        answer = connected.client.post("/api/v1/chat", json={"sender": sender, "message": text}).get_json()
        said = "\n".join(connected.ask(text, person))
        assert said, text
        for line in answer["crisis"]["helplines"]:
            assert line["number"] in said, (text, line["id"])
        for card in (card for part in answer["replies"] for card in part["services"]):
            shown += 1
            assert card["organization"][:KEPT_LETTERS] in said, (text, card["service_id"])
            for phone in card["phones"]:
                assert digits(phone["number"]) in digits(said), (text, card["service_id"])
    assert shown >= 10
    assert platform.faults == []
