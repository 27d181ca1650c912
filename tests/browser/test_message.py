"""The message to the emergency number is written on the device, and never leaves it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import pytest


@pytest.fixture
def tab(person: Any, site: str) -> Any:
    return person.open(f"{site}/message?lang=pl")


def part(tab: Any, name: str) -> Any:
    return tab.locator(f"[data-part={name}]")


def test_what_is_typed_becomes_a_message_without_diacritics(tab: Any) -> None:
    tab.get_by_role("button", name="Ktoś włamuje się do domu").click()
    tab.fill("#message-name", "Łucja Żółć-Šimkūnaitė")
    tab.fill("#message-address", "Vilnius,\n Ąžuolų g. 5 – 12")
    written = (
        "Reikia pagalbos.\nNegaliu kalbeti, rasykite SMS.\nKas atsitiko: Kazkas lauziasi i namus\n"
        "Vardas: Lucja Zolc-Simkunaite\nAdresas: Vilnius, Azuolu g. 5 - 12"
    )
    assert part(tab, "text").text_content() == written
    assert unquote(part(tab, "link").get_attribute("href")) == f"sms:112?body={written}"
    assert f"{len(written)} " in part(tab, "count").text_content().replace(".", " ").replace("(", "")
    assert "SMS-ów: 1." in part(tab, "count").text_content()
    assert "Kazkas lauziasi i namus" in part(tab, "status").text_content()


def test_long_and_foreign_texts_are_counted_as_several(tab: Any) -> None:
    tab.fill("#message-address", "a" * 200)
    assert "SMS-ów: 2." in part(tab, "count").text_content()
    tab.fill("#message-address", "улица 5")
    assert "mieści się 70" in part(tab, "count").text_content()


def test_it_is_remembered_only_on_demand_and_erased(tab: Any) -> None:
    tab.fill("#message-name", "Jonas")
    assert tab.evaluate("localStorage.length") == 0
    tab.reload()
    assert tab.input_value("#message-name") == ""
    tab.fill("#message-name", "Jonas")
    part(tab, "remember").check()
    assert tab.evaluate("Object.keys(localStorage)") == ["kelrodis-112"]
    tab.reload()
    assert tab.input_value("#message-name") == "Jonas"
    assert "Vardas: Jonas" in part(tab, "text").text_content()
    part(tab, "erase").click()
    assert tab.evaluate("localStorage.length") == 0
    assert tab.input_value("#message-name") == ""
    assert not part(tab, "remember").is_checked()


def test_going_back_does_not_show_what_was_typed(tab: Any) -> None:
    tab.fill("#message-name", "Jonas")
    tab.goto(tab.url.replace("/message", "/safety"))
    tab.go_back()
    assert tab.input_value("#message-name") == ""
    assert "Jonas" not in tab.content()


def test_typing_and_choosing_ask_nothing_of_any_server(tab: Any) -> None:
    asked: list[str] = []
    tab.wait_for_load_state("networkidle")
    tab.on("request", lambda request: asked.append(request.url))
    tab.get_by_role("button", name="Pożar").click()
    tab.fill("#message-name", "Jonas")
    part(tab, "remember").check()
    part(tab, "copy").click()
    # Whether this browser lets pages copy is not for us to say.
    told = part(tab, "status").filter(has_text=re.compile("Skopiowano|zaznaczony"))
    told.wait_for()
    assert asked == []
