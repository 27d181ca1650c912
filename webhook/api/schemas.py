"""The shapes of the contract: what requests may hold, and what answers hold."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from index.records import LANGUAGES
from webhook.errors import STATUS
from webhook.messages import MOST_CHARACTERS

_FAULTS: dict[str, Any] = {
    "required": "missing_field", "null": "wrong_type", "invalid": "wrong_type", "invalid_utf8": "bad_text",
}  # fmt: skip
_NUMBER_FAULTS: dict[str, Any] = {**_FAULTS, "too_large": "bad_value"}
_SENDER = re.compile(r"[A-Za-z0-9_-]{16,64}")


def _check_sender(text: str) -> None:
    if not _SENDER.fullmatch(text):
        raise ValidationError("bad_value")


def _asked(longest: int, required: bool = False) -> fields.String:
    """A text of a request. Optional ones may be null."""
    return fields.String(
        required=required,
        allow_none=not required,
        validate=validate.Length(1, longest, error="bad_length"),
        error_messages=_FAULTS,
    )


def _one_of(choices: Any, required: bool = False) -> fields.String:
    return fields.String(
        required=required,
        allow_none=not required,
        validate=validate.OneOf(choices, error="bad_value"),
        error_messages=_FAULTS,
    )


def _sender() -> fields.String:
    return fields.String(
        required=True,
        validate=_check_sender,
        error_messages=_FAULTS,
        metadata={"pattern": "^[A-Za-z0-9_-]{16,64}$"},
    )


def _number(least: int, most: int, default: int) -> fields.Integer:
    return fields.Integer(
        strict=True,
        load_default=default,
        validate=validate.Range(least, most, error="bad_value"),
        error_messages=_NUMBER_FAULTS,
    )


class _Request(Schema):
    class Meta:
        unknown = RAISE

    error_messages: dict[str, str] = {"unknown": "unknown_field", "type": "not_an_object"}  # noqa: RUF012  # marshmallow reads it so


class ChatRequest(_Request):
    sender = _sender()
    message = _asked(MOST_CHARACTERS, required=True)
    language = _one_of(LANGUAGES)
    municipality = _asked(100)
    message_id = _asked(128)


class EndRequest(_Request):
    sender = _sender()
    language = _one_of(LANGUAGES)


class SearchRequest(_Request):
    query = _asked(MOST_CHARACTERS, required=True)
    language = _one_of(LANGUAGES)
    municipality = _asked(100)
    category = _asked(60)
    target_group = _asked(60)
    open_at = _asked(40)
    limit = _number(1, 50, 5)
    offset = _number(0, 1000, 0)


class ReportRequest(_Request):
    service_id = _asked(200, required=True)
    kind = _one_of(("wrong_phone", "no_answer", "closed", "moved", "other"), required=True)
    language = _one_of(LANGUAGES)


class FeedbackRequest(_Request):
    service_id = _asked(200)
    kind = _one_of(("helped", "not_helped"), required=True)
    language = _one_of(LANGUAGES)


class LanguageQuery(_Request):
    language = _one_of(LANGUAGES)


def _text(null: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=null)


def _texts() -> fields.List[str]:
    return fields.List(fields.String(), required=True)


def _truth(null: bool = False) -> fields.Boolean:
    return fields.Boolean(required=True, allow_none=null)


class _Answer(Schema):
    class Meta:
        unknown = RAISE


class Way(_Answer):
    kind = fields.String(required=True, validate=validate.OneOf(("call", "sms", "chat", "email")))
    value = _text()
    hours_text = _text(null=True)
    open_now = _truth(null=True)


class HelplineCard(_Answer):
    id = _text()
    name = _text()
    number = _text()
    tel = _text()
    ways = fields.List(fields.Nested(Way), required=True)
    spoken_languages = _texts()
    languages_known = _truth()
    free = _truth(null=True)


class Phone(_Answer):
    number = _text()
    label = _text()
    tel = _text()
    via = fields.String(required=True, validate=validate.OneOf(("own", "parent", "municipality", "line")))


class Alert(_Answer):
    text = _text()
    until = _text()


class ServiceCard(_Answer):
    service_id = _text()
    organization_id = _text()
    organization = _text()
    service = _text()
    organization_lt = _text()
    service_lt = _text()
    description = _text()
    why = _text()
    how_to_get = _texts()
    who = _text()
    cost = _text(null=True)
    documents = _texts()
    target_groups = _texts()
    municipality = _text()
    serves = _texts()
    address = _text(null=True)
    map_url = _text(null=True)
    phones = fields.List(fields.Nested(Phone), required=True)
    email = _text(null=True)
    website = _text(null=True)
    hours_text = _text(null=True)
    open_now = _truth(null=True)
    hours_change_at = _text(null=True)
    spoken_languages = _texts()
    alert = fields.Nested(Alert, required=True, allow_none=True)
    verified_on = _text(null=True)
    source_date = _text(null=True)
    source_url = _text(null=True)
    unverified_fields = _texts()
    text_language = _text()
    score = fields.Float(required=True)
    fallback = _truth()


class Crisis(_Answer):
    level = fields.String(required=True, validate=validate.OneOf(("none", "distress", "danger")))
    topic = _text(null=True)
    helplines = fields.List(fields.Nested(HelplineCard), required=True)


class Button(_Answer):
    title = _text()
    payload = _text()


class ReplyPart(_Answer):
    language = _text()
    text = _text()
    services = fields.List(fields.Nested(ServiceCard), required=True)
    buttons = fields.List(fields.Nested(Button), required=True)


class ChatAnswer(_Answer):
    language = _text()
    crisis = fields.Nested(Crisis, required=True)
    replies = fields.List(fields.Nested(ReplyPart), required=True)


class SearchAnswer(_Answer):
    query_language = fields.String(required=True, validate=validate.OneOf((*LANGUAGES, "other", "unknown")))
    match = _truth()
    crisis = fields.Nested(Crisis, required=True)
    results = fields.List(fields.Nested(ServiceCard), required=True)
    total = fields.Integer(required=True)
    took_ms = fields.Float(required=True)


class Accepted(_Answer):
    accepted = _truth()


class OrganizationAnswer(_Answer):
    organization_id = _text()
    organization = _text()
    organization_lt = _text()
    municipality = _text()
    serves = _texts()
    address = _text(null=True)
    map_url = _text(null=True)
    phones = fields.List(fields.Nested(Phone), required=True)
    email = _text(null=True)
    website = _text(null=True)
    hours_text = _text(null=True)
    open_now = _truth(null=True)
    hours_change_at = _text(null=True)
    spoken_languages = _texts()
    verified_on = _text(null=True)
    source_date = _text(null=True)
    source_url = _text(null=True)
    services = fields.List(fields.Nested(ServiceCard), required=True)


class MunicipalityName(_Answer):
    id = _text()
    municipality = _text()
    name = _text()
    short = _text()
    seat = _text()
    county = _text()


class Municipalities(_Answer):
    municipalities = fields.List(fields.Nested(MunicipalityName), required=True)


class Term(_Answer):
    id = _text()
    name = _text()


class Categories(_Answer):
    categories = fields.List(fields.Nested(Term), required=True)
    target_groups = fields.List(fields.Nested(Term), required=True)


class Helplines(_Answer):
    helplines = fields.List(fields.Nested(HelplineCard), required=True)


class Fault(_Answer):
    code = fields.String(required=True, validate=validate.OneOf(tuple(STATUS)))
    message = _text()
    field = fields.String()


class Error(_Answer):
    error = fields.Nested(Fault, required=True)
    helplines = fields.List(fields.Nested(HelplineCard))


class ChatError(Error):
    """Of the chat, where somebody asked and got nothing through no fault of theirs."""

    helplines = fields.List(fields.Nested(HelplineCard), required=True)
