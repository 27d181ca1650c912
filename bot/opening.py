"""What stands before the answer: danger in a few words, how to reach help in silence, which languages a line speaks."""

from __future__ import annotations

from bot.blanks import Source
from bot.hearing import Hearing
from bot.message import ReplyPart, Wording
from bot.presenting import part_of
from index.cards import CrisisCard
from index.helplines import emergency_number
from nlu.crisis import CrisisReading

_LITHUANIAN = "lt"


def opening(heard: Hearing, lines: CrisisCard, source: Source) -> list[ReplyPart]:
    """The few sentences that stand before everything else; none where nothing is wrong.

    lines: those that are shown beside the answer.
    """
    emergency = emergency_number(source.directory)
    # Who types the number alone wants to know what to do with it.
    crisis = CrisisReading("danger", "other") if heard.text == emergency else heard.crisis
    if crisis.level == "none" or crisis.topic == "seeking_person":
        return []
    key = f"utter_danger_{crisis.topic}" if crisis.level == "danger" else "utter_distress"
    said = []
    own = next((language for language in heard.languages if language != _LITHUANIAN), _LITHUANIAN)
    for language in heard.languages:
        said.append(part_of(Wording(key, silent=heard.silent), language, source))
        if language == own and not heard.silent:
            said += _what_to_say(lines, emergency, language, source)
    return said


def _what_to_say(lines: CrisisCard, emergency: str, language: str, source: Source) -> list[ReplyPart]:
    """One Lithuanian sentence, where the line for the topic is known not to speak the person's language."""
    line = next((line for line in lines.helplines if line.number != emergency), None)
    if line is None or not line.languages_known or language in (_LITHUANIAN, *line.spoken_languages):
        return []
    return [part_of(Wording("utter_danger_unserved_language", line.id), language, source)]
