"""Whether anybody finds out, and what happens on the call, is answered as a source says it, or honestly not.

Held without Rasa, whose part is played by an engine that fails every turn; the directory is that of the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from bot.actions import ALL
from bot.assistant import Assistant
from bot.dialogue.model import ACTS, current_model
from bot.errors import TurnFailed
from bot.fallback import Fallback
from bot.message import Message
from bot.presenting import text_of
from index.directory.starter import read_starter
from index.records import said
from index.search import ServiceIndex
from nlu.acts import ActClassifier
from nlu.encoder import open_encoder
from nlu.references import asks_about_discretion, asks_about_first_contact
from nlu.understanding import Understanding

MEN = "kaunas-vyru-kc.psichologine-emocine-teisine-pagalba-vyrams"
TREATMENT = "rplc-vilnius.priklausomybes-ligu-gydymas"
FOUND_OUT = {
    "lt": ["Ar kas nors sužinos, kad klausiau?", "ar tai konfidencialu?", "ar reikia sakyti vardą"],
    "pl": ["Czy ktoś się dowie, że pytam?", "czy to anonimowe?", "czy muszę podać nazwisko?"],
    "en": ["will anybody find out?", "Does anybody learn that I asked?", "do I have to give my name"],
}
CALLED = {
    "lt": ["Kas bus, kai paskambinsiu?", "kas vyksta, kai ten paskambinu", "kas bus kai jiems parasysiu"],
    "pl": ["Co się stanie, gdy zadzwonię?", "co bedzie jak tam zadzwonie", "jak wygląda rozmowa?"],
    "en": ["What happens when I call?", "what happens when I call them?", "what will happen if I write to them"],
}
ASKED_OUT = [(language, text) for language, group in FOUND_OUT.items() for text in group]
ASKED_CALL = [(language, text) for language, group in CALLED.items() for text in group]


class AsTheFilesSay:
    """The real index, with the directory as its files say it now."""

    def __init__(self, index: ServiceIndex) -> None:
        self._index, self.directory = index, read_starter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)


class NoRasa:
    """An engine that only remembers."""

    def __init__(self) -> None:
        from rasa.shared.core.domain import Domain

        from bot.dialogue.memory import ConversationMemory

        self.memory = ConversationMemory(Domain.empty())

    def turn(self, sender: str, text: str, metadata: dict[str, Any]) -> list[dict[str, Any]]:
        raise TurnFailed("no Rasa here")


class Talk:
    """One conversation; `show` makes it as though these cards had been shown."""

    def __init__(self, index: Any, fallback: Fallback) -> None:
        self.index, self.engine = index, NoRasa()
        self._assistant = Assistant(index, self.engine, fallback)  # type: ignore[arg-type]

    def show(self, *ids: str, chosen: str | None = None) -> None:
        self.engine.memory.change("somebody", {"shown": ids, "chosen": chosen, "query": "pagalba"})

    def __call__(self, text: str, language: str) -> list[str]:
        return [part.text for part in self._assistant.reply(Message("somebody", text, "test", language)).parts]

    def expected(self, key: str, service_id: str, language: str, field: str | None = None) -> str:
        card = self.index.card(service_id, language)
        blanks = {"organization": card.organization}
        if field:
            blanks["statement"] = said(getattr(self.index.directory.record(service_id), field).text, language).text
        return text_of(key, language, blanks)


@pytest.fixture(scope="module")
def fallback(index: ServiceIndex) -> Fallback:
    known: Any = AsTheFilesSay(index)
    understanding = Understanding(open_encoder(), ActClassifier.load(current_model() / ACTS))
    return Fallback(understanding, {action.key: action(known) for action in ALL}, known)


@pytest.fixture
def talk(fallback: Fallback) -> Iterator[Talk]:
    made = Talk(fallback._index, fallback)
    yield made
    made.engine.memory.close()


@pytest.fixture(scope="module")
def silent(index: ServiceIndex) -> str:
    """A shown service of which no source says either."""
    return next(
        service.id
        for service in read_starter().shown_services()
        if not (service.discretion or service.first_contact) and index.card(service.id, "lt") and not service.statutory
    )


@pytest.mark.dialogue
@pytest.mark.parametrize(("language", "text"), ASKED_OUT)
def test_who_learns_of_it_is_told_as_the_source_says_and_then_what_the_chat_does(
    language: str, text: str, talk: Talk
) -> None:
    talk.show(TREATMENT, MEN)
    told = talk.expected("utter_discretion", TREATMENT, language, "discretion")
    assert talk(text, language) == [told, text_of("utter_privacy", language, {})]


@pytest.mark.dialogue
@pytest.mark.parametrize(("language", "text"), ASKED_CALL)
def test_what_happens_on_the_call_is_told_as_the_source_says(language: str, text: str, talk: Talk) -> None:
    talk.show("1815", MEN)
    assert talk(text, language) == [talk.expected("utter_first_contact", "1815", language, "first_contact")]


@pytest.mark.dialogue
@pytest.mark.parametrize("language", FOUND_OUT)
def test_where_no_source_says_it_that_is_said_with_advice_to_ask_before_giving_a_name(
    language: str, talk: Talk, silent: str
) -> None:
    talk.show(silent)
    unknown = talk.expected("utter_no_discretion", silent, language)
    assert talk(FOUND_OUT[language][0], language) == [unknown, text_of("utter_privacy", language, {})]
    assert talk(CALLED[language][0], language) == [talk.expected("utter_no_first_contact", silent, language)]


@pytest.mark.dialogue
def test_the_chosen_card_is_meant_and_else_the_one_that_is_pointed_at(talk: Talk) -> None:
    talk.show(TREATMENT, MEN, chosen=MEN)
    assert talk("will anybody find out?", "en")[0] == talk.expected("utter_discretion", MEN, "en", "discretion")
    talk.show(TREATMENT, MEN)
    assert talk("what happens when I call the second one?", "en") == [
        talk.expected("utter_first_contact", MEN, "en", "first_contact")
    ]
    # And is spoken of from then on.
    assert talk("will anybody find out?", "en")[0] == talk.expected("utter_discretion", MEN, "en", "discretion")


@pytest.mark.dialogue
@pytest.mark.parametrize("language", FOUND_OUT)
def test_before_anything_is_shown_only_the_chat_itself_is_spoken_of(language: str, talk: Talk) -> None:
    assert talk(FOUND_OUT[language][0], language) == [text_of("utter_privacy", language, {})]


@pytest.mark.dialogue
@pytest.mark.parametrize(
    ("language", "text"),
    [("lt", "ištrinkite mano žinutes"), ("pl", "proszę usunąć rozmowę"), ("en", "how long do you keep my data")],
)
def test_a_question_about_the_chats_own_data_says_nothing_of_the_cards(language: str, text: str, talk: Talk) -> None:
    talk.show(TREATMENT)
    assert talk(text, language) == [text_of("utter_privacy", language, {})]


@pytest.mark.dialogue
def test_who_is_in_danger_is_not_put_off_with_a_question_about_the_call(talk: Talk) -> None:
    talk.show("1815")
    told = talk("he is beating me, what happens when I call?", "en")
    assert told[0].startswith(text_of("utter_danger_violence", "en", {"emergency": "112"})[:20])
    assert talk.expected("utter_first_contact", "1815", "en", "first_contact") not in told


@pytest.mark.parametrize(("_", "text"), ASKED_CALL)
def test_the_question_about_the_call_is_known_by_its_words(_: str, text: str) -> None:
    assert asks_about_first_contact(text)


@pytest.mark.parametrize(
    "text",
    [
        "koks telefono numeris?", "ar kas atsilieps naktį", "kto odbierze dziecko z przedszkola", "jaki jest numer?",
        "what happens to my child benefit", "who can I call?", "kada galima skambinti", "kiedy można dzwonić",
        "mano mama serga ir aš nežinau, kas bus, vakar bandžiau, bet niekas neatsiliepė, kam man dar paskambinti",
    ],
)  # fmt: skip
def test_other_questions_about_calls_are_left_alone(text: str) -> None:
    assert not asks_about_first_contact(text)


@pytest.mark.parametrize(("_", "text"), ASKED_OUT)
def test_the_question_who_learns_of_it_is_known_by_its_words(_: str, text: str) -> None:
    assert asks_about_discretion(text)


@pytest.mark.parametrize("key", ["utter_no_discretion", "utter_no_first_contact"])
@pytest.mark.parametrize("language", FOUND_OUT)
def test_what_is_not_known_is_said_in_short_sentences(key: str, language: str) -> None:
    sentences = re.findall(r"[^.?]+[.?]", text_of(key, language, {"organization": "X"}))
    assert sum(len(re.findall(r"\w+", each)) for each in sentences) / len(sentences) <= 13
