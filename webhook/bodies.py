"""Reads a request's JSON body strictly: content type, size, UTF-8, JSON; every fault is a Refusal."""

from __future__ import annotations

import json
import math
from typing import NoReturn

from flask import g, request
from werkzeug.exceptions import HTTPException

from webhook.refusals import Refusal

# An id or a moment has fewer; longer numbers do not fit where they are reckoned with.
_MOST_DIGITS = 40
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


def read_body() -> object:
    """The body as JSON, read once a request. Raises Refusal, or werkzeug's error for a body that is too large."""
    if "body" not in g:
        g.body = parse_json(_content())
    return g.body


def peek_body() -> object:
    """The body, whatever it says that it is, or None when it cannot be read."""
    if request.mimetype in _FORMS:
        return None
    try:
        return read_body() if request.is_json or "body" in g else parse_json(request.get_data())
    except (Refusal, HTTPException):
        return None


def _content() -> bytes:
    content = request.get_data()
    if not request.is_json:
        raise Refusal("not_json")
    return content


def parse_json(content: bytes) -> object:
    """Raises Refusal (`bad_encoding`, `bad_json`)."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal("bad_encoding") from None
    try:
        found: object = json.loads(text, parse_constant=_refuse, parse_int=_whole, parse_float=_fraction)
    except (ValueError, RecursionError):  # too many brackets or digits are faults of the caller too
        raise Refusal("bad_json") from None
    return found


def _refuse(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError("too many digits")
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):  # 1e999
        raise ValueError("too large a number")
    return number
