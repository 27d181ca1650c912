"""Hands conversations to people at a desk, in its hours, and takes them back where nobody answers for five minutes."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeGuard

from index.directory.database import Engine
from index.hours import read_schedule, state_at
from webhook.connectors.desk import office
from webhook.connectors.desk.errands import Errands
from webhook.connectors.desk.office import DeskWebhook, Order
from webhook.connectors.protocol import (
    AnsweringAtOnce,
    Call,
    Connector,
    Erasing,
    HandingOver,
    Inbound,
    Piece,
    Request,
    TryAgain,
)
from webhook.connectors.saying.card_text import units
from webhook.connectors.saying.discretion import opener
from webhook.parts import now
from webhook.refusals import Refusal
from webhook.settings import SettingFault, Settings
from webhook.storage import outbox
from webhook.storage.database import OperationalError
from webhook.storage.hand_overs import HandOver, HandOvers
from webhook.storage.safe import Safe

PATIENCE = timedelta(minutes=5)
# Where the desk has answered and neither side has written since, the conversation is over.
_FORGOTTEN_AFTER = timedelta(hours=24)
# A message may still say that it was the bot's turn while the platform is told of the hand-over.
_SETTLING = timedelta(seconds=30)
# So many threads of the server may wait for platforms while the desk's system speaks; the website needs the others.
_MOST_SPEAKING = 2
_GAP = "\n\n"


class DeskConnector(Connector, HandingOver, Protocol):
    """A platform with a desk of its own."""


class Desk:
    """Who at the desk has which conversation. One for the whole server; safe to use from several threads.

    Methods that write raise OperationalError while an import holds the database. What goes out to a desk is carried
    in the background; where it cannot be brought there, the conversation counts as one that nobody answers.
    """

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        safe: Safe,
        connectors: Mapping[str, Connector],
        clock: Callable[[], datetime] = now,
        errands: Callable[[], Errands] = Errands,
    ) -> None:
        """Raises SettingFault for hours or an address that cannot be read."""
        self._hours = _hours(settings)
        self._webhook = office.webhook_of(settings)
        self._hand_overs, self._safe, self._engine = HandOvers(engine, safe), safe, engine
        self._connectors, self._clock = connectors, clock
        self._errands: defaultdict[str, Errands] = defaultdict(errands)
        self._speaking = threading.BoundedSemaphore(_MOST_SPEAKING)
        self._in_hand: set[str] = set()
        self._lock = threading.Lock()

    @property
    def webhook(self) -> DeskWebhook | None:
        """Where the desk's own system is connected: `/channels/desk` is there only then."""
        return self._webhook

    def takes(self, connector: Connector, at: datetime) -> bool:
        """Whether somebody can take a conversation of this platform over now."""
        return self._is_reachable(connector) and state_at(self._hours, at).open_now is True

    def opens_at(self, connector: Connector, at: datetime) -> datetime | None:
        """When somebody can next, where nobody can now."""
        if not self._is_reachable(connector) or self.takes(connector, at):
            return None
        return state_at(self._hours, at).change_at

    def begin(self, connector: Connector, person: str, recipient: str, language: str, topic: str | None) -> None:
        """Hand a conversation over; topic: of a danger that it is about. The person was told before."""
        at = self._clock().timestamp()
        if not self._hand_overs.begin(person, connector.name, recipient, language, at):
            return
        if _has_desk(connector):
            self._call(person, connector, connector.hand_over(recipient, topic))
        else:
            conversation = HandOver(person, connector.name, recipient, language, at, at)
            self._tell(conversation, office.begun(conversation, topic), "begun")

    def has(self, person: str) -> bool:
        """Whether the desk has this person's conversation."""
        return self._hand_overs.find(person) is not None

    def heard(self, connector: Connector, inbound: Inbound, person: str, topic: str | None) -> bool:
        """The person wrote; topic: of the danger in it. False where the bot is to answer after all.

        To be called for every message that `has` or `inbound.bot_answers` says is the desk's.
        """
        found, at = self._hand_overs.find(person), self._clock().timestamp()
        if inbound.bot_answers and (found is None or self._is_given_back(connector, found, at)):
            self._hand_overs.end(person)
            return False
        if _has_desk(connector):
            if topic:
                self._call(person, connector, connector.warn(inbound.recipient, topic))
        elif found:
            self._tell(found, office.heard(found, inbound, topic), f"heard {inbound.message_id}")
        if found:
            # In danger the person is answered at once, also while the database cannot be written.
            with suppress(*(OperationalError,) if topic else ()):
                self._hand_overs.wait(person, at)
        return True

    def spoke(self, person: str) -> None:
        """Somebody of the desk has answered."""
        if self.has(person):
            self._hand_overs.answer(person)

    def release(self, person: str) -> HandOver | None:
        """The desk gave the conversation back; what it was, None where the desk did not have it."""
        return self._hand_overs.end(person)

    def leave(self, person: str) -> HandOver | None:
        """The person left it, as by "exit": the desk is told."""
        found = self._hand_overs.end(person)
        if found:
            self._take_back(found, "left")
        return found

    def overdue(self, at: datetime) -> tuple[HandOver, ...]:
        """Conversations in which nobody has answered for five minutes: they are the bot's again, and the desk is told.

        Each is returned once; the person is to be told. To be called every few seconds.
        """
        late = self._hand_overs.end_waiting((at - PATIENCE).timestamp())
        for conversation in late:
            self._take_back(conversation, "silent")
        for conversation in self._hand_overs.end_old((at - _FORGOTTEN_AFTER).timestamp()):
            # A platform's own desk may still have it, and says so with each message.
            if not _has_desk(self._connectors.get(conversation.channel)):
                self._take_back(conversation, "silent")
        return late

    def verify(self, request: Request) -> None:
        """What comes to `/channels/desk`, before anything is parsed. Raises Refusal, `not_found` without a webhook."""
        if self._webhook is None:
            raise Refusal("not_found")
        self._webhook.verify(request)

    def obey(self, content: Any) -> HandOver | None:
        """Do what the desk's system asks: bring a text to the person at once, or give the conversation back.

        Returns the conversation where it was given back: the person is to be told. Raises Refusal (`not_found`: the
        desk does not have it), TryAgain, and Undeliverable where the platform will never take the text.
        """
        order = office.read_order(content)
        found = self._hand_overs.find(order.conversation)
        connector = self._connectors.get(found.channel) if found else None
        if found is None or connector is None or _has_desk(connector):
            raise Refusal("not_found", "conversation")
        if order.text is None:
            return self._hand_overs.end(order.conversation)
        if not self._speaking.acquire(blocking=False):
            raise TryAgain("busy")
        try:
            self._say(connector, found, order)
        finally:
            self._speaking.release()
        return None

    def settle(self, seconds: float = 5.0) -> bool:
        """Wait until everything has been carried out; False where that takes longer."""
        return all(errands.settle(seconds) for errands in [*self._errands.values()])

    def _is_reachable(self, connector: Connector) -> bool:
        """A desk of the platform's own, else the webhook, where what it says can be sent later than an answer."""
        if self._hours is None:
            return False
        is_late = isinstance(connector, AnsweringAtOnce) and connector.answers_at_once
        return _has_desk(connector) or (self._webhook is not None and not is_late)

    def _is_given_back(self, connector: Connector, found: HandOver, at: float) -> bool:
        """Of a platform that says with each message whose turn it is, once it has been told of the hand-over."""
        return _has_desk(connector) and at > found.begun_at + _SETTLING.total_seconds()

    def _say(self, connector: Connector, conversation: HandOver, order: Order) -> None:
        """Each message of the text once, also where the desk's system asks again after half of them."""
        key = self._safe.keyed_digest(f"desk {conversation.person} {order.message_id}")
        with self._lock:
            if key in self._in_hand:
                raise TryAgain("busy")
            self._in_hand.add(key)
        try:
            first = opener("desk", conversation.language, 0, None) + _GAP
            for number, text in enumerate(office.cut(order.text or "", connector.limits.text - units(first))):
                part = self._safe.keyed_digest(f"{key} {number}")
                if not self._hand_overs.is_said(part):
                    piece = Piece(first + text, conversation.language, loud=True)
                    message_id = connector.send(connector.render(conversation.recipient, piece, part))
                    self._hand_overs.note_said(part, self._clock())
                    if message_id and isinstance(connector, Erasing):
                        self._remember(conversation.person, message_id)
            self._hand_overs.answer(conversation.person)
        finally:
            with self._lock:
                self._in_hand.discard(key)

    def _remember(self, person: str, message_id: str) -> None:
        """So that "exit" deletes it too."""
        with suppress(OperationalError):
            outbox.remember_sent(self._engine, person, message_id, self._clock().timestamp())

    def _take_back(self, conversation: HandOver, reason: office.Reason) -> None:
        connector = self._connectors.get(conversation.channel)
        if _has_desk(connector):
            self._call(conversation.person, connector, connector.take_back(conversation.recipient), matters=False)
        else:
            self._tell(conversation, office.ended(conversation, reason), "ended", matters=False)

    def _call(self, person: str, connector: Connector, calls: Iterable[Call], *, matters: bool = True) -> None:
        for call in calls:
            self._carry(connector.name, person, lambda call=call: connector.send(call), matters)  # type: ignore[misc]

    def _tell(self, conversation: HandOver, event: Mapping[str, Any], key: str, *, matters: bool = True) -> None:
        """key: what tells the event from others of the conversation, also where the platform sends a message again."""
        webhook = self._webhook
        if webhook:
            whole = f"desk {key} {conversation.person} {conversation.begun_at}"
            event_id = self._safe.keyed_digest(whole)
            self._carry("desk", conversation.person, lambda: webhook.send(event, event_id), matters)

    def _carry(self, where: str, person: str, act: Callable[[], object], matters: bool) -> None:
        """matters: where it cannot be brought there, nobody can answer, and the person is told so at once."""
        lost = (lambda: self._hand_overs.wait(person, 0.0)) if matters else None
        with self._lock:
            errands = self._errands[where]
        errands.take(person, act, lost)


def _has_desk(connector: Connector | None) -> TypeGuard[DeskConnector]:
    return isinstance(connector, HandingOver)


def _hours(settings: Settings) -> str | None:
    """When the desk answers. Raises SettingFault where that is not written as the directory writes hours."""
    if settings.desk_hours is not None:
        try:
            read_schedule(settings.desk_hours)
        except ValueError:
            raise SettingFault(
                "KELRODIS_DESK_HOURS must be written as Mo-Fr 08:00-12:00,13:00-17:00; or 24/7"
            ) from None
    return settings.desk_hours
