"""Puts the parts of the messaging platforms together, for an application in whose settings some are configured."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial

from flask import Flask

from bot.blanks import Source
from index.records import Directory
from webhook.connectors.channels import configured
from webhook.connectors.delivery.letters import Content
from webhook.connectors.door import Switchboard, connect
from webhook.connectors.protocol import Connector, Piece
from webhook.connectors.reception import Reception
from webhook.connectors.saying.composing import pieces_of
from webhook.metrics import Metrics
from webhook.parts import Finder, Missing
from webhook.settings import Settings
from webhook.storage.database import Storage

_log = logging.getLogger("webhook.delivery")


def connect_platforms(
    app: Flask, settings: Settings, finder: Finder | Missing, storage: Storage | Missing, metrics: Metrics
) -> None:
    """Answer the platforms that are configured, from now on. Raises SettingFault."""
    connectors = configured(settings)
    if not connectors:
        return
    source = _source_of(finder)
    if isinstance(storage, Missing) or isinstance(source, Missing):
        missing = storage if isinstance(storage, Missing) else source
        assert isinstance(missing, Missing)
        _log.error("messaging platforms are not answered (%s)", missing.reason)
        connect(app, Switchboard(connectors, missing, settings.threads))
        return

    def compose(content: Content, connector: Connector) -> tuple[Piece, ...]:
        return pieces_of(content, connector.limits, source, settings.public_url)

    def told(channel: str, result: str) -> None:
        metrics.deliveries.labels(channel, result).inc()

    reception = Reception(settings, storage.engine, connectors, compose, told)
    for name in connectors:
        metrics.waiting.labels(name).set_function(partial(reception.postman.waiting, name))
    connect(app, Switchboard(connectors, reception, settings.threads))
    reception.start()


@dataclass(frozen=True)
class _Lines:
    """Help lines alone, where nothing can be searched: whoever is in danger is answered all the same."""

    directory: Directory

    def card(self, service_id: str, language: str) -> None:
        """No service is shown."""


def _source_of(finder: Finder | Missing) -> Source | Missing:
    """Where what is said comes from."""
    if not isinstance(finder, Missing):
        return finder
    return _Lines(finder.directory) if finder.directory else finder
