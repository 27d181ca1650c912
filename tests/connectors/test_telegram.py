"""Telegram's connector, against documented updates and a stand-in that refuses what the Bot API refuses."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stand_in import Answer, Incoming, running
from telegram_platform import SECRET, TOKEN, TelegramPlatform

from webhook.connectors.protocol import Choice, Inbound, Link, Piece, Request, TryAgain, Undeliverable
from webhook.connectors.telegram import Telegram, connector
from webhook.refusals import Refusal
from webhook.settings import SettingFault, Settings

PAYLOADS = Path(__file__).parent / "payloads" / "telegram"
NOW = 1441645533.0
# What each documented update says: its kind, its text, and what else is not as in a message in Lithuanian.
SAID: dict[str, dict[str, Any]] = {
    "text": {"text": "Kur gauti maisto Vilniuje?"},
    "text_polish": {"text": "Gdzie można dostać jedzenie?", "language": "pl"},
    "text_other_language": {"text": "Де взяти їжу?", "language": None},
    "forwarded": {"text": "Kur gauti maisto?"},
    "reply": {"text": "daugiau"},
    "start": {"kind": "start"},
    "start_from_link": {"kind": "start", "language": "pl"},
    "start_with_words": {"text": "kur gauti maisto?"},
    "stop_with_name_of_bot": {"text": "exit"},
    "exit": {"text": "exit"},
    "help": {"kind": "start"},
    "help_with_words": {"text": "man reikia maisto"},
    "language_command": {"text": "in English"},
    "foreign_command": {"text": "/settings"},
    "location": {"kind": "location", "position": (54.687157, 25.279652)},
    "live_location": {"kind": "location", "position": (54.687157, 25.279652)},
    "venue": {"kind": "location", "position": (54.687157, 25.279652)},
    "voice": {"kind": "voice"},
    "audio": {"kind": "voice"},
    "video_note": {"kind": "voice"},
    "photo": {"kind": "attachment"},
    "photo_with_caption": {"text": "Ką reiškia šis laiškas?"},
    "photo_of_an_album": {"kind": "attachment", "message_id": "album-13000000000000001"},
    "sticker": {"kind": "attachment"},
    "document": {"kind": "attachment"},
    "video": {"kind": "attachment"},
    "animation": {"kind": "attachment"},
    "contact": {"kind": "attachment"},
    "poll": {"kind": "attachment"},
    "dice": {"kind": "attachment"},
    "callback_query": {"text": "daugiau", "sent_at": None},
    "callback_query_below_old_message": {"text": "daugiau", "sent_at": None},
}
JUNK: list[Any] = [None, True, -1, 1e400, "", "\x00", [], [1], {}, {"id": "x"}]


@pytest.fixture
def platform() -> Iterator[TelegramPlatform]:
    with running(TelegramPlatform()) as stand_in:
        assert isinstance(stand_in, TelegramPlatform)
        yield stand_in
        assert stand_in.faults == []


@pytest.fixture
def telegram(platform: TelegramPlatform) -> Telegram:
    found = connector(Settings(**platform.settings))
    assert found
    return found


def bot() -> Telegram:
    found = connector(Settings(telegram_token=TOKEN, telegram_secret=SECRET))
    assert found
    return found


def request(incoming: Incoming) -> Request:
    return Request(incoming.headers, incoming.body, NOW)


def heard(content: Any) -> list[Any]:
    return list(bot().parse(content, Request({}, b"", NOW)))


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def deliver(telegram: Telegram, piece: Piece, person: str = "4242") -> str | None:
    return telegram.send(telegram.render(person, piece, "1.0"))


def test_it_is_off_without_its_token_and_secret() -> None:
    assert connector(Settings()) is None
    assert connector(Settings(telegram_token=TOKEN)) is None
    assert connector(Settings(telegram_secret=SECRET)) is None


@pytest.mark.parametrize("secret", ["with space", "ąžuolas", "a" * 257, "semi;colon"])
def test_a_secret_that_telegram_would_refuse_names_its_variable(secret: str) -> None:
    with pytest.raises(SettingFault, match="KELRODIS_TELEGRAM_SECRET") as fault:
        connector(Settings(telegram_token=TOKEN, telegram_secret=secret))
    assert secret not in str(fault.value)


@pytest.mark.parametrize("token", ["bot123:abc", "123456", "123456:a/b", "123456:"])
def test_a_token_that_is_none_names_its_variable(token: str) -> None:
    with pytest.raises(SettingFault, match="KELRODIS_TELEGRAM_TOKEN") as fault:
        connector(Settings(telegram_token=token, telegram_secret=SECRET))
    assert token not in str(fault.value)


def test_neither_token_nor_secret_stands_in_what_a_log_may_show() -> None:
    assert TOKEN not in repr(bot())
    assert SECRET not in repr(bot())


def test_what_telegram_sends_is_believed(platform: TelegramPlatform, telegram: Telegram) -> None:
    telegram.verify(request(platform.message("labas", message_id="1")))


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "not_signed"),
        ({"X-Telegram-Bot-Api-Secret-Token": ""}, "not_signed"),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET[:-1]}, "wrong_signature"),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET.upper()}, "wrong_signature"),
        ({"X-Telegram-Bot-Api-Secret-Token": "ąžuolas"}, "wrong_signature"),
    ],
)
def test_what_does_not_carry_the_secret_is_refused_before_it_is_read(headers: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        bot().verify(Request(headers, b"{", NOW))
    assert refusal.value.code == code


def test_an_update_sent_again_is_the_same_message(platform: TelegramPlatform, telegram: Telegram) -> None:
    first, again, other = (platform.message("labas", message_id=name) for name in ("a", "a", "b"))
    ids = [heard(json.loads(incoming.body))[0].message_id for incoming in (first, again, other)]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize("name", SAID)
def test_documented_updates_say_what_they_hold(name: str) -> None:
    content = read(PAYLOADS / f"{name}.json")
    expected = {"message_id": str(content["update_id"]), "sent_at": 1441645532, "language": "lt"} | SAID[name]
    assert heard(content) == [Inbound(recipient="1111111", **expected)]


def test_every_payload_is_read() -> None:
    assert {path.stem for path in PAYLOADS.glob("*.json")} == SAID.keys()


@pytest.mark.parametrize("path", sorted((PAYLOADS / "nothing").glob("*.json")), ids=lambda path: path.stem)
def test_what_no_person_wrote_to_the_bot_alone_is_nothing(path: Path) -> None:
    assert heard(read(path)) == []


@pytest.mark.parametrize("name", ["text", "location", "venue", "photo_of_an_album", "callback_query"])
def test_content_of_another_shape_is_no_fault(name: str) -> None:
    content = read(PAYLOADS / f"{name}.json")
    for junk in JUNK:
        heard(junk)
        bot().acknowledge(junk)
        for changed in changes(content, junk):
            assert all(isinstance(event, Inbound) for event in heard(changed))
            bot().acknowledge(changed)


def changes(content: Any, junk: Any) -> Iterator[Any]:
    """The content with one of its parts replaced, each in its turn."""
    for key, value in content.items() if isinstance(content, dict) else ():
        yield content | {key: junk}
        for changed in changes(value, junk):
            yield content | {key: changed}


@pytest.mark.parametrize("degrees", [(91, 0), (0, 181), (float("nan"), 0), (float("inf"), 0), ("54", "25"), (54, None)])
def test_a_place_that_is_none_on_earth_is_nothing(degrees: tuple[Any, Any]) -> None:
    content = copy.deepcopy(read(PAYLOADS / "location.json"))
    content["message"]["location"] = dict(zip(("latitude", "longitude"), degrees, strict=True))
    assert heard(content) == []


def test_a_pressed_button_is_answered_in_our_answer_to_the_update(platform: TelegramPlatform) -> None:
    content = json.loads(platform.pressed("daugiau", message_id="1").body)
    platform.answered(bot().acknowledge(content))
    assert bot().acknowledge(content) == {"method": "answerCallbackQuery", "callback_query_id": "81"}
    assert heard(content)[0].text == "daugiau"
    assert bot().acknowledge(json.loads(platform.message("labas", message_id="2").body)) is None


def test_a_message_goes_out_plain_silent_and_without_preview(platform: TelegramPlatform, telegram: Telegram) -> None:
    assert deliver(telegram, Piece("Maistas: https://www.example.lt", "lt")) == "5001"
    assert platform.said() == ["Maistas: https://www.example.lt"]
    content = platform.taken[0].content
    assert content["disable_notification"] is True
    assert content["link_preview_options"] == {"is_disabled": True}
    assert "parse_mode" not in content
    assert "reply_markup" not in content


def test_only_danger_sounds(platform: TelegramPlatform, telegram: Telegram) -> None:
    deliver(telegram, Piece("Skambinkite", "lt", loud=True))
    assert platform.taken[0].content["disable_notification"] is False


@pytest.mark.parametrize("letter", ["a", "ą", "👍"])
def test_pieces_at_the_limits_are_taken(platform: TelegramPlatform, telegram: Telegram, letter: str) -> None:
    limits = telegram.limits
    units = len(letter.encode("utf-16-le")) // 2
    title = letter * (limits.title // units)
    choices = tuple(Choice(title, "ą" * 31 + str(number)) for number in range(limits.choices))
    links = (Link("Svetainė", "https://www.example.lt/a?b=c"),)
    deliver(telegram, Piece(letter * (limits.text // units), "lt"))
    deliver(telegram, Piece(letter * (limits.with_choices // units), "lt", choices, links, loud=True))
    keyboard = platform.taken[1].content["reply_markup"]["inline_keyboard"]
    assert keyboard[0] == [{"text": choices[0].title, "callback_data": choices[0].payload}]
    assert keyboard[-1] == [{"text": "Svetainė", "url": "https://www.example.lt/a?b=c"}]
    assert len(keyboard) == limits.choices + 1


def test_what_the_bot_said_is_deleted_a_hundred_at_a_time(platform: TelegramPlatform, telegram: Telegram) -> None:
    ids = [str(deliver(telegram, Piece(text, "lt"))) for text in ("pirma", "antra")]
    deliver(telegram, Piece("kitam", "lt"), "77")
    gone_already = [str(number) for number in range(100)]
    answers = [telegram.send(call) for call in telegram.erase("4242", [ids[0], *gone_already, ids[1]])]
    assert answers == [None, None]
    assert platform.shown() == []
    assert platform.shown("77") == ["kitam"]


def test_nothing_to_delete_is_no_request() -> None:
    assert list(bot().erase("4242", [])) == []


@pytest.mark.parametrize("with_header", [True, False])
def test_too_many_messages_wait_as_long_as_telegram_asks(
    platform: TelegramPlatform, telegram: Telegram, with_header: bool
) -> None:
    platform.answer_next(platform.too_many(35, with_header=with_header))
    with pytest.raises(TryAgain) as refusal:
        deliver(telegram, Piece("labas", "lt"))
    assert refusal.value.after == 35
    assert deliver(telegram, Piece("labas", "lt"))


@pytest.mark.parametrize(
    "answer", [Answer(502), Answer(500), Answer(200, "<html>"), Answer(200, {"ok": False}), Answer(200, [])]
)
def test_a_fault_of_telegram_is_tried_again(platform: TelegramPlatform, telegram: Telegram, answer: Answer) -> None:
    platform.answer_next(answer)
    with pytest.raises(TryAgain):
        deliver(telegram, Piece("labas", "lt"))


def test_a_telegram_that_cannot_be_reached_is_tried_again(platform: TelegramPlatform, telegram: Telegram) -> None:
    platform.close()
    with pytest.raises(TryAgain):
        deliver(telegram, Piece("labas", "lt"))


def test_who_has_blocked_the_bot_or_left_is_written_to_no_more(platform: TelegramPlatform, telegram: Telegram) -> None:
    platform.blocked.add("1")
    platform.gone.add("2")
    for person in ("1", "2"):
        with pytest.raises(Undeliverable) as refusal:
            deliver(telegram, Piece("slapta", "lt"), person)
        assert "slapta" not in str(refusal.value)
        assert TOKEN not in str(refusal.value)
    assert platform.said() == []
