"""A desk to test with: two platforms, the desk's own system, a database, and a clock that is set by hand."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from stand_in import Incoming

from index.hours import VILNIUS
from webhook.connectors import chatwoot, generic
from webhook.connectors.desk.errands import Errands
from webhook.connectors.desk.handing_over import Desk
from webhook.connectors.protocol import Connector, Inbound, Request
from webhook.settings import Settings
from webhook.storage.database import open_storage
from webhook.storage.safe import Safe

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=VILNIUS)
RECIPIENT = "recipient-of-platform-778899"
PERSON = "a" * 64
_NAME = "kept.sqlite3"


@cache
def _migrated() -> bytes:
    """An empty database."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / _NAME
        open_storage(f"sqlite:///{path}").engine.dispose()
        return path.read_bytes()


def _quick() -> Errands:
    return Errands(first_wait=0.01, patience=1.0)


class Clock:
    """Noon of a Wednesday, until it is set forward."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **more: float) -> datetime:
        self.at += timedelta(**more)
        return self.at


class House:
    """A desk with two platforms, its own system, and a database."""

    def __init__(self, folder: Path, clock: Clock, *stand_ins: Any, **settings: Any) -> None:
        self.settings = Settings(**{key: value for s in stand_ins for key, value in s.settings.items()} | settings)
        found = [generic.connector(self.settings), chatwoot.connector(self.settings)]
        self.connectors: dict[str, Connector] = {one.name: one for one in found if one}
        self.folder, self.clock = folder, clock
        (folder / _NAME).write_bytes(_migrated())
        self.desk = self.start()

    def start(self) -> Desk:
        """Another process on the same database."""
        self.engine = open_storage(f"sqlite:///{self.folder / _NAME}").engine
        self.desk = Desk(self.settings, self.engine, Safe("a secret key"), self.connectors, self.clock, _quick)
        return self.desk

    def begin(self, topic: str | None = None, channel: str = "generic", recipient: str = RECIPIENT) -> None:
        self.desk.begin(self.connectors[channel], PERSON, recipient, "lt", topic)

    def hear(self, text: str, topic: str | None = None, channel: str = "generic", **more: Any) -> bool:
        inbound = Inbound("1", RECIPIENT if channel == "generic" else "3/42", text=text, **more)
        return self.desk.heard(self.connectors[channel], inbound, PERSON, topic)

    def post(self, incoming: Incoming) -> Any:
        """As `/channels/desk` does."""
        self.desk.verify(Request(incoming.headers, incoming.body, time.time()))
        return self.desk.obey(json.loads(incoming.body))

    @property
    def bytes(self) -> bytes:
        self.engine.dispose()
        return b"".join(path.read_bytes() for path in self.folder.iterdir())
