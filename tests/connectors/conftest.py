"""What tests of connectors share: every platform's stand-in, and the real application connected to it."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_house import Clock
from desk_platform import DeskPlatform
from flask import Flask
from stand_in import StandIn, running

from webhook.app import create_app
from webhook.connectors.door import disconnect
from webhook.settings import Settings
from webhook.storage.database import Storage, open_storage

PLATFORMS = ("generic", "telegram", "messenger", "whatsapp", "chatwoot", "viber")


@pytest.fixture
def platform(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    """The stand-in of `request.param`."""
    name = str(request.param)
    made: StandIn = getattr(importlib.import_module(f"{name}_platform"), f"{name.capitalize()}Platform")()
    yield made
    made.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office() -> Iterator[DeskPlatform]:
    """The desk's own system, which must have been told everything as agreed."""
    with running(DeskPlatform()) as stand_in:
        assert isinstance(stand_in, DeskPlatform)
        yield stand_in
        assert stand_in.faults == []


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return open_storage(f"sqlite:///{tmp_path / 'kept.sqlite3'}")


class Connected:
    """The application, and one platform of it."""

    def __init__(self, app: Flask, platform: StandIn) -> None:
        self.app, self.platform, self.client = app, platform, app.test_client()
        self._sent = 0

    def send(self, text: str, person: str = "4242", **more: Any) -> int:
        """A person writes; the status of our answer to the platform."""
        self._sent += 1
        incoming = self.platform.message(
            text, message_id=more.pop("message_id", f"m{self._sent}"), person=person, **more
        )
        return self.client.post(self.platform.path, headers=incoming.headers, data=incoming.body).status_code

    @property
    def reception(self) -> Any:
        return self.app.extensions["kelrodis.channels"].reception

    def wait(self, seconds: float = 20.0) -> None:
        """Until everything has arrived."""
        until = time.monotonic() + seconds
        while self.reception.postman.waiting(self.platform.name):
            assert time.monotonic() < until, "answers are still waiting"
            time.sleep(0.01)

    def ask(self, text: str, person: str = "4242", **more: Any) -> list[str]:
        """A person writes; what they are sent for it."""
        before = len(self.platform.said(person))
        assert self.send(text, person, **more) == 200
        self.wait()
        return self.platform.said(person)[before:]


@pytest.fixture
def connect(storage: Storage) -> Iterator[Callable[..., Connected]]:
    """Connects a platform to an application made of these parts; `more`: further settings."""
    apps: list[Flask] = []

    def make(platform: StandIn, assistant: Any, index: Any, **more: Any) -> Connected:
        settings = Settings(**{"secret_key": "a key of the tests", **platform.settings, **more})
        apps.append(create_app(settings, assistant, index, storage))
        return Connected(apps[-1], platform)

    yield make
    for app in apps:
        disconnect(app)
