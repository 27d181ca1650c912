"""Faults that people report in the directory, and whether an answer helped: counted by kind, never with a text."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

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
    _check_service(body["service_id"])
    parts().metrics.reports.labels(body["kind"]).inc()
    return _accepted()


@door.post("/feedback", FeedbackRequest, Accepted, status=_TAKEN)
def rate(body: dict[str, Any]) -> Response:
    """Say whether an answer helped."""
    if body.get("service_id") is not None:
        _check_service(body["service_id"])
    parts().metrics.feedback.labels(body["kind"]).inc()
    return _accepted()


def _check_service(service_id: str) -> None:
    if parts().index().card(service_id, DEFAULT) is None:
        raise Refusal("unknown_service", "service_id")


def _accepted() -> Response:
    response = jsonify(accepted=True)
    response.status_code = _TAKEN
    return response
