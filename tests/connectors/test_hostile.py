"""Whoever attacks by the addresses of platforms, or watches somebody who writes there, gains nothing by it."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
import logging
import random
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_house import Clock, House
from desk_platform import DeskPlatform
from generic_platform import SECRET, GenericPlatform, signature
from stand_in import Incoming, StandIn

from bot.message import Message, Reply, ReplyPart, Wording
from index.cards import CrisisCard
from index.search import ServiceIndex
from webhook.app import create_app
from webhook.connectors import telegram
from webhook.connectors.desk.office import cut
from webhook.connectors.door import Switchboard
from webhook.connectors.flooding import Floodgate
from webhook.connectors.protocol import Piece, TryAgain
from webhook.parts import Missing
from webhook.refusals import Refusal
from webhook.settings import Settings
from webhook.storage.database import OperationalError, Storage

PAYLOADS = Path(__file__).parent / "payloads"
PLATFORMS = ("generic", "telegram", "messenger", "whatsapp", "chatwoot", "viber")
DANGER = "vyras mane muša ir bijau grįžti namo"
# What stands where something else is expected; the last are written as they are.
NASTY: tuple[Any, ...] = (
    None, True, -1, 1.5, 1e308, 10**39, "", "x" * 10_000, "\ud800", "a\x00b", "\u202e", [], {}, [[]], [{}], {"a": []},
)  # fmt: skip
RAW = ("1" * 400, "-" + "1" * 400, "1e999", "NaN", "1" * 5000)


class Talker:
    """Greets everybody, once `may_answer` is set; remembers who wrote what."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.heard: list[Message] = []
        self.fault, self.may_answer = fault, threading.Event()
        self.may_answer.set()

    def reply(self, message: Message) -> Reply:
        self.heard.append(message)
        self.may_answer.wait(10)
        if self.fault:
            raise self.fault
        return Reply("lt", CrisisCard(), (ReplyPart("lt", "Labas", wording=Wording("utter_greet")),))

    def end(self, sender: str) -> None: ...

    def ready(self) -> bool:
        return True


@pytest.fixture
def generic() -> Iterator[GenericPlatform]:
    made = GenericPlatform()
    yield made
    made.close()


def client_of(talker: Any, index: Any, storage: Storage, **settings: Any) -> Any:
    """Of an application whose generic webhook answers at once."""
    given = {"secret_key": "a key of the tests", "generic_secret": SECRET, **settings}
    return create_app(Settings(**given), talker, index, storage).test_client()


def post(client: Any, incoming: Incoming, name: str = "generic") -> Any:
    return client.post(f"/channels/{name}", headers=incoming.headers, data=incoming.body)


# --- what comes in


