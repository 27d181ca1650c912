"""Counts and times requests by route and status only, and writes the access log: no address, no query, no text."""

from __future__ import annotations

import logging
import time

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_log = logging.getLogger("webhook.access")
_UNMATCHED = "unmatched"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The figures of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "kelrodis_requests_total", "Requests answered", ["route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "kelrodis_request_seconds", "Time to answer", ["route", "status"], registry=self.registry, buckets=_BUCKETS
        )
        self.reports = Counter("kelrodis_reports_total", "Faults reported", ["kind"], registry=self.registry)
        self.deliveries = Counter(
            "kelrodis_deliveries_total", "Answers to messaging platforms", ["channel", "result"], registry=self.registry
        )
        self.waiting = Gauge(
            "kelrodis_answers_waiting", "Answers that a platform has not taken yet", ["channel"], registry=self.registry
        )
        self.feedback = Counter("kelrodis_feedback_total", "Feedback given", ["kind"], registry=self.registry)


def measure(app: Flask, metrics: Metrics) -> None:
    """Count and log every request of an application."""

    @app.before_request
    def start() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        route = request.url_rule.rule if request.url_rule else _UNMATCHED
        metrics.requests.labels(route, str(response.status_code)).inc()
        metrics.seconds.labels(route, str(response.status_code)).observe(seconds)
        method = request.method if request.method in _METHODS else "?"
        _log.info("%s %s %d %d ms", method, route, response.status_code, round(seconds * 1000))
        return response
