"""The hand-over webhook: what the desk's own system is told of a conversation, and what it says in it.

Both ways are signed like the generic webhook, with the desk's secret. See docs/integrating.md.
"""

from __future__ import annotations

import json
import logging
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from webhook.connectors.calls import make_call
from webhook.connectors.generic import SIGNATURE, TIMESTAMP
from webhook.connectors.protocol import Call, Inbound, Request, TryAgain, Undeliverable
from webhook.connectors.signatures import check_stamped, sign, stamped
from webhook.messages import readable_text
from webhook.refusals import Refusal
from webhook.settings import SettingFault, Settings
from webhook.storage.hand_overs import HandOver

EventName = Literal["begun", "message", "danger", "ended"]
# Why a conversation is the bot's again: nobody answered, or the person left; both are told with `ended`.
Reason = Literal["silent", "left"]
MOST_LETTERS = 4096
_log = logging.getLogger("webhook.desk")
_CONVERSATION = re.compile(r"[0-9a-f]{64}")
_LONGEST_ID = 128
# Fields of each thing that the desk may ask for.
_FIELDS = {"message": {"conversation", "event", "text", "message_id"}, "release": {"conversation", "event"}}


@dataclass(frozen=True)
class DeskWebhook:
    """Where the desk's system listens, and the secret of both ways."""

    url: str
    secret: str = field(repr=False)

    def verify(self, request: Request) -> None:
        """The signature, and that it is less than five minutes old. Raises Refusal."""
        given, timestamp = request.headers.get(SIGNATURE), request.headers.get(TIMESTAMP)
        check_stamped(self.secret, timestamp, request.body, given, request.arrived)

    def send(self, event: Mapping[str, Any], event_id: str) -> None:
        """Signed at this moment, however long it has waited. event_id: the same when it is sent again.

        Raises TryAgain or Undeliverable.
        """
        body = json.dumps({**event, "event_id": event_id}, ensure_ascii=False).encode()
        timestamp = str(int(time.time()))
        headers = {TIMESTAMP: timestamp, SIGNATURE: sign(self.secret, stamped(timestamp, body))}
        make_call(Call(self.url, {}, headers, signed=body))


@dataclass(frozen=True)
class Order:
    """What the desk's system asks for: to say a text, or, where there is none, to give the conversation back."""

    conversation: str
    text: str | None = None
    message_id: str = ""


def webhook_of(settings: Settings) -> DeskWebhook | None:
    """None without its address and secret. Raises SettingFault for an address that nothing can be sent to."""
    url, secret = settings.desk_url, settings.desk_secret
    if url and not url.startswith(("https://", "http://")):
        raise SettingFault("KELRODIS_DESK_URL must begin with https:// or http://")
    return DeskWebhook(url, secret) if url and secret else None


def begun(conversation: HandOver, topic: str | None) -> dict[str, Any]:
    """The desk has a new conversation. Nothing of what was written before it is told."""
    return _event("begun", conversation, topic)


def heard(conversation: HandOver, inbound: Inbound, topic: str | None) -> dict[str, Any]:
    """The person has written, after the hand-over; `danger` where the message tells of one."""
    event = _event("danger" if topic else "message", conversation, topic) | {"kind": inbound.kind}
    if inbound.text:
        event["text"] = inbound.text
    if inbound.position:
        event["location"] = dict(zip(("latitude", "longitude"), inbound.position, strict=True))
    return event


def ended(conversation: HandOver, reason: Reason) -> dict[str, Any]:
    """The bot answers again; what the desk says now reaches nobody."""
    return _event("ended", conversation, None) | {"reason": reason}


def _event(name: EventName, conversation: HandOver, topic: str | None) -> dict[str, Any]:
    event: dict[str, Any] = {
        "event": name,
        "conversation": conversation.person,
        "channel": conversation.channel,
        "language": conversation.language,
    }
    return event | {"danger": {"level": "danger", "topic": topic}} if topic else event


