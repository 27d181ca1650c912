"""What somebody in danger reads first, what who cannot speak reads, and that nothing personal reaches the dialogue.

Held without Rasa: its part is played by an engine that fails every turn, so that the fall-back answers.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml

import bot
from bot.actions import ALL
from bot.actions.search_services import open_doors_first
from bot.assistant import Assistant
from bot.dialogue.model import ACTS, current_model
from bot.errors import TurnFailed
from bot.fallback import Fallback
from bot.hearing import Hearing
from bot.message import Message, Reply
from bot.opening import opening
from bot.presenting import responses
from index.cards import CrisisCard, ServiceCard
from index.hours import VILNIUS
from index.search import ServiceIndex
from nlu.acts import ActClassifier
from nlu.crisis import TOPICS, CrisisReading
from nlu.danger import read_danger
from nlu.encoder import open_encoder
from nlu.masking import MASK
from nlu.understanding import Understanding

pytestmark = pytest.mark.dialogue

SPOKEN, OTHERS = ("lt", "pl", "en"), ("ru", "uk")
DANGERS = [f"utter_danger_{topic}" for topic in TOPICS if topic != "seeking_person"]
BEATEN = {
    "lt": "vyras mane muša", "pl": "mąż mnie bije", "en": "my husband is beating me",
    "ru": "муж меня бьёт", "uk": "чоловік мене б'є",
}  # fmt: skip
SILENT = {
    "lt": "negaliu kalbėti, vyras mane muša", "pl": "nie mogę mówić, mąż mnie bije",
    "en": "I can't talk, my husband is beating me", "ru": "не могу говорить, муж меня бьёт",
    "uk": "не можу говорити, чоловік мене б'є",
}  # fmt: skip
PERSONAL = ("38501011234", "8 612 34567", "ona.onaite@gmail.com")


class NoRasa:
    """An engine that only remembers, and notes what it was given."""

    def __init__(self) -> None:
        from rasa.shared.core.domain import Domain

        from bot.dialogue.memory import ConversationMemory

        self.memory = ConversationMemory(Domain.empty())
        self.given: list[str] = []

    def turn(self, sender: str, text: str, metadata: dict[str, Any]) -> list[dict[str, Any]]:
        self.given.append(text)
        raise TurnFailed("no Rasa here")


class Talk:
    """One conversation with the real search."""

    def __init__(self, assistant: Assistant, engine: NoRasa) -> None:
        self._assistant, self.engine = assistant, engine

    def __call__(self, text: str, hint: str | None = None) -> Reply:
        return self._assistant.reply(Message("somebody", text, "test", hint))

    @property
    def kept(self) -> str:
        return repr(self.engine.memory._kept) + repr(self.engine.given)


@pytest.fixture(scope="module")
def fallback(index: ServiceIndex) -> Fallback:
    understanding = Understanding(open_encoder(), ActClassifier.load(current_model() / ACTS))
    return Fallback(understanding, {action.key: action(index) for action in ALL}, index)


@pytest.fixture
def talk(index: ServiceIndex, fallback: Fallback) -> Iterator[Talk]:
    engine = NoRasa()
    yield Talk(Assistant(index, engine, fallback), engine)  # type: ignore[arg-type]
    engine.memory.close()


def texts(reply: Reply, language: str | None = None) -> list[str]:
    return [part.text for part in reply.parts if language in (None, part.language)]


def languages(reply: Reply) -> list[str]:
    return list(dict.fromkeys(part.language for part in reply.parts))


def begins_like(text: str, key: str, language: str) -> bool:
    return text.startswith(responses()[key][language].partition("{")[0])


def cards(reply: Reply) -> list[ServiceCard]:
    return [card for part in reply.parts for card in part.services]


# --- danger


@pytest.mark.parametrize("language", BEATEN)
def test_danger_begins_with_the_emergency_number_in_the_persons_language(language: str, talk: Talk) -> None:
    reply = talk(BEATEN[language])
    assert reply.crisis.level == "danger"
    assert reply.crisis.helplines[0].number == "112"
    assert reply.parts[0].language == language
    assert begins_like(reply.parts[0].text, "utter_danger_violence", language)
    assert "112" in reply.parts[0].text
    assert cards(reply), "institutions follow"


@pytest.mark.parametrize("language", OTHERS)
def test_russian_and_ukrainian_come_first_and_lithuanian_and_english_after_them(language: str, talk: Talk) -> None:
    reply = talk(BEATEN[language])
    assert languages(reply) == [language, "lt", "en"]
    assert responses()["utter_other_language"][language] in texts(reply, language)
    assert reply.language in SPOKEN


@pytest.mark.parametrize(
    ("text", "key", "language"),
    [
        ("как взять кредит на машину", "utter_no_match", "ru"),
        ("як взяти кредит на автомобіль", "utter_no_match", "uk"),
        ("где прячется моя жена", "utter_hiding", "ru"),
        ("мені так самотньо і важко, немає з ким поговорити", "utter_distress", "uk"),
        ("мне грустно и одиноко, не с кем поговорить", "utter_distress", "ru"),
    ],
)
def test_a_few_answers_exist_in_russian_and_ukrainian(text: str, key: str, language: str, talk: Talk) -> None:
    reply = talk(text)
    assert languages(reply) == [language, "lt", "en"]
    assert any(begins_like(said, key, language) for said in texts(reply, language)), texts(reply, language)


def test_who_seeks_a_hiding_person_in_ukrainian_gets_no_institution(talk: Talk) -> None:
    reply = talk("де ховається моя дружина")
    assert texts(reply, "uk") == [responses()["utter_hiding"]["uk"]]
    assert cards(reply) == []


def test_other_languages_are_answered_in_lithuanian_and_english_as_ever(talk: Talk) -> None:
    assert languages(talk("ich brauche bitte Hilfe für meine Kinder")) == ["lt", "en"]


# --- the language of a line


@pytest.mark.parametrize(
    ("language", "spoken", "sentence"),
    [("pl", "litewski", "Kalbu lenkiškai"), ("en", "Lithuanian", "Kalbu angliškai"),
     ("ru", "литовский", "Kalbu rusiškai"), ("uk", "литовська", "Kalbu ukrainietiškai")],
)  # fmt: skip
def test_a_line_that_does_not_speak_the_language_is_said_so_with_one_lithuanian_sentence(
    language: str, spoken: str, sentence: str, talk: Talk
) -> None:
    reply = talk(BEATEN[language])
    told = [text for text in texts(reply) if "Man reikia pagalbos" in text]
    assert len(told) == 1
    assert told == [text for text in texts(reply, language)[:2] if spoken in text and sentence in text]
    assert told[0].startswith(reply.crisis.helplines[1].name)


@pytest.mark.parametrize(
    "text",
    ["vyras mane muša", "they took my passport and force me to work", "забрали паспорт и заставляют работать"],
)
def test_nothing_is_said_of_languages_where_the_line_speaks_the_persons(text: str, talk: Talk) -> None:
    reply = talk(text)
    assert reply.crisis.level == "danger"
    assert not [said for said in texts(reply) if "Man reikia pagalbos" in said]


# --- who cannot speak


@pytest.mark.parametrize("language", SILENT)
def test_who_cannot_speak_reads_first_how_to_write(language: str, talk: Talk) -> None:
    reply = talk(SILENT[language])
    assert reply.crisis.level == "danger"
    assert begins_like(reply.parts[0].text, "utter_cannot_speak", language)
    assert reply.parts[0].language == language
    assert reply.crisis.helplines[0].number == "112"
    assert [way.kind for way in reply.crisis.helplines[0].ways] == ["sms", "call"]
    for line in reply.crisis.helplines:
        assert "call" not in [way.kind for way in line.ways[:-1]] or {way.kind for way in line.ways} == {"call"}
    assert not [text for text in texts(reply) if "Man reikia pagalbos" in text], "there is nobody to say it to"


@pytest.mark.parametrize(
    "text", ["how to text 112", "esu kurčias", "jestem głucha", "я глухая, как отправить смс на 112", "я глухий"]
)
def test_who_only_says_that_they_cannot_speak_sees_the_lines_too(text: str, talk: Talk) -> None:
    read, reply = read_danger(text), talk(text)
    expected = ("distress", "other") if read.level == "none" else (read.level, read.topic)
    assert (reply.crisis.level, reply.crisis.topic) == expected
    assert reply.crisis.helplines[0].ways[0].kind == "sms"
    assert begins_like(reply.parts[0].text, "utter_cannot_speak", reply.parts[0].language)


def test_the_lines_are_not_contradicted_by_a_search_that_found_nothing(talk: Talk) -> None:
    for text in ("jestem głuchy", "jestem głucha", "nie mogę mówić"):
        said = texts(talk(text))
        assert responses()["utter_no_match"]["pl"] not in said
        assert responses()["utter_out_of_scope"]["pl"] not in said


def test_silence_lasts_while_the_danger_goes_on_and_until_the_conversation_starts_over(talk: Talk) -> None:
    talk("I can't talk")
    assert begins_like(texts(talk("he is beating me"))[0], "utter_cannot_speak", "en")
    assert talk("thank you").crisis.level == "none"
    assert begins_like(texts(talk("he is beating me again"))[0], "utter_cannot_speak", "en")
    talk("start over")
    again = talk("he is beating me")
    assert begins_like(texts(again)[0], "utter_danger_violence", "en")
    assert again.crisis.helplines[0].ways[0].kind == "call"


@pytest.mark.parametrize("language", [*SPOKEN, *OTHERS])
@pytest.mark.parametrize("key", DANGERS)
def test_in_silence_the_advice_stays_and_the_call_does_not(index: ServiceIndex, key: str, language: str) -> None:
    crisis = CrisisReading("danger", key.removeprefix("utter_danger_"))
    call, _, advice = responses()[key][language].partition("\n")
    assert "{emergency}" in call
    assert advice
    for silent in (False, True):
        heard = Hearing("x", False, crisis, silent, "lt", language if language in OTHERS else None, language in OTHERS)
        if language in SPOKEN:
            heard = Hearing("x", False, crisis, silent, language, None, False)
        first = opening(heard, CrisisCard(), index)[0]
        assert first.language == language
        assert first.text.endswith(advice)
        assert (call.format(emergency="112") in first.text) is not silent


# --- what is personal


def test_nothing_personal_reaches_the_dialogue_or_its_memory(talk: Talk) -> None:
    reply = talk(f"Esu Ona, {PERSONAL[0]}, tel. {PERSONAL[1]}, {PERSONAL[2]}. Kur Vilniuje gauti maisto?")
    assert talk.engine.given == [f"Esu Ona, {MASK}, tel. {MASK}, {MASK}. Kur Vilniuje gauti maisto?"]
    assert not [each for each in PERSONAL if each in talk.kept]
    assert cards(reply), "the rest is answered"
    assert texts(reply).count(responses()["utter_masked"]["lt"]) == 1
    assert not [each for each in PERSONAL if each in repr(reply.as_json())]


@pytest.mark.parametrize(("text", "hint"), [(PERSONAL[0], "lt"), (PERSONAL[1], "pl"), (f" {PERSONAL[2]} ", "en")])
def test_a_message_of_nothing_but_personal_data_is_told_that_it_is_not_needed(text: str, hint: str, talk: Talk) -> None:
    reply = talk(text, hint)
    assert texts(reply, hint) == [responses()[key][hint] for key in ("utter_masked", "utter_empty")]
    assert talk.engine.given == []
    assert text.strip() not in talk.kept


def test_danger_is_read_in_a_message_with_personal_data(talk: Talk) -> None:
    reply = talk(f"vyras mane muša, skambinkit {PERSONAL[1]}")
    assert reply.crisis.level == "danger"
    assert "112" in reply.parts[0].text, "danger stands before the note"
    assert responses()["utter_masked"]["lt"] in texts(reply)


@pytest.mark.parametrize("text", ["kas tas 116 123?", "0 800 28888 ar veikia naktį?", "skambinau 8 5 233 2508", "112"])
def test_numbers_of_the_directory_reach_the_dialogue(text: str, talk: Talk) -> None:
    reply = talk(text)
    assert talk.engine.given == [text]
    assert responses()["utter_masked"]["lt"] not in texts(reply)


# --- who takes people in at this hour


@pytest.mark.parametrize(
    ("moment", "first"),
    [
        (datetime(2026, 3, 4, 11, 0, tzinfo=VILNIUS), "mic-skpc.specializuota-kompleksine-pagalba"),
        (datetime(2026, 3, 4, 23, 0, tzinfo=VILNIUS), "vmkc.laikinas-apnakvindinimas"),
        (datetime(2026, 3, 7, 11, 0, tzinfo=VILNIUS), "vmkc.laikinas-apnakvindinimas"),
        (datetime(2026, 12, 25, 11, 0, tzinfo=VILNIUS), "vmkc.laikinas-apnakvindinimas"),
    ],
    ids=["office hours", "night", "Saturday", "Christmas"],
)
def test_a_door_that_opens_at_this_hour_stands_first(moment: datetime, first: str, index: ServiceIndex) -> None:
    place = "Vilniaus miesto savivaldybė"
    found = [index.card(each, "en") for each in ("mic-skpc.specializuota-kompleksine-pagalba",
             "vmkc.laikinas-apnakvindinimas", "pagalbos-moterims")]  # fmt: skip
    shown = tuple(card for card in found if card)
    assert open_doors_first(shown, index.directory, place, moment)[0].service_id == first


def test_a_door_of_another_town_is_not_put_first(index: ServiceIndex) -> None:
    found = [index.card(each, "lt") for each in ("panevezio-miesto.laikinas-apnakvindinimas",
             "vm-nakvynes-namai.laikinas-apnakvindinimas")]  # fmt: skip
    shown = tuple(card for card in found if card)
    night = datetime(2026, 3, 4, 23, 0, tzinfo=VILNIUS)
    assert open_doors_first(shown, index.directory, "Panevėžio miesto savivaldybė", night) == shown


# --- the texts


def other_languages() -> dict[str, dict[str, str]]:
    path = Path(bot.__file__).parent / "domain" / "other_languages.yml"
    loaded: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def blanks(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("key", other_languages())
def test_russian_and_ukrainian_texts_are_whole(key: str) -> None:
    given = other_languages()[key]
    assert sorted(given) == sorted(OTHERS)
    for text in given.values():
        assert blanks(text) == blanks(responses()[key]["lt"])
        assert not re.search(r"\d", text), "numbers come from the directory"


def test_every_danger_and_what_goes_with_it_exists_in_russian_and_ukrainian() -> None:
    needed = {*DANGERS, "utter_distress", "utter_cannot_speak", "utter_danger_unserved_language", "utter_hiding",
              "utter_no_match", "utter_other_language", "utter_masked"}  # fmt: skip
    assert needed <= set(other_languages())


@pytest.mark.parametrize("language", [*SPOKEN, *OTHERS])
@pytest.mark.parametrize("key", [*DANGERS, "utter_distress", "utter_cannot_speak", "utter_masked"])
def test_sentences_to_somebody_in_fear_are_short(key: str, language: str) -> None:
    sentences = re.split(r"(?<=[.!?])[”“»)]*\s+", responses()[key][language])
    lengths = [len(re.findall(r"[\w{}/]+(?:[-’]\w+)*", sentence)) for sentence in sentences]
    assert statistics.mean(lengths) <= 12
    assert max(lengths) <= 18
