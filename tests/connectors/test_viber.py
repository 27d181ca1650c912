"""Viber: what it signs, what it sends us, and what it takes, against a stand-in that knows its limits."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stand_in import Answer, running
from viber_platform import TOKEN, ViberPlatform

from webhook.connectors.protocol import Choice, Connector, Inbound, Link, Piece, Request, TryAgain, Undeliverable
from webhook.connectors.viber import SIGNATURE, Viber, connector
from webhook.parts import Missing
from webhook.refusals import Refusal
from webhook.settings import SettingFault, Settings

if TYPE_CHECKING:
    from index.search import ServiceIndex

Connect = Callable[..., Any]
PAYLOADS = Path(__file__).with_name("payloads") / "viber"
PERSON = "jc9HsWTZ2Yf2NkRZ8KcNug=="
TEXT = Inbound(
    message_id="4912661846655238145", recipient=PERSON, text="gdzie znajdę pomoc dla rodziny",
    sent_at=1767607200.123, language="pl",
)  # fmt: skip
ATTACHED = replace(TEXT, kind="attachment", text="")
READ = {
    "message_text": TEXT,
    "message_url": replace(TEXT, text="https://example.org/help"),
    "message_picture": replace(TEXT, text="on mnie bije"),
    "message_video": ATTACHED,
    "message_file": ATTACHED,
    "message_sticker": ATTACHED,
    "message_contact": ATTACHED,
    "message_location": replace(TEXT, kind="location", text="", position=(54.6872, 25.2797)),
    "conversation_started_again": replace(TEXT, message_id="4912661846655238147", kind="start", text="", language=None),
    "subscribed": replace(TEXT, message_id="4912661846655238148", kind="start", text="", language="lt"),
}
NOTHING = {
    "message_silent", "message_group", "conversation_started", "unsubscribed", "delivered", "seen", "failed", "webhook",
}  # fmt: skip
PIECE = Piece("Kur kreiptis", "lt")


@pytest.fixture
def platform() -> Iterator[ViberPlatform]:
    with running(ViberPlatform()) as stand_in:
        assert isinstance(stand_in, ViberPlatform)
        yield stand_in


@pytest.fixture
def viber(platform: ViberPlatform) -> Viber:
    found = connector(Settings(**platform.settings))
    assert found is not None
    return found


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))


def read(viber: Viber, content: Any) -> list[Any]:
    return list(viber.parse(content, Request({}, b"", time.time())))


def test_it_is_off_until_its_token_is_set() -> None:
    assert connector(Settings()) is None


def test_it_is_a_connector_that_shows_no_token(viber: Viber) -> None:
    whole: Connector = viber
    assert whole.name == "viber"
    assert TOKEN not in repr(viber)


@pytest.mark.parametrize("token", ["445d\r\nX: y", "žodis", "with blank"])
def test_a_token_that_is_none_is_a_fault_of_the_settings(token: str) -> None:
    with pytest.raises(SettingFault, match="KELRODIS_VIBER_TOKEN"):
        connector(Settings(viber_token=token))


def test_an_event_that_the_token_signed_is_let_in(viber: Viber, platform: ViberPlatform) -> None:
    sent = platform.message("labas", message_id="1")
    viber.verify(Request(sent.headers, sent.body, time.time()))


def test_an_event_without_or_with_another_signature_is_refused(viber: Viber, platform: ViberPlatform) -> None:
    sent, other = platform.message("labas", message_id="1"), platform.event({"event": "webhook"}, token="another")
    with pytest.raises(Refusal, match="not_signed"):
        viber.verify(Request({}, sent.body, time.time()))
    for headers, body in ((sent.headers, sent.body + b" "), (other.headers, other.body)):
        with pytest.raises(Refusal, match="wrong_signature"):
            viber.verify(Request(headers, body, time.time()))


def test_the_signature_in_the_address_does_not_count(viber: Viber) -> None:
    """Viber repeats it there as `sig`, where servers write it into their logs."""
    arguments = {"sig": hmac.new(TOKEN.encode(), b"{}", hashlib.sha256).hexdigest()}
    with pytest.raises(Refusal, match="not_signed"):
        viber.verify(Request({}, b"{}", time.time(), arguments))


def test_every_payload_has_its_meaning() -> None:
    assert {path.stem for path in PAYLOADS.glob("*.json")} == READ.keys() | NOTHING


@pytest.mark.parametrize("name", READ)
def test_what_a_person_sends_is_read(viber: Viber, name: str) -> None:
    assert read(viber, payload(name)) == [READ[name]]


@pytest.mark.parametrize("name", sorted(NOTHING))
def test_what_is_no_message_of_one_person_says_nothing(viber: Viber, name: str) -> None:
    assert read(viber, payload(name)) == []


@pytest.mark.parametrize(
    "content",
    [
        None, [], "text", 7, {}, {"event": "message"}, {"event": ["message"], "message_token": 1},
        {**payload("message_text"), "message_token": "x"},
        {**payload("message_text"), "sender": {"id": 7}},
        {**payload("message_text"), "sender": {"id": "a\ud800"}},
        {**payload("message_text"), "message": {"type": "text", "text": None}},
        {**payload("message_text"), "message": {"type": ["text"]}},
        {**payload("message_text"), "message": "labas"},
        {**payload("message_location"), "message": {"type": "location", "location": {"lat": "54"}}},
    ],
)  # fmt: skip
def test_what_is_not_shaped_as_documented_says_nothing(viber: Viber, content: Any) -> None:
    assert read(viber, content) == []


def test_a_message_without_its_time_is_still_read(viber: Viber) -> None:
    content = {name: value for name, value in payload("message_text").items() if name != "timestamp"}
    assert read(viber, content) == [replace(TEXT, sent_at=None)]


def test_whoever_may_not_be_written_to_yet_is_welcomed_in_the_answer(viber: Viber) -> None:
    welcome = viber.acknowledge(payload("conversation_started"))
    assert welcome is not None
    assert welcome["text"].startswith("Hello!")
    assert "receiver" not in welcome
    assert welcome["sender"]["name"]


def test_nobody_else_is(viber: Viber) -> None:
    for name in (READ.keys() | NOTHING) - {"conversation_started"}:
        assert viber.acknowledge(payload(name)) is None
    assert viber.acknowledge(None) is None


def test_an_answer_at_every_limit_is_taken(viber: Viber, platform: ViberPlatform) -> None:
    limits = viber.limits
    piece = Piece(
        "ž" * limits.with_choices,
        "lt",
        tuple(Choice("ą" * limits.title, "ž" * 32) for _ in range(limits.choices)),
        tuple(Link("&" * limits.title, "https://example.org/") for _ in range(limits.links)),
        loud=True,
    )
    assert viber.send(viber.render("4242", piece, "d-1"))
    assert platform.faults == []
    assert platform.said() == [piece.text]


def test_the_longest_plain_answer_is_taken(viber: Viber, platform: ViberPlatform) -> None:
    viber.send(viber.render("4242", Piece("ы" * viber.limits.text, "lt"), "d-1"))
    assert platform.faults == []
    assert "keyboard" not in platform.delivered[0]


def test_a_title_is_shown_as_it_is_written(viber: Viber) -> None:
    keyboard = viber.render("4242", replace(PIECE, choices=(Choice("A & <b>", "a"),)), "d").body["keyboard"]
    assert keyboard["Buttons"][0]["Text"] == "A &amp; &lt;b&gt;"


def test_opening_an_address_is_not_told_to_the_conversation(viber: Viber) -> None:
    keyboard = viber.render("4242", replace(PIECE, links=(Link("Chat", "https://example.org/"),)), "d").body["keyboard"]
    (button,) = keyboard["Buttons"]
    assert (button["ActionType"], button["Silent"]) == ("open-url", True)


def test_the_id_of_a_sent_message_is_told(viber: Viber, platform: ViberPlatform) -> None:
    sent = viber.send(viber.render("4242", PIECE, "d"))
    assert sent is not None
    assert sent.isdigit()


@pytest.mark.parametrize(("status", "told"), [(12, "tooManyRequests"), (99, "generalError"), (-1, "failure")])
def test_a_refusal_that_passes_is_tried_again(viber: Viber, platform: ViberPlatform, status: int, told: str) -> None:
    platform.refuse_next(status, told)
    with pytest.raises(TryAgain, match=f"viber_{status}"):
        viber.send(viber.render("4242", PIECE, "d"))


@pytest.mark.parametrize("status", [2, 5, 6, 7, 9, 11, 21, 24])
def test_a_refusal_that_lasts_is_not(viber: Viber, platform: ViberPlatform, status: int) -> None:
    platform.refuse_next(status, "refused")
    with pytest.raises(Undeliverable, match=f"viber_{status}"):
        viber.send(viber.render("4242", PIECE, "d"))


def test_whoever_has_left_is_written_to_no_more(viber: Viber, platform: ViberPlatform) -> None:
    platform.unsubscribed.add("4242")
    with pytest.raises(Undeliverable):
        viber.send(viber.render("4242", PIECE, "d"))
    assert platform.said() == []


def test_a_platform_that_is_busy_broken_or_mumbles_is_tried_again(viber: Viber, platform: ViberPlatform) -> None:
    call = viber.render("4242", PIECE, "d")
    platform.answer_next(Answer(429, headers={"Retry-After": "7"}), Answer(502), Answer(200, []), Answer(200, {}))
    for after in (7.0, None, None, None):
        with pytest.raises(TryAgain) as again:
            viber.send(call)
        assert again.value.after == after
    assert viber.send(call)


def test_an_exception_says_nothing_of_what_was_written(viber: Viber, platform: ViberPlatform) -> None:
    platform.refuse_next(3, "badData: xyzzy")
    with pytest.raises(Undeliverable) as refused:
        viber.send(viber.render("4242", Piece("xyzzy", "lt"), "d"))
    assert "xyzzy" not in repr(refused.value)
    assert "4242" not in repr(refused.value)


def test_setting_up_names_our_address_and_asks_for_no_names(viber: Viber, platform: ViberPlatform) -> None:
    for call in viber.set_up("https://example.org/channels/viber"):
        viber.send(call)
    assert platform.faults == []
    assert platform.webhook["url"] == "https://example.org/channels/viber"
    assert platform.webhook["event_types"] == ["conversation_started"]
    assert platform.webhook["send_name"] is False
    assert platform.webhook["send_photo"] is False


def test_the_door_refuses_before_it_reads(platform: ViberPlatform, connect: Connect, index: ServiceIndex) -> None:
    client = connect(platform, Missing("model_missing"), index).client
    assert client.post(platform.path, data=b"{").status_code == 401
    assert client.post(platform.path, data=b"{", headers={SIGNATURE: "0" * 64}).status_code == 403


def test_an_answer_reaches_its_person(platform: ViberPlatform, connect: Connect, index: ServiceIndex) -> None:
    """Without the assistant: that it cannot answer, and who can."""
    told = connect(platform, Missing("model_missing"), index).ask("labas")
    assert "112" in "".join(told)
    assert platform.faults == []


def test_the_door_welcomes(platform: ViberPlatform, connect: Connect, index: ServiceIndex) -> None:
    client = connect(platform, Missing("model_missing"), index).client
    for name, welcomes in (("conversation_started", True), ("webhook", False)):
        sent = platform.event(payload(name))
        answer = client.post(platform.path, data=sent.body, headers=sent.headers)
        assert answer.status_code == 200
        assert ("text" in answer.json) is welcomes
    assert platform.taken == []


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["text", "location"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "type", "text", "lat"]), inner),
    max_leaves=8,
)
EVENTS = st.dictionaries(
    st.sampled_from(["event", "timestamp", "message_token", "sender", "user", "message", "silent", "subscribed"]),
    ANYTHING | st.sampled_from(["message", "subscribed", "conversation_started", 7]),
)


@given(EVENTS)
def test_nothing_that_viber_could_send_breaks_the_door(content: Any) -> None:
    viber = Viber(TOKEN, "https://example.org")
    for inbound in read(viber, content):
        assert inbound.recipient
        assert inbound.message_id
    viber.acknowledge(content)
