"""An answer on its way to a person of a messaging platform: what to say as keys and ids, never the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import dacite

from bot.recipe import Recipe

_TUPLES = dacite.Config(cast=[tuple])


@dataclass(frozen=True)
class Content:
    """What is to be said.

    recipe: the assistant's reply. before, after: keys of `texts/*.yml`, said before and after it. cards: ids of
    records, help lines too, shown below these. erase: what the bot has said before is deleted first, where that can
    be done. hand_over: once this has arrived, a person of the desk has the conversation.
    """

    language: str
    recipe: Recipe | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    cards: tuple[str, ...] = ()
    erase: bool = False
    hand_over: bool = False

    @property
    def is_urgent(self) -> bool:
        return self.recipe is not None and self.recipe.level == "danger"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def read_content(content: Mapping[str, Any]) -> Content:
    """What `as_json` wrote down. Raises dacite.DaciteError for anything else."""
    return dacite.from_dict(Content, content, _TUPLES)


@dataclass(frozen=True)
class Letter:
    """An answer and where it goes.

    person: keyed digest that tells people apart. recipient: as the platform names them; only ever stored encrypted.
    urgent: goes before all others. sent: how many of its messages the platform has taken. made_at: unix seconds.
    """

    channel: str
    person: str
    recipient: str
    content: Content
    made_at: float
    urgent: bool = False
    sent: int = 0
    tries: int = 0
    id: int | None = None
