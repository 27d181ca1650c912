"""Faults that people report in the directory, and whether an answer helped: counted by kind, never with a text."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from prometheus_client import Counter

from webhook.api.doors import Door
from webhook.api.schemas import Accepted, FeedbackRequest, ReportRequest
from webhook.languages import DEFAULT
from webhook.parts import parts
from webhook.refusals import Refusal

door = Door("reports", __name__, url_prefix="/api/v1", description="Reports and feedback")
_TAKEN = 202


@door.post("/reports", ReportRequest, Accepted, status=_TAKEN)
def report(body: dict[str, Any]) -> Response:
    """Report a fault in a service's record."""
    _count(parts().metrics.reports, body["service_id"], body["kind"])
    return _accepted()


@door.post("/feedback", FeedbackRequest, Accepted, status=_TAKEN)
def rate(body: dict[str, Any]) -> Response:
    """Say whether an answer helped."""
    _count(parts().metrics.feedback, body.get("service_id"), body["kind"])
    return _accepted()


def count_told(service_id: str, kind: str) -> None:
    """Count what a form says of a service: a fault, or whether it helped. Raises Refusal for what is unknown."""
    for asks, counter in ((ReportRequest, parts().metrics.reports), (FeedbackRequest, parts().metrics.feedback)):
        if not asks(only=("kind",)).validate({"kind": kind}):
            return _count(counter, service_id, kind)
    raise Refusal("bad_value", "kind")


def _count(counter: Counter, service_id: str | None, kind: str) -> None:
    if service_id is not None:
        _check_service(service_id)
    counter.labels(kind).inc()


def _check_service(service_id: str) -> None:
    if parts().index().card(service_id, DEFAULT) is None:
        raise Refusal("unknown_service", "service_id")


def _accepted() -> Response:
    response = jsonify(accepted=True)
    response.status_code = _TAKEN
    return response
