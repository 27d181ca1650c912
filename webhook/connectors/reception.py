"""Takes what platforms send: each message once, its answer into the outbox, and people of the desk in between."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from webhook import errors
from webhook.connectors.answering import Answers, Heard, Verdict
from webhook.connectors.delivery.carrying import Compose
from webhook.connectors.delivery.claims import REMEMBERED, Claims
from webhook.connectors.delivery.letters import Content, Letter
from webhook.connectors.delivery.posting import Postman
from webhook.connectors.delivery.rounds import Told
from webhook.connectors.desk.handing_over import Desk
from webhook.connectors.flooding import Floodgate
from webhook.connectors.protocol import AnsweringAtOnce, Connector, DeskSpoke, Event, Inbound
from webhook.connectors.saying.wording import key_for
from webhook.connectors.visitors import Visitors
from webhook.memory import Forgetting
from webhook.parts import now
from webhook.refusals import Refusal
from webhook.settings import Settings
from webhook.storage.database import Engine
from webhook.storage.hand_overs import HandOver
from webhook.storage.safe import Safe

# A platform waits for our answer; what is left of a batch by then is sent again.
_MOST_SECONDS = 10.0
_LOOK_FOR_OVERDUE = 5.0
_MOST_AT_ONCE = 2_000


class AtOnce(Connector, AnsweringAtOnce, Protocol):
    """A channel whose answers go into the response."""


class Reception:
    """Everything that one application does on messaging platforms."""

    def __init__(
        self, settings: Settings, engine: Engine, connectors: Mapping[str, Connector], compose: Compose, told: Told
    ) -> None:
        """Raises SettingFault."""
        self.connectors = connectors
        self._safe, self._compose = Safe(settings.signing_key()), compose
        self.desk = Desk(settings, engine, self._safe, connectors)
        self.postman = Postman(engine, self._safe, connectors, compose, told=told, arrived=self._arrived)
        visitors = Visitors(settings.conversation_minutes)
        self._answers = Answers(visitors, Floodgate(settings), _DeskOf(self.desk, connectors), time.time)
        self._claims = Claims()
        self._said_at_once: Forgetting[tuple[Content | None]] = Forgetting(REMEMBERED, _MOST_AT_ONCE)
        self._closing = threading.Event()

    def start(self) -> None:
        """Send what is in the outbox, and look after conversations that the desk leaves unanswered."""
        self.postman.start()
        threading.Thread(target=self._watch_desk, name="desk-watch", daemon=True).start()

    def close(self) -> None:
        """Finish what is being sent, to people and to the desk."""
        self._closing.set()
        self.postman.close()
        self.desk.settle()

    def person(self, channel: str, recipient: str) -> str:
        """Who it is, so that nobody can tell from it."""
        return self._safe.keyed_digest(f"{channel}:{recipient}")

    def take(self, connector: Connector, events: Iterable[Event]) -> None:
        """Answer everything, in its order. Raises Refusal, after the others, for what the platform is to send again."""
        begun, fault = time.monotonic(), None
        for event in events:
            if time.monotonic() - begun > _MOST_SECONDS:
                raise Refusal("busy")
            try:
                self._take(connector, event)
            except Exception as refused:  # noqa: BLE001  # the messages after it are somebody else's
                refusal = errors.refusal_of(refused)
                errors.log_fault(refused, refusal.code)
                fault = fault or refusal
        if fault:
            raise fault

    def answer_now(self, connector: AtOnce, inbound: Inbound) -> Mapping[str, Any]:
        """The answer itself, for a channel without an outbox; the same message again gets the same one."""
        person = self.person(connector.name, inbound.recipient)
        key = self._key(person, inbound)
        if self._claims.begin(key):
            is_answered = False
            try:
                content = self._answers.to(Heard(connector.name, person, inbound)).content
                self._said_at_once.update(key, lambda _: (content,))
                is_answered = True
            finally:
                self._claims.end(key, is_answered)
        pieces = [
            piece for said in self._said_at_once.get(key) or () if said for piece in self._compose(said, connector)
        ]
        return connector.answer_now(inbound.recipient, pieces, key[:32])

    def tell_desk_ended(self, conversation: HandOver) -> None:
        """The desk gave the conversation back."""
        self._tell(conversation, "channel_desk_ended")

    def _take(self, connector: Connector, event: Event) -> None:
        person = self.person(connector.name, event.recipient)
        if isinstance(event, DeskSpoke):
            self._desk_spoke(person, event)
            return
        key = self._key(person, event)
        if not event.recipient.isprintable() or not self._claims.begin(key):
            return
        is_answered = False
        try:
            if not self.postman.is_answered(key):
                self._answer(connector, Heard(connector.name, person, _readable(event)), key)
            is_answered = True
        finally:
            self._claims.end(key, is_answered)

    def _key(self, person: str, inbound: Inbound) -> str:
        """The message's, which tells nothing of it; whoever takes somebody else's id never gets their answer."""
        return self._safe.keyed_digest(f"{person} message {inbound.message_id}")

    def _answer(self, connector: Connector, heard: Heard, key: str) -> None:
        verdict = self._answers.to(heard)
        if verdict.leaves:
            self.desk.leave(heard.person)
        content = self._with_desk(connector, heard, verdict)
        self.postman.post(key, self._letter(connector.name, heard.person, heard.inbound.recipient, content))

    def _with_desk(self, connector: Connector, heard: Heard, verdict: Verdict) -> Content | None:
        """Where somebody at the desk can take the conversation over now, this is said first."""
        content = verdict.content
        if content is None or not verdict.wants_person or not self.desk.takes(connector, now()):
            return content
        return replace(content, before=(key_for(connector.name, "channel_desk_begun"), *content.before), hand_over=True)

    def _letter(self, channel: str, person: str, recipient: str, content: Content | None) -> Letter | None:
        if content is None:
            return None
        return Letter(channel, person, recipient, content, time.time(), urgent=content.is_urgent)

    def _arrived(self, letter: Letter, recipient: str) -> None:
        """What a letter said has been read or will be: only then does a person of the desk read on."""
        connector = self.connectors.get(letter.channel)
        if letter.content.hand_over and connector:
            recipe = letter.content.recipe
            topic = recipe.topic if recipe and letter.urgent else None
            self.desk.begin(connector, letter.person, recipient, letter.content.language, topic)

    def _desk_spoke(self, person: str, event: DeskSpoke) -> None:
        if not event.released:
            self.desk.spoke(person)
        elif conversation := self.desk.release(person):
            self.tell_desk_ended(conversation)

    def _watch_desk(self) -> None:
        while not self._closing.wait(_LOOK_FOR_OVERDUE):
            try:
                for conversation in self.desk.overdue(now()):
                    self._tell(conversation, "channel_desk_silent")
            except Exception as fault:  # noqa: BLE001  # else nobody would be given back to the bot any more
                errors.log_fault(fault, "internal")

    def _tell(self, conversation: HandOver, key: str) -> None:
        """Say once, whichever process notices it, that the bot answers again."""
        said = self._safe.keyed_digest(f"{key} {conversation.person} {conversation.begun_at}")
        content = Content(conversation.language, before=(key,))
        letter = self._letter(conversation.channel, conversation.person, conversation.recipient, content)
        self.postman.post(said, letter)


def _readable(inbound: Inbound) -> Inbound:
    """Halves of letters, which JSON can hold, can be neither read nor passed on."""
    return replace(inbound, text=inbound.text.encode("utf-8", "replace").decode())


class _DeskOf:
    """The desk as answering asks for it."""

    def __init__(self, desk: Desk, connectors: Mapping[str, Connector]) -> None:
        self._desk, self._connectors = desk, connectors

    def has(self, heard: Heard) -> bool:
        return not heard.inbound.bot_answers or self._desk.has(heard.person)

    def hears(self, heard: Heard, topic: str | None) -> bool:
        return self._desk.heard(self._connectors[heard.channel], heard.inbound, heard.person, topic)
