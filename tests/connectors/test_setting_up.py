"""The command that tells platforms where we are, run against a stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import pytest
from stand_in import Answer, running
from telegram_platform import SECRET, TOKEN, TelegramPlatform

from index.records import LANGUAGES
from webhook.connectors.saying.wording import wordings
from webhook.connectors.setting_up import main
from webhook.settings import Settings

ADDRESS = "https://pagalba.example.lt"
SET_UP = ["set-up", "telegram", "--address", ADDRESS]
# What a bystander may see of the bot names no trouble (beginnings of words).
TROUBLE = ("smurt", "krizi", "prieglob", "przemoc", "kryzys", "schron", "violen", "crisis", "shelter", "abus")


@pytest.fixture(autouse=True)
def _nothing_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in fields(Settings):
        monkeypatch.delenv(setting.metadata["variable"], raising=False)
    monkeypatch.setenv("KELRODIS_SECRET_KEY", "of-a-test")


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[TelegramPlatform]:
    with running(TelegramPlatform()) as stand_in:
        assert isinstance(stand_in, TelegramPlatform)
        variables = {setting.name: setting.metadata["variable"] for setting in fields(Settings)}
        for name, value in stand_in.settings.items():
            monkeypatch.setenv(variables[name], value)
        yield stand_in


def test_telegram_is_told_everything_within_its_limits(platform: TelegramPlatform) -> None:
    assert main(SET_UP) == 0
    assert platform.faults == []
    hook = platform.kept["setWebhook", ""]
    assert hook["url"] == f"{ADDRESS}/channels/telegram"
    assert hook["secret_token"] == SECRET
    assert hook["allowed_updates"] == ["message", "callback_query"]
    assert hook["drop_pending_updates"] is False


@pytest.mark.parametrize("method", ["setMyCommands", "setMyDescription", "setMyShortDescription"])
def test_the_bot_introduces_itself_in_each_language(platform: TelegramPlatform, method: str) -> None:
    main(SET_UP)
    said = {code: content for (name, code), content in platform.kept.items() if name == method}
    assert said.keys() == {"", "pl", "en"}
    assert len({str(content.get("commands") or content) for content in said.values()}) == 3


def test_every_command_of_the_menu_is_one_that_the_bot_knows(platform: TelegramPlatform) -> None:
    main(SET_UP)
    names = [command["command"] for command in platform.kept["setMyCommands", ""]["commands"]]
    assert names == ["help", "exit", "lt", "pl", "en"]
    assert platform.kept["setMyCommands", ""]["scope"] == {"type": "all_private_chats"}


def test_what_a_bystander_sees_of_the_bot_names_no_trouble() -> None:
    for key, said in wordings().items():
        if key.startswith("channel_telegram_"):
            assert said.keys() == set(LANGUAGES), key
            assert not [word for text in said.values() for word in TROUBLE if word in text.lower()], key


def test_the_public_address_stands_in_for_one_that_is_not_given(
    platform: TelegramPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KELRODIS_PUBLIC_URL", f"{ADDRESS}/")
    assert main(["set-up", "telegram"]) == 0
    assert platform.kept["setWebhook", ""]["url"] == f"{ADDRESS}/channels/telegram"


@pytest.mark.parametrize("address", ["http://pagalba.example.lt", "https://", "pagalba.example.lt"])
def test_an_address_that_no_platform_writes_to_is_told_before_anything_is_sent(
    platform: TelegramPlatform, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["set-up", "telegram", "--address", address]) == 1
    assert "https://" in capsys.readouterr().err
    assert platform.taken == []


def test_a_port_that_telegram_does_not_write_to_is_told(
    platform: TelegramPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["set-up", "telegram", "--address", f"{ADDRESS}:8080"]) == 1
    assert "status_400" in capsys.readouterr().err


def test_being_asked_to_wait_is_told_with_the_time(
    platform: TelegramPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.answer_next(Answer(200, {"ok": True, "result": True}), platform.too_many(35))
    assert main(SET_UP) == 1
    shown = capsys.readouterr()
    assert shown.out.splitlines() == ["setWebhook: done"]
    assert "35 seconds" in shown.err


def test_no_secret_is_shown_whatever_happens(
    platform: TelegramPlatform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(SET_UP)
    main([])
    main(["state", "telegram"])
    monkeypatch.setenv("KELRODIS_TELEGRAM_TOKEN", TOKEN[:-1])
    assert main(SET_UP) == 1
    platform.close()
    assert main(SET_UP) == 1
    shown = "".join(capsys.readouterr())
    assert TOKEN[:-1] not in shown
    assert SECRET not in shown


def test_the_state_says_what_waits_and_what_went_wrong(
    platform: TelegramPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    main(SET_UP)
    assert main(["state", "telegram"]) == 0
    shown = capsys.readouterr().out
    assert f"url\t{ADDRESS}/channels/telegram" in shown
    assert "pending_update_count\t2" in shown
    assert "502 Bad Gateway" in shown


def test_channels_that_are_on_are_listed_with_their_addresses(
    platform: TelegramPlatform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KELRODIS_PUBLIC_URL", ADDRESS)
    assert main([]) == 0
    assert capsys.readouterr().out == f"telegram\t{ADDRESS}/channels/telegram\n"


def test_that_nothing_is_on_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "No channel is on" in capsys.readouterr().out


def test_a_channel_that_is_off_names_the_variables_that_lack(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KELRODIS_TELEGRAM_TOKEN", TOKEN)
    assert main(SET_UP) == 1
    shown = capsys.readouterr().err
    assert "KELRODIS_TELEGRAM_SECRET" in shown
    assert "KELRODIS_TELEGRAM_TOKEN" not in shown


def test_a_channel_that_does_not_exist_is_told_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["set-up", "pigeons", "--address", ADDRESS]) == 1
    assert "no channel called pigeons" in capsys.readouterr().err


def test_a_platform_whose_address_is_entered_by_hand_is_told_as_such(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KELRODIS_GENERIC_SECRET", "a" * 64)
    assert main(["set-up", "generic", "--address", ADDRESS]) == 1
    assert f"{ADDRESS}/channels/generic" in capsys.readouterr().err
    assert main(["state", "generic"]) == 1


def test_a_secret_that_no_platform_takes_ends_with_its_variable(
    platform: TelegramPlatform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KELRODIS_TELEGRAM_SECRET", "two words")
    assert main(SET_UP) == 2
    assert "KELRODIS_TELEGRAM_SECRET" in capsys.readouterr().err
    assert platform.taken == []