def read_order(content: Any) -> Order:
    """Raises Refusal, in the contract's words, for whatever is not as agreed."""
    if not isinstance(content, dict):
        raise Refusal("not_an_object")
    event = _string(content, "event")
    if event not in _FIELDS:
        raise Refusal("bad_value", "event")
    if content.keys() - _FIELDS[event]:
        raise Refusal("unknown_field")
    conversation = _string(content, "conversation")
    if not _CONVERSATION.fullmatch(conversation):
        raise Refusal("bad_value", "conversation")
    if event == "release":
        return Order(conversation)
    text = readable_text(_string(content, "text", MOST_LETTERS), "text")
    message_id = _string(content, "message_id")
    if not message_id.isprintable():
        raise Refusal("bad_value", "message_id")
    return Order(conversation, text, message_id)


def _string(content: Mapping[str, Any], name: str, longest: int = _LONGEST_ID) -> str:
    value = content.get(name)
    if value is None:
        raise Refusal("missing_field", name)
    if not isinstance(value, str):
        raise Refusal("wrong_type", name)
    if not 1 <= len(value) <= longest:
        raise Refusal("bad_length", name)
    return value


def cut(text: str, most: int) -> list[str]:
    """The text in messages of at most `most` letters, parted where a paragraph, line, sentence or word ends."""
    found = []
    while len(text) > most:
        # Later than half, or a lone first word would be a message.
        ends = (text.rfind(mark, most // 2, most) + len(mark.rstrip()) for mark in ("\n\n", "\n", ". ", " "))
        end = next((end for end in ends if end >= most // 2), most)
        found.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*found, text] if text else found


@dataclass
class _Errand:
    person: str
    act: Callable[[], object]
    lost: Callable[[], None] | None
    due: float
    until: float
    tries: int = 0


class Carrier:
    """Carries errands to one desk in the background, in memory: those of one person in their order, for five minutes.

    What a person writes is on its way here and nowhere else. Its thread lives only while there is something to carry.
    """

    def __init__(self, first_wait: float = 1.0, longest_wait: float = 30.0, patience: float = 300.0) -> None:
        self._first, self._longest, self._patience = first_wait, longest_wait, patience
        self._errands: list[_Errand] = []
        self._changed = threading.Condition()
        self._is_running = False

    def take(self, person: str, act: Callable[[], object], lost: Callable[[], None] | None = None) -> None:
        """act: raises TryAgain or Undeliverable. lost: called where it could not be done."""
        at = time.monotonic()
        with self._changed:
            self._errands.append(_Errand(person, act, lost, at, at + self._patience))
            self._changed.notify_all()
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._work, name="desk", daemon=True).start()

    def settle(self, seconds: float) -> bool:
        """Wait until nothing is left to carry; False where that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._errands, seconds)

    def _work(self) -> None:
        while errand := self._next():
            is_over = self._try(errand)
            with self._changed:
                if is_over:
                    self._errands.remove(errand)
                    self._changed.notify_all()

    def _next(self) -> _Errand | None:
        """Wait for the first that is due, of each person only the first; None where there is none."""
        with self._changed:
            while self._errands:
                firsts: dict[str, _Errand] = {}
                for errand in self._errands:
                    firsts.setdefault(errand.person, errand)
                soonest = min(firsts.values(), key=lambda errand: errand.due)
                wait = soonest.due - time.monotonic()
                if wait <= 0:
                    return soonest
                self._changed.wait(wait)
            self._is_running = False
            return None

    def _try(self, errand: _Errand) -> bool:
        """Whether it is over: done, or given up."""
        try:
            errand.act()
            return True
        except TryAgain as fault:
            wait = min(self._first * 2**errand.tries, self._longest) * random.uniform(0.5, 1.5)
            errand.due, errand.tries = time.monotonic() + max(wait, fault.after or 0.0), errand.tries + 1
            if errand.due < errand.until:
                return False
            reason = fault.reason
        except Undeliverable as fault:
            reason = fault.reason
        except Exception as fault:  # noqa: BLE001  # the next errand must be carried whatever became of this one
            reason = type(fault).__name__
        _log.warning("the desk was not reached: %s", reason)
        if errand.lost:
            self._tell_lost(errand.lost)
        return True

    @staticmethod
    def _tell_lost(lost: Callable[[], None]) -> None:
        try:
            lost()
        except Exception as fault:  # noqa: BLE001  # as when the database is busy: five minutes later it shows anyway
            _log.warning("a lost errand was not noted: %s", type(fault).__name__)
