"""Messenger: what comes from Meta is checked and read, and what we send is what the platform takes."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graph_platform import SECRET, TOKEN, VERIFY, refusal
from messenger_platform import MessengerPlatform
from stand_in import Answer, Incoming, running

from webhook.connectors import calls, meta
from webhook.connectors.messenger import Messenger, connector
from webhook.connectors.protocol import (
    Choice,
    Connector,
    Greeting,
    Inbound,
    Link,
    Piece,
    Request,
    SettingUp,
    TryAgain,
    Undeliverable,
)
from webhook.connectors.saying.discretion import means_exit
from webhook.refusals import Refusal
from webhook.settings import Settings

PAYLOADS = Path(__file__).with_name("payloads") / "messenger"
PERSON, SENT_AT = "7268411933221100", 1_792_000_000.123
VILNIUS = (54.6872, 25.2797)


def came(message_id: str, kind: Any = "text", text: str = "", **more: Any) -> Inbound:
    return Inbound(message_id, PERSON, kind, text, sent_at=SENT_AT, **more)


MEANING: dict[str, list[Inbound]] = {
    "text": [came("m_text", text="Kur gauti maisto Vilniuje?")],
    "reply": [came("m_reply", text="o telefonas?")],
    "quick_reply": [came("m_quick_reply", text="daugiau")],
    "get_started": [came("m_get_started", "start")],
    "get_started_by_link": [came("m_get_started_by_link", "start")],
    "menu": [came("m_menu", text="start over")],
    "audio": [came("m_audio", "voice")],
    "location": [came("m_location", "location", position=VILNIUS)],
    "location_as_link": [came("m_location_as_link", "attachment")],
    "image": [came("m_image", "attachment")],
    "image_with_text": [came("m_image_with_text", text="ar čia padeda?")],
    "sticker": [came("m_sticker", "attachment")],
    "link": [came("m_link", text="https://www.example.org/")],
    "file": [came("m_file", "attachment")],
    "several": [came("m_first", text="labas"), came("m_second", text="reikia pagalbos")],
    "echo": [],
    "delivery": [],
    "read": [],
    "edit": [],
    "reaction": [],
    "standby": [],
    "instagram": [],
    "undocumented": [],
}


@pytest.fixture
def platform() -> Iterator[MessengerPlatform]:
    with running(MessengerPlatform()) as stand_in:
        assert isinstance(stand_in, MessengerPlatform)
        yield stand_in


@pytest.fixture
def messenger(platform: MessengerPlatform) -> Messenger:
    found = connector(Settings(**platform.settings))
    assert found is not None
    return found


def asked(incoming: Incoming, **headers: str) -> Request:
    return Request({**incoming.headers, **headers}, incoming.body, 0.0)


def read(messenger: Messenger, content: Any) -> list[Inbound]:
    return list(messenger.parse(content, Request({}, b"", 0.0)))


def deliver(messenger: Messenger, piece: Piece, person: str = "4242") -> str | None:
    return messenger.send(messenger.render(person, piece, "1-0"))


def fails(messenger: Messenger, platform: MessengerPlatform, answer: Answer) -> TryAgain | Undeliverable:
    platform.answer_next(answer)
    with pytest.raises((TryAgain, Undeliverable)) as failure:
        deliver(messenger, Piece("Štai kas gali padėti", "lt"))
    assert isinstance(failure.value, TryAgain | Undeliverable)
    return failure.value


def test_it_is_off_until_secret_and_token_are_set() -> None:
    assert connector(Settings()) is None
    assert connector(Settings(messenger_secret="s")) is None
    assert connector(Settings(messenger_token="t")) is None


def test_it_has_the_shape_of_a_connector_and_shows_no_secret(messenger: Messenger) -> None:
    whole: Connector = messenger
    greeting: Greeting = messenger
    set_up: SettingUp = messenger
    shown = repr((whole, greeting, set_up))
    assert SECRET not in shown
    assert TOKEN not in shown
    assert VERIFY not in shown


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "not_signed"),
        ("", "not_signed"),
        ("sha256=", "not_signed"),
        ("sha256=" + 64 * "0", "wrong_signature"),
        ("sha1=" + 40 * "0", "wrong_signature"),
    ],
)
def test_an_unsigned_or_wrongly_signed_event_is_refused(
    messenger: Messenger, platform: MessengerPlatform, header: str | None, code: str
) -> None:
    body = platform.message("labas", message_id="1").body
    with pytest.raises(Refusal) as refused:
        messenger.verify(Request({} if header is None else {"X-Hub-Signature-256": header}, body, 0.0))
    assert refused.value.code == code


def test_a_signature_holds_for_its_body_alone(messenger: Messenger, platform: MessengerPlatform) -> None:
    incoming, other = platform.message("ąčę", message_id="1"), platform.message("labas", message_id="1")
    messenger.verify(asked(incoming))
    with pytest.raises(Refusal, match="wrong_signature"):
        messenger.verify(Request(incoming.headers, other.body, 0.0))
    with pytest.raises(Refusal, match="wrong_signature"):
        messenger.verify(Request(incoming.headers, incoming.body + b" ", 0.0))


def test_an_event_sent_again_has_the_message_id_that_is_answered_once(
    messenger: Messenger, platform: MessengerPlatform
) -> None:
    incoming = platform.message("labas", message_id="7")
    (first,), (again,) = (read(messenger, json.loads(incoming.body)) for _ in range(2))
    assert first.message_id == again.message_id == "m_7"


def test_the_handshake_is_answered_to_whoever_knows_the_verify_token(
    messenger: Messenger, platform: MessengerPlatform
) -> None:
    assert messenger.greet(Request({}, b"", 0.0, platform.handshake(challenge="77"))) == "77"
    for arguments in ({}, platform.handshake("wrong"), platform.handshake(""), {"hub.verify_token": VERIFY}):
        with pytest.raises(Refusal):
            messenger.greet(Request({}, b"", 0.0, arguments))


def test_without_a_verify_token_no_handshake_succeeds(platform: MessengerPlatform) -> None:
    found = connector(Settings(**platform.settings | {"messenger_verify": None}))
    assert found is not None
    with pytest.raises(Refusal):
        found.greet(Request({}, b"", 0.0, platform.handshake("")))


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_each_documented_event_is_read_for_what_it_is(messenger: Messenger, path: Path) -> None:
    assert read(messenger, json.loads(path.read_text(encoding="utf-8"))) == MEANING[path.stem]


@pytest.mark.parametrize("content", [None, [], 7, "page", {"object": "page", "entry": 7}])
def test_what_is_no_event_gives_nothing(messenger: Messenger, content: Any) -> None:
    assert read(messenger, content) == []


@pytest.mark.parametrize("coordinates", [{"lat": 91, "long": 0}, {"lat": "54", "long": "25"}, {"lat": 54}, None])
def test_a_place_that_is_nowhere_is_an_attachment(
    messenger: Messenger, platform: MessengerPlatform, coordinates: Any
) -> None:
    place = {"mid": "m_1", "attachments": [{"type": "location", "payload": {"coordinates": coordinates}}]}
    (found,) = read(messenger, json.loads(platform.event({"message": place}).body))
    assert (found.kind, found.position) == ("attachment", None)


def test_a_batch_of_a_thousand_events_is_read_whole(messenger: Messenger, platform: MessengerPlatform) -> None:
    entries = [json.loads(platform.message("labas", message_id=str(n)).body)["entry"][0] for n in range(1000)]
    found = read(messenger, {"object": "page", "entry": entries})
    assert [one.message_id for one in found] == [f"m_{n}" for n in range(1000)]


def test_a_text_goes_out_silently_and_brings_back_its_id(messenger: Messenger, platform: MessengerPlatform) -> None:
    assert deliver(messenger, Piece("Štai kas gali padėti", "lt"))
    assert platform.said() == ["Štai kas gali padėti"]
    assert platform.sent()[0]["notification_type"] == "SILENT_PUSH"
    assert platform.faults == []


def test_only_what_must_sound_sounds(messenger: Messenger, platform: MessengerPlatform) -> None:
    deliver(messenger, Piece("Skambinkite", "lt", loud=True))
    assert platform.sent()[0]["notification_type"] == "REGULAR"


def test_whatever_is_within_the_limits_is_taken_by_the_platform(
    messenger: Messenger, platform: MessengerPlatform
) -> None:
    limits = messenger.limits
    choices = tuple(Choice("ž" * limits.title, f"{n}".rjust(64, "x")) for n in range(limits.choices))
    links = tuple(Link("ž" * limits.title, f"https://example.org/{n}") for n in range(limits.links))
    template = "ą" * limits.with_links
    for piece in (
        Piece("ą" * limits.text, "pl"),
        Piece("ą" * limits.with_choices, "lt", choices=choices),
        Piece(template, "lt", links=links),
        Piece(template, "en", choices=choices, links=links, loud=True),
    ):
        assert deliver(messenger, piece)
    assert platform.faults == []
    assert len(platform.said()) == 4


@pytest.mark.parametrize(
    "piece",
    [
        Piece("ą" * 2001, "lt"),
        Piece("ą" * 641, "lt", links=(Link("Atverti", "https://example.org/"),)),
        Piece("labas", "lt", choices=(Choice("ž" * 21, "daugiau"),)),
        Piece("labas", "lt", choices=tuple(Choice("Daugiau", f"{n}") for n in range(14))),
        Piece("labas", "lt", links=tuple(Link("Atverti", f"https://example.org/{n}") for n in range(4))),
        Piece("https://example.org/", "lt"),
    ],
)
def test_what_is_beyond_the_published_limits_is_refused(
    messenger: Messenger, platform: MessengerPlatform, piece: Piece
) -> None:
    with pytest.raises(Undeliverable, match="invalid"):
        deliver(messenger, piece)
    assert len(platform.faults) == 1


def test_links_are_buttons_so_that_no_preview_is_fetched(messenger: Messenger, platform: MessengerPlatform) -> None:
    deliver(messenger, Piece("Daugiau – svetainėje", "lt", links=(Link("Atverti", "https://example.org/"),)))
    payload = platform.sent()[0]["message"]["attachment"]["payload"]
    assert payload["buttons"] == [{"type": "web_url", "url": "https://example.org/", "title": "Atverti"}]
    assert "example.org" not in payload["text"]
    assert platform.faults == []


def test_a_quick_reply_comes_back_as_what_it_means(messenger: Messenger, platform: MessengerPlatform) -> None:
    deliver(messenger, Piece("Kur?", "lt", choices=(Choice("Bet kur", "bet kur Lietuvoje"),)))
    payload = platform.sent()[0]["message"]["quick_replies"][0]["payload"]
    incoming = platform.pressed(payload, message_id="2", title="Bet kur")
    messenger.verify(asked(incoming))
    (found,) = read(messenger, json.loads(incoming.body))
    assert (found.kind, found.text, found.recipient) == ("text", "bet kur Lietuvoje", "4242")


def test_the_menu_sends_words_that_a_person_could_type(messenger: Messenger, platform: MessengerPlatform) -> None:
    *_, profile = messenger.set_up("https://example.org/channels/messenger")
    for menu in profile.body["persistent_menu"]:
        human, start_over, leaving = (item["payload"] for item in menu["call_to_actions"])
        assert means_exit(leaving)
        assert not means_exit(human)
        assert not means_exit(start_over)


def test_the_set_up_is_taken_and_get_started_is_understood(messenger: Messenger, platform: MessengerPlatform) -> None:
    for call in messenger.set_up("https://example.org/channels/messenger"):
        messenger.send(call)
    assert platform.faults == []
    assert [request.path.rpartition("/")[2] for request in platform.taken] == ["subscribed_apps", "messenger_profile"]
    profile = platform.taken[1].content
    assert {greeting["locale"] for greeting in profile["greeting"]} >= {"default", "pl_PL", "en_US"}
    started = platform.event({"postback": {"mid": "m_1", "payload": profile["get_started"]["payload"]}})
    assert [found.kind for found in read(messenger, json.loads(started.body))] == ["start"]


@pytest.mark.parametrize("code", [1200, 2, 4, 32, 613, 80006])
def test_rate_limits_and_passing_faults_are_tried_again(
    messenger: Messenger, platform: MessengerPlatform, code: int
) -> None:
    failure = fails(messenger, platform, refusal(code))
    assert isinstance(failure, TryAgain)
    assert failure.reason == f"code_{code}"


def test_a_fault_that_meta_calls_transient_is_tried_again(messenger: Messenger, platform: MessengerPlatform) -> None:
    assert isinstance(fails(messenger, platform, refusal(999, transient=True)), TryAgain)


@pytest.mark.parametrize(
    ("code", "reason"), [(551, "unavailable"), (10, "window"), (100, "invalid"), (200, "status_400"), (190, "token")]
)
def test_a_person_who_cannot_be_reached_is_given_up(
    messenger: Messenger, platform: MessengerPlatform, code: int, reason: str
) -> None:
    failure = fails(messenger, platform, refusal(code))
    assert isinstance(failure, Undeliverable)
    assert failure.reason == reason


def test_an_error_within_a_200_is_an_error(messenger: Messenger, platform: MessengerPlatform) -> None:
    assert isinstance(fails(messenger, platform, refusal(613, status=200)), TryAgain)
    assert isinstance(fails(messenger, platform, refusal(999, status=200)), Undeliverable)


@pytest.mark.parametrize("answer", [Answer(503, "<html>"), Answer(429), Answer(500, {"error": {"code": 1}})])
def test_without_a_known_code_the_status_decides(
    messenger: Messenger, platform: MessengerPlatform, answer: Answer
) -> None:
    assert isinstance(fails(messenger, platform, answer), TryAgain)


def test_a_wait_that_meta_asks_for_is_honoured(messenger: Messenger, platform: MessengerPlatform) -> None:
    failure = fails(messenger, platform, refusal(613, after=17))
    assert isinstance(failure, TryAgain)
    assert failure.after == 17


def test_a_platform_that_is_late_or_away_is_tried_again(
    messenger: Messenger, platform: MessengerPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "_TIMEOUTS", (1.0, 0.2))
    assert isinstance(fails(messenger, platform, Answer(after_seconds=0.5)), TryAgain)
    away = connector(Settings(**platform.settings | {"graph_api": "http://127.0.0.1:9"}))
    assert away is not None
    with pytest.raises(TryAgain):
        deliver(away, Piece("labas", "lt"))


def test_a_lost_token_is_logged_once_and_never_with_words_or_secrets(
    messenger: Messenger, platform: MessengerPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    meta._tell_of_token.cache_clear()
    with caplog.at_level(logging.WARNING, "webhook"):
        failures = [fails(messenger, platform, refusal(190, status=401)) for _ in range(3)]
    (record,) = caplog.records
    said = record.getMessage() + "".join(map(str, failures))
    assert "messenger" in said
    for secret in (TOKEN, SECRET, "4242", "What a person wrote", "Štai"):
        assert secret not in said
