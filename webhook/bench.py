"""`python -m webhook.bench`: speed, memory and growth of the running service, into `docs/performance.md`."""

from __future__ import annotations

import json
import os
import platform
import secrets
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from index import benchmark
from nlu.settings import PROJECT

REPORT = PROJECT / "docs" / "performance.md"
_QUESTIONS = (
    ("lt", "kur gauti krizių prieglobstį Vilniuje?"),
    ("pl", "moj syn jest niepelnosprawny, wisaginia, potrzebna opieka dzienna"),
    ("en", "my mother cannot live alone any more, who can help her at home in Kaunas"),
    ("lt", "koks jų telefonas?"),
    ("pl", "potrzebujemy pomocy dla rodziny, rejon wileński"),
    ("en", "the second one"),
)
_START_SECONDS = 120
_MANY_TURNS, _MANY_SEARCHES, _CONVERSATIONS = 50, 100, 12
_PERCENTILE = 0.95


@dataclass(frozen=True)
class Times:
    """Milliseconds of single requests, as the caller measures them."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def slowest(self) -> float:
        """The 95th percentile."""
        return sorted(self.values)[min(len(self.values) - 1, int(len(self.values) * _PERCENTILE))]

    def cells(self) -> str:
        return f"{self.median:.0f} | {self.slowest:.0f} | {len(self.values)}"


class Service:
    """A served instance on a free port of the loopback address."""

    def __init__(self, port: int, process: subprocess.Popen[str], seconds: float) -> None:
        self.port, self.process, self.seconds = port, process, seconds

    def post(self, path: str, body: dict[str, Any]) -> tuple[float, dict[str, Any]]:
        """Milliseconds, and the answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        begin = time.perf_counter()
        with urllib.request.urlopen(request, timeout=30) as answer:
            content = json.load(answer)
        return (time.perf_counter() - begin) * 1000, content

    def chat(self, sender: str, text: str) -> float:
        return self.post("/api/v1/chat", {"sender": sender, "message": text})[0]

    def megabytes(self) -> float:
        """Resident memory of the process, peak; 0 where the system does not tell."""
        try:
            status = open(f"/proc/{self.process.pid}/status", encoding="utf-8").read()  # noqa: SIM115, PTH123
        except OSError:
            return 0.0
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


@contextmanager
def served() -> Iterator[Service]:
    """The product itself, started as `make run` starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "webhook"],
        env={**os.environ, "PORT": str(port)}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        cwd=PROJECT,
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("ready:"):
            break
        if time.perf_counter() - begin > _START_SECONDS:
            raise TimeoutError("the service did not become ready")
    try:
        yield Service(port, process, time.perf_counter() - begin)
    finally:
        process.terminate()
        process.wait(30)


def measure_turns(service: Service) -> tuple[Times, Times]:
    """Requests at turn 1 of fresh conversations, and at turn 50 and after of long ones."""
    first, late = [], []
    for round_ in range(_CONVERSATIONS):
        for _, text in _QUESTIONS[:3]:
            first.append(service.chat(secrets.token_hex(16), text))
        if round_ < len(_QUESTIONS) // 2:
            sender = secrets.token_hex(16)
            for turn in range(_MANY_TURNS):
                service.chat(sender, _QUESTIONS[turn % len(_QUESTIONS)][1])
            late += [service.chat(sender, text) for _, text in _QUESTIONS * 2]
    return Times(tuple(first)), Times(tuple(late))


def measure_search(service: Service) -> Times:
    texts = [text for _, text in _QUESTIONS[:3]]
    searches = [
        service.post("/api/v1/search", {"query": texts[i % len(texts)]})[1]["took_ms"] for i in range(_MANY_SEARCHES)
    ]
    return Times(tuple(searches))


def report(service: Service) -> list[str]:
    """What a caller of the running service meets."""
    for _, text in _QUESTIONS:  # the first requests also read what lies on disk
        service.chat(secrets.token_hex(16), text)
    first, late = measure_turns(service)
    search = measure_search(service)
    return [
        "## The service", "",
        "| what | median, ms | 95 %, ms | requests |", "|---|---|---|---|",
        f"| a chat turn, first of a conversation | {first.cells()} |",
        f"| a chat turn, after fifty turns | {late.cells()} |",
        f"| search alone (as the service measures it) | {search.cells()} |",
        "", "| what | figure |", "|---|---|",
        f"| from start to `ready:` | {service.seconds:.0f} s |",
        f"| peak memory of the serving process | {service.megabytes():.0f} MB |", "",
    ]  # fmt: skip


def growth() -> list[str]:
    """Encoding, searching and building by themselves, beside other ways and at other sizes."""
    ours, torch = benchmark.encoding()
    sizes = list(benchmark.searching())
    peers = benchmark.peers_searching()
    smallest = sizes[0][1]
    return [
        "## Encoding one question", "",
        "| what | median, ms | nine in ten, ms | times ours |", "|---|---|---|---|",
        *(_line(timing, ours) for timing in (ours, torch)),
        "", "## Search without encoding, as the directory grows", "",
        "Synthetic: copies of our services with new names and places, vectors with noise; above 20,000 passages the "
        "index is grouped and keeps eight bits a number. `make evaluate` says how well the real directory is searched.",
        "", "| what | median, ms | nine in ten, ms | times the first |", "|---|---|---|---|",
        *(_line(timing, smallest) for _, timing in sizes),
        "", "## Search with encoding, beside what people would use instead", "",
        "| what | median, ms | nine in ten, ms | times ours |", "|---|---|---|---|",
        *(_line(timing, peers[0]) for timing in peers),
        "", "## Ten thousand imported services", "", "| what | figure |", "|---|---|",
        *(f"| {what} | {figure} |" for what, figure in benchmark.imported()),
        "", "## Building", "", "| what | seconds |", "|---|---|",
        *(f"| {what} | {seconds:.1f} |" for what, seconds in benchmark.building()), "",
    ]  # fmt: skip


def _line(timing: benchmark.Timing, other: benchmark.Timing) -> str:
    low, high = timing.spread()
    return f"| {timing.what} | {timing.median:.1f} | {low:.1f}–{high:.1f} | {timing.median / other.median:.1f} |"


def main() -> int:
    machine = f"{os.cpu_count()} processors, Python {platform.python_version()}, {platform.system()}"
    with served() as service:
        met = report(service)
    text = "\n".join(
        [
            "# Performance", "",
            f"Written by `make bench` on a machine with {machine}; other work on it shows in these figures.", "",
            *met, *growth(),
        ]
    )  # fmt: skip
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
