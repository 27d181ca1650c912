"""The chat: one message in, the whole answer out; and the end of a conversation."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from webhook import conversations, errors
from webhook.api.doors import Door
from webhook.api.schemas import ChatAnswer, ChatRequest, EndRequest
from webhook.languages import caller_language, known_language
from webhook.messages import read_message
from webhook.widget import shown

door = Door("chat", __name__, url_prefix="/api/v1/chat", description="The conversation")
_API, _PAGE = "api", "web"


@door.post("", ChatRequest, ChatAnswer)
def send(body: dict[str, Any]) -> Response:
    """Answer one message. The same `message_id` again returns the same reply."""
    message = read_message(
        body["sender"],
        body["message"],
        _PAGE if shown.wants_elements() else _API,
        known_language(body.get("language")),
        body.get("municipality"),
    )
    reply = conversations.answer(message, body.get("message_id"))
    return shown.as_elements(reply) if shown.wants_elements() else jsonify(reply.as_json())


@door.errorhandler(Exception)  # type: ignore[untyped-decorator]  # flask-smorest has no types
def refuse(fault: Exception) -> Response:
    """The contract's error; for our own script the help lines also as elements."""
    refusal = errors.refusal_of(fault)
    errors.log_fault(fault, refusal.code)
    response = errors.as_response(refusal, caller_language())
    return errors.dress(shown.with_lines(response) if shown.wants_elements() else response, fault)


@door.post("/end", EndRequest, None, status=204)
def end(body: dict[str, Any]) -> Response:
    """Erase a conversation, with everything that was remembered of it."""
    conversations.forget(body["sender"])
    return Response(status=204)
