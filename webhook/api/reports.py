"""Faults that people report in the directory, and whether an answer helped: counted by kind, never with a text."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from webhook.api.doors import Door
from webhook.api.schemas import Accepted, FeedbackRequest, ReportRequest
from webhook.counting import count_judgement, count_report
from webhook.languages import DEFAULT
from webhook.parts import parts
from webhook.refusals import Refusal

door = Door("reports", __name__, url_prefix="/api/v1", description="Reports and feedback")
_TAKEN = 202
_API, _PAGE = "api", "web"


@door.post("/reports", ReportRequest, Accepted, status=_TAKEN)
def report(body: dict[str, Any]) -> Response:
    """Report a fault in a service's record."""
    _take_report(body["service_id"], body["kind"])
    return _accepted()


@door.post("/feedback", FeedbackRequest, Accepted, status=_TAKEN)
def rate(body: dict[str, Any]) -> Response:
    """Say whether an answer helped."""
    _take_judgement(body.get("service_id"), body["kind"], _API)
    return _accepted()


def count_told(service_id: str, kind: str) -> None:
    """Count what a form says of a service: a fault, or whether it helped. Raises Refusal for what is unknown."""
    if not ReportRequest(only=("kind",)).validate({"kind": kind}):
        _take_report(service_id, kind)
    elif not FeedbackRequest(only=("kind",)).validate({"kind": kind}):
        _take_judgement(service_id, kind, _PAGE)
    else:
        raise Refusal("bad_value", "kind")


def _take_report(service_id: str, kind: str) -> None:
    _check_service(service_id)
    parts().metrics.reports.labels(kind).inc()
    count_report(service_id, kind)


def _take_judgement(service_id: str | None, kind: str, channel: str) -> None:
    if service_id is not None:
        _check_service(service_id)
    parts().metrics.feedback.labels(kind).inc()
    count_judgement(service_id, kind, channel)


def _check_service(service_id: str) -> None:
    if parts().index().card(service_id, DEFAULT) is None:
        raise Refusal("unknown_service", "service_id")


def _accepted() -> Response:
    response = jsonify(accepted=True)
    response.status_code = _TAKEN
    return response
