"""Rasa's REST channel, at the address and in the shape that clients of a Rasa server know.

Source: https://rasa.com/docs/rasa/connectors/your-own-website#restinput and rasa/core/channels/rest.py.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from bot.recipe import recipe_of
from nlu.detection import detect
from webhook import conversations
from webhook.bodies import parse_json
from webhook.connectors.delivery.letters import Content
from webhook.connectors.protocol import Limits, Piece
from webhook.connectors.saying.composing import pieces_of
from webhook.connectors.saying.discretion import means_exit
from webhook.languages import caller_language, known_language
from webhook.messages import read_message
from webhook.parts import parts
from webhook.refusals import Refusal
from webhook.storage.safe import Safe

door = Blueprint("rest", __name__, url_prefix="/webhooks/rest")
CHANNEL = "rest"
LIMITS = Limits(text=4096, with_choices=4096, with_links=4096, choices=20, title=100)
_LONGEST_SENDER, _LONGEST_MESSAGE = 256, 4096
# What Rasa calls everybody who does not say who they are.
_NOBODY = "default"


@door.get("/")
def health() -> Response:
    """Rasa's own question whether the channel is there."""
    return jsonify(status="ok")


@door.post("/webhook")
def send() -> Response:
    """Answer one message: a list of texts with buttons; with ?stream=true one JSON object a line.

    Fields that Rasa knows and we have no use for (metadata, input_channel) are ignored, as is the content type.
    """
    asked = _body()
    sender, text = _sender(asked), _text(asked)
    pieces = _answer(sender, text) if text else ()
    messages = [_message(sender or _NOBODY, piece) for piece in pieces]
    if request.args.get("stream", "").lower() == "true":
        lines = "".join(json.dumps(message, ensure_ascii=False) + "\n" for message in messages)
        return Response(lines, content_type="text/event-stream")
    return jsonify(messages)


def _answer(sender: str, text: str) -> Iterable[Piece]:
    """Whoever does not say who they are has a conversation of their own, which ends at once."""
    conversation = Safe(str(current_app.secret_key)).keyed_digest(f"{CHANNEL}:{sender or secrets.token_hex()}")
    try:
        content = _content(conversation, text)
    finally:
        if not sender:
            conversations.forget(conversation)
    return pieces_of(content, LIMITS, parts().index(), parts().settings.public_url)


def _content(conversation: str, text: str) -> Content:
    """The reply; whoever wants to leave is forgotten, and told how what they wrote is deleted."""
    if means_exit(text):
        conversations.forget(conversation)
        language = known_language(detect(text).language) or caller_language()
        return Content(language, before=("channel_exit",))
    reply = conversations.answer(read_message(conversation, text, CHANNEL))
    return Content(reply.language, recipe_of(reply))


def _message(recipient: str, piece: Piece) -> dict[str, Any]:
    message: dict[str, Any] = {"recipient_id": recipient, "text": piece.text}
    if piece.choices:
        message["buttons"] = [{"title": choice.title, "payload": choice.payload} for choice in piece.choices]
    return message


def _body() -> dict[str, Any]:
    """Like Rasa, whatever content type it was sent with."""
    content = parse_json(request.get_data())
    if not isinstance(content, dict):
        raise Refusal("not_an_object")
    return content


def _sender(asked: dict[str, Any]) -> str:
    """Empty where nobody is named. Rasa takes numbers too."""
    sender = asked.get("sender")
    if sender is None:
        return ""
    if isinstance(sender, bool) or not isinstance(sender, str | int):
        raise Refusal("wrong_type", "sender")
    name = str(sender)
    if len(name) > _LONGEST_SENDER:
        raise Refusal("bad_length", "sender")
    if any("\ud800" <= sign <= "\udfff" for sign in name):  # it cannot be told back
        raise Refusal("bad_value", "sender")
    return name


def _text(asked: dict[str, Any]) -> str:
    """Empty where nothing was said, which Rasa answers with nothing."""
    text = asked.get("message")
    if text is None:
        return ""
    if not isinstance(text, str):
        raise Refusal("wrong_type", "message")
    if len(text) > _LONGEST_MESSAGE:
        raise Refusal("bad_length", "message")
    return text.strip()
