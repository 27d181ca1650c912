"""The only public door of the bot: a message in, a reply out, whatever fails inside."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.actions import ALL
from bot.dialogue.engine import Engine
from bot.dialogue.memory import IDLE_SECONDS
from bot.dialogue.model import ACTS, current_model
from bot.errors import TurnFailed
from bot.fallback import Fallback
from bot.hearing import Hearing, hear
from bot.message import Message, Reply, ReplyPart, Wording
from bot.opening import opening
from bot.outcome import TALK, Outcome, after_danger
from bot.presenting import after_hiding, outcome_in, own_language_first, part_of, parts_of
from bot.turn import HIDING, Memory
from index.cards import CrisisCard
from index.helplines import crisis_card
from index.hours import VILNIUS
from index.query import Query
from index.search import ServiceIndex
from nlu.acts import SERVICE_REQUEST, ActClassifier
from nlu.encoder import open_encoder
from nlu.places import Gazetteer
from nlu.understanding import Understanding, first_place

_TURN_SECONDS = 3.0
# After a refusal to say where somebody hides, these acts are answered again.
_HARMLESS = frozenset(
    {"greet", "goodbye", "thanks", "bot_identity", "privacy", "help", "start_over", "change_language"}
)


class Assistant:
    """Holds conversations. Safe to use from several threads."""

    def __init__(self, index: ServiceIndex, engine: Engine, fallback: Fallback) -> None:
        self._index, self.engine, self._fallback = index, engine, fallback
        self._gazetteer = Gazetteer.load()
        self.fallbacks = 0

    @classmethod
    def start(cls, index: ServiceIndex, *, timeout: float = _TURN_SECONDS, idle: float = IDLE_SECONDS) -> Assistant:
        """Opens the trained dialogue. idle: seconds after which a conversation is forgotten. Raises ModelMissing."""
        actions = [action(index) for action in ALL]
        understanding = Understanding(open_encoder(), ActClassifier.load(current_model() / ACTS), index.is_everyday)
        started = cls(
            index, Engine(actions, timeout, idle), Fallback(understanding, {a.name(): a for a in actions}, index)
        )
        started._warm_up()
        return started

    def reply(self, message: Message) -> Reply:
        """The whole answer, danger first. Never raises, whatever the text."""
        known = self.engine.memory.knows(message.sender)
        memory = Memory.from_slots(self.engine.memory.slots(message.sender))
        hint = None if known else message.language_hint
        directory = self._index.directory
        heard = hear(message, memory, hint, self._index)
        note = self._in_each(heard, "utter_masked") if heard.masked else []
        if not heard.says_something:
            self.engine.memory.change(message.sender, {"language": heard.language})
            return Reply(heard.language, CrisisCard(), (*note, *self._in_each(heard, "utter_empty")))
        place = first_place(self._gazetteer, heard.text) or memory.municipality or message.municipality
        lines = crisis_card(
            directory, heard.crisis.level, heard.crisis.topic, heard.language, datetime.now(VILNIUS), place,
            speaks=heard.own, silent=heard.silent,
        )  # fmt: skip
        parts, outcome = self._answer(message, heard, replace(memory, language=heard.language), hint)
        spoken = parts[-1].language if parts and not heard.foreign else heard.language
        first = opening(heard, lines, self._index)
        became = replace(after_danger(outcome, lines.level, lines.topic), language=heard.spoken)
        return Reply(spoken, lines, tuple(own_language_first(heard.own, (*first, *note, *parts))), became)

    def _warm_up(self) -> None:
        # The first turn reads a second's worth of files; nobody should wait for that.
        self.reply(Message("warm-up", "labas", "none"))
        self.end("warm-up")
        self.fallbacks = 0

    def end(self, sender: str) -> None:
        """Forgets the conversation."""
        self.engine.memory.forget(sender)

    def ready(self) -> bool:
        return self.engine.alive()

    def close(self) -> None:
        self.engine.close()

    def _answer(
        self, message: Message, heard: Hearing, memory: Memory, hint: str | None
    ) -> tuple[list[ReplyPart], Outcome]:
        """What follows the first words, and what has become of the message by it."""
        sender = message.sender
        if self._may_seek_a_hiding_person(heard, memory):
            # What was shown before might tell where somebody is.
            forgotten = {"shown": (), "chosen": None, "query": None, "offset": 0, "asked": HIDING}
            self.engine.memory.change(sender, {"language": heard.language, **forgotten})
            return self._in_each(heard, "utter_hiding"), TALK
        parts, outcome = self._parts(message, heard.text, memory, hint)
        if not heard.silent:
            return parts, outcome
        self.engine.memory.change(sender, {"silent": True, "misses": 0})
        # That nothing was found would contradict the lines that can be written to.
        return parts if any(part.services for part in parts) else [], outcome

    def _parts(self, message: Message, text: str, memory: Memory, hint: str | None) -> tuple[list[ReplyPart], Outcome]:
        place = message.municipality if memory.municipality is None else None
        metadata = {"language": hint, "municipality": place}
        try:
            messages = self.engine.turn(message.sender, text, metadata)
            return parts_of(messages, memory.language), outcome_in(messages)
        except TurnFailed:
            self.fallbacks += 1
            parts, changes, outcome = self._fallback.turn(text, memory, place)
            self.engine.memory.change(message.sender, changes)
            return parts, outcome

    def _may_seek_a_hiding_person(self, heard: Hearing, memory: Memory) -> bool:
        if heard.crisis.topic == "seeking_person":
            return True
        return memory.asked == HIDING and not self._asks_for_something_else(heard.text)

    def _asks_for_something_else(self, text: str) -> bool:
        """Whether somebody who was refused an address goes on to a need of their own."""
        act = self._fallback.understanding.read(text).act.name
        if act != SERVICE_REQUEST:
            return act in _HARMLESS
        needs = self._index.search(Query(text)).needs
        return bool(needs) and needs[0] in after_hiding()

    def _in_each(self, heard: Hearing, key: str) -> list[ReplyPart]:
        return [part_of(Wording(key), language, self._index) for language in heard.answered_in]
