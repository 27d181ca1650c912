"""The language of a message, as people type it; and not knowing, when it cannot be known."""

import time
import unicodedata
from pathlib import Path

import pytest
import yaml

import nlu
from nlu.detection import Detected, detect
from nlu.normalisation import fold

DATA = Path(nlu.__file__).parent / "data"

LITHUANIAN = [
    "Kur gauti maisto?",
    "kur gauti krizių prieglobstį",
    "reikia vežimėlio seneliui Visagine",
    "mano vyras geria, bijau grįžti namo",
    "mama sena, kas galėtų ateiti padėti",
    "o kaip Kaune?",
    "ar jie dirba šeštadienį",
    "kiek kainuoja",
    "antras",
    "ačiū",
    "taip",
    "pašalpa",
    "smurtas",
    "nakvynė",
    "Labas, kur kreiptis dėl neįgalumo?",
]
POLISH = [
    "gdzie znajdę pomoc dla rodziny",
    "Mój syn jest niepełnosprawny, Wisaginia, potrzebna opieka dzienna",
    "mąż pije i bije, boję się wrócić do domu",
    "a w rejonie solecznickim?",
    "w Wilnie",
    "czy oni mówią po polsku?",
    "ile to kosztuje",
    "dziękuję",
    "tak",
    "nie",
    "przemoc",
    "zasiłek",
    "nie mam gdzie spać",
    "kto może przyjść umyć mamę w Niemenczynie",
    "drugi poproszę",
]
ENGLISH = [
    "my husband drinks and I am afraid to go home",
    "where can I get food in Vilnius",
    "and in Kaunas?",
    "do they speak Russian?",
    "how much is it",
    "thanks",
    "yes",
    "shelter",
    "wheelchair",
    "I'm pregnant and alone",
    "the last one",
    "don't know what to do",
    "who is my social worker",
]
WITHOUT_DIACRITICS = [
    ("moj syn jest niepelnosprawny, wisaginia, potrzebna opieka dzienna", "pl"),
    ("reikia vezimelio seneliui visagine", "lt"),
    ("kur gauti maisto", "lt"),
    ("as noriu valgyti", "lt"),
    ("aciu labai", "lt"),
    ("nezinau ka daryti, vyras musa", "lt"),
    ("bijau grizti namo", "lt"),
    ("zasilek", "pl"),
    ("wozek inwalidzki", "pl"),
    ("maz mnie bije", "pl"),
    ("nie mam za co zyc", "pl"),
    ("dzieki", "pl"),
]
MIXED = [
    ("potrzebna pašalpa w seniūnija", "pl"),
    ("jak dostać pašalpa šildymui", "pl"),
    ("czy seniūnija pracuje w sobotę", "pl"),
    ("gdzie są nakvynės namai", "pl"),
    ("socialinis darbuotojas jest potrzebny", "pl"),
    ("where is the seniūnija", "en"),
    ("I need a pašalpa", "en"),
    ("ar zasiłek priklauso man", "lt"),
    ("ar reikia assistant vaikui", "lt"),
]
OTHER = [
    "помогите пожалуйста",
    "мені потрібна допомога",
    "где можно переночевать в Vilnius",
    "привет, ok",
    "ich brauche Hilfe für meine Mutter",
    "wo kann ich heute schlafen?",
    "man vajag palīdzību",
    "lūdzu, kur var dabūt ēst",
    "gde poluchit edu",
    "pomogite pozhaluista",
    "meni potribna dopomoha",
    "zdravstvuyte",
    "χρειάζομαι βοήθεια",
]
THIN = [
    "", " ", "ok", "OK!", "112", "116 123", "+370 600 00000", "Vilnius", "vilnius", "Vilniuje", "Wilno", "Wisaginia",
    "Kaunas?", "Šalčininkų rajone", "Vilnius, Kaunas", "😀", "👍👍", "ok 👍", "?", "...", "jonas@example.lt",
    "https://www.example.lt/kur-gauti-pagalba", "SOS", "taxi", "info", "2", "to", "asdfgh", "hm",
]  # fmt: skip


@pytest.mark.parametrize("text", LITHUANIAN)
def test_lithuanian_is_known(text: str) -> None:
    assert detect(text).language == "lt"


@pytest.mark.parametrize("text", POLISH)
def test_polish_is_known(text: str) -> None:
    assert detect(text).language == "pl"


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_known(text: str) -> None:
    assert detect(text).language == "en"


@pytest.mark.parametrize(("text", "language"), WITHOUT_DIACRITICS)
def test_diacritics_are_not_needed(text: str, language: str) -> None:
    assert detect(text).language == language


@pytest.mark.parametrize(("text", "language"), MIXED)
def test_mixed_text_has_the_language_of_its_grammar_words(text: str, language: str) -> None:
    assert detect(text).language == language


@pytest.mark.parametrize("text", OTHER)
def test_other_languages_are_other(text: str) -> None:
    assert detect(text).language == "other"


@pytest.mark.parametrize("text", THIN)
def test_thin_evidence_is_unknown(text: str) -> None:
    assert detect(text) == Detected("unknown", 0.0)


@pytest.mark.parametrize("text", [*LITHUANIAN, *POLISH, *ENGLISH])
def test_capitals_do_not_matter(text: str) -> None:
    assert detect(text.upper()).language == detect(text).language


@pytest.mark.parametrize("text", [*LITHUANIAN, *POLISH])
def test_letters_typed_as_base_and_mark_are_read(text: str) -> None:
    assert detect(unicodedata.normalize("NFD", text)) == detect(text)


@pytest.mark.parametrize("text", [*LITHUANIAN, *POLISH, *ENGLISH, *OTHER])
def test_confidence_is_a_probability(text: str) -> None:
    assert 0.5 <= detect(text).confidence <= 1


@pytest.mark.parametrize("language", ["lt", "pl", "en"])
@pytest.mark.parametrize("spelling", [str, fold])
def test_examples_of_three_words_and_more_are_known(language: str, spelling: type[str]) -> None:
    acts = yaml.safe_load((DATA / language / "acts.yml").read_text(encoding="utf-8"))["nlu"]
    examples = [line[2:] for act in acts for line in act["examples"].splitlines()]
    found: list[str] = [detect(spelling(example)).language for example in examples if len(example.split()) >= 3]
    assert found.count(language) / len(found) > 0.985
    assert (len(found) - found.count(language) - found.count("unknown")) / len(found) < 0.006


def test_a_message_takes_less_than_a_millisecond() -> None:
    texts = [*LITHUANIAN, *POLISH, *ENGLISH, *OTHER, *THIN]
    detect(texts[0])
    start = time.perf_counter()
    for text in texts:
        detect(text)
    assert (time.perf_counter() - start) / len(texts) < 0.001


@pytest.mark.parametrize("language", ["lt", "pl", "en"])
def test_words_have_the_same_keys_in_each_language(language: str) -> None:
    words = yaml.safe_load((DATA / language / "words.yml").read_text(encoding="utf-8"))
    assert list(words) == ["function_words", "content_words", "letters"]
    every_word = words["function_words"] + words["content_words"]
    assert len(every_word) == len(set(every_word))
