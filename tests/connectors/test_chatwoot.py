"""Chatwoot: what its agent bot hears, refuses and says, against a stand-in that checks every request."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chatwoot_platform import SECRET, TOKEN, ChatwootPlatform
from stand_in import Answer, Incoming, running

from webhook.connectors.chatwoot import Chatwoot, connector
from webhook.connectors.protocol import (
    Call,
    Choice,
    Connector,
    DeskSpoke,
    HandingOver,
    Inbound,
    Piece,
    Request,
    TryAgain,
    Undeliverable,
)
from webhook.connectors.saying.wording import wordings
from webhook.refusals import Refusal
from webhook.settings import Settings

PAYLOADS = Path(__file__).with_name("payloads") / "chatwoot"
SENT = 1627063368.0
HI = Inbound("118", "3/10", text="hi", sent_at=SENT, language="pl")
AT_DESK = Inbound("118", "3/10", text="hi", sent_at=SENT, language="pl", bot_answers=False)
RELEASED = DeskSpoke("3/10", released=True)
READ: dict[str, list[Any]] = {
    "message_created": [HI],
    "message_created_in_open_conversation": [AT_DESK],
    "message_created_by_newer_version": [Inbound("119", "3/10", text="hi", sent_at=1772543157.0, language="pl")],
    "message_created_in_messenger": [Inbound("118", "3/10/words", text="hi", sent_at=SENT, language="pl")],
    "message_created_voice": [Inbound("118", "3/10", "voice", sent_at=SENT, language="pl")],
    "message_created_location": [
        Inbound("118", "3/10", "location", sent_at=SENT, language="pl", position=(54.6872, 25.2797))
    ],
    "message_created_image": [Inbound("118", "3/10", "attachment", sent_at=SENT, language="pl")],
    "message_created_image_with_words": [
        Inbound("118", "3/10", text="is this the place?", sent_at=SENT, language="pl")
    ],
    "message_created_choice_in_whatsapp": [Inbound("118", "3/10", text="daugiau", sent_at=SENT, language="pl")],
    "message_created_by_agent": [DeskSpoke("3/10")],
    "message_created_by_agent_private": [],
    "message_created_by_rule": [],
    "message_created_by_campaign": [],
    "message_created_by_bot": [],
    "message_created_activity": [],
    "message_updated": [],
    "message_updated_choice": [Inbound("134/choice", "3/10", text="daugiau", language="pl")],
    "message_updated_email_given": [],
    "conversation_resolved": [RELEASED],
    "conversation_opened": [],
    "conversation_status_changed_to_pending": [RELEASED],
    "conversation_status_changed_to_open": [],
    "webwidget_triggered": [],
}


@pytest.fixture
def platform() -> Iterator[ChatwootPlatform]:
    with running(ChatwootPlatform()) as stand_in:
        assert isinstance(stand_in, ChatwootPlatform)
        yield stand_in


@pytest.fixture
def chatwoot(platform: ChatwootPlatform) -> Chatwoot:
    found = connector(Settings(**platform.settings))
    assert found is not None
    platform.number("42")
    return found


def request_of(incoming: Incoming, **more: Any) -> Request:
    return Request(incoming.headers, incoming.body, **{"arrived": time.time(), **more})


def read(chatwoot: Chatwoot, content: Any) -> list[Any]:
    return list(chatwoot.parse(content, Request({}, b"", time.time())))


def say(chatwoot: Chatwoot, piece: Piece, recipient: str = "3/42") -> str | None:
    return chatwoot.send(chatwoot.render(recipient, piece, "d1"))


# --- settings and signatures


@pytest.mark.parametrize("missing", ["chatwoot_url", "chatwoot_token", "chatwoot_secret"])
def test_it_is_off_until_address_token_and_secret_are_set(missing: str, platform: ChatwootPlatform) -> None:
    assert connector(Settings(**platform.settings)) is not None
    assert connector(Settings(**{**platform.settings, missing: None})) is None


def test_it_is_a_connector_with_a_desk(chatwoot: Chatwoot) -> None:
    one: Connector = chatwoot
    other: HandingOver = chatwoot
    assert (one.name, other) == ("chatwoot", chatwoot)
    assert TOKEN not in repr(chatwoot)
    assert SECRET not in repr(chatwoot)


def test_a_signed_event_is_let_in(chatwoot: Chatwoot, platform: ChatwootPlatform) -> None:
    chatwoot.verify(request_of(platform.message("labas", message_id="1")))


def test_an_event_without_signature_is_refused(chatwoot: Chatwoot, platform: ChatwootPlatform) -> None:
    incoming = platform.message("labas", message_id="1")
    for missing in ("X-Chatwoot-Signature", "X-Chatwoot-Timestamp"):
        kept = {name: value for name, value in incoming.headers.items() if name != missing}
        with pytest.raises(Refusal, match="not_signed"):
            chatwoot.verify(Request(kept, incoming.body, time.time()))


def test_a_signature_by_another_secret_or_of_another_body_is_refused(
    chatwoot: Chatwoot, platform: ChatwootPlatform
) -> None:
    strange = platform.post({"event": "message_created"}, secret="another")
    with pytest.raises(Refusal, match="wrong_signature"):
        chatwoot.verify(request_of(strange))
    incoming = platform.message("labas", message_id="1")
    with pytest.raises(Refusal, match="wrong_signature"):
        chatwoot.verify(Request(incoming.headers, incoming.body + b" ", time.time()))


def test_an_event_of_six_minutes_ago_is_refused(chatwoot: Chatwoot, platform: ChatwootPlatform) -> None:
    old = platform.post({"event": "message_created"}, stamp=str(int(time.time()) - 360))
    with pytest.raises(Refusal, match="wrong_signature"):
        chatwoot.verify(request_of(old))


def test_versions_that_sign_nothing_come_with_the_secret_in_the_address(chatwoot: Chatwoot) -> None:
    chatwoot.verify(Request({}, b"{}", time.time(), {"secret": SECRET}))
    with pytest.raises(Refusal, match="wrong_signature"):
        chatwoot.verify(Request({}, b"{}", time.time(), {"secret": "guess"}))
    with pytest.raises(Refusal, match="not_signed"):
        chatwoot.verify(Request({}, b"{}", time.time(), {"secret": ""}))


# --- what it hears


def test_every_payload_file_is_expected() -> None:
    assert {path.stem for path in PAYLOADS.glob("*.json")} == READ.keys()


@pytest.mark.parametrize("name", READ)
def test_events_are_read_as_documented(name: str, chatwoot: Chatwoot) -> None:
    assert read(chatwoot, json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))) == READ[name]


def test_a_message_and_the_end_of_its_conversation_name_the_same_person(chatwoot: Chatwoot) -> None:
    for channel in ("Channel::WebWidget", "Channel::FacebookPage"):
        with running(ChatwootPlatform(channel)) as platform:
            assert isinstance(platform, ChatwootPlatform)
            resolved = platform.agent_sets("resolved")
            assert resolved is not None
            events = [json.loads(platform.message("x", message_id="1").body), json.loads(resolved.body)]
            assert len({event.recipient for content in events for event in read(chatwoot, content)}) == 1


def test_what_is_not_shaped_as_documented_gives_nothing(chatwoot: Chatwoot) -> None:
    whole = json.loads((PAYLOADS / "message_created.json").read_text("utf-8"))
    for content in (
        None,
        [],
        "x",
        7,
        {},
        {"event": None},
        {"event": ["message_created"]},
        {"event": "message_created"},
    ):
        assert read(chatwoot, content) == []
    for name in whole:
        for value in (None, [], {}, "x", True, -1, 10**30, [[]], [None], {"id": "../../1"}):
            for event in read(chatwoot, whole | {name: value}):
                assert event.recipient.split("/")[0].isdigit()
                chatwoot.render(event.recipient, Piece("x", "en"), "d")


def test_ids_that_would_leave_the_address_are_no_ids(chatwoot: Chatwoot) -> None:
    whole = json.loads((PAYLOADS / "message_created.json").read_text("utf-8"))
    for number in ("3/../4", "3?x=", "", None, "٣", "3\n"):
        assert (
            read(
                chatwoot, whole | {"account": {"id": number}, "conversation": {**whole["conversation"], "messages": []}}
            )
            == []
        )


# --- what it says


def test_a_message_at_the_limit_is_taken(chatwoot: Chatwoot, platform: ChatwootPlatform) -> None:
    text = ("Kreipkitės į seniūniją, ji padės. " * 40)[: chatwoot.limits.text].strip()
    assert say(chatwoot, Piece(text, "lt")) == "1000"
    assert platform.said("42") == [text]
    assert platform.faults == []


@pytest.mark.parametrize("many", [1, 3, 4, 10])
def test_choices_are_shown_where_the_inbox_shows_them(
    many: int, chatwoot: Chatwoot, platform: ChatwootPlatform
) -> None:
    choices = tuple(Choice(f"{'x' * 18}{n:2}", f"payload {n}") for n in range(many))
    say(chatwoot, Piece("y" * chatwoot.limits.with_choices, "lt", choices))
    content = platform.taken[0].content
    assert content["content_type"] == "input_select"
    assert [item["value"] for item in content["content_attributes"]["items"]] == [choice.payload for choice in choices]
    assert platform.faults == []


def test_choices_stand_in_words_where_the_inbox_hides_them(chatwoot: Chatwoot, platform: ChatwootPlatform) -> None:
    platform.channel = "Channel::FacebookPage"
    choices = tuple(Choice(f"{'ž' * 9}{'x' * 9}{n:2}", "p") for n in range(chatwoot.limits.choices))
    text = ("Kreipkitės į seniūniją, ji padės. " * 40)[: chatwoot.limits.with_choices]
    say(chatwoot, Piece(text, "lt", choices), "3/42/words")
    assert all(choice.title in platform.said("42")[0] for choice in choices)
    assert platform.faults == []


@pytest.mark.parametrize(("status", "after"), [(429, 7.0), (500, None), (503, None)])
def test_a_busy_chatwoot_is_tried_again(
    status: int, after: float | None, chatwoot: Chatwoot, platform: ChatwootPlatform
) -> None:
    platform.answer_next(Answer(status, headers={"Retry-After": "7"} if after else {}))
    with pytest.raises(TryAgain) as fault:
        say(chatwoot, Piece("x", "lt"))
    assert fault.value.after == after


def test_a_conversation_that_was_deleted_is_undeliverable(chatwoot: Chatwoot) -> None:
    with pytest.raises(Undeliverable, match="status_404"):
        say(chatwoot, Piece("x", "lt"), "3/41")


def test_a_wrong_token_is_undeliverable_and_no_exception_names_it(platform: ChatwootPlatform) -> None:
    stranger = Chatwoot(platform.url, "wrong", SECRET)
    platform.number("42")
    with pytest.raises(Undeliverable, match="status_401") as fault:
        say(stranger, Piece("a secret sentence", "lt"))
    assert "secret sentence" not in repr(fault.value)


# --- its agents


def carry_out(chatwoot: Chatwoot, calls: Any) -> None:
    for call in calls:
        assert isinstance(call, Call)
        chatwoot.send(call)


def test_handing_over_opens_the_conversation(chatwoot: Chatwoot, platform: ChatwootPlatform) -> None:
    carry_out(chatwoot, chatwoot.hand_over("3/42", None))
    assert (platform.status("42"), platform.priorities, platform.notes("42")) == ("open", {}, [])
    carry_out(chatwoot, chatwoot.take_back("3/42"))
    assert (platform.status("42"), platform.faults) == ("pending", [])


def test_danger_makes_it_urgent_with_a_note_that_the_person_does_not_see(
    chatwoot: Chatwoot, platform: ChatwootPlatform
) -> None:
    carry_out(chatwoot, chatwoot.hand_over("3/42/words", "violence"))
    assert (platform.status("42"), platform.priorities) == ("open", {42: "urgent"})
    assert "smurtas" in platform.notes("42")[0]
    assert (platform.said("42"), platform.faults) == ([], [])


def test_every_topic_of_danger_has_its_words(chatwoot: Chatwoot) -> None:
    from nlu.crisis import TOPICS

    assert {f"channel_desk_topic_{topic}" for topic in TOPICS} == {
        key for key in wordings() if key.startswith("channel_desk_topic_")
    }
    assert list(chatwoot.warn("3/42", "a topic of tomorrow"))
