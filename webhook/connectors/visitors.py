"""What is remembered of a person between two messages on a platform, in memory, for as long as a conversation lasts."""

from __future__ import annotations

from dataclasses import dataclass

from webhook.memory import Forgetting

_MOST = 20_000


@dataclass(frozen=True)
class Visitor:
    """language: of the last answer."""

    language: str


class Visitors:
    """People by their digest. Whoever is not among them writes for the first time, or after a long while."""

    def __init__(self, minutes: int) -> None:
        self._known: Forgetting[Visitor] = Forgetting(minutes * 60.0, _MOST)

    def language_of(self, person: str) -> str | None:
        """None for who has not been answered yet."""
        known = self._known.get(person)
        return known.language if known else None

    def answered(self, person: str, language: str) -> None:
        self._known.update(person, lambda _: Visitor(language))

    def forget(self, person: str) -> None:
        self._known.forget(person)
