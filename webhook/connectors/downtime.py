"""`python -m webhook.connectors.downtime`: whether a platform that hangs makes the website slower, on the real service.

People write through the generic webhook all the time; where their answers go takes them for a while, then hangs, and
so on in turns, so that other work on the machine falls on both alike.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from webhook.bench import Service, Times, served
from webhook.connectors.generic import SIGNATURE, TIMESTAMP
from webhook.connectors.signatures import sign, stamped

_SECONDS_EACH, _TURNS = 30.0, 4
_MESSAGES_A_SECOND = 4.0
_HANGS = 15.0
_QUESTION = {"query": "kur gauti krizių prieglobstį Vilniuje?"}
_MOST_SLOWER = 1.10


class _Platform(ThreadingHTTPServer):
    """Takes answers, or hangs."""

    daemon_threads = True

    def __init__(self) -> None:
        self.hangs = threading.Event()
        self.taken = 0
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                if platform.hangs.is_set():
                    time.sleep(_HANGS)
                    return
                platform.taken += 1
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing."""

        super().__init__(("127.0.0.1", 0), Handler)


@contextmanager
def _writing_people(service: Service, secret: str) -> Iterator[None]:
    """Messages of ever new people, until the end."""
    ended = threading.Event()

    def write() -> None:
        while not ended.wait(1 / _MESSAGES_A_SECOND):
            content = {"message_id": secrets.token_hex(8), "conversation": secrets.token_hex(8), "text": "labas"}
            body, now = json.dumps(content).encode(), str(int(time.time()))
            headers = {
                "Content-Type": "application/json", TIMESTAMP: now, SIGNATURE: sign(secret, stamped(now, body)),
            }  # fmt: skip
            url = f"http://127.0.0.1:{service.port}/channels/generic"
            urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=30).close()

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    yield
    ended.set()
    thread.join()


def _searches(service: Service) -> list[float]:
    """Milliseconds of each search, as a caller of the website measures them."""
    until, milliseconds = time.monotonic() + _SECONDS_EACH, list[float]()
    while time.monotonic() < until:
        milliseconds.append(service.post("/api/v1/search", _QUESTION)[0])
        time.sleep(0.02)
    return milliseconds


def measure() -> tuple[Times, Times]:
    """Searches while the platform takes answers, and while it hangs. Raises RuntimeError where none ever arrived."""
    secret, platform = secrets.token_hex(16), _Platform()
    threading.Thread(target=platform.serve_forever, daemon=True).start()
    os.environ["KELRODIS_GENERIC_SECRET"] = secret
    os.environ["KELRODIS_GENERIC_URL"] = f"http://127.0.0.1:{platform.server_port}/"
    times: dict[bool, list[float]] = {False: [], True: []}
    with served() as service, _writing_people(service, secret):
        _searches(service)  # the first requests also read what lies on disk
        for turn in range(2 * _TURNS):
            hangs = bool(turn % 2)
            (platform.hangs.set if hangs else platform.hangs.clear)()
            times[hangs] += _searches(service)
    if not platform.taken:
        raise RuntimeError("no answer arrived, so nothing was measured")
    return Times(tuple(times[False])), Times(tuple(times[True]))


def main() -> int:
    """Returns the exit status: 1 where the 95th percentile moved by more than a tenth."""
    up, down = measure()
    print("| a search, ms | median | 95 % | requests |", "|---|---|---|---|", sep="\n")
    print(f"| the platform takes answers | {up.cells()} |", f"| the platform hangs | {down.cells()} |", sep="\n")
    return 0 if down.slowest <= up.slowest * _MOST_SLOWER else 1


if __name__ == "__main__":
    sys.exit(main())
