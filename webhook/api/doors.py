"""Blueprints whose requests are checked against schemas, with the contract's faults, and described in openapi.json."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from flask import Request, Response
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser

from webhook.bodies import read_body
from webhook.errors import STATUS
from webhook.refusals import Refusal

View = TypeVar("View", bound=Callable[..., Response])
# A field's name is told back only when it looks like one, since it too comes from the caller.
_FIELD_NAME = re.compile(r"[a-z][a-z_]{0,31}")


class _StrictParser(FlaskParser):
    """Reads bodies through `read_body` and turns the first fault of a schema into a Refusal."""

    DEFAULT_VALIDATION_STATUS = STATUS["bad_value"]
    DEFAULT_UNKNOWN_BY_LOCATION = {"json": RAISE, "query": RAISE}  # noqa: RUF012  # webargs reads it so

    def load_json(self, req: Request, schema: Schema) -> Any:  # webargs' signature
        return read_body()

    def handle_error(self, error: ValidationError, *_: Any, **__: Any) -> NoReturn:
        raise _first_fault(error.messages)


def _first_fault(messages: Any) -> Refusal:
    """Schemas say codes instead of sentences; anything else is a wrong value."""
    field: str | None = None
    while isinstance(messages, dict):
        name, messages = next(iter(messages.items()))
        if name not in ("json", "query", "_schema"):
            field = name
    code = messages[0] if isinstance(messages, list) and messages else ""
    known = isinstance(field, str) and _FIELD_NAME.fullmatch(field)
    return Refusal(code if code in STATUS else "bad_value", field if known else None)


class Door(Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """A group of addresses of the API."""

    ARGUMENTS_PARSER = _StrictParser()

    def post(
        self, path: str, asks: type[Schema], answers: type[Schema] | None, status: int = 200
    ) -> Callable[[View], View]:
        """A view that takes a JSON body of this schema."""
        return self._address("POST", path, asks, "json", answers, status)

    def get(self, path: str, asks: type[Schema], answers: type[Schema]) -> Callable[[View], View]:
        """A view that takes parameters of this schema in the address."""
        return self._address("GET", path, asks, "query", answers, 200)

    def _address(
        self, method: str, path: str, asks: type[Schema], place: str, answers: type[Schema] | None, status: int
    ) -> Callable[[View], View]:
        def add(view: View) -> View:
            described = self.response(status, answers)(view)
            checked = self.arguments(asks, location=place)(described)
            self.route(path, methods=[method])(checked)
            return view

        return add
