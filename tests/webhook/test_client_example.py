"""The guide's Python client does what it says, against a real server."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from nlu.settings import PROJECT
from webhook.parts import Missing

EXAMPLE = PROJECT / "docs" / "examples" / "kelrodis_client.py"


@pytest.fixture(scope="module")
def example() -> ModuleType:
    specification = importlib.util.spec_from_file_location("kelrodis_client", EXAMPLE)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    sys.modules[module.__name__] = module  # dataclasses look their module up
    specification.loader.exec_module(module)
    return module


@contextmanager
def serving(app: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def address(make_app: Callable[..., Flask]) -> Iterator[str]:
    with serving(make_app()) as found:
        yield found


def test_a_message_is_answered_with_cards_that_lead_to_somebody(example: ModuleType, address: str) -> None:
    answer = example.Kelrodis(address).chat(example.new_sender(), "gdzie znajdę schronienie", municipality="Wilno")
    service = answer.parts[0].services[0]
    assert (answer.level, answer.helplines) == ("none", ())
    assert (service.service, service.phones[0].tel, service.phones[0].via) == ("Shelter", "+37052332508", "own")
    assert answer.parts[0].buttons == (("More <b>", "more"),)


def test_danger_brings_help_lines(example: ModuleType, address: str) -> None:
    answer = example.Kelrodis(address).chat(example.new_sender(), "danger")
    assert answer.level == "danger"
    assert answer.helplines[0].number == "112"


def test_services_are_found_without_a_conversation(example: ModuleType, address: str) -> None:
    kelrodis = example.Kelrodis(address)
    assert kelrodis.search("kur gauti maisto").services[0].organization == "Crisis Centre"
    nothing = kelrodis.search("nothing")
    assert (nothing.match, nothing.total, nothing.services[0].fallback) == (False, 0, True)


def test_a_conversation_is_erased(example: ModuleType, address: str, assistant: Any) -> None:
    example.Kelrodis(address).end("0123456789abcdef")
    assert assistant.ended == ["0123456789abcdef"]


def test_a_message_whose_answer_was_lost_is_sent_again_and_answered_once(
    example: ModuleType, make_app: Callable[..., Flask], assistant: Any
) -> None:
    app: Any = make_app()
    lost: list[bytes] = []

    def losing(environ: Any, start: Any) -> Iterable[bytes]:
        """A proxy in front of us that loses the first answer."""
        said: list[tuple[str, Any]] = []
        body = b"".join(app(environ, lambda status, headers, *_: said.append((status, headers))))
        if not lost:
            lost.append(body)
            start("502 Bad Gateway", [("Content-Type", "text/html")])
            return [b"<h1>Bad Gateway</h1>"]
        start(*said[0])
        return [body]

    paused: list[float] = []
    with serving(losing) as found:
        answer = example.Kelrodis(found, pause=paused.append).chat(example.new_sender(), "labas")
    assert answer.parts[0].text == "Answer 1"
    assert len(assistant.messages) == 1
    assert len(paused) == 1


def test_who_asks_too_often_waits_for_as_long_as_the_server_says(
    example: ModuleType, make_app: Callable[..., Flask]
) -> None:
    paused: list[float] = []

    def pause(seconds: float) -> None:
        paused.append(seconds)
        time.sleep(1.1)  # the limit of this server is one a second

    with serving(make_app(loopback_limit="1/second")) as found:
        kelrodis, sender = example.Kelrodis(found, longest_wait=90, pause=pause), example.new_sender()
        texts = [kelrodis.chat(sender, "labas").parts[0].text for _ in range(2)]
    assert texts == ["Answer 1", "Answer 2"]
    assert paused == [60.0]


def test_a_fault_of_the_service_brings_help_lines_after_the_last_try(
    example: ModuleType, make_app: Callable[..., Flask], directory: Any
) -> None:
    paused: list[float] = []
    app = make_app(Missing("index_missing"), Missing("index_missing", directory))
    with serving(app) as found, pytest.raises(example.KelrodisFault) as caught:
        example.Kelrodis(found, pause=paused.append).chat(example.new_sender(), "labas")
    assert (caught.value.code, caught.value.status) == ("assistant_unavailable", 503)
    assert caught.value.helplines[0].number == "112"
    assert paused == [2.0, 4.0]


def test_a_wrong_request_is_not_tried_again(example: ModuleType, address: str) -> None:
    paused: list[float] = []
    with pytest.raises(example.KelrodisFault) as caught:
        example.Kelrodis(address, pause=paused.append).chat(example.new_sender(), "labas", municipality="Atlantis")
    assert (caught.value.code, caught.value.status, paused) == ("unknown_municipality", 400, [])


def test_help_lines_are_known_when_the_service_cannot_be_reached(
    example: ModuleType, make_app: Callable[..., Flask]
) -> None:
    with serving(make_app()) as found:
        kelrodis = example.Kelrodis(found, pause=lambda seconds: None)
        assert kelrodis.helplines("en")[0].number == "112"
    with pytest.raises(example.KelrodisFault) as caught:
        kelrodis.chat(example.new_sender(), "a secret of mine")
    assert (caught.value.code, caught.value.status) == ("unreachable", 0)
    assert caught.value.helplines[0].number == "112"
    assert "secret" not in repr(caught.value)


def test_its_types_hold_strictly(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(EXAMPLE)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_it_is_short_and_needs_nothing_but_python() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 200
    imported = {line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names
