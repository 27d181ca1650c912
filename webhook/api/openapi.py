"""Describes the interface for programs, at /api/v1/openapi.json: what flask-smorest derives, with words and faults."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Any, cast

import yaml
from flask import Flask, Response, current_app, jsonify
from flask_smorest import Api

from index.needs.taxonomy import read_taxonomy
from webhook.api.schemas import ChatError, Error
from webhook.errors import STATUS, needs_help, sentence

Entity = dict[str, Any]
_NAME = "kelrodis_openapi"
_WORDS = Path(__file__).with_name("openapi.yml")
_METHODS = ("get", "post")
_JSON = "application/json"
# Of every operation; of those that take a body; of those that name a record in their address.
_ANYWHERE, _WITH_BODY, _BY_ID = {400, 429, 500, 503}, {413, 415}, {404}
_TOO_MANY = 429
_CHAT = "/api/v1/chat"  # its faults carry help lines


class _Description(Api):  # type: ignore[misc]  # flask-smorest has no types
    """flask-smorest's description, with our errors instead of its own."""

    ERROR_SCHEMA = Error
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """webhook.errors answers them."""

    def _openapi_json(self) -> Response:
        return jsonify(self.whole)

    @cached_property
    def whole(self) -> Entity:
        """The finished description; every address must be registered before it is first read."""
        self.spec.components.schema(ChatError.__name__, schema=ChatError)
        found: Entity = self.spec.to_dict()
        found["info"]["description"] = words()["about"]
        found["components"]["responses"] = {}
        del found["components"]["schemas"]["PaginationMetadata"]  # flask-smorest's own; there are no pages
        _name_choices(found["components"]["schemas"]["SearchRequest"]["properties"])
        for name, schema in found["components"]["schemas"].items():
            _explain_fields(name, schema)
        for path, method, operation in operations(found):
            # What stands beside the methods of an address belongs to the only one that it has.
            operation["parameters"] = found["paths"][path].pop("parameters", []) + operation.get("parameters", [])
            _explain(operation, words()["operations"][f"{method.upper()} {path}"])
            _add_faults(operation, path, found["components"]["responses"])
        return found


def describe(app: Flask) -> Api:
    """Where doors register to be served and described."""
    app.config.update(
        API_TITLE="Kelrodis",
        API_VERSION="v1",
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    app.extensions[_NAME] = _Description(app)
    return app.extensions[_NAME]


def description() -> Entity:
    """The description of the application that is answering, as openapi.json holds it."""
    return cast(_Description, current_app.extensions[_NAME]).whole


def operations(whole: Entity) -> Iterator[tuple[str, str, Entity]]:
    """Path, method and operation of each address, in their order."""
    for path, item in whole["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


@cache
def words() -> Entity:
    """What stands in `openapi.yml`."""
    loaded: Entity = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    return loaded


def _name_choices(fields: Entity) -> None:
    """The filters of a search, which the taxonomy knows and no schema of ours repeats."""
    taxonomy = read_taxonomy()
    fields["category"]["enum"] = [*taxonomy.categories, None]
    fields["target_group"]["enum"] = [*taxonomy.target_groups, None]


def _explain_fields(name: str, schema: Entity) -> None:
    """The description of a field of this schema alone stands before that of its name anywhere."""
    said = words()["fields"]
    for field, value in schema["properties"].items():
        about = said.get(f"{name}.{field}", said.get(field))
        if about and "$ref" in value:  # in OpenAPI 3.0 nothing may stand beside a reference
            schema["properties"][field] = {"allOf": [{"$ref": value["$ref"]}], "description": about}
        elif about:
            value["description"] = about


def _explain(operation: Entity, said: Entity) -> None:
    for parameter in operation["parameters"]:
        parameter |= words()["parameters"][parameter["name"]]
    operation["operationId"] = said["id"]
    if "about" in said:
        operation["description"] = said["about"]
    if "body" in said:
        operation["requestBody"]["content"][_JSON]["example"] = said["body"]


def _add_faults(operation: Entity, path: str, shared: Entity) -> None:
    """Every status of a fault that the operation can have; what a status means is described once for all of them."""
    statuses = _ANYWHERE | (_WITH_BODY if "requestBody" in operation else set()) | (_BY_ID if "{" in path else set())
    answers = {
        status: {**answer, "description": words()["statuses"][int(status)]}
        for status, answer in operation["responses"].items()
        if int(status) < min(_ANYWHERE)
    }
    for status in sorted(statuses):
        codes = [code for code, of in STATUS.items() if of == status]
        lines = path.startswith(_CHAT) and all(map(needs_help, codes))
        name = f"{'Chat' if lines else ''}Fault{status}"
        shared.setdefault(name, _fault(status, codes, ChatError if lines else Error))
        answers[str(status)] = {"$ref": f"#/components/responses/{name}"}
    operation["responses"] = answers


def _fault(status: int, codes: list[str], schema: type[Error]) -> Entity:
    """What a status means, with an example of each of its codes."""
    lines: Entity = {"helplines": []} if schema is ChatError else {}
    examples = {code: {"value": {"error": {"code": code, "message": sentence(code, "en")}, **lines}} for code in codes}
    content = {"schema": {"$ref": f"#/components/schemas/{schema.__name__}"}, "examples": examples}
    answer: Entity = {"description": words()["statuses"][status], "content": {_JSON: content}}
    if status == _TOO_MANY:
        wait = {"description": words()["retry_after"], "schema": {"type": "integer"}, "required": True}
        answer["headers"] = {"Retry-After": wait}
    return answer
