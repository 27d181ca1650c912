"""`python -m webhook probe`: asks a running server as a person would, in each language, and says whether it helps."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

import yaml

from webhook.settings import SettingFault, Settings

_SENTENCES = Path(__file__).with_suffix(".yml")
_SENDER_PREFIX = "probe-"
_LANGUAGES = ("lt", "pl", "en")
_WAYS = ("phones", "email", "website")
_OK, _NO_CONTENT = 200, 204
_SECONDS = 15.0
_WRONG_COMMAND = 2
Json = dict[str, Any]


class Outcome(IntEnum):
    """How an asking ended; also the exit status. 2 is argparse's, for a wrong command."""

    FINE = 0
    WRONG = 1
    UNREACHABLE = 3
    NOT_READY = 4


class Failure(Exception):
    """What is not as it must be; the message says it, and repeats nothing that the server said to somebody else."""

    def __init__(self, outcome: Outcome, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome


@dataclass(frozen=True)
class Asking:
    """One thing to ask, and what it is called in the output."""

    name: str
    ask: Callable[[], None]


def is_probe(sender: str) -> bool:
    """Whether a conversation is the probe's; what is counted leaves it out."""
    return sender.startswith(_SENDER_PREFIX)


def main(arguments: list[str]) -> int:
    """Ask everything, print a line each, and return the status of the first that failed."""
    try:
        options = _options(arguments)
    except SettingFault as fault:
        print(fault, file=sys.stderr)
        return _WRONG_COMMAND
    server = Server(options.url, options.timeout)
    first = Outcome.FINE
    for asking in askings(server, _read_sentences(options.sentences)):
        outcome = _tell(asking)
        first = first or outcome
        if outcome is Outcome.UNREACHABLE:
            break
    return int(first)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m webhook probe", description=__doc__)
    # Not this process' own settings, which would make a secret key where there is none.
    port = Settings.from_environment(os.environ).port
    parser.add_argument("--url", default=f"http://127.0.0.1:{port}", help="where the server answers; else here at PORT")
    parser.add_argument("--timeout", type=float, default=_SECONDS, help="seconds to wait for one answer")
    parser.add_argument("--sentences", type=Path, default=_SENTENCES, help="a file like webhook/probe.yml")
    options = parser.parse_args(arguments)
    if not options.url.startswith(("http://", "https://")):
        parser.error("--url begins with http:// or https://")
    if not options.sentences.is_file():
        parser.error("--sentences names no file")
    return options


def _read_sentences(path: Path) -> Json:
    loaded: Json = yaml.safe_load(path.read_text("utf-8"))
    return loaded


def _tell(asking: Asking) -> Outcome:
    begun = time.perf_counter()
    outcome, said = Outcome.FINE, "ok"
    try:
        asking.ask()
    except Failure as failure:
        outcome, said = failure.outcome, str(failure)
    except (KeyError, TypeError, AttributeError) as fault:  # some other program's JSON
        outcome, said = Outcome.WRONG, f"the answer has not the contract's shape ({fault})"
    milliseconds = (time.perf_counter() - begun) * 1000
    out = sys.stdout if outcome is Outcome.FINE else sys.stderr
    print(f"{asking.name:<12} {milliseconds:6.0f} ms  {said}", file=out, flush=True)
    return outcome


class Server:
    """The HTTP interface of a running server, as any program sees it."""

    def __init__(self, url: str, seconds: float) -> None:
        self._url, self._seconds = url.rstrip("/"), seconds
        # A proxy of the environment is for the way out, not for the way to ourselves.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def get(self, path: str) -> tuple[int, Json]:
        """Status and JSON body. Raises Failure when nothing, or no JSON, comes back."""
        return self._send(urllib.request.Request(self._url + path))

    def post(self, path: str, body: Json) -> tuple[int, Json]:
        """As `get`."""
        content = json.dumps(body).encode()
        return self._send(urllib.request.Request(self._url + path, content, {"Content-Type": "application/json"}))

    def _send(self, request: urllib.request.Request) -> tuple[int, Json]:
        try:
            with self._opener.open(request, timeout=self._seconds) as answer:
                return answer.status, _json(answer.read())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, _json(refusal.read())
        except (OSError, http.client.HTTPException) as fault:
            reason = getattr(fault, "reason", fault)
            raise Failure(Outcome.UNREACHABLE, f"no answer: {reason or type(fault).__name__}") from fault


def _json(content: bytes) -> Json:
    try:
        found = json.loads(content or b"{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Failure(Outcome.WRONG, "what came back is not Kelrodis' JSON")
    return found


def askings(server: Server, sentences: Json) -> Iterator[Asking]:
    """Readiness first, then a question and a danger in each language."""
    yield Asking("readyz", lambda: _check_readiness(server))
    for language in _LANGUAGES:
        said, number = sentences[language], str(sentences["first_number"])
        yield Asking(f"{language} question", _conversation(server, said["question"], language, _check_cards))
        yield Asking(f"{language} danger", _conversation(server, said["danger"], language, _first_is(number)))


def _check_readiness(server: Server) -> None:
    status, body = server.get("/readyz")
    silent = [f"{part}: {state}" for part, state in body.get("parts", {}).items() if state != "ok"]
    if status != _OK or not body.get("ready"):
        raise Failure(Outcome.NOT_READY, f"not ready ({', '.join(silent) or status})")


def _conversation(server: Server, text: str, language: str, check: Callable[[Json, str], None]) -> Callable[[], None]:
    """A conversation of one message, erased afterwards whatever came of it."""

    def converse() -> None:
        sender = _SENDER_PREFIX + secrets.token_hex(16)
        try:
            status, answer = server.post("/api/v1/chat", {"sender": sender, "message": text})
            _require(status == _OK, f"the chat answers {status} ({answer.get('error', {}).get('code', '-')})")
            _require(answer.get("language") == language, f"answered in {answer.get('language')}, not in {language}")
            check(answer, language)
        finally:
            erased, _ = server.post("/api/v1/chat/end", {"sender": sender})
        _require(erased == _NO_CONTENT, f"the conversation was not erased ({erased})")

    return converse


def _check_cards(answer: Json, language: str) -> None:
    cards = [card for reply in answer["replies"] for card in reply["services"]]
    _require(bool(cards), "no card")
    # A record of one language only is shown as it is; not every one of them may be.
    _require(any(card["text_language"] == language for card in cards), f"no card in {language}")
    for card in cards:
        _require(any(card[way] for way in _WAYS), f"{card['service_id']} shows no way to reach anybody")


def _first_is(number: str) -> Callable[[Json, str], None]:
    """Danger is seen, and this number stands first."""

    def check(answer: Json, language: str) -> None:
        crisis = answer["crisis"]
        _require(crisis["level"] == "danger", f"danger is read as {crisis['level']}")
        lines = crisis["helplines"]
        _require(bool(lines), "no help line")
        _require(lines[0]["number"] == number and bool(lines[0]["tel"]), f"{number} does not stand first")
        _require(any(reply["text"] for reply in answer["replies"]), "no words with it")

    return check


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise Failure(Outcome.WRONG, message)
