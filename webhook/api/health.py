"""For those who run the service: is it alive, is it ready, how is it doing."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from webhook.errors import NOT_READY, log_fault
from webhook.parts import Finder, Missing, Talker, parts
from webhook.proxies import is_this_machine
from webhook.refusals import Refusal

door = Blueprint("health", __name__)
_OK = "ok"
_SILENT = "not_answering"


@door.get("/healthz")
def healthz() -> Response:
    """The process lives."""
    return jsonify(status=_OK)


@door.get("/readyz")
def readyz() -> Response:
    """Whether encoder, index and dialogue answer; else which of them does not, and why."""
    index = _state(parts().finder)
    states = {
        "encoder": index if index in (_OK, "encoder_missing", _SILENT) else "unknown",
        "index": index,
        "dialogue": _state(parts().talker),
    }
    ready = all(state == _OK for state in states.values())
    response = jsonify(ready=ready, parts=states)
    if not ready:
        response.status_code = NOT_READY
    return response


@door.get("/metrics")
def metrics() -> Response:
    """Prometheus figures, for this machine or for who has the token."""
    token = parts().settings.metrics_token
    given = request.headers.get("Authorization", "")
    if not is_this_machine() and not (token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())):
        raise Refusal("forbidden")
    return Response(generate_latest(parts().metrics.registry), content_type=CONTENT_TYPE_LATEST)


def _state(part: Finder | Talker | Missing) -> str:
    if isinstance(part, Missing):
        return part.reason
    try:
        return _OK if part.ready() else _SILENT
    except Exception as fault:  # noqa: BLE001  # whatever it is, the part does not answer
        log_fault(fault, "internal")
        return _SILENT
