"""The JSON interface: one module for each group of addresses, and its description for programs."""

from __future__ import annotations

from flask import Flask

from webhook.api import chat, directory, health, reference, reports, search
from webhook.api.openapi import describe


def register_api(app: Flask) -> None:
    """Add every address of the interface to an application."""
    description = describe(app)
    for door in (chat.door, search.door, reports.door, directory.door):
        description.register_blueprint(door)
    app.register_blueprint(health.door)
    app.register_blueprint(reference.door)
