"""The probe asks a real server over HTTP; each way of failing has its status, and nothing of it is kept or counted."""

from __future__ import annotations

import dataclasses
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from flask import Flask
from waitress.server import create_server

from bot.message import Message, Reply, ReplyPart
from index.cards import CrisisCard, ServiceCard
from index.helplines import crisis_card
from index.records import Directory
from nlu.crisis import read_crisis
from nlu.detection import detect
from nlu.places import Gazetteer
from webhook import probe
from webhook.api.schemas import ChatRequest
from webhook.parts import Missing, now

LANGUAGES = ("lt", "pl", "en")
SENTENCES = yaml.safe_load(Path(probe.__file__).with_suffix(".yml").read_text(encoding="utf-8"))
LANGUAGE_OF = {text: language for language in LANGUAGES for text in SENTENCES[language].values()}


class Answering:
    """Answers the probe's sentences as the dialogue must, but for one change."""

    def __init__(self, directory: Directory, card: ServiceCard, change: Callable[[Reply], Reply]) -> None:
        self.directory, self.card, self.change = directory, card, change
        self.asked: list[str] = []
        self.ended: list[str] = []

    def reply(self, message: Message) -> Reply:
        self.asked.append(message.sender)
        language = LANGUAGE_OF[message.text]
        crisis = CrisisCard()
        if message.text == SENTENCES[language]["danger"]:
            crisis = crisis_card(self.directory, "danger", "violence", language, now())
        card = dataclasses.replace(self.card, text_language=language)
        return self.change(Reply(language, crisis, (ReplyPart(language, "…", (card,)),)))

    def end(self, sender: str) -> None:
        self.ended.append(sender)

    def ready(self) -> bool:
        return True


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = create_server(app, host="127.0.0.1", port=0, threads=2)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


@pytest.fixture
def asking(
    make_app: Callable[..., Flask], index: Any, directory: Directory
) -> Callable[[Callable[[Reply], Reply]], tuple[int, Answering]]:
    """Runs the probe against a server whose replies are changed; its status, and who answered."""

    def run(change: Callable[[Reply], Reply]) -> tuple[int, Answering]:
        card = index.card("vmkc.prieglobstis", "en")
        talker = Answering(directory, card, change)
        with served(make_app(talker)) as url:
            return probe.main(["--url", url]), talker

    return run


def with_card(reply: Reply, **changes: Any) -> Reply:
    card = dataclasses.replace(reply.parts[0].services[0], **changes)
    return dataclasses.replace(reply, parts=(dataclasses.replace(reply.parts[0], services=(card,)),))


def without_first_line(reply: Reply) -> Reply:
    return dataclasses.replace(reply, crisis=dataclasses.replace(reply.crisis, helplines=reply.crisis.helplines[1:]))


def unreachable(reply: Reply) -> Any:
    """What no ServiceCard allows, as another version might send it."""
    answer = reply.as_json()
    for card in answer["replies"][0]["services"]:
        card.update(phones=[], email=None, website=None)
    return SimpleNamespace(as_json=lambda: answer)


FAULTS: dict[str, Callable[[Reply], Reply]] = {
    "answered in en": lambda reply: dataclasses.replace(reply, language="en"),
    "no card": lambda reply: dataclasses.replace(reply, parts=(ReplyPart(reply.language, "…"),)),
    "no card in": lambda reply: with_card(reply, text_language="other"),
    "no way to reach": unreachable,
    "danger is read as none": lambda reply: dataclasses.replace(reply, crisis=CrisisCard()),
    "112 does not stand first": without_first_line,
    "the chat answers 500": lambda reply: 1 / 0,  # type: ignore[dict-item, return-value]  # whatever fails inside
}


def test_a_server_that_helps_passes_with_a_line_for_each_asking_and_its_time(
    asking: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    status, talker = asking(lambda reply: reply)
    lines = capsys.readouterr().out.splitlines()
    assert status == probe.Outcome.FINE
    assert [line.split("  ")[0].strip() for line in lines] == [
        "readyz", *(f"{language} {what}" for language in LANGUAGES for what in ("question", "danger"))
    ]  # fmt: skip
    assert all(" ms  ok" in line for line in lines)
    assert len(talker.asked) == 6


@pytest.mark.parametrize("said", FAULTS)
def test_each_fault_is_named_and_ends_in_status_1(asking: Any, capsys: pytest.CaptureFixture[str], said: str) -> None:
    status, _ = asking(FAULTS[said])
    assert status == probe.Outcome.WRONG
    assert said in capsys.readouterr().err


def test_the_probes_conversations_are_erased_even_where_they_fail_and_can_be_told_from_peoples(asking: Any) -> None:
    for change in (lambda reply: reply, FAULTS["no card"]):
        _, talker = asking(change)
        assert talker.ended == talker.asked
        assert len(set(talker.asked)) == 6
        assert all(probe.is_probe(sender) for sender in talker.asked)
        assert not any(ChatRequest(only=("sender",)).validate({"sender": sender}) for sender in talker.asked)
    assert not probe.is_probe("0123456789abcdef0123456789abcdef")


def test_a_server_that_is_not_there_ends_in_status_3_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        assert probe.main(["--url", url]) == probe.Outcome.UNREACHABLE
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_server_that_is_not_ready_ends_in_status_4_and_names_the_part(
    make_app: Callable[..., Flask], capsys: pytest.CaptureFixture[str]
) -> None:
    with served(make_app(Missing("dialogue_missing"))) as url:
        assert probe.main(["--url", url]) == probe.Outcome.NOT_READY
    assert "dialogue: dialogue_missing" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"<html>", b"[]", b"{}", json.dumps({"ready": True, "parts": []}).encode()])
def test_another_program_on_the_port_is_told_without_a_traceback(
    content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Other)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    assert probe.main(["--url", f"http://127.0.0.1:{server.server_port}"]) in (1, 4)
    server.shutdown()
    server.server_close()
    assert "Traceback" not in capsys.readouterr().err


def test_without_an_address_it_asks_the_port_that_the_server_of_these_settings_takes(
    monkeypatch: pytest.MonkeyPatch, make_app: Callable[..., Flask], capsys: pytest.CaptureFixture[str]
) -> None:
    with served(make_app(Missing("dialogue_missing"))) as url:
        monkeypatch.setenv("PORT", url.rsplit(":", 1)[1])
        assert probe.main([]) == probe.Outcome.NOT_READY
    monkeypatch.setenv("PORT", "eighty")
    assert probe.main([]) == 2
    assert "PORT" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--url", "ftp://127.0.0.1"], ["--sentences", "nowhere.yml"]])
def test_a_wrong_command_ends_in_status_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        probe.main(arguments)
    assert left.value.code == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_sentence_shows_its_language_and_a_real_place_and_the_danger_is_read_by_words_alone(language: str) -> None:
    gazetteer = Gazetteer.load()
    for text in SENTENCES[language].values():
        assert detect(text).language == language
        assert gazetteer.find(text), text
    assert read_crisis(SENTENCES[language]["danger"]).level == "danger"
    assert read_crisis(SENTENCES[language]["question"]).level != "danger"
