"""What a person of a messaging platform is answered: danger first, then what the message is, then the assistant."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from bot.message import Reply
from bot.recipe import Recipe, recipe_of
from index.helplines import crisis_card
from index.records import LANGUAGES, said
from nlu.detection import detect
from nlu.positions import municipality_at
from nlu.silence import read_need
from webhook import conversations, errors
from webhook.connectors.delivery.letters import Content
from webhook.connectors.flooding import Floodgate
from webhook.connectors.protocol import Inbound
from webhook.connectors.saying.discretion import exit_language, means_exit
from webhook.connectors.saying.wording import key_for, sentence
from webhook.connectors.visitors import Visitors
from webhook.languages import DEFAULT, known_language
from webhook.memory import Forgetting
from webhook.messages import read_message
from webhook.parts import Missing, now, parts

# Seconds after which a message is too old to be answered, and its answer too old to be sent.
TOO_OLD = 300.0
# Letters; the longest that most platforms take. Chatwoot takes thirty times as many.
_MOST_READ = 4096
_DANGER = "danger"
# What is said of a danger while a person of the desk has the conversation.
_OF_DANGER = ("utter_danger_", "utter_cannot_speak")
_TWO_MISSES = "utter_two_misses"


@dataclass(frozen=True)
class Heard:
    """A message and who wrote it. person: keyed digest."""

    channel: str
    person: str
    inbound: Inbound

    @property
    def conversation(self) -> str:
        """Its sender for the assistant: with a sign that the public API refuses, or the desk, which is told the person,
        could read there what was shown before."""
        return f"{self.channel}:{self.person}"


@dataclass(frozen=True)
class Verdict:
    """What follows a message. content: None for silence. topic: of the danger that was read, if any.

    wants_person: the person asked for one, or the bot missed twice. leaves: the conversation is over.
    """

    content: Content | None
    topic: str | None = None
    wants_person: bool = False
    leaves: bool = False


class Hearing(Protocol):
    """The people at the desk, as far as a message concerns them."""

    def has(self, heard: Heard) -> bool:
        """Whether one of them has this conversation."""

    def hears(self, heard: Heard, topic: str | None) -> bool:
        """Pass a message on, with the topic of its danger; False where the bot is to answer after all."""


class Answers:
    """Decides on an answer; needs an application's context. now: gives unix seconds."""

    def __init__(self, visitors: Visitors, gate: Floodgate, desk: Hearing, now: Callable[[], float]) -> None:
        self._visitors, self._gate, self._desk, self._now = visitors, gate, desk, now
        self._told_away: Forgetting[bool] = Forgetting(TOO_OLD)

    def to(self, heard: Heard) -> Verdict:
        """The answer; none for who has left meanwhile. Raises Refusal where none can be given now, so that the platform
        sends the message again."""
        begun = time.monotonic()
        verdict = self._verdict_on(heard)
        return verdict if verdict.leaves or not conversations.has_left(heard.conversation, begun) else Verdict(None)

    def _verdict_on(self, heard: Heard) -> Verdict:
        inbound = heard.inbound
        # Whoever leaves is never told to wait, or that it is too late.
        if inbound.kind == "text" and means_exit(inbound.text):
            return self._exit(heard)
        if inbound.sent_at is not None and self._now() - inbound.sent_at > TOO_OLD:
            return self._late(heard)
        if not self._gate.lets_through(heard.person):
            in_danger = _danger_in(inbound.text) is not None and self._gate.lets_danger_through(heard.person)
            return self._read(heard) if in_danger else Verdict(self._flooded(heard))
        return self._read(heard)

    def _read(self, heard: Heard) -> Verdict:
        if not self._desk.has(heard):
            return self._answer(heard)
        topic = _danger_in(heard.inbound.text)
        if not self._desk.hears(heard, topic):
            return self._answer(heard)
        return self._beside_the_desk(heard) if topic else Verdict(None)

    def language_of(self, heard: Heard) -> str:
        """Of what is said without a text to go by."""
        return self._visitors.language_of(heard.person) or heard.inbound.language or DEFAULT

    def _answer(self, heard: Heard) -> Verdict:
        is_first = self._visitors.language_of(heard.person) is None
        verdict = self._by_kind(heard)
        if verdict.content is None:
            return verdict
        self._visitors.answered(heard.person, verdict.content.language)
        if not is_first:
            return verdict
        in_short = verdict.topic is not None or _is_foreign(verdict.content)
        notice = "channel_kept_chat" if in_short else key_for(heard.channel, "channel_first_contact")
        return replace(verdict, content=replace(verdict.content, after=(*verdict.content.after, notice)))

    def _by_kind(self, heard: Heard) -> Verdict:
        inbound, language = heard.inbound, self.language_of(heard)
        if inbound.kind == "attachment":
            return Verdict(Content(language, before=("channel_attachment",)))
        if inbound.kind == "voice":
            # The same people as for who asks for one: they listen.
            verdict = self._ask(heard, sentence("channel_person_wanted", language))
            content = verdict.content or Content(language)
            return Verdict(replace(content, before=("channel_voice", *content.before)))
        if inbound.kind == "start":
            return self._ask(heard, sentence("channel_start_wanted", language))
        if inbound.kind == "location":
            return self._at(heard, language)
        return self._ask(heard, inbound.text)

    def _at(self, heard: Heard, language: str) -> Verdict:
        """A shared location is as good as the name of its municipality."""
        official = municipality_at(*heard.inbound.position) if heard.inbound.position else None
        place = parts().directory().municipality(official) if official else None
        if place is None:
            return Verdict(Content(language, before=("channel_location_unknown",)))
        return self._ask(heard, said(place.name, language).text)

    def _ask(self, heard: Heard, text: str) -> Verdict:
        inbound = heard.inbound
        try:
            text = text[:_MOST_READ]
            message = read_message(heard.conversation, text, heard.channel, inbound.language, inbound.municipality)
            reply = conversations.answer(message)
        except Exception as fault:  # noqa: BLE001  # whatever has failed, danger is answered
            return self._without_assistant(heard, text, fault)
        recipe = recipe_of(reply)
        topic = recipe.topic if recipe.level == _DANGER else None
        return Verdict(Content(reply.language, recipe), topic, _wants_person(reply, recipe))

    def _without_assistant(self, heard: Heard, text: str, fault: Exception) -> Verdict:
        """A text without anything to read; or the dialogue is down: lines are shown, of a danger or of any hour."""
        language, refusal = self.language_of(heard), errors.refusal_of(fault)
        if refusal.code == "bad_text":
            return Verdict(Content(language, before=("channel_attachment",)))
        if topic := _danger_in(text):
            errors.log_fault(fault, refusal.code)
            return _lines_for(topic, known_language(detect(text).language) or language)
        if refusal.code != "assistant_unavailable":
            raise fault
        lines = tuple(line.id for line in parts().emergency_lines(language))
        return Verdict(Content(language, before=("channel_trouble",), cards=lines))

    def _late(self, heard: Heard) -> Verdict:
        """Said once, however many old messages come at a time; a person of the desk reads them all the same."""
        if self._desk.has(heard) and self._desk.hears(heard, _danger_in(heard.inbound.text)):
            return Verdict(None)
        if self._told_away.get(heard.person):
            return Verdict(None)
        self._told_away.update(heard.person, lambda _: True)
        return Verdict(Content(self.language_of(heard), before=("channel_away",)))

    def _flooded(self, heard: Heard) -> Content | None:
        """Said once in a while."""
        if not self._gate.tells(heard.person):
            return None
        return Content(self.language_of(heard), before=("channel_flood",))

    def _beside_the_desk(self, heard: Heard) -> Verdict:
        """Of the answer to a danger, what the person needs at once."""
        verdict = self._ask(heard, heard.inbound.text)
        content = verdict.content
        if content is None or content.recipe is None:
            return verdict
        first = tuple(part for part in content.recipe.parts if part.wording.key.startswith(_OF_DANGER))
        recipe, after = replace(content.recipe, parts=first), (*content.after, "channel_desk_hears_too")
        return Verdict(replace(content, recipe=recipe, after=after), verdict.topic)

    def _exit(self, heard: Heard) -> Verdict:
        language, said_in = self.language_of(heard), exit_language(heard.inbound.text)
        conversations.forget(heard.conversation)
        self._visitors.forget(heard.person)
        key = key_for(heard.channel, "channel_exit")
        if said_in and said_in not in LANGUAGES:
            language, key = said_in, "channel_exit"
        content = Content(language, before=(key,), erase=True) if self._gate.lets_leave(heard.person) else None
        return Verdict(content, leaves=True)


def _danger_in(text: str) -> str | None:
    """The topic of the danger that a text tells of."""
    finder = parts().finder
    reading, _ = read_need(text[:_MOST_READ], _never if isinstance(finder, Missing) else finder.is_everyday)
    return reading.topic if reading.level == _DANGER else None


def _never(_: str) -> bool:
    return False


def _lines_for(topic: str, language: str) -> Verdict:
    """The help lines of a danger, without the assistant."""
    lines = crisis_card(parts().directory(), _DANGER, topic, language, now()).helplines
    recipe = Recipe(language, (), _DANGER, topic, tuple(line.id for line in lines))
    return Verdict(Content(language, recipe, after=("channel_trouble",)), topic)


def _is_foreign(content: Content) -> bool:
    """Whether it is for somebody whose language is none that the assistant answers in."""
    recipe = content.recipe
    return recipe is not None and any(part.language not in LANGUAGES for part in recipe.parts)


def _wants_person(reply: Reply, recipe: Recipe) -> bool:
    return reply.outcome.kind == "human_asked" or _TWO_MISSES in recipe.keys
