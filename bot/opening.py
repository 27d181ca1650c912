"""What stands before the answer: danger in a few words, how to reach help in silence, which languages a line speaks."""

from __future__ import annotations

from bot.hearing import Hearing
from bot.message import ReplyPart
from bot.presenting import text_of
from index.cards import CrisisCard
from index.language_names import language_name
from nlu.crisis import CrisisReading

_LITHUANIAN = "lt"


def opening(heard: Hearing, lines: CrisisCard, emergency: str) -> list[ReplyPart]:
    """The few sentences that stand before everything else; none where nothing is wrong.

    lines: those that are shown beside the answer. emergency: the number that stands first in danger.
    """
    # Who types the number alone wants to know what to do with it.
    crisis = CrisisReading("danger", "other") if heard.text == emergency else heard.crisis
    if crisis.level == "none" or crisis.topic == "seeking_person":
        return []
    said = []
    own = next((language for language in heard.languages if language != _LITHUANIAN), _LITHUANIAN)
    for language in heard.languages:
        said.append(ReplyPart(language, _first_words(crisis, heard.silent, emergency, language)))
        if language == own and not heard.silent:
            said += _what_to_say(lines, emergency, language)
    return said


def _first_words(crisis: CrisisReading, silent: bool, emergency: str, language: str) -> str:
    key = f"utter_danger_{crisis.topic}" if crisis.level == "danger" else "utter_distress"
    words = text_of(key, language, {"emergency": emergency})
    if not silent:
        return words
    # The first line of a danger is the call; what else to do holds in silence too.
    _, _, advice = words.partition("\n")
    return f"{text_of('utter_cannot_speak', language, {'emergency': emergency})}\n{advice}".strip()


def _what_to_say(lines: CrisisCard, emergency: str, language: str) -> list[ReplyPart]:
    """One Lithuanian sentence, where the line for the topic is known not to speak the person's language."""
    line = next((line for line in lines.helplines if line.number != emergency), None)
    if line is None or not line.languages_known or language in (_LITHUANIAN, *line.spoken_languages):
        return []
    spoken = ", ".join(language_name(code, language) for code in line.spoken_languages)
    blanks = {"line": line.name, "languages": spoken}
    return [ReplyPart(language, text_of("utter_danger_unserved_language", language, blanks))]
