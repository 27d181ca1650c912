"""Turns what is to be said into bubbles: fixed texts by key and language, quick replies, cards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.blanks import Source, fill
from bot.message import Button, ReplyPart, Wording
from bot.outcome import TALK, Outcome, read_outcome
from bot.turn import Say
from index.cards import Alert, PhoneCard, ServiceCard
from index.needs.taxonomy import read_taxonomy
from index.records import said

_DOMAIN = Path(__file__).with_name("domain")
_CANNOT_SPEAK = "utter_cannot_speak"


@cache
def responses() -> Mapping[str, Mapping[str, str]]:
    """Every response's text by key and language, from the same files that Rasa reads; a few in others' languages."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted((_DOMAIN / "responses").glob("*.yml")):
        for key, variations in yaml.safe_load(path.read_text(encoding="utf-8"))["responses"].items():
            found[key] = {variation["condition"][0]["value"]: variation["text"] for variation in variations}
    for key, texts in yaml.safe_load((_DOMAIN / "other_languages.yml").read_text(encoding="utf-8")).items():
        found[key] |= texts
    return found


@cache
def _buttons() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    loaded: dict[str, dict[str, dict[str, str]]] = yaml.safe_load((_DOMAIN / "buttons.yml").read_text(encoding="utf-8"))
    return loaded


@cache
def after_hiding() -> frozenset[str]:
    """Needs of one's own that are answered after a refusal to say where somebody hides."""
    return frozenset(yaml.safe_load((_DOMAIN / "after_hiding.yml").read_text(encoding="utf-8")))


def text_of(key: str, language: str, blanks: Mapping[str, str]) -> str:
    """The response's text with its blanks filled; an unknown key or a missing blank is a KeyError."""
    return responses()[key][language].format(**blanks)


def blanks_of(key: str, about: str, language: str, source: Source) -> Mapping[str, str]:
    """What stands in the blanks of a response. Raises KeyError for an unknown key or record."""
    return fill(key, responses()[key][language], about, language, source)


def words_of(wording: Wording, language: str, source: Source) -> str:
    """A bubble's text. Raises KeyError for an unknown key or record."""
    blanks = blanks_of(wording.key, wording.about, language, source)
    words = text_of(wording.key, language, blanks)
    if not wording.silent:
        return words
    # The first line of a danger is the call; what else to do holds in silence too.
    _, _, advice = words.partition("\n")
    instead = text_of(_CANNOT_SPEAK, language, blanks_of(_CANNOT_SPEAK, "", language, source))
    return f"{instead}\n{advice}".strip()


def buttons_of(keys: Iterable[str], needs: Iterable[str], language: str) -> tuple[Button, ...]:
    """Quick replies by key, and needs offered by their name."""
    plain = [Button(**_buttons()[key][language]) for key in keys]
    return (*(_need_button(need, language) for need in needs), *plain)


def _need_button(need: str, language: str) -> Button:
    name = said(read_taxonomy().needs[need].name, language).text
    return Button(name, _buttons()["need"][language]["payload"].format(name=name))


def part_of(wording: Wording, language: str, source: Source, cards: tuple[ServiceCard, ...] = ()) -> ReplyPart:
    """The bubble, filled without Rasa."""
    buttons = buttons_of(wording.buttons, wording.needs, language)
    return ReplyPart(language, words_of(wording, language, source), cards, buttons, wording)


def wording_of(say: Say) -> Wording:
    """What the bubble's words are made of."""
    return Wording(say.key, say.about, say.buttons, say.needs)


def own_language_first(own: str | None, parts: Iterable[ReplyPart]) -> list[ReplyPart]:
    """What can be said in the person's own language (`ru`, `uk`), and then everything in those of the answer."""
    said = list(parts)
    if own is None:
        return said
    first = [part for part in said if part.language == own]
    begun = {part.wording.key for part in first}
    keys = dict.fromkeys(part.wording.key for part in said if not part.wording.about and part.wording.key not in begun)
    first += [ReplyPart(own, responses()[key][own], wording=Wording(key)) for key in keys if own in responses()[key]]
    return first + [part for part in said if part.language != own]


def parts_of(messages: Iterable[Mapping[str, Any]], language: str) -> list[ReplyPart]:
    """Rasa's messages as bubbles: a text, then the cards and quick replies that belong to it."""
    parts: list[ReplyPart] = []
    for message in messages:
        extras = message.get("custom")
        if extras is None:
            parts.append(ReplyPart(language, message.get("text") or ""))
        elif parts:
            last = parts.pop()
            spoken = extras["language"]
            made = Wording(extras["key"], extras["about"], tuple(extras["buttons"]), tuple(extras["needs"]))
            cards = tuple(map(_card, extras["cards"]))
            parts.append(ReplyPart(spoken, last.text, cards, buttons_of(made.buttons, made.needs, spoken), made))
    return parts


def outcome_in(messages: Iterable[Mapping[str, Any]]) -> Outcome:
    """What has become of the message, as Rasa's messages say beside the first text."""
    told = (message["custom"] for message in messages if "custom" in message)
    return next((read_outcome(extras["outcome"]) for extras in told), TALK)


def _card(content: Mapping[str, Any]) -> ServiceCard:
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in content.items()}
    values["phones"] = tuple(PhoneCard(**phone) for phone in content["phones"])
    values["alert"] = Alert(**content["alert"]) if content["alert"] else None
    return ServiceCard(**values)
