"""The only public door of the bot: a message in, a reply out, whatever fails inside."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.actions import ALL
from bot.dialogue.engine import Engine
from bot.dialogue.model import ACTS, current_model
from bot.errors import TurnFailed
from bot.fallback import Fallback
from bot.message import Message, Reply, ReplyPart
from bot.presenting import after_hiding, part_of, parts_of
from bot.turn import HIDING, Memory, Say
from index.cards import CrisisCard
from index.helplines import crisis_card, emergency_number
from index.hours import VILNIUS
from index.query import Query
from index.search import ServiceIndex
from nlu.acts import SERVICE_REQUEST, ActClassifier
from nlu.crisis import CrisisReading, read_crisis
from nlu.encoder import open_encoder
from nlu.places import Gazetteer
from nlu.understanding import LANGUAGES, Heard, Understanding, cleaned, first_place, hear_language

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
    def start(cls, index: ServiceIndex, *, timeout: float = _TURN_SECONDS) -> Assistant:
        """Opens the trained dialogue. Raises ModelMissing."""
        actions = [action(index) for action in ALL]
        understanding = Understanding(open_encoder(), ActClassifier.load(current_model() / ACTS))
        started = cls(index, Engine(actions, timeout), Fallback(understanding, {a.name(): a for a in actions}, index))
        started._warm_up()
        return started

    def reply(self, message: Message) -> Reply:
        """The whole answer, danger first. Never raises, whatever the text."""
        text = cleaned(message.text)
        crisis = read_crisis(text)
        heard = hear_language(text)
        known = self.engine.memory.knows(message.sender)
        memory = Memory.from_slots(self.engine.memory.slots(message.sender))
        hint = None if known else message.language_hint
        language = heard.language if heard.clear and heard.language in LANGUAGES else hint or memory.language
        if not any(sign.isalnum() for sign in text):
            self.engine.memory.change(message.sender, {"language": language})
            return Reply(language, CrisisCard(), (part_of(Say("utter_empty"), language),))
        place = first_place(self._gazetteer, text) or memory.municipality or message.municipality
        first = self._danger(text, crisis, heard, language)
        if crisis.topic == "seeking_person" or (memory.asked == HIDING and not self._asks_for_something_else(text)):
            parts = [part_of(Say("utter_hiding"), each) for each in _answer_languages(heard, language)]
            # What was shown before might tell where somebody is.
            forgotten = {"shown": (), "chosen": None, "query": None, "offset": 0, "asked": HIDING}
            self.engine.memory.change(message.sender, {"language": language, **forgotten})
        else:
            parts = self._parts(message, text, replace(memory, language=language), hint)
        lines = crisis_card(self._index.directory, crisis.level, crisis.topic, language, datetime.now(VILNIUS), place)
        spoken = parts[-1].language if parts and not (heard.clear and heard.language == "other") else language
        return Reply(spoken, lines, (*first, *parts))

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

    def _parts(self, message: Message, text: str, memory: Memory, hint: str | None) -> list[ReplyPart]:
        place = message.municipality if memory.municipality is None else None
        metadata = {"language": hint, "municipality": place}
        try:
            return parts_of(self.engine.turn(message.sender, text, metadata), memory.language)
        except TurnFailed:
            self.fallbacks += 1
            parts, changes = self._fallback.turn(text, memory, place)
            self.engine.memory.change(message.sender, changes)
            return parts

    def _asks_for_something_else(self, text: str) -> bool:
        """Whether somebody who was refused an address goes on to a need of their own."""
        act = self._fallback.understanding.read(text).act.name
        if act != SERVICE_REQUEST:
            return act in _HARMLESS
        needs = self._index.search(Query(text)).needs
        return bool(needs) and needs[0] in after_hiding()

    def _danger(self, text: str, crisis: CrisisReading, heard: Heard, language: str) -> list[ReplyPart]:
        """The few sentences that stand before everything else."""
        if text == emergency_number(self._index.directory):
            return [part_of(Say("utter_danger_other", {"emergency": text}), language)]
        if crisis.level == "none" or crisis.topic == "seeking_person":
            return []
        key = f"utter_danger_{crisis.topic or 'other'}" if crisis.level == "danger" else "utter_distress"
        blanks = {"emergency": emergency_number(self._index.directory)} if crisis.level == "danger" else {}
        return [part_of(Say(key, blanks), each) for each in _answer_languages(heard, language)]


def _answer_languages(heard: Heard, language: str) -> tuple[str, ...]:
    return ("lt", "en") if heard.clear and heard.language == "other" else (language,)
