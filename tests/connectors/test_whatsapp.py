"""WhatsApp: what people write to our number is read, and what we send is what the Cloud API takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graph_platform import SECRET, TOKEN, VERIFY, refusal
from stand_in import Answer, running
from whatsapp_platform import PHONE_ID, WhatsappPlatform

from webhook.connectors import calls
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
from webhook.connectors.whatsapp import WhatsApp, connector
from webhook.refusals import Refusal
from webhook.settings import Settings

PAYLOADS = Path(__file__).with_name("payloads") / "whatsapp"
PERSON, USERNAME, SENT_AT = "16505551234", "LT.13491208655302741918", 1_792_000_000.0
KAUNAS = (54.8985, 23.9036)


def came(name: str, kind: Any = "text", text: str = "", **more: Any) -> list[Inbound]:
    return [Inbound(f"wamid.{name}", PERSON, kind, text, sent_at=SENT_AT, **more)]


MEANING: dict[str, list[Inbound]] = {
    "text": came("text", text="Gdzie znajdę pomoc dla rodziny?"),
    "text_of_username": [Inbound("wamid.text_of_username", USERNAME, text="reikia pagalbos", sent_at=SENT_AT)],
    "button_reply": came("button_reply", text="daugiau"),
    "list_reply": came("list_reply", text="Reikia: Maistas"),
    "button": came("button", text="start over"),
    "location": came("location", "location", position=KAUNAS),
    "audio": came("audio", "voice"),
    "image": came("image", "attachment"),
    "image_with_caption": came("image_with_caption", text="ar čia padeda?"),
    "sticker": came("sticker", "attachment"),
    "video": came("video", "attachment"),
    "document": came("document", "attachment"),
    "contacts": came("contacts", "attachment"),
    "unsupported": came("unsupported", "attachment"),
    "unsupported_edit": [],
    "reaction": [],
    "reaction_taken_back": [],
    "order": [],
    "changed_number": [],
    "group": [],
    "other_number": [],
    "echo": [],
    "status": [],
    "failed": [],
    "account_error": [],
    "undocumented": [],
}


@pytest.fixture
def platform() -> Iterator[WhatsappPlatform]:
    with running(WhatsappPlatform()) as stand_in:
        assert isinstance(stand_in, WhatsappPlatform)
        yield stand_in


@pytest.fixture
def whatsapp(platform: WhatsappPlatform) -> WhatsApp:
    found = connector(Settings(**platform.settings))
    assert found is not None
    return found


def read(whatsapp: WhatsApp, content: Any) -> list[Inbound]:
    return list(whatsapp.parse(content, Request({}, b"", 0.0)))


def deliver(whatsapp: WhatsApp, piece: Piece, person: str = "4242") -> str | None:
    return whatsapp.send(whatsapp.render(person, piece, "1-0"))


def interactive(whatsapp: WhatsApp, platform: WhatsappPlatform, *choices: Choice, **more: Any) -> Any:
    """What became of choices, once the platform has taken it."""
    deliver(whatsapp, Piece("Prašom pasirinkti", "lt", choices=choices, **more))
    assert platform.faults == []
    return platform.sent()[-1]["interactive"]


def fails(whatsapp: WhatsApp, platform: WhatsappPlatform, answer: Answer) -> TryAgain | Undeliverable:
    platform.answer_next(answer)
    with pytest.raises((TryAgain, Undeliverable)) as failure:
        deliver(whatsapp, Piece("Štai kas gali padėti", "lt"))
    assert isinstance(failure.value, TryAgain | Undeliverable)
    return failure.value


@pytest.mark.parametrize("missing", ["whatsapp_secret", "whatsapp_token", "whatsapp_phone_id"])
def test_it_is_off_until_secret_token_and_number_are_set(platform: WhatsappPlatform, missing: str) -> None:
    assert connector(Settings(**platform.settings | {missing: None})) is None


def test_it_has_the_shape_of_a_connector_and_shows_no_secret(whatsapp: WhatsApp) -> None:
    whole: Connector = whatsapp
    greeting: Greeting = whatsapp
    set_up: SettingUp = whatsapp
    shown = repr((whole, greeting, set_up))
    assert not any(secret in shown for secret in (SECRET, TOKEN, VERIFY))


@pytest.mark.parametrize(
    ("header", "code"), [(None, "not_signed"), ("sha256=" + 64 * "0", "wrong_signature"), ("ž", "wrong_signature")]
)
def test_an_unsigned_or_wrongly_signed_event_is_refused(
    whatsapp: WhatsApp, platform: WhatsappPlatform, header: str | None, code: str
) -> None:
    body = platform.message("labas", message_id="1").body
    with pytest.raises(Refusal) as refused:
        whatsapp.verify(Request({} if header is None else {"X-Hub-Signature-256": header}, body, 0.0))
    assert refused.value.code == code


def test_a_signature_holds_for_its_body_alone(whatsapp: WhatsApp, platform: WhatsappPlatform) -> None:
    incoming, other = platform.message("ąčę", message_id="1"), platform.message("labas", message_id="1")
    whatsapp.verify(Request(incoming.headers, incoming.body, 0.0))
    with pytest.raises(Refusal, match="wrong_signature"):
        whatsapp.verify(Request(incoming.headers, other.body, 0.0))


def test_an_event_sent_again_has_the_message_id_that_is_answered_once(
    whatsapp: WhatsApp, platform: WhatsappPlatform
) -> None:
    incoming = platform.message("labas", message_id="7")
    (first,), (again,) = (read(whatsapp, json.loads(incoming.body)) for _ in range(2))
    assert first.message_id == again.message_id == "wamid.7"


def test_the_handshake_is_answered_to_whoever_knows_the_verify_token(
    whatsapp: WhatsApp, platform: WhatsappPlatform
) -> None:
    assert whatsapp.greet(Request({}, b"", 0.0, platform.handshake(challenge="77"))) == "77"
    for arguments in ({}, platform.handshake("wrong")):
        with pytest.raises(Refusal):
            whatsapp.greet(Request({}, b"", 0.0, arguments))


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_each_documented_event_is_read_for_what_it_is(whatsapp: WhatsApp, path: Path) -> None:
    assert read(whatsapp, json.loads(path.read_text(encoding="utf-8"))) == MEANING[path.stem]


@pytest.mark.parametrize("content", [None, [], 7, {"entry": 7}, {"entry": [{"changes": [{"value": 7}]}]}])
def test_what_is_no_event_gives_nothing(whatsapp: WhatsApp, content: Any) -> None:
    assert read(whatsapp, content) == []


@pytest.mark.parametrize("timestamp", ["-5", "soon", "9" * 40, "²", None, ["1"]])
def test_a_time_that_is_none_is_not_believed(whatsapp: WhatsApp, platform: WhatsappPlatform, timestamp: Any) -> None:
    event = platform.event({"type": "text", "text": {"body": "labas"}, "timestamp": timestamp}, "1")
    (found,) = read(whatsapp, json.loads(event.body))
    assert found.sent_at is None


def test_a_text_goes_out_without_preview_and_brings_back_its_id(whatsapp: WhatsApp, platform: WhatsappPlatform) -> None:
    assert deliver(whatsapp, Piece("Štai: https://example.org/", "lt"))
    assert platform.said() == ["Štai: https://example.org/"]
    assert platform.faults == []


def test_a_person_who_hides_their_number_is_answered_by_their_id(
    whatsapp: WhatsApp, platform: WhatsappPlatform
) -> None:
    deliver(whatsapp, Piece("Labas", "lt"), USERNAME)
    assert platform.said(USERNAME) == ["Labas"]
    assert platform.faults == []


def test_whatever_is_within_the_limits_is_taken_by_the_platform(whatsapp: WhatsApp, platform: WhatsappPlatform) -> None:
    limits = whatsapp.limits
    full = "ą" * limits.with_choices
    links = (Link("ž" * limits.title, "https://example.org/" + "x" * 200),)
    for count in (1, 3, 4, limits.choices):
        for title in (20, 21, 24, 25, limits.title):
            choices = tuple(Choice(f"{n}".rjust(title, "ž"), f"{n}".rjust(64, "x")) for n in range(count))
            assert deliver(whatsapp, Piece(full, "pl", choices=choices))
            assert deliver(whatsapp, Piece(full, "en", choices=choices, links=links, loud=True))
    assert deliver(whatsapp, Piece("ą" * limits.text, "lt"))
    assert deliver(whatsapp, Piece(full, "lt", links=links))
    assert platform.faults == []


@pytest.mark.parametrize(
    "piece",
    [
        Piece("ą" * 4097, "lt"),
        Piece("ą" * 1025, "lt", links=(Link("Atverti", "https://example.org/"),)),
        Piece("labas", "lt", choices=(Choice("ž" * 73, "daugiau"),)),
        Piece("labas", "lt", choices=tuple(Choice(f"{n}", f"{n}") for n in range(11))),
        Piece("labas", "lt", choices=(Choice("Daugiau", "x"), Choice("Kaina", "x"))),
    ],
)
def test_what_is_beyond_the_published_limits_is_refused(
    whatsapp: WhatsApp, platform: WhatsappPlatform, piece: Piece
) -> None:
    with pytest.raises(Undeliverable, match="invalid"):
        deliver(whatsapp, piece)
    assert len(platform.faults) == 1


def test_few_short_choices_are_buttons(whatsapp: WhatsApp, platform: WhatsappPlatform) -> None:
    sent = interactive(whatsapp, platform, Choice("Daugiau", "daugiau"), Choice("Kaina", "kiek tai kainuoja?"))
    assert sent["type"] == "button"
    assert [button["reply"]["title"] for button in sent["action"]["buttons"]] == ["Daugiau", "Kaina"]


def test_more_choices_are_a_list_opened_in_the_persons_language(whatsapp: WhatsApp, platform: WhatsappPlatform) -> None:
    sent = interactive(whatsapp, platform, *(Choice(f"Nr. {n}", f"{n}") for n in range(4)))
    assert sent["type"] == "list"
    assert sent["action"]["button"] == "Pasirinkti"
    assert [row["id"] for row in sent["action"]["sections"][0]["rows"]] == ["0", "1", "2", "3"]


def test_a_title_that_is_cut_stands_whole_in_its_description(whatsapp: WhatsApp, platform: WhatsappPlatform) -> None:
    long = ("Pagalba prižiūrint neįgalų vaiką", "Pagalba prižiūrint neįgalų asmenį")
    sent = interactive(whatsapp, platform, *(Choice(title, title) for title in long), Choice("Kaina", "kaina"))
    first, second, third = sent["action"]["sections"][0]["rows"]
    assert (first["title"], first["description"]) == ("Pagalba prižiūrint neįg…", long[0])
    assert (second["title"], second["description"]) == ("Pagalba prižiūrint ne… 2", long[1])
    assert third == {"id": "kaina", "title": "Kaina"}


def test_choices_of_one_title_can_be_told_apart(whatsapp: WhatsApp, platform: WhatsappPlatform) -> None:
    sent = interactive(whatsapp, platform, Choice("Kaina", "a"), Choice("Kaina", "b"))
    assert [row["title"] for row in sent["action"]["sections"][0]["rows"]] == ["Kaina", "Kaina 2"]


def test_a_link_is_a_button_and_beside_choices_it_stands_in_the_text(
    whatsapp: WhatsApp, platform: WhatsappPlatform
) -> None:
    link = Link("Atverti pokalbį svetainėje", "https://example.org/")
    alone = interactive(whatsapp, platform, links=(link,))
    parameters = {"display_text": "Atverti pokalbį sve…", "url": "https://example.org/"}
    assert (alone["type"], alone["action"]["parameters"]) == ("cta_url", parameters)
    beside = interactive(whatsapp, platform, Choice("Daugiau", "daugiau"), links=(link,))
    assert beside["body"]["text"].endswith("\n\nAtverti pokalbį svetainėje: https://example.org/")


def test_a_choice_comes_back_as_what_it_means(whatsapp: WhatsApp, platform: WhatsappPlatform) -> None:
    sent = interactive(whatsapp, platform, *(Choice(f"Nr. {n}", f"numeris {n}") for n in range(5)))
    row = sent["action"]["sections"][0]["rows"][4]
    incoming = platform.pressed(row["id"], message_id="2", title=row["title"])
    whatsapp.verify(Request(incoming.headers, incoming.body, 0.0))
    (found,) = read(whatsapp, json.loads(incoming.body))
    assert (found.kind, found.text, found.recipient) == ("text", "numeris 4", "4242")


def test_the_set_up_has_this_numbers_events_sent_to_us(whatsapp: WhatsApp, platform: WhatsappPlatform) -> None:
    for call in whatsapp.set_up("https://example.org/channels/whatsapp"):
        assert whatsapp.send(call) is None
    assert platform.faults == []
    assert [request.path.rpartition("/")[2] for request in platform.taken] == [PHONE_ID]


@pytest.mark.parametrize("code", [2, 4, 80007, 130429, 131048, 131056])
def test_rate_limits_and_passing_faults_are_tried_again(
    whatsapp: WhatsApp, platform: WhatsappPlatform, code: int
) -> None:
    failure = fails(whatsapp, platform, refusal(code))
    assert isinstance(failure, TryAgain)
    assert failure.after == (6.0 if code == 131056 else None)


@pytest.mark.parametrize(
    ("code", "reason"),
    [(131047, "window"), (470, "window"), (131026, "unavailable"), (100, "invalid"), (190, "token"), (0, "token")],
)
def test_a_person_who_cannot_be_reached_is_given_up(
    whatsapp: WhatsApp, platform: WhatsappPlatform, code: int, reason: str
) -> None:
    failure = fails(whatsapp, platform, refusal(code))
    assert isinstance(failure, Undeliverable)
    assert failure.reason == reason
    assert "What a person wrote" not in str(failure)


def test_without_a_known_code_the_status_decides(whatsapp: WhatsApp, platform: WhatsappPlatform) -> None:
    assert isinstance(fails(whatsapp, platform, Answer(503, "<html>")), TryAgain)
    assert isinstance(fails(whatsapp, platform, Answer(429, {}, {"Retry-After": "9"})), TryAgain)
    assert isinstance(fails(whatsapp, platform, Answer(400, {"error": {"code": ["?"]}})), Undeliverable)
    assert isinstance(fails(whatsapp, platform, Answer(301, {}, {"Location": "https://example.org/"})), Undeliverable)


def test_a_platform_that_is_late_is_tried_again(
    whatsapp: WhatsApp, platform: WhatsappPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "_TIMEOUTS", (1.0, 0.2))
    assert isinstance(fails(whatsapp, platform, Answer(after_seconds=0.5)), TryAgain)
