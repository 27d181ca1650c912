"""The production server as a process of its own: says when it is ready, and finishes what it is answering."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

PROGRAM = """
import time
from bot.message import Reply, ReplyPart
from index.cards import CrisisCard
from webhook.app import create_app
from webhook.parts import Missing
from webhook.settings import Settings
from webhook.wsgi import serve

class Slow:
    def reply(self, message):
        time.sleep(1)
        return Reply("en", CrisisCard(), (ReplyPart("en", "late but whole"),))
    def end(self, sender): pass
    def ready(self): return True

settings = Settings(port=0)
serve(create_app(settings, Slow(), Missing("index_missing")), settings)
"""


@pytest.fixture
def server() -> Iterator[tuple[subprocess.Popen[str], int]]:
    process = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("ready: http://127.0.0.1:"), line
    yield process, int(line.rsplit(":", 1)[1])
    process.kill()
    process.wait(10)


def _send(port: int, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", "/api/v1/chat", body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_what_is_being_answered_is_finished_before_the_server_leaves(
    server: tuple[subprocess.Popen[str], int],
) -> None:
    process, port = server
    body = json.dumps({"sender": "a" * 32, "message": "labas"}).encode()
    found: list[tuple[int, bytes]] = []
    asking = threading.Thread(target=lambda: found.append(_send(port, body, {"Content-Type": "application/json"})))
    asking.start()
    time.sleep(0.4)
    process.send_signal(signal.SIGTERM)
    asking.join(10)
    assert found[0][0] == 200
    assert b"late but whole" in found[0][1]
    assert process.wait(10) == 0


def test_bodies_that_are_too_large_get_the_contracts_error_through_the_server(
    server: tuple[subprocess.Popen[str], int],
) -> None:
    status, answer = _send(server[1], b'"' + b"a" * 300_000 + b'"', {"Content-Type": "application/json"})
    assert status == 413
    assert json.loads(answer)["error"]["code"] == "body_too_large"
