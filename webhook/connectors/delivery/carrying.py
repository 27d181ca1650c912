"""Brings one letter to its person, message by message, and notes how far it came."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import cast

from webhook.connectors.delivery.letters import Content, Letter
from webhook.connectors.delivery.mailbox import Mailbox
from webhook.connectors.protocol import Connector, Erasing, Piece, Undeliverable
from webhook.errors import log_fault
from webhook.storage.safe import Safe

# An answer that is older than five minutes helps nobody any more.
OLDEST_ANSWER = 300.0

Compose = Callable[[Content, Connector], tuple[Piece, ...]]
# Hears of each letter that has arrived, with where it went.
Arrived = Callable[[Letter, str], None]
_log = logging.getLogger("webhook.delivery")


class Carrier:
    """Of one platform. For several threads."""

    def __init__(
        self,
        connector: Connector,
        safe: Safe,
        mailbox: Mailbox,
        compose: Compose,
        clock: Callable[[], float],
        arrived: Arrived,
    ) -> None:
        self._connector, self._safe, self._mailbox = connector, safe, mailbox
        self._compose, self._clock, self._arrived = compose, clock, arrived
        self._can_erase = hasattr(connector, "erase")

    def carry(self, letter: Letter) -> bool:
        """Send what has not been sent of it. False: it has become too old on the way.

        Raises TryAgain, Undeliverable, and whatever composing or rendering raises.
        """
        recipient = self._safe.unlock(letter.recipient)
        if recipient is None:
            raise Undeliverable("other_key")
        if self._is_old(letter):
            return False
        if letter.content.erase and self._can_erase and not letter.sent:
            self._erase(letter, recipient)
        pieces = self._compose(letter.content, self._connector)
        for number in range(letter.sent, len(pieces)):
            if self._is_old(letter) or (number and not self._mailbox.is_there(letter)):
                return False
            name = self._name(letter, number)
            message_id = self._connector.send(self._connector.render(recipient, pieces[number], name))
            now = self._clock()
            if message_id and self._can_erase:
                self._mailbox.remember_sent(letter.person, message_id, now)
            if number + 1 < len(pieces):
                self._mailbox.note_sent(letter, number + 1, now)
        self._tell(letter, recipient)
        return True

    def _tell(self, letter: Letter, recipient: str) -> None:
        try:
            self._arrived(letter, recipient)
        except Exception as fault:  # noqa: BLE001  # the person has it; it must not be sent again for that
            log_fault(fault, "internal")

    def _is_old(self, letter: Letter) -> bool:
        return self._clock() - letter.made_at > OLDEST_ANSWER

    def _erase(self, letter: Letter, recipient: str) -> None:
        """Delete what the bot has said before; what the platform deletes no more is left to the person."""
        said = self._mailbox.sent_to(letter.person)
        for call in cast(Erasing, self._connector).erase(recipient, said) if said else ():
            try:
                self._connector.send(call)
            except Undeliverable as refused:
                _log.info("%s: not deleted: %s", letter.channel, refused.reason)
        self._mailbox.forget_sent(letter.person, said)

    def _name(self, letter: Letter, number: int) -> str:
        """Of one message of a letter: the same in every try, from memory or from the outbox, by whatever process."""
        said = json.dumps(letter.content.as_json(), sort_keys=True)
        return self._safe.keyed_digest(f"{letter.channel} {letter.person} {letter.made_at:.6f} {said} {number}")[:32]
