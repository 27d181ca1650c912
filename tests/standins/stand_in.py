"""A local stand-in for a messaging platform: a real HTTP server that keeps what it is sent, and fails on demand."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar


@dataclass(frozen=True)
class Taken:
    """A request that the platform was sent."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def content(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True)
class Answer:
    status: int = 200
    content: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    after_seconds: float = 0.0


@dataclass(frozen=True)
class Incoming:
    """A request as the platform would send it to us: post it to `path`."""

    headers: dict[str, str]
    body: bytes


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """That somebody has gone, or was killed, while being answered is no fault."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class StandIn:
    """Base of every platform's stand-in.

    A platform of its own fills in `name`, `settings` (values of webhook.settings.Settings that connect to it),
    `message` (a signed incoming message), `said` (what a person was sent), and `take`, which checks a request against
    the platform's published rules: it appends to `faults` what the real one would refuse, and answers as it would.
    """

    name: ClassVar[str] = ""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.faults: list[str] = []
        self._answers: deque[Answer] = deque()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def path(self) -> str:
        """Where it sends its events."""
        return f"/channels/{self.name}"

    @property
    def settings(self) -> dict[str, Any]:
        raise NotImplementedError

    def message(self, text: str, *, message_id: str, person: str = "4242", sent_at: float | None = None) -> Incoming:
        """What arrives at us when a person writes; sent_at: unix seconds, now where it is left out."""
        raise NotImplementedError

    def said(self, person: str = "4242") -> list[str]:
        """The texts that a person was sent, in their order."""
        raise NotImplementedError

    def take(self, request: Taken) -> Answer:
        """Check a request and answer it."""
        raise NotImplementedError

    def answer_next(self, *answers: Answer) -> None:
        """The next requests are answered so, and count as not taken."""
        self._answers.extend(answers)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, count: int, seconds: float = 10.0) -> None:
        """Wait until so many requests were taken. Raises AssertionError."""
        until = time.monotonic() + seconds
        while len(self.taken) < count:
            assert time.monotonic() < until, f"{len(self.taken)} of {count} requests came"
            time.sleep(0.01)

    def _answer(self, request: Taken) -> Answer:
        with self._lock:
            if self._answers:
                return self._answers.popleft()
            answer = self.take(request)
            if answer.status < 400:
                self.taken.append(request)
            return answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _take(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer = stand_in._answer(Taken(self.command, self.path, dict(self.headers), body, time.time()))
                time.sleep(answer.after_seconds)
                content = json.dumps(answer.content).encode()
                self.send_response(answer.status)
                for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET = do_DELETE = do_PUT = do_PATCH = _take

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        return Handler


@contextmanager
def running(stand_in: StandIn) -> Iterator[StandIn]:
    """The stand-in, closed afterwards."""
    try:
        yield stand_in
    finally:
        stand_in.close()
