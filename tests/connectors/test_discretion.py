"""What a locked screen shows of a message, whatever the message is about; and how somebody asks to leave."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle

import pytest

from bot.message import Wording
from bot.presenting import responses
from bot.recipe import PartRecipe, Recipe
from index.needs.taxonomy import read_taxonomy
from index.records import LANGUAGES
from index.search import ServiceIndex
from nlu.normalisation import fold
from webhook.connectors.delivery.letters import Content
from webhook.connectors.protocol import Limits, Piece
from webhook.connectors.saying.composing import pieces_of
from webhook.connectors.saying.discretion import (
    BRIEF,
    FIRST_SHOWN,
    Kind,
    exit_language,
    means_exit,
    neutral_keys,
    opener,
    openers,
)
from webhook.connectors.saying.wording import sentence, wordings

WIDE, NARROW = Limits(4096, 4096, 4096, 10, 40), Limits(640, 640, 640, 1, 20, links=3)
KINDS: tuple[Kind, ...] = ("answer", "brief", "continuation", "danger", "notice")
WEB = "https://kelrodis.example.lt"
# Beginnings of words that a lock screen must not show, without diacritics.
TELLING = {
    "lt": "smurt prievart kriz prieglob pastog nakvyn apnakv savizud nusizud zudy narkotik alkohol priklausom pavoj "
    "isnaud slep slapst musa skriau benam siaub policij bijo",
    "pl": "przemoc kryzys schron nocleg bezdom samoboj gwalt narkotyk alkohol uzalezn niebezpiecz zagroz ukryw bije "
    "krzywd wyzysk policj boje",
    "en": "violen abus crisis shelter refuge suicid rape drugs alcohol addict danger hide hiding homeless exploit "
    "traffick police afraid hurt harm threat",
    "ru": "насил кризис убежищ приют ночлег самоуб суицид опасн наркот алкогол бездом полици страш",
    "uk": "насил криз притул ночлег нічліг самогуб суїцид небезпе наркот алкогол безпритул поліці страш",
}
STEMS = tuple(stem for stems in TELLING.values() for stem in stems.split())
_ABOUT_A_PLACE = {"place", "contacts"}


def tells(text: str) -> list[str]:
    """The words of a text that say too much."""
    return [word for word in re.findall(r"\w+", fold(text)) if word.startswith(tuple(fold(stem) for stem in STEMS))]


def one_bubble(key: str, language: str, about: str = "", cards: tuple[str, ...] = (), level: str = "none") -> Content:
    return Content(language, Recipe(language, (PartRecipe(language, Wording(key, about), cards),), level))


def check(pieces: tuple[Piece, ...]) -> None:
    assert pieces
    for piece in pieces:
        assert not tells(piece.text[:FIRST_SHOWN]), piece.text[:FIRST_SHOWN]


def begins_with_an_opener(text: str) -> bool:
    every = (sentence(key, language, emergency="112") for kind in KINDS for key in openers(kind)
             for language in wordings()[key])  # fmt: skip
    return any(text.startswith(words) for words in every)


def blanks_of(key: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", responses()[key]["lt"]))


def test_the_stems_find_what_they_are_for() -> None:
    for text in ("Vilniaus miesto krizių centras", "przemoc w rodzinie", "a shelter for women", "дом насилия"):
        assert tells(text)


@pytest.mark.parametrize("kind", KINDS)
def test_an_opener_fills_what_a_locked_screen_shows_and_is_neutral_in_every_language(kind: Kind) -> None:
    assert openers(kind)
    for key in openers(kind):
        assert wordings()[key].keys() >= {*LANGUAGES, "ru", "uk"}
        for language in wordings()[key]:
            words = sentence(key, language, emergency="1")
            assert len(words) >= (BRIEF if kind == "brief" else FIRST_SHOWN), words
            assert not tells(words)


def test_an_opener_of_danger_names_the_emergency_number_at_once() -> None:
    for language in (*LANGUAGES, "ru", "uk"):
        assert "112" in opener("danger", language, 0, "112")[:FIRST_SHOWN]


def test_without_an_emergency_number_the_opener_of_danger_has_no_hole() -> None:
    assert opener("danger", "lt", 0, None) in {sentence(key, "lt") for key in openers("answer")}


def test_what_is_listed_as_neutral_exists_and_tells_nothing_in_any_language() -> None:
    for key in neutral_keys():
        texts = responses().get(key) or wordings()[key]
        for text in texts.values():
            assert not tells(text), key
        assert blanks_of(key) <= {"place"} if key in responses() else True


def details() -> list[str]:
    return [
        key for key in sorted(responses()) if "organization" in (blanks := blanks_of(key)) and "statement" not in blanks
    ]


def abouts(key: str, index: ServiceIndex) -> Iterator[str]:
    """Something that each blank of the response can be about."""
    blanks, directory = blanks_of(key), index.directory
    if blanks & _ABOUT_A_PLACE:
        yield from directory.municipalities
    elif "statement" in blanks:
        yield from (record.id for record in directory.shown() if getattr(record, key.removeprefix("utter_")))
    elif "line" in blanks:
        yield from (line.id for line in directory.shown_helplines())
    elif "organization" not in blanks:
        yield ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_response_shows_itself_on_a_locked_screen(language: str, index: ServiceIndex) -> None:
    said = set()
    for key in responses():
        for about in abouts(key, index):
            for level in ("none", "danger"):
                content = one_bubble(key, language, about, level=level)
                pieces = pieces_of(content, WIDE, index, WEB)
                check(pieces)
                said.add(key)
                assert key in neutral_keys() or begins_with_an_opener(pieces[0].text), key
    assert said | set(details()) == set(responses())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_record_shows_itself_on_a_locked_screen(language: str, index: ServiceIndex) -> None:
    """Each as the answer to a question about it, as a card alone, and below other cards in a narrow message."""
    keys, shown = cycle(details()), [record.id for record in index.directory.shown()]
    assert len(shown) > 200
    for first, record in enumerate(shown):
        check(pieces_of(one_bubble(next(keys), language, record), WIDE, index, WEB))
        check(pieces_of(Content(language, cards=(record,)), WIDE, index, WEB))
        several = tuple(shown[(first + step) % len(shown)] for step in range(3))
        check(pieces_of(one_bubble("utter_found", language, cards=several), NARROW, index, WEB))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_need_that_is_offered_shows_itself_on_a_locked_screen(language: str, index: ServiceIndex) -> None:
    for need in read_taxonomy().needs:
        wording = Wording("utter_did_you_mean", "", ("more",), (need, "no-food"))
        content = Content(language, Recipe(language, (PartRecipe(language, wording),)))
        for limits in (WIDE, NARROW, Limits(4096, 4096, 4096, 0, 0)):
            check(pieces_of(content, limits, index, WEB))


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_we_add_shows_too_much_on_a_locked_screen(language: str, index: ServiceIndex) -> None:
    for key, texts in wordings().items():
        if {blank for text in texts.values() for blank in re.findall(r"{(\w+)}", text)} <= {"web_chat", "emergency"}:
            for limits in (WIDE, NARROW):
                check(pieces_of(Content(language, before=(key,)), limits, index, WEB))


@pytest.mark.parametrize("own", ["ru", "uk"])
def test_russian_and_ukrainian_answers_are_as_discreet(own: str, index: ServiceIndex) -> None:
    for key in (key for key, texts in responses().items() if own in texts and not blanks_of(key) - {"emergency"}):
        parts = tuple(PartRecipe(language, Wording(key)) for language in (own, "lt", "en"))
        for level in ("none", "danger"):
            pieces = pieces_of(Content("lt", Recipe("lt", parts, level)), NARROW, index, WEB)
            check(pieces)
            assert pieces[0].language == own


@pytest.mark.parametrize("kind", ["answer", "brief"])
def test_the_first_opener_of_an_answer_leaves_to_the_notice_how_the_chat_is_deleted(kind: Kind) -> None:
    for language, word in (("lt", "išeiti"), ("pl", "wyjdź"), ("en", "exit"), ("ru", "выход"), ("uk", "вихід")):
        assert word not in sentence(openers(kind)[0], language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_neutral_words_over_cards_need_a_short_opener_only(language: str, index: ServiceIndex) -> None:
    cards = tuple(record.id for record in index.directory.shown())[:2]
    (piece,) = pieces_of(one_bubble("utter_found", language, cards=cards), WIDE, index, WEB)
    first, second, _ = piece.text.split("\n\n", 2)
    assert first in {sentence(key, language) for key in openers("brief")}
    assert second == responses()["utter_found"][language]


def test_words_that_anybody_may_read_stand_without_an_opener(index: ServiceIndex) -> None:
    (piece,) = pieces_of(one_bubble("utter_thanks", "en"), WIDE, index, None)
    assert piece.text == responses()["utter_thanks"]["en"]


def test_the_same_letter_has_the_same_words_when_it_is_sent_again_and_others_vary(index: ServiceIndex) -> None:
    shown = [record.id for record in index.directory.shown()][:12]
    contents = [one_bubble("utter_chosen", "lt", record) for record in shown]
    first, again = ([pieces_of(content, WIDE, index, WEB)[0].text for content in contents] for _ in range(2))
    assert first == again
    assert len({text.split("\n")[0] for text in first}) == len(openers("answer"))


@pytest.mark.parametrize(
    "text", ["išeiti", "Iseiti!", "/exit", "EXIT", "  wyjdz ", "Wyjdź.", "usuń rozmowę", "Delete this chat", "выход"]
)
def test_who_wants_to_leave_is_understood(text: str) -> None:
    assert means_exit(text)


@pytest.mark.parametrize(("text", "language"), [("Вихід", "uk"), ("/выход", "ru"), ("wyjdz", "pl"), ("exit", "en")])
def test_who_leaves_is_told_so_in_their_language(text: str, language: str) -> None:
    assert exit_language(text) == language
    assert language in wordings()["channel_exit"]


@pytest.mark.parametrize(
    "text", ["", "?", "noriu išeiti iš namų", "kaip palikti vyrą", "chcę wyjść z nałogu", "I want to leave my husband"]
)
def test_who_speaks_of_leaving_something_else_is_not_sent_away(text: str) -> None:
    assert not means_exit(text)
