"""The generic webhook: what it takes, what it refuses before reading, and what it sends, against a real recipient."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from generic_platform import SECRET, GenericPlatform, signature
from hypothesis import given
from hypothesis import strategies as st
from stand_in import Answer, StandIn, Taken, running

from webhook.app import create_app
from webhook.connectors.generic import Generic, connector
from webhook.connectors.protocol import Choice, Connector, Inbound, Link, Piece, Request, TryAgain, Undeliverable
from webhook.errors import STATUS
from webhook.parts import Missing
from webhook.refusals import Refusal
from webhook.settings import SettingFault, Settings

if TYPE_CHECKING:
    from index.search import ServiceIndex

Connect = Callable[..., Any]
PAYLOADS = Path(__file__).with_name("payloads") / "generic"
EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
WHOLE = {"message_id": "m", "conversation": "c", "text": "labas"}
PIECE = Piece("Kur kreiptis: Ąžuolo g. 1", "lt")


@pytest.fixture
def platform() -> Iterator[GenericPlatform]:
    with running(GenericPlatform()) as stand_in:
        assert isinstance(stand_in, GenericPlatform)
        yield stand_in


@pytest.fixture
def generic(platform: GenericPlatform) -> Generic:
    found = connector(Settings(**platform.settings))
    assert found is not None
    return found


def read(generic: Generic, content: Any) -> Inbound:
    (inbound,) = generic.parse(content, Request({}, b"", time.time()))
    return inbound


def refused(generic: Generic, content: Any) -> tuple[str, str | None]:
    with pytest.raises(Refusal) as refusal:
        read(generic, content)
    return refusal.value.code, refusal.value.field


def test_it_is_off_until_its_secret_is_set() -> None:
    assert connector(Settings()) is None
    assert connector(Settings(generic_url="https://example.org/")) is None


def test_it_is_a_connector_that_shows_no_secret(generic: Generic) -> None:
    whole: Connector = generic
    assert whole.name == "generic"
    assert SECRET not in repr(generic)


def test_an_address_that_nothing_can_be_sent_to_is_a_fault_of_the_settings() -> None:
    with pytest.raises(SettingFault, match="KELRODIS_GENERIC_URL"):
        connector(Settings(generic_secret=SECRET, generic_url="example.org"))


def test_a_signed_message_is_let_in(generic: Generic, platform: GenericPlatform) -> None:
    sent = platform.message("labas", message_id="1")
    generic.verify(Request(sent.headers, sent.body, time.time()))


@pytest.mark.parametrize("missing", ["X-Kelrodis-Timestamp", "X-Kelrodis-Signature"])
def test_an_unsigned_message_is_refused(generic: Generic, platform: GenericPlatform, missing: str) -> None:
    sent = platform.message("labas", message_id="1")
    headers = {name: value for name, value in sent.headers.items() if name != missing}
    with pytest.raises(Refusal, match="not_signed"):
        generic.verify(Request(headers, sent.body, time.time()))


def test_another_body_secret_or_time_is_refused(generic: Generic, platform: GenericPlatform) -> None:
    now = int(time.time())
    sent = platform.message("labas", message_id="1")
    other = platform.post(WHOLE, secret="another")
    moved = {**sent.headers, "X-Kelrodis-Timestamp": str(now - 1)}
    for headers, body in ((sent.headers, sent.body + b" "), (other.headers, other.body), (moved, sent.body)):
        with pytest.raises(Refusal, match="wrong_signature"):
            generic.verify(Request(headers, body, float(now)))


@pytest.mark.parametrize("age", [301, -301])
def test_a_replayed_message_is_refused(generic: Generic, platform: GenericPlatform, age: int) -> None:
    sent = platform.message("labas", message_id="1")
    stamp = int(sent.headers["X-Kelrodis-Timestamp"])
    generic.verify(Request(sent.headers, sent.body, stamp + age * 0.99))
    with pytest.raises(Refusal, match="wrong_signature"):
        generic.verify(Request(sent.headers, sent.body, float(stamp + age)))


@pytest.mark.parametrize("stamp", ["now", "-1", "1e9", "\u0661\u0662", ""])
def test_a_time_that_is_no_number_is_refused(generic: Generic, stamp: str) -> None:
    headers = {"X-Kelrodis-Timestamp": stamp, "X-Kelrodis-Signature": signature(stamp, b"{}")}
    with pytest.raises(Refusal):
        generic.verify(Request(headers, b"{}", time.time()))


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_each_kind_of_message_is_read(generic: Generic, path: Path) -> None:
    with create_app(Settings(), Missing("index_missing"), Missing("index_missing")).app_context():
        inbound = read(generic, json.loads(path.read_text(encoding="utf-8")))
    assert inbound.kind == path.stem
    assert inbound.recipient == "visitor-81"
    if path.stem == "text":
        assert (inbound.message_id, inbound.text) == ("m-1", "kur gauti krizių prieglobstį")
        assert (inbound.language, inbound.municipality) == ("lt", "Vilniaus miesto savivaldybė")
        assert inbound.sent_at == 1767607200
    if path.stem == "location":
        assert inbound.position == (54.6872, 25.2797)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"texts": "x"}, ("unknown_field", "texts")),
        ({"Said by a person": "x"}, ("unknown_field", None)),
        ({"message_id": None}, ("missing_field", "message_id")),
        ({"message_id": 7}, ("wrong_type", "message_id")),
        ({"message_id": ""}, ("bad_length", "message_id")),
        ({"conversation": "c" * 129}, ("bad_length", "conversation")),
        ({"conversation": "c\ud800"}, ("bad_value", "conversation")),
        ({"conversation": "c\x00"}, ("bad_value", "conversation")),
        ({"text": None}, ("missing_field", "text")),
        ({"text": ""}, ("bad_length", "text")),
        ({"text": " \u200b"}, ("bad_text", "text")),
        ({"text": "\ud800"}, ("bad_text", "text")),
        ({"text": "a" * 4097}, ("bad_length", "text")),
        ({"voice": True}, ("bad_value", "voice")),
        ({"text": None, "voice": False}, ("bad_value", "voice")),
        ({"text": None, "attachment": "photo"}, ("wrong_type", "attachment")),
        ({"text": None, "location": "Vilnius"}, ("wrong_type", "location")),
        ({"text": None, "location": {"latitude": 54.7}}, ("missing_field", "longitude")),
        ({"text": None, "location": {"latitude": 91, "longitude": 25}}, ("bad_value", "latitude")),
        ({"text": None, "location": {"latitude": float("nan"), "longitude": 25}}, ("bad_value", "latitude")),
        ({"text": None, "location": {"latitude": 54, "longitude": 25, "name": "x"}}, ("unknown_field", "location")),
        ({"language": "de"}, ("bad_value", "language")),
        ({"sent_at": "today"}, ("wrong_type", "sent_at")),
        ({"sent_at": True}, ("wrong_type", "sent_at")),
        ({"sent_at": -1}, ("bad_value", "sent_at")),
        ({"sent_at": 10**400}, ("bad_value", "sent_at")),
    ],
)  # fmt: skip
def test_what_is_not_as_agreed_is_refused_and_named(
    generic: Generic, change: dict[str, Any], fault: tuple[str, str | None]
) -> None:
    assert refused(generic, {**WHOLE, **change}) == fault


@pytest.mark.parametrize("content", [None, [], "labas", 7])
def test_a_body_that_is_no_object_is_refused(generic: Generic, content: Any) -> None:
    assert refused(generic, content) == ("not_an_object", None)


def test_an_unknown_municipality_is_refused(generic: Generic) -> None:
    with create_app(Settings(), Missing("index_missing"), Missing("index_missing")).app_context():
        assert refused(generic, {**WHOLE, "municipality": "Atlantis"}) == ("unknown_municipality", "municipality")


def test_an_answer_at_every_limit_is_taken(generic: Generic, platform: GenericPlatform) -> None:
    limits = generic.limits
    piece = Piece(
        "ž" * limits.with_choices,
        "lt",
        tuple(Choice("ą" * limits.title, "ž" * 32) for _ in range(limits.choices)),
        tuple(Link("ą" * limits.title, "https://example.org/") for _ in range(limits.links)),
        loud=True,
    )
    generic.send(generic.render("visitor-81", piece, "d-1"))
    assert platform.faults == []
    taken = platform.taken[0].content
    assert (taken["delivery"], taken["conversation"], taken["urgent"]) == ("d-1", "visitor-81", True)


def test_the_same_piece_sent_again_has_the_same_delivery_and_a_new_time(
    generic: Generic, platform: GenericPlatform
) -> None:
    call = generic.render("visitor-81", PIECE, "d-1")
    platform.answer_next(Answer(503))
    with pytest.raises(TryAgain):
        generic.send(call)
    generic.send(call)
    assert platform.taken[0].content["delivery"] == "d-1"
    assert "X-Kelrodis-Signature" not in call.headers, "a signature of the past would be refused"


def test_a_recipient_that_is_busy_or_broken_is_tried_again(generic: Generic, platform: GenericPlatform) -> None:
    call = generic.render("visitor-81", PIECE, "d-1")
    platform.answer_next(Answer(429, headers={"Retry-After": "7"}), Answer(500))
    for after in (7.0, None):
        with pytest.raises(TryAgain) as again:
            generic.send(call)
        assert again.value.after == after
    platform.answer_next(Answer(410))
    with pytest.raises(Undeliverable):
        generic.send(call)


def test_without_an_address_the_answer_is_in_the_response() -> None:
    generic = connector(Settings(generic_secret=SECRET))
    assert generic is not None
    assert generic.answers_at_once
    told = generic.answer_now("visitor-81", [PIECE, PIECE], "d")["messages"]
    assert [message["text"] for message in told] == [PIECE.text, PIECE.text]
    assert [message["delivery"] for message in told] == ["d-0", "d-1"]
    assert told[0] == generic.render("visitor-81", PIECE, "d-0").body


def test_with_an_address_it_is_not(generic: Generic) -> None:
    assert not generic.answers_at_once


def test_the_door_refuses_before_it_reads(platform: GenericPlatform, connect: Connect, index: ServiceIndex) -> None:
    client = connect(platform, Missing("model_missing"), index).client
    stamp = str(int(time.time()))
    broken = {"X-Kelrodis-Timestamp": stamp, "X-Kelrodis-Signature": signature(stamp, b"[]")}
    assert client.post(platform.path, data=b"{", headers=broken).status_code == 403
    assert client.post(platform.path, data=b"{").status_code == 401
    broken["X-Kelrodis-Signature"] = signature(stamp, b"{")
    assert client.post(platform.path, data=b"{", headers=broken).json["error"]["code"] == "bad_json"


def test_an_answer_goes_to_its_address(platform: GenericPlatform, connect: Connect, index: ServiceIndex) -> None:
    """Without the assistant: that it cannot answer, and who can."""
    connected = connect(platform, Missing("model_missing"), index)
    told = connected.ask("labas")
    assert "112" in "".join(told)
    assert platform.faults == []
    assert len({taken.content["delivery"] for taken in platform.taken}) == len(told)


def test_without_an_address_the_door_answers_at_once(
    platform: GenericPlatform, connect: Connect, index: ServiceIndex
) -> None:
    client = connect(platform, Missing("model_missing"), index, generic_url=None).client
    sent = platform.message("labas", message_id="1")
    first, again = (client.post(platform.path, data=sent.body, headers=sent.headers).json for _ in range(2))
    assert "112" in "".join(message["text"] for message in first["messages"])
    assert first == again, "an answer that was lost on the way can be asked for again"
    assert platform.taken == []


class Door(StandIn):
    """Takes what the examples send as the door does: checked, read, and answered in the response."""

    name = "generic"

    def take(self, request: Taken) -> Answer:
        generic = Generic(SECRET)
        asked = Request(request.headers, request.body, time.time())
        try:
            generic.verify(asked)
            (inbound,) = generic.parse(request.content, asked)
        except Refusal as refusal:
            return Answer(403, {"error": {"code": refusal.code}})
        return Answer(200, generic.answer_now(inbound.recipient, [Piece(inbound.text.upper(), "lt")], "d"))


@pytest.fixture
def door() -> Iterator[StandIn]:
    with running(Door()) as stand_in:
        yield stand_in


def example(
    command: list[str], door: StandIn, secret: str = SECRET, said: str = ""
) -> subprocess.CompletedProcess[str]:
    settings = {**os.environ, "KELRODIS_ADDRESS": door.url, "KELRODIS_GENERIC_SECRET": secret}
    return subprocess.run(command, env=settings, input=said, capture_output=True, text=True, timeout=60, check=False)


def test_the_example_in_python_gets_an_answer(door: StandIn) -> None:
    told = example([sys.executable, str(EXAMPLES / "generic_webhook.py"), "kur", "prieglobstis"], door)
    assert (told.stdout, told.stderr) == ("KUR PRIEGLOBSTIS\n\n", "")


def test_the_example_for_curl_gets_an_answer(door: StandIn) -> None:
    asked = json.dumps({**WHOLE, "text": "kur ąžuolas?"}, ensure_ascii=False)
    told = example(["sh", str(EXAMPLES / "generic_webhook.sh")], door, said=asked)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["messages"][0]["text"] == "KUR ĄŽUOLAS?"


def test_the_examples_sign_with_the_secret_that_they_are_given(door: StandIn) -> None:
    told = example(["sh", str(EXAMPLES / "generic_webhook.sh")], door, secret="another", said=json.dumps(WHOLE))
    assert told.returncode != 0
    assert "wrong_signature" in told.stdout
    assert example([sys.executable, str(EXAMPLES / "generic_webhook.py"), "x"], door, secret="another").returncode != 0


def test_the_example_knows_our_answers_from_others(generic: Generic, platform: GenericPlatform) -> None:
    example_of = importlib.util.spec_from_file_location("generic_webhook", EXAMPLES / "generic_webhook.py")
    assert example_of is not None
    assert example_of.loader is not None
    checking = importlib.util.module_from_spec(example_of)
    example_of.loader.exec_module(checking)
    generic.send(generic.render("visitor-81", PIECE, "d-1"))
    (taken,) = platform.taken
    stamp, given = (taken.headers[name] for name in ("X-Kelrodis-Timestamp", "X-Kelrodis-Signature"))
    assert checking.is_genuine(SECRET, stamp, taken.body, given)
    assert not checking.is_genuine(SECRET, stamp, taken.body + b" ", given)
    old = str(int(stamp) - 301)
    assert not checking.is_genuine(SECRET, old, taken.body, signature(old, taken.body))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["latitude", "longitude"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*WHOLE, "location", "voice", "attachment", "language", "sent_at"]), ANYTHING))
def test_whatever_is_sent_is_read_or_refused(content: Any) -> None:
    generic = Generic(SECRET)
    try:
        inbound = read(generic, content)
    except Refusal as refusal:
        assert refusal.code in STATUS  # noqa: PT017  # either is right
    else:
        assert 1 <= len(inbound.message_id) <= 128
        assert 1 <= len(inbound.recipient) <= 128
