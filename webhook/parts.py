"""The parts that a web server needs, as it sees them, and what stands in their place when one cannot be opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast

from flask import Flask, current_app

from bot.message import Message, Reply
from index.always import read_always
from index.cards import HelplineCard, ServiceCard
from index.helplines import round_the_clock
from index.hours import VILNIUS
from index.query import Query, SearchResult
from index.records import Directory
from nlu.places import Gazetteer
from webhook.memory import Forgetting, Replies, Turns
from webhook.metrics import Metrics
from webhook.refusals import Refusal
from webhook.settings import Settings
from webhook.storage.database import Storage

_NAME = "kelrodis"


class Talker(Protocol):
    """What `bot.assistant.Assistant` does for us."""

    def reply(self, message: Message) -> Reply: ...

    def end(self, sender: str) -> None: ...

    def ready(self) -> bool: ...


class Finder(Protocol):
    """What `index.search.ServiceIndex` does for us."""

    @property
    def directory(self) -> Directory: ...

    def search(self, query: Query) -> SearchResult: ...

    def is_everyday(self, text: str) -> bool: ...

    def next_steps(self, language: str, municipality: str | None) -> tuple[ServiceCard, ...]: ...

    def card(self, service_id: str, language: str) -> ServiceCard | None: ...

    def ready(self) -> bool: ...


@dataclass(frozen=True)
class Missing:
    """Stands for a part that could not be opened.

    reason: a word for readyz, such as `index_missing`; never an exception's text.
    directory: read straight from the database, where that was still possible, so that help lines can be shown.
    """

    reason: str
    directory: Directory | None = None


@dataclass(frozen=True)
class Parts:
    """Everything that one application holds."""

    settings: Settings
    talker: Talker | Missing
    finder: Finder | Missing
    kept: Storage | Missing
    gazetteer: Callable[[], Gazetteer]
    replies: Replies
    turns: Turns
    departures: Forgetting[float]
    metrics: Metrics

    def assistant(self) -> Talker:
        """Raises Refusal when it could not be started."""
        if isinstance(self.talker, Missing):
            raise Refusal("assistant_unavailable")
        return self.talker

    def index(self) -> Finder:
        """Raises Refusal when it could not be opened."""
        if isinstance(self.finder, Missing):
            raise Refusal("search_unavailable")
        return self.finder

    def storage(self) -> Storage:
        """Raises Refusal when the database could not be opened."""
        if isinstance(self.kept, Missing):
            raise Refusal("storage_unavailable")
        return self.kept

    def directory(self) -> Directory:
        """The newest directory; raises Refusal when none can be read."""
        found = self.finder.directory
        if found is None:
            raise Refusal("search_unavailable")
        return found

    def emergency_lines(self, language: str) -> list[HelplineCard]:
        """112 and the lines that answer at any hour: from the directory, else from the file written with the index."""
        found = self.finder.directory
        lines = round_the_clock(found, language, now()) if found else []
        return lines or list(read_always().get(language, ()))


def now() -> datetime:
    """The time in Lithuania."""
    return datetime.now(VILNIUS)


def keep(app: Flask, parts: Parts) -> None:
    """Hand the parts to an application's views."""
    app.extensions[_NAME] = parts


def parts() -> Parts:
    """The parts of the application that is answering."""
    return cast(Parts, current_app.extensions[_NAME])