def places(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inside = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in inside:
        yield from places(value, (*path, key))


def mutated(content: Any, path: tuple[Any, ...], drawn: random.Random) -> bytes:
    """The same with something else in one place."""
    value = drawn.choice((*NASTY, *RAW))
    changed = copy.deepcopy(content)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    if path:
        inner[path[-1]] = "@" if value in RAW else value
    else:
        changed = "@" if value in RAW else value
    return json.dumps(changed).replace('"@"', str(value)).encode()


def signed(platform: StandIn, body: bytes) -> dict[str, str]:
    """A body as this platform would sign it."""
    headers = platform.message("x", message_id="1").headers
    settings, stamp = platform.settings, str(int(time.time()))
    names = [name for name in (f"{platform.name}_secret", f"{platform.name}_token") if name in settings]
    secret = str(settings[names[0]])
    plain = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    by_name = {
        "Signature-256": f"sha256={plain}", "Viber-Content-Signature": plain, "Timestamp": stamp,
        "Kelrodis-Signature": signature(stamp, body, secret),
        "Chatwoot-Signature": f"sha256={signature(stamp, body, secret)}",
    }  # fmt: skip
    return {
        name: next((value for end, value in by_name.items() if name.endswith(end)), given)
        for name, given in headers.items()
    }


@pytest.mark.parametrize("platform", PLATFORMS, indirect=True)
def test_whatever_stands_in_an_event_is_no_fault_of_ours(
    platform: StandIn, connect: Callable[..., Any], index: ServiceIndex
) -> None:
    connected = connect(platform, Talker(), index, channel_limit="1/hour")
    drawn = random.Random(7)
    for file in sorted((PAYLOADS / platform.name).rglob("*.json")):
        content = json.loads(file.read_text("utf-8"))
        for path in places(content):
            body = mutated(content, path, drawn)
            answer = connected.client.post(platform.path, headers=signed(platform, body), data=body)
            assert answer.status_code in (200, 400), (file.name, path)


@pytest.mark.parametrize("platform", ["messenger"], indirect=True)
@pytest.mark.parametrize("sender", ["\ud800", "a\x00b", "x" * 10_000])
def test_whoever_can_be_no_recipient_is_no_fault_of_ours(
    sender: str, platform: StandIn, connect: Callable[..., Any], index: ServiceIndex
) -> None:
    connected = connect(platform, Talker(), index)
    content = json.loads((PAYLOADS / "messenger" / "text.json").read_text("utf-8"))
    content["entry"][0]["messaging"][0]["sender"]["id"] = sender
    body = json.dumps(content).encode()
    assert connected.client.post(platform.path, headers=signed(platform, body), data=body).status_code == 200


@pytest.mark.parametrize("platform", ["telegram"], indirect=True)
def test_half_a_letter_in_a_flood_is_no_fault_of_ours(
    platform: StandIn, connect: Callable[..., Any], index: ServiceIndex
) -> None:
    connected = connect(platform, Talker(), index, channel_sender_limit="1/hour")
    assert [connected.send(f"{DANGER} \ud83d") for _ in range(3)] == [200, 200, 200]


@pytest.mark.parametrize("stamp", ["+{}", "{}.0", "{}e0", " {}", "-1", "1e9", "١٢٣", "9" * 5000, "0x1", "{}\u00b2"])
def test_only_a_moment_is_a_timestamp(
    stamp: str, generic: GenericPlatform, index: ServiceIndex, storage: Storage
) -> None:
    given = stamp.format(int(time.time()))
    body = json.dumps({"message_id": "1", "conversation": "a", "text": "labas"}).encode()
    signed_by = hmac.new(SECRET.encode(), given.encode("ascii", "replace") + b"." + body, hashlib.sha256).hexdigest()
    headers = {"X-Kelrodis-Timestamp": given.encode().decode("latin-1"), "X-Kelrodis-Signature": signed_by}
    assert post(client_of(Talker(), index, storage), Incoming(headers, body)).status_code == 403


def test_nothing_is_read_of_what_is_not_signed(generic: GenericPlatform, index: ServiceIndex, storage: Storage) -> None:
    """Not even the language of the refusal."""
    client = client_of(Talker(), index, storage)
    content = {"message_id": "1", "conversation": "a", "text": "", "language": "pl"}
    headers = {"Content-Type": "application/json"}
    strange = post(client, Incoming(headers, json.dumps(content).encode()))
    assert (strange.status_code, strange.headers["Content-Language"]) == (401, "lt")
    ours = post(client, generic.post(content))
    assert (ours.status_code, ours.headers["Content-Language"]) == (400, "pl")


@pytest.mark.parametrize("platform", ["messenger", "whatsapp"], indirect=True)
def test_a_handshake_is_no_page(platform: StandIn, connect: Callable[..., Any], index: ServiceIndex) -> None:
    client = connect(platform, Talker(), index).client
    asked = {"hub.mode": "subscribe", "hub.challenge": "<script>alert(1)</script>"}
    token = platform.settings[f"{platform.name}_verify"]
    answer = client.get(platform.path, query_string={**asked, "hub.verify_token": token})
    assert answer.mimetype == "text/plain"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(platform.path, query_string={**asked, "hub.verify_token": "x"}).status_code == 403


# --- one person and another


def test_somebody_elses_message_id_gives_nobody_elses_answer(
    generic: GenericPlatform, index: ServiceIndex, storage: Storage
) -> None:
    talker = Talker()
    client = client_of(talker, index, storage)
    for person in ("anna", "jonas", "anna"):
        answer = post(client, generic.message(f"{person} writes", message_id="1", person=person))
        assert {message["conversation"] for message in answer.json["messages"]} == {person}
    assert [message.text for message in talker.heard] == ["anna writes", "jonas writes"]


def test_what_the_desk_knows_a_conversation_by_opens_it_nowhere(
    generic: GenericPlatform, index: ServiceIndex, storage: Storage
) -> None:
    talker = Talker()
    client = client_of(talker, index, storage)
    post(client, generic.message("labas", message_id="1", person="anna"))
    person = client.application.extensions["kelrodis.channels"].reception.person("generic", "anna")
    for sender in (person, talker.heard[0].sender):
        client.post("/api/v1/chat", json={"sender": sender, "message": "labas"})
    assert [message.sender for message in talker.heard].count(talker.heard[0].sender) == 1


def test_what_was_under_way_when_somebody_left_is_not_shown(
    generic: GenericPlatform, connect: Callable[..., Any], index: ServiceIndex
) -> None:
    talker = Talker()
    connected = connect(generic, talker, index)
    talker.may_answer.clear()
    slow = threading.Thread(target=connected.send, args=("kur gauti maisto",))
    slow.start()
    while not talker.heard:
        time.sleep(0.01)
    connected.ask("exit")
    talker.may_answer.set()
    slow.join()
    connected.wait()
    assert len(generic.said()) == 1


# --- danger


@pytest.mark.parametrize("talker", [Missing("dialogue_missing"), Talker(RuntimeError("broken"))])
def test_danger_is_answered_without_the_dialogue(
    talker: Any, generic: GenericPlatform, index: ServiceIndex, storage: Storage
) -> None:
    client = client_of(talker, index, storage)
    first, *_ = post(client, generic.message(DANGER, message_id="1")).json["messages"]
    violence = next(line for line in index.directory.shown_helplines() if "violence" in line.crisis_topics)
    assert first["urgent"]
    assert "112" in first["text"]
    assert violence.number in first["text"]


def test_danger_beside_the_desk_is_answered_while_the_database_is_locked(
    tmp_path: Path, generic: GenericPlatform
) -> None:
    office = DeskPlatform()
    house = House(tmp_path, Clock(), generic, office)
    house.begin()
    with sqlite3.connect(tmp_path / "kept.sqlite3", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError):
            house.hear("labas")
        assert house.hear(DANGER, "violence")
    office.close()


def test_rasas_clients_of_any_content_type_are_limited_and_shown_the_lines_of_their_danger(
    index: ServiceIndex, storage: Storage
) -> None:
    client = client_of(Missing("dialogue_missing"), index, storage, sender_limit="1/hour", loopback_limit="9/minute")
    body = json.dumps({"sender": "anna", "message": DANGER})
    # Not from this machine, which is hardly limited.
    asked = {"data": body, "content_type": "text/plain", "environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    first, second = (client.post("/webhooks/rest/webhook", **asked) for _ in range(2))
    assert (first.status_code, second.status_code) == (503, 429)
    everyday = client.post("/webhooks/rest/webhook", json={"sender": "b", "message": "labas"}).json["helplines"]
    assert first.json["helplines"] != everyday


# --- how much


def test_counters_do_not_grow_with_strangers_beyond_what_everybody_may_write() -> None:
    gate = Floodgate(Settings(channel_limit="10/hour"))
    for number in range(1000):
        gate.lets_through(str(number))
    assert len(vars(gate._limiter.storage)["storage"]) < 50


def test_platforms_that_hang_leave_threads_to_the_website() -> None:
    switchboard = Switchboard({}, Missing("none"), threads=4)

    def refused() -> None:
        with pytest.raises(Refusal, match="busy"), switchboard.turn():
            pass

    with switchboard.turn(), switchboard.turn():
        patient = threading.Thread(target=refused)
        patient.start()
        time.sleep(0.05)
        begun = time.monotonic()
        refused()
        assert time.monotonic() - begun < 1.0
        patient.join()


@pytest.mark.parametrize("most", [10, 33, 1000])
def test_what_the_desk_says_in_pictures_fits_too(most: int) -> None:
    text = ("\N{SMILING FACE WITH SMILING EYES}" * 7 + " labas ") * 60
    parts = cut(text, most)
    assert all(1 <= len(part.encode("utf-16-le")) // 2 <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


# --- what is written down


def test_a_broken_answer_of_telegram_does_not_write_its_token_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            taken, _ = server.accept()
            with taken:
                taken.recv(65536)
                taken.sendall(b"HTTP/1.1 200 OK\r\nno header\r\nContent-Length: 2\r\n\r\n{}")

        threading.Thread(target=answer, daemon=True).start()
        api = f"http://127.0.0.1:{server.getsockname()[1]}"
        made = telegram.connector(Settings(telegram_token="123:abcdef", telegram_secret="s", telegram_api=api))
        assert made
        with caplog.at_level(logging.INFO, logger=""), pytest.raises(TryAgain) as fault:
            made.send(made.render("42", Piece("labas", "lt"), "1"))
    assert "abcdef" not in caplog.text + repr(fault.value) + repr(made)
