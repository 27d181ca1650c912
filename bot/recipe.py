"""A reply as keys and ids, without a word of it: what may be written down, and made into the same reply later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import dacite

from bot.blanks import Source
from bot.message import Reply, ReplyPart, Wording
from bot.presenting import part_of
from index.cards import CrisisCard
from index.helplines import helpline_card
from index.hours import VILNIUS

_TUPLES = dacite.Config(cast=[tuple])


@dataclass(frozen=True)
class PartRecipe:
    """One bubble: what its words are made of, and the ids of its cards."""

    language: str
    wording: Wording
    cards: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recipe:
    """A whole reply. lines: ids of help lines that stand before it. silent: for who cannot speak."""

    language: str
    parts: tuple[PartRecipe, ...]
    level: str = "none"
    topic: str | None = None
    lines: tuple[str, ...] = ()
    silent: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The responses that it says, in their order."""
        return tuple(part.wording.key for part in self.parts)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def read_recipe(content: Mapping[str, Any]) -> Recipe:
    """What `as_json` wrote down. Raises dacite.DaciteError for anything else."""
    return dacite.from_dict(Recipe, content, _TUPLES)


def recipe_of(reply: Reply) -> Recipe:
    """What a reply is made of."""
    parts = tuple(
        PartRecipe(part.language, part.wording, tuple(card.service_id for card in part.services))
        for part in reply.parts
    )
    lines = tuple(line.id for line in reply.crisis.helplines)
    silent = any(part.wording.silent for part in reply.parts)
    return Recipe(reply.language, parts, reply.crisis.level, reply.crisis.topic, lines, silent)


def reply_of(recipe: Recipe, source: Source) -> Reply:
    """The reply again, as the directory says it now; a record that has gone meanwhile is left out."""
    now, lines = datetime.now(VILNIUS), source.directory.helplines
    cards = tuple(
        helpline_card(lines[line], recipe.language, now, silent=recipe.silent) for line in recipe.lines if line in lines
    )
    made = (_part(part, source) for part in recipe.parts)
    crisis = CrisisCard(recipe.level, recipe.topic, cards)
    return Reply(recipe.language, crisis, tuple(part for part in made if part))


def _part(recipe: PartRecipe, source: Source) -> ReplyPart | None:
    found = (source.card(service_id, recipe.language) for service_id in recipe.cards)
    try:
        return part_of(recipe.wording, recipe.language, source, tuple(card for card in found if card))
    except KeyError:  # what it was about has gone
        return None
