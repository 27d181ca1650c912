"""The addresses of messaging platforms: verifies before anything is read, then hands over to the reception."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from flask import Blueprint, Flask, Response, current_app, g, jsonify, request

from webhook import errors
from webhook.bodies import parse_json
from webhook.connectors.protocol import (
    Acknowledging,
    AnsweringAtOnce,
    ComingAgain,
    Connector,
    Greeting,
    Inbound,
    Request,
    TryAgain,
    Undeliverable,
)
from webhook.connectors.reception import AtOnce, Reception
from webhook.languages import caller_language
from webhook.parts import Missing
from webhook.refusals import Refusal

door = Blueprint("channels", __name__, url_prefix="/channels")

_NAME = "kelrodis.channels"
# Meta sends up to a thousand events at once.
_LONGEST_BODY = 1024 * 1024
# Seconds to wait for a turn; the platform sends again what gets none.
_PATIENCE = 2.0
# The same where several wait already; a turn takes a fraction of it, unless the dialogue hangs.
_SHORT_PATIENCE = 0.2


class Switchboard:
    """The reception of an application, and how many requests of platforms it answers at the same time.

    Half of the server's threads at most, so that the website always has the others.
    """

    def __init__(self, connectors: Mapping[str, Connector], reception: Reception | Missing, threads: int) -> None:
        """reception: what is missing, where it cannot work; platforms are then to come again."""
        self.connectors, self.part = connectors, reception
        self._turns = threading.BoundedSemaphore(max(1, threads // 2))
        # Whoever waits keeps a thread, too.
        self._waiting = threading.BoundedSemaphore(max(1, threads // 4))

    @property
    def reception(self) -> Reception:
        """Raises Refusal (`assistant_unavailable`)."""
        if isinstance(self.part, Missing):
            raise Refusal("assistant_unavailable")
        return self.part

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Raises Refusal (`busy`) when none comes free."""
        may_wait = self._waiting.acquire(blocking=False)
        try:
            is_mine = self._turns.acquire(timeout=_PATIENCE if may_wait else _SHORT_PATIENCE)
        finally:
            if may_wait:
                self._waiting.release()
        if not is_mine:
            raise Refusal("busy")
        try:
            yield
        finally:
            self._turns.release()


def connect(app: Flask, switchboard: Switchboard) -> None:
    """Let an application answer platforms. One without knows no address of theirs."""
    app.extensions[_NAME] = switchboard


def disconnect(app: Flask) -> None:
    """Finish what is being sent."""
    switchboard: Switchboard | None = app.extensions.get(_NAME)
    if switchboard and not isinstance(switchboard.part, Missing):
        switchboard.part.close()


@door.get("/<name>")
def greet(name: str) -> Response:
    """The platform's question whether this address is ours, where it asks one."""
    _, connector = _connected(name)
    if not isinstance(connector, Greeting):
        raise Refusal("method_not_allowed")
    return Response(connector.greet(_request()), content_type="text/plain")


@door.post("/<name>")
def receive(name: str) -> Response:
    """Events of a platform: verified, read, answered into the outbox, and only then acknowledged."""
    switchboard, connector = _connected(name)
    try:
        return _receive(switchboard, connector)
    except Refusal as refusal:
        if errors.STATUS[refusal.code] != errors.NOT_READY or not isinstance(connector, ComingAgain):
            raise
        response = errors.as_response(refusal, caller_language())
        response.status_code = connector.comes_again_after
        return response


def _receive(switchboard: Switchboard, connector: Connector) -> Response:
    asked = _request()
    connector.verify(asked)
    content = g.body = parse_json(asked.body)
    events = tuple(connector.parse(content, asked))
    with switchboard.turn():
        if isinstance(connector, AnsweringAtOnce) and connector.answers_at_once:
            messages = [event for event in events if isinstance(event, Inbound)]
            return jsonify(switchboard.reception.answer_now(cast(AtOnce, connector), messages[0]))
        switchboard.reception.take(connector, events)
    said: Any = connector.acknowledge(content) if isinstance(connector, Acknowledging) else None
    return jsonify(said or {})


@door.post("/desk")
def hear_desk() -> Response:
    """What the desk's own system says in a conversation that it has taken over."""
    reception, asked = _switchboard().reception, _request()
    reception.desk.verify(asked)
    try:
        given_back = reception.desk.obey(parse_json(asked.body))
    except TryAgain:
        raise Refusal("busy") from None
    except Undeliverable:
        raise Refusal("undeliverable") from None
    if given_back:
        reception.tell_desk_ended(given_back)
    return jsonify({})


def _switchboard() -> Switchboard:
    """Raises Refusal (`not_found`) where no platform is configured."""
    found: Switchboard | None = current_app.extensions.get(_NAME)
    if found is None:
        raise Refusal("not_found")
    return found


def _connected(name: str) -> tuple[Switchboard, Connector]:
    switchboard = _switchboard()
    connector = switchboard.connectors.get(name)
    if connector is None:
        raise Refusal("not_found")
    return switchboard, connector


def _request() -> Request:
    """The body counts as read: before it is verified, nobody looks into it, not even for the language of a refusal."""
    request.max_content_length = _LONGEST_BODY
    g.body = None
    return Request(cast(Mapping[str, str], request.headers), request.get_data(), time.time(), request.args)
