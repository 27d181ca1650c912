"""Everything that is read from one message, without Rasa: what its pipeline does, step by step."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from nlu.acts import GIVE_PLACE, PRIVACY, Act, ActClassifier
from nlu.crisis import CrisisReading, read_crisis
from nlu.detection import detect
from nlu.encoder import Encoder
from nlu.places import Gazetteer
from nlu.references import asks_about_first_contact
from nlu.silence import read_need

LANGUAGES = ("lt", "pl", "en")
# A word or two may be of any language; a sentence is believed sooner.
_SURE_OF_A_SENTENCE, _SURE_OF_A_WORD = 0.6, 0.8
_SENTENCE_WORDS = 3
# Blanks, marks without width, and slashes, in any order.
_LEADING = re.compile(r"^[\s/\u200b-\u200f\u2060\ufeff\x00-\x1f]+")


@dataclass(frozen=True)
class Heard:
    """The language of a message. `clear` says that it may override the conversation's."""

    language: str
    clear: bool


@dataclass(frozen=True)
class Reading:
    """What a message is. `place` is an official municipality or None."""

    text: str
    heard: Heard
    act: Act
    place: str | None
    crisis: CrisisReading


def cleaned(text: str) -> str:
    """The text without leading slashes and blanks, which Rasa would take for an intent."""
    return _LEADING.sub("", text).strip()


def hear_language(text: str) -> Heard:
    found = detect(text)
    bar = _SURE_OF_A_SENTENCE if len(text.split()) >= _SENTENCE_WORDS else _SURE_OF_A_WORD
    return Heard(found.language, found.language != "unknown" and found.confidence >= bar)


def first_place(gazetteer: Gazetteer, text: str) -> str | None:
    mentions = gazetteer.find(text)
    return mentions[0].municipality if mentions else None


def read_act(text: str, classifier: ActClassifier, encoder: Encoder) -> list[Act]:
    """Acts, most likely first. Somebody in danger is never taken for small talk; a bare place is given as one.

    Who dreads the call wants to know how it goes, not when the office is open.
    """
    ranking = classifier.ranking(text, encoder.encode_question(text))
    if Gazetteer.load().is_only_places(text):
        return [Act(GIVE_PLACE, 1.0), *(act for act in ranking if act.name != GIVE_PLACE)]
    # By words alone: to the meaning, thanks and questions of a person in need sound heavy too.
    if read_crisis(text).level != "none":
        ranking.sort(key=lambda act: act.name != "service_request")
    elif asks_about_first_contact(text):
        return [Act(PRIVACY, 1.0), *(act for act in ranking if act.name != PRIVACY)]
    return ranking


class Understanding:
    """Reads messages with the classifier that the dialogue model was trained with."""

    def __init__(
        self, encoder: Encoder, acts: ActClassifier, is_everyday: Callable[[str], bool] = lambda text: False
    ) -> None:
        """is_everyday: see nlu.silence.read_need."""
        self._encoder, self._acts, self._is_everyday = encoder, acts, is_everyday
        self._gazetteer = Gazetteer.load()

    def read(self, text: str) -> Reading:
        text = cleaned(text)
        return Reading(
            text=text,
            heard=hear_language(text),
            act=read_act(text, self._acts, self._encoder)[0],
            place=first_place(self._gazetteer, text),
            crisis=read_need(text, self._is_everyday)[0],
        )
