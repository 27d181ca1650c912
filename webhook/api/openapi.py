"""Describes the interface for programs, at /api/v1/openapi.json."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api

from webhook.api.schemas import Error


class _Description(Api):  # type: ignore[misc]  # flask-smorest has no types
    """flask-smorest's description, with our errors instead of its own."""

    ERROR_SCHEMA = Error

    def _register_error_handlers(self) -> None:
        """webhook.errors answers them."""


def describe(app: Flask) -> Api:
    """Where doors register to be served and described."""
    app.config.update(
        API_TITLE="Kelrodis",
        API_VERSION="v1",
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    return _Description(app)
