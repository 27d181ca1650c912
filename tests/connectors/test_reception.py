"""What a person of a messaging platform meets: first contact, exit, old messages, floods, pictures, voice, places."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from telegram_platform import TelegramPlatform

from bot.assistant import Assistant
from bot.message import Message, Reply
from index.search import ServiceIndex
from webhook.connectors.saying.wording import sentence
from webhook.parts import Missing
from webhook.storage.database import Storage

pytestmark = pytest.mark.dialogue
WEB_CHAT = "https://kelrodis.example.lt/"


@pytest.fixture
def platform() -> Any:
    made = TelegramPlatform()
    yield made
    made.close()


@pytest.fixture
def person() -> str:
    return str(secrets.randbelow(10**9))


@pytest.fixture
def connected(
    connect: Callable[..., Any], platform: TelegramPlatform, assistant: Assistant, index: ServiceIndex
) -> Any:
    return connect(platform, assistant, index, public_url=WEB_CHAT)


def begins(text: str, key: str, language: str, **blanks: str) -> bool:
    """Whether a text holds the beginning of a sentence of ours."""
    return sentence(key, language, emergency="112", web_chat=WEB_CHAT, **blanks).split("\n")[0] in text


def post(connected: Any, incoming: Any) -> int:
    answer = connected.client.post(connected.platform.path, headers=incoming.headers, data=incoming.body)
    connected.wait()
    return int(answer.status_code)


def sends(connected: Any, person: str, message_id: str, **content: Any) -> str:
    """What a person is told who sends something else than words."""
    chat = {"id": int(person), "type": "private", "first_name": "Test"}
    who = {"id": int(person), "is_bot": False, "first_name": "Test", "language_code": "pl"}
    message = {"message_id": 7, "date": int(time.time()), "chat": chat, "from": who} | content
    before = len(connected.platform.said(person))
    assert post(connected, connected.platform.update(message_id, message=message)) == 200
    return "\n".join(connected.platform.said(person)[before:])


def test_at_first_contact_it_is_said_that_the_app_keeps_the_chat(connected: Any, person: str) -> None:
    first, second = (" ".join(connected.ask(text, person)) for text in ("labas", "kur gauti maisto Vilniuje?"))
    assert begins(first, "channel_first_contact_telegram", "lt")
    assert WEB_CHAT in first
    assert not begins(second, "channel_first_contact_telegram", "lt")


@pytest.mark.parametrize(("text", "language"), [("vyras mane muša", "lt"), ("де отримати їжу у Вільнюсі?", "uk")])
def test_where_a_long_notice_would_be_in_the_way_it_is_short(
    connected: Any, person: str, text: str, language: str
) -> None:
    told = connected.ask(text, person)
    assert begins(told[-1], "channel_kept_chat", language)
    assert not begins(" ".join(told), "channel_first_contact_telegram", "lt")
    assert not begins(" ".join(connected.ask("Kaunas", person)), "channel_kept_chat", language)


def test_who_leaves_in_ukrainian_is_told_so_in_ukrainian(connected: Any, person: str) -> None:
    connected.ask("де отримати їжу у Вільнюсі?", person)
    assert begins(connected.ask("вихід", person)[-1], "channel_exit", "uk")


@pytest.mark.parametrize(("language", "word"), [("lt", "išeiti"), ("pl", "Wyjdź!"), ("en", "EXIT")])
def test_exit_deletes_what_the_bot_has_said_and_forgets(connected: Any, person: str, language: str, word: str) -> None:
    asked = {"lt": "kur gauti maisto Vilniuje?", "pl": "gdzie dostanę jedzenie w Wilnie?", "en": "food in Vilnius"}
    connected.ask(asked[language], person)
    (left,) = connected.ask(word, person)
    assert begins(left, "channel_exit_telegram", language)
    assert WEB_CHAT in left
    assert connected.platform.shown(person) == [left]
    again = " ".join(
        connected.ask(
            {"lt": "koks telefonas?", "pl": "jaki jest numer telefonu?", "en": "what is the phone number?"}[language],
            person,
        )
    )
    assert "+370" not in again, "nothing is known of what was shown"
    assert begins(again, "channel_first_contact_telegram", language)


def test_what_still_waits_is_not_said_any_more_to_who_has_left(
    connected: Any, platform: TelegramPlatform, person: str
) -> None:
    platform.answer_next(platform.too_many(2))
    assert connected.send("kur gauti maisto Vilniuje?", person) == 200
    assert connected.send("išeiti", person) == 200
    connected.wait()
    (left,) = platform.said(person)
    assert begins(left, "channel_exit_telegram", "lt")


def test_an_old_message_gets_only_that_the_bot_was_away_and_that_once(connected: Any, person: str) -> None:
    old = time.time() - 301
    told = [connected.ask("kur gauti maisto Vilniuje?", person, sent_at=old) for _ in range(3)]
    assert begins(told[0][0], "channel_away", "lt")
    assert "+370" not in told[0][0]
    assert told[1:] == [[], []]
    assert "+370" in " ".join(connected.ask("kur gauti maisto Vilniuje?", person))


def test_the_same_message_is_answered_once(connected: Any, person: str) -> None:
    assert connected.ask("labas", person, message_id="one")
    assert connected.ask("labas", person, message_id="one") == []


def test_a_flood_is_answered_once_and_danger_in_it_always(
    connect: Callable[..., Any], platform: TelegramPlatform, assistant: Assistant, index: ServiceIndex, person: str
) -> None:
    connected = connect(platform, assistant, index, channel_sender_limit="3/hour")
    for text in ("labas", "kur gauti maisto Vilniuje?", "ačiū"):
        assert connected.ask(text, person)
    assert begins(" ".join(connected.ask("labas", person)), "channel_flood", "lt")
    assert connected.ask("labas", person) == []
    assert "112" in connected.ask("vyras mane muša", person)[0]
    assert connected.ask("labas", person) == []
    assert connected.ask("labas", str(int(person) + 1)), "nobody else is kept waiting"
    assert begins(connected.ask("išeiti", person)[0], "channel_exit_telegram", "lt"), "whoever leaves does not wait"


def test_all_people_together_have_a_limit_too(
    connect: Callable[..., Any], platform: TelegramPlatform, assistant: Assistant, index: ServiceIndex, person: str
) -> None:
    connected = connect(platform, assistant, index, channel_limit="2/hour")
    people = [str(int(person) + number) for number in range(4)]
    told = [" ".join(connected.ask("labas", each)) for each in people]
    assert [begins(text, "channel_flood", "lt") for text in told] == [False, False, True, True]
    assert "112" in connected.ask("vyras mane muša", people[3])[0]


def test_a_picture_is_answered_kindly_and_a_voice_message_by_a_number(connected: Any, person: str) -> None:
    picture = {"file_id": "A", "file_unique_id": "A", "width": 1, "height": 1}
    assert begins(sends(connected, person, "p", photo=[picture]), "channel_attachment", "pl")
    voice = sends(connected, person, "v", voice={"file_id": "A", "file_unique_id": "A", "duration": 5})
    assert begins(voice, "channel_voice", "pl")
    assert any(line.number in voice for line in connected.app.extensions["kelrodis"].directory().shown_helplines())


def test_a_shared_location_is_the_place(connected: Any, person: str) -> None:
    connected.ask("gdzie można dostać jedzenie?", person)
    told = sends(connected, person, "l", location={"latitude": 55.5985, "longitude": 26.4385})
    assert "Wisagini" in told
    assert begins(
        sends(connected, person, "s", location={"latitude": 0, "longitude": 0}), "channel_location_unknown", "pl"
    )


def test_start_is_greeted_with_examples(connected: Any, person: str) -> None:
    before = len(connected.platform.taken)
    assert "Kelrodis" in sends(connected, person, "start", text="/start")
    keyboard = connected.platform.taken[before].content["reply_markup"]["inline_keyboard"]
    assert len(keyboard) >= 4


def test_what_cannot_be_read_is_no_fault_of_the_platforms(connected: Any, person: str) -> None:
    """An answer other than 2xx would make it send the same message again and again."""
    assert connected.send("\u200b\u200b", person) == 200
    assert connected.send("a" * 4096, person) == 200
    connected.wait()


# --- who may call


@pytest.mark.parametrize(("headers", "status"), [({}, 401), ({"X-Telegram-Bot-Api-Secret-Token": "wrong"}, 403)])
def test_nothing_is_read_before_the_signature(connected: Any, headers: dict[str, str], status: int) -> None:
    answer = connected.client.post("/channels/telegram", headers=headers, data=b"{no json")
    assert answer.status_code == status
    assert answer.get_json()["error"]["code"] in ("not_signed", "wrong_signature")


def test_a_platform_that_is_not_configured_has_no_address(connected: Any) -> None:
    assert connected.client.post("/channels/viber", json={}).status_code == 404
    assert connected.client.post("/channels/desk", json={}).status_code == 404
    assert connected.client.get("/channels/telegram").status_code == 405


# --- when something fails


class Silent:
    """An assistant that fails so many times, then answers as the real one."""

    def __init__(self, assistant: Assistant, failures: int) -> None:
        self._assistant, self.failures = assistant, failures

    def reply(self, message: Message) -> Reply:
        if self.failures:
            self.failures -= 1
            raise RuntimeError(message.text)
        return self._assistant.reply(message)

    def end(self, sender: str) -> None:
        self._assistant.end(sender)

    def ready(self) -> bool:
        return True


def test_a_message_that_failed_is_answered_when_it_comes_again(
    connect: Callable[..., Any], platform: TelegramPlatform, assistant: Assistant, index: ServiceIndex, person: str
) -> None:
    connected = connect(platform, Silent(assistant, 1), index)
    assert connected.send("labas", person, message_id="one") == 500
    assert len(connected.ask("labas", person, message_id="one")) == 1


def test_without_the_dialogue_the_lines_of_any_hour_are_told(
    connect: Callable[..., Any], platform: TelegramPlatform, index: ServiceIndex, person: str
) -> None:
    told = " ".join(connect(platform, Missing("dialogue_missing"), index).ask("kur gauti maisto?", person))
    assert begins(told, "channel_trouble", "lt")
    assert "112" in told


def test_without_the_index_danger_is_answered_from_the_directory(
    connect: Callable[..., Any], platform: TelegramPlatform, index: ServiceIndex, person: str
) -> None:
    missing = Missing("index_missing", index.directory)
    connected = connect(platform, missing, missing)
    assert "112" in connected.ask("vyras mane muša", person)[0]
    assert begins(" ".join(connected.ask("kur gauti maisto?", person)), "channel_trouble", "lt")


def test_without_the_index_the_platform_is_to_come_again(
    connect: Callable[..., Any], platform: TelegramPlatform, assistant: Assistant, person: str
) -> None:
    assert connect(platform, assistant, Missing("index_missing")).send("labas", person) == 503


def test_more_than_half_of_the_threads_are_never_the_platforms(
    connect: Callable[..., Any], platform: TelegramPlatform, assistant: Assistant, index: ServiceIndex, person: str
) -> None:
    class Slow(Silent):
        def reply(self, message: Message) -> Reply:
            time.sleep(3.0)
            return super().reply(message)

    connected = connect(platform, Slow(assistant, 0), index, threads=2)
    statuses: list[int] = []
    people = [str(int(person) + number) for number in range(2)]
    incoming = [platform.message("labas", message_id=each, person=each) for each in people]

    def send(number: int) -> None:
        client = connected.app.test_client()
        answer = client.post(platform.path, headers=incoming[number].headers, data=incoming[number].body)
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    assert connected.client.get("/healthz").status_code == 200
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 503]


def test_while_an_import_holds_the_database_people_are_answered(connected: Any, person: str, storage: Storage) -> None:
    with storage.engine.connect().execution_options(writes=True) as connection, connection.begin():
        assert connected.send("kur gauti maisto Vilniuje?", person, message_id="one") == 200
        until = time.monotonic() + 10
        while not connected.platform.said(person):
            assert time.monotonic() < until
            time.sleep(0.05)
    connected.wait()
    assert connected.ask("kur gauti maisto Vilniuje?", person, message_id="one") == []


def test_no_file_holds_a_word_of_what_was_written_or_answered(
    connected: Any, person: str, tmp_path: Path, platform: TelegramPlatform
) -> None:
    platform.answer_next(*[replace(platform.too_many(1)) for _ in range(2)])
    written = ("Slaptazodis Kaukolinis mane skriaudžia", "kur gauti maisto Zarasuose, aš Barsukonis")
    said = [text for words in written for text in connected.ask(words, person)]
    bytes_ = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()).lower()
    assert said
    for word in ("slaptazodis", "kaukolin", "skriaud", "barsukon", person, "štai kas gali", "skambin"):
        assert word.encode() not in bytes_, word
