"""Turns every fault into the contract's answer, in the caller's language. Only this module knows HTTP's error codes."""

from __future__ import annotations

import logging
import traceback
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from flask import Flask, Response, jsonify, request
from flask_limiter import RateLimitExceeded
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from index.always import read_always
from index.cards import HelplineCard
from index.errors import FinderFault
from index.helplines import crisis_card
from nlu.crisis import read_crisis
from nlu.errors import NluError
from webhook.bodies import peek_body
from webhook.languages import caller_language
from webhook.messages import MOST_CHARACTERS
from webhook.parts import now, parts
from webhook.refusals import Refusal
from webhook.storage.database import OperationalError

_log = logging.getLogger("webhook.faults")

STATUS = {
    "bad_json": 400, "bad_encoding": 400, "not_an_object": 400, "unknown_field": 400, "missing_field": 400,
    "wrong_type": 400, "bad_length": 400, "bad_value": 400, "bad_text": 400, "bad_time": 400,
    "unknown_municipality": 400, "unknown_category": 400, "unknown_target_group": 400, "unknown_service": 400,
    "bad_request": 400, "not_signed": 401, "forbidden": 403, "wrong_signature": 403, "not_found": 404,
    "method_not_allowed": 405, "undeliverable": 410, "body_too_large": 413, "not_json": 415, "too_many_requests": 429,
    "internal": 500, "search_unavailable": 503, "assistant_unavailable": 503, "storage_unavailable": 503, "busy": 503,
}  # fmt: skip
_CODE_OF_STATUS = {
    403: "forbidden", 404: "not_found", 405: "method_not_allowed", 413: "body_too_large", 415: "not_json",
    429: "too_many_requests",
}  # fmt: skip
NOT_READY = 503
_CALLERS_FAULTS, _OUR_FAULTS = 400, 500
_RETRY_SECONDS = 60
_CHAT = ("/api/v1/chat", "/webhooks/rest/")


@cache
def _texts() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = yaml.safe_load(Path(__file__).with_name("texts.yml").read_text("utf-8"))
    return loaded


def sentence(code: str, language: str) -> str:
    """What a person is told about a fault."""
    return _texts()[code][language]


def needs_help(code: str) -> bool:
    """Whether help lines go with the fault, because the person asked and got nothing through no fault of theirs."""
    return code == "too_many_requests" or STATUS[code] >= _OUR_FAULTS


def refusal_of(fault: Exception) -> Refusal:
    """Say of any exception what it means for the caller. Exceptions' own texts may hold what people wrote: not used."""
    if isinstance(fault, Refusal):
        return fault
    if isinstance(fault, HTTPException):
        status = fault.code or _OUR_FAULTS
        return Refusal(_CODE_OF_STATUS.get(status, "bad_request" if status < _OUR_FAULTS else "internal"))
    if isinstance(fault, OperationalError):
        return Refusal("storage_unavailable")
    if isinstance(fault, (FinderFault, NluError)):
        return Refusal("search_unavailable")
    return Refusal("internal")


def log_fault(fault: Exception, code: str) -> None:
    """Write down where it happened, never with which values or words."""
    if STATUS[code] >= _OUR_FAULTS:
        frames = traceback.extract_tb(fault.__traceback__)[-6:]
        where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))
        _log.error("%s: %s at %s", code, type(fault).__name__, where or "-")


def as_response(refusal: Refusal, language: str) -> Response:
    """The contract's error; for the chat, help lines with it."""
    error: dict[str, Any] = {"code": refusal.code, "message": sentence(refusal.code, language)}
    if refusal.field:
        error["field"] = refusal.field
    body: dict[str, Any] = {"error": error}
    if needs_help(refusal.code) and request.path.startswith(_CHAT):
        body["helplines"] = [line.as_json() for line in emergency_lines(language)]
    response = jsonify(body)
    response.status_code = STATUS[refusal.code]
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = language
    return response


def emergency_lines(language: str) -> list[HelplineCard]:
    """Help lines for a message that something failed: of the danger that the request tells of, else of any hour.

    Empty only when neither the directory nor the file that was written with the index can be read.
    """
    for choose in (_lines_of_danger, _lines_of_any_hour, _lines_from_file):
        try:
            lines = choose(language)
        except Exception as fault:  # noqa: BLE001  # the message itself must still go out
            log_fault(fault, "internal")
            continue
        if lines:
            return lines
    return []


def _lines_of_danger(language: str) -> list[HelplineCard]:
    """By words alone, which takes less than a millisecond, however much else has failed."""
    directory = parts().finder.directory
    reading = read_crisis(_message()[:MOST_CHARACTERS])
    if directory is None or not (reading.level == "danger" or reading.topic == "seeking_person"):
        return []
    return list(crisis_card(directory, reading.level, reading.topic, language, now()).helplines)


def _lines_of_any_hour(language: str) -> list[HelplineCard]:
    return parts().emergency_lines(language)


def _lines_from_file(language: str) -> list[HelplineCard]:
    return list(read_always().get(language, ()))


def _message() -> str:
    """What the request says to the chat, by JSON or by form; nothing where it cannot be read."""
    body = peek_body()
    try:
        said = body.get("message") if isinstance(body, dict) else request.form.get("message")
    except HTTPException:  # a form that is too large
        return ""
    return said if isinstance(said, str) else ""


def explain_faults(app: Flask) -> None:
    """Answer every exception of an application in the contract's shape."""

    @app.errorhandler(Exception)
    def explain(fault: Exception) -> Any:
        if isinstance(fault, HTTPException) and (fault.code is None or fault.code < _CALLERS_FAULTS):
            return fault
        refusal = refusal_of(fault)
        log_fault(fault, refusal.code)
        return dress(as_response(refusal, caller_language()), fault)


def dress(response: Response, fault: Exception) -> Response:
    """Add the headers that belong to some faults."""
    if isinstance(fault, MethodNotAllowed) and fault.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(fault.valid_methods))
    if isinstance(fault, RateLimitExceeded):
        response.headers["Retry-After"] = str(_RETRY_SECONDS)
    return response
