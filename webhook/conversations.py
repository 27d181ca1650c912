"""Answers a message once, and forgets a person for good when they leave, whatever is still under way."""

from __future__ import annotations

import time

from bot.message import Message, Reply
from webhook.counting import count_reply
from webhook.parts import Missing, parts
from webhook.probe import is_probe


def answer(message: Message, message_id: str | None = None) -> Reply:
    """The reply; the same `message_id` again returns the same one. Raises Refusal without an assistant."""
    begun = time.monotonic()
    assistant = parts().assistant()
    reply = parts().replies.once(message.sender, message_id, lambda: _counted(message, assistant.reply(message)))
    if has_left(message.sender, begun):
        # The person left while this was being answered, and the answer has been remembered after that.
        _erase(message.sender)
    return reply


def _counted(message: Message, reply: Reply) -> Reply:
    """The reply, counted as it is made: the same one sent again is no other question, and a probe's is none."""
    if not is_probe(message.sender):
        count_reply(reply, message.channel)
    return reply


def has_left(sender: str, since: float) -> bool:
    """Whether the conversation was ended after this moment of `time.monotonic`."""
    left = parts().departures.get(sender)
    return left is not None and left > since


def forget(sender: str) -> None:
    """Erase a conversation, with everything that was remembered of it."""
    parts().departures.update(sender, lambda before: time.monotonic())
    _erase(sender)


def _erase(sender: str) -> None:
    parts().turns.forget(sender)
    parts().replies.forget(sender)
    if not isinstance(parts().talker, Missing):
        parts().assistant().end(sender)
