"""An answer becomes messages within a platform's limits: danger first, nothing lost, as few as fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.message import Wording
from bot.presenting import responses
from bot.recipe import PartRecipe, Recipe
from index.cards import PhoneCard, ServiceCard
from index.helplines import crisis_card
from index.hours import VILNIUS
from index.records import LANGUAGES, Directory
from index.search import ServiceIndex
from webhook.connectors.delivery.letters import Content
from webhook.connectors.protocol import Limits, Piece
from webhook.connectors.saying.card_text import units, web_addresses
from webhook.connectors.saying.composing import distinct, pieces_of
from webhook.connectors.saying.packing import split
from webhook.connectors.saying.wording import key_for, sentence, wordings

WEB = "https://kelrodis.example.lt"
# Shaped like the platforms' own: wide, with buttons in a narrow message, with narrow messages alone, without buttons.
WIDE, TEMPLATE = Limits(4096, 4096, 4096, 10, 40), Limits(2000, 2000, 640, 13, 20, links=3)
NARROW, BARE = Limits(900, 900, 900, 3, 20), Limits(4096, 4096, 4096, 0, 0)
ONE_LINK = Limits(4096, 1024, 1024, 10, 24, links=1)
EVERY = (WIDE, TEMPLATE, NARROW, ONE_LINK, BARE)
PAGE_ONLY = ("page-1", "page-2", "page-3")


@dataclass
class Shelf:
    """The real directory with a few cards of our own in front."""

    real: ServiceIndex
    own: dict[str, ServiceCard] = field(default_factory=dict)

    @property
    def directory(self) -> Directory:
        return self.real.directory

    def card(self, service_id: str, language: str) -> ServiceCard | None:
        return self.own.get(service_id) or self.real.card(service_id, language)


@pytest.fixture
def shelf(index: ServiceIndex) -> Shelf:
    some = index.card(ids(index, 1)[0], "lt")
    assert some
    own = {
        name: replace(some, service_id=name, organization=f"Įstaiga {name}", phones=(), email=None,
                      website=f"https://www.{name}.example.lt/apie", how_to_get=())
        for name in PAGE_ONLY
    }  # fmt: skip
    return Shelf(index, own)


def ids(index: ServiceIndex, many: int) -> tuple[str, ...]:
    return tuple(service.id for service in index.directory.shown_services())[:many]


def answer(
    cards: Sequence[str] = (), *, key: str = "utter_found", buttons: Sequence[str] = (), needs: Sequence[str] = (),
    language: str = "lt",
) -> Content:  # fmt: skip
    wording = Wording(key, "", tuple(buttons), tuple(needs))
    return Content(language, Recipe(language, (PartRecipe(language, wording, tuple(cards)),)))


def danger(index: ServiceIndex, language: str, silent: bool = False) -> Content:
    card = crisis_card(index.directory, "danger", "violence", language, datetime.now(VILNIUS), silent=silent)
    parts = (
        PartRecipe(language, Wording("utter_danger_violence", silent=silent)),
        PartRecipe(language, Wording("utter_found", "", ("more",)), ids(index, 2)),
    )
    lines = tuple(line.id for line in card.helplines)
    recipe = Recipe(language, parts, "danger", "violence", lines, silent)
    return Content(language, recipe, before=("channel_first_contact",))


def said(pieces: Sequence[Piece]) -> str:
    return "\n".join(piece.text for piece in pieces)


def check(pieces: Sequence[Piece], limits: Limits) -> None:
    """What a platform would refuse."""
    assert pieces
    for piece in pieces:
        most = [limits.text, *[limits.with_choices][: len(piece.choices)], *[limits.with_links][: len(piece.links)]]
        assert 0 < units(piece.text) <= min(most)
        assert len(piece.choices) <= limits.choices
        assert len(piece.links) <= limits.links
        assert not re.search(r"https?://|www\.", piece.text) or limits.links == 0
        for titles in ([choice.title for choice in piece.choices], [link.title for link in piece.links]):
            assert len(set(titles)) == len(titles)
            assert all(0 < units(title) <= limits.title for title in titles)
    assert not any(piece.choices for piece in pieces[:-1])


def test_three_cards_are_one_message(index: ServiceIndex) -> None:
    pieces = pieces_of(answer(ids(index, 3), buttons=("more",)), WIDE, index, WEB)
    assert len(pieces) == 1
    assert [choice.payload for choice in pieces[0].choices] == ["daugiau"]


@pytest.mark.parametrize("limits", EVERY)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_record_fits_each_platform_with_phones_and_whose_they_are(
    limits: Limits, language: str, index: ServiceIndex
) -> None:
    shown = ids(index, 10_000)
    for first in range(0, len(shown), 4):
        cards = shown[first : first + 4]
        pieces = pieces_of(answer(cards, buttons=("more", "phone"), language=language), limits, index, WEB)
        check(pieces, limits)
        told = said(pieces)
        for service_id in cards:
            card = index.card(service_id, language)
            assert card
            for phone in card.phones:
                assert phone.number in told
                assert (card.organization if phone.via == "own" else phone.label) in told


def test_many_cards_become_more_messages_and_none_vanishes(index: ServiceIndex) -> None:
    many = ids(index, 40)
    pieces = pieces_of(answer(many), NARROW, index, WEB)
    check(pieces, NARROW)
    numbered = re.findall(r"^(\d+)\. ", said(pieces), re.MULTILINE)
    assert numbered == [str(number) for number in range(1, len(many) + 1)]


def test_no_message_holds_only_the_words_over_cards(index: ServiceIndex) -> None:
    for first in range(0, 60, 3):
        content = replace(answer(ids(index, 63)[first : first + 3]), before=("channel_attachment",))
        for piece in pieces_of(content, NARROW, index, WEB):
            assert not piece.text.endswith(responses()["utter_found"]["lt"])


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("limits", EVERY)
def test_danger_stands_before_everything_else_and_is_heard(
    limits: Limits, language: str, silent: bool, index: ServiceIndex
) -> None:
    content = danger(index, language, silent)
    pieces = pieces_of(content, limits, index, WEB)
    check(pieces, limits)
    told = said(pieces)
    assert content.recipe
    key = "utter_cannot_speak" if silent else "utter_danger_violence"
    order = [told.index(responses()[key][language].format(emergency="112").split("\n")[0])]
    order += [told.index(f"\n{index.directory.helplines[line].number} – ") for line in content.recipe.lines]
    order += [told.index(sentence("channel_first_contact", language, web_chat=None))]
    order += [told.index(responses()["utter_found"][language])]
    assert order == sorted(order)
    # Whoever cannot speak may be hiding, and a sound would betray them.
    assert [piece.loud for piece in pieces] == [not silent] + [False] * (len(pieces) - 1)
    assert pieces[0].text.startswith(sentence("channel_open_danger_1", language, emergency="112"))


@pytest.mark.parametrize("limits", EVERY)
def test_what_danger_needs_at_once_is_not_buried_in_cards(limits: Limits, index: ServiceIndex) -> None:
    first, *others = pieces_of(danger(index, "lt"), limits, index, WEB)
    found = responses()["utter_found"]["lt"]
    assert found not in first.text
    assert others
    (over_cards,) = (piece.text for piece in others if found in piece.text)
    assert over_cards.split("\n\n")[1] == found


def test_without_danger_no_message_makes_a_sound_and_a_notice_may_stand_first(index: ServiceIndex) -> None:
    content = replace(answer(ids(index, 3)), before=("channel_first_contact",))
    pieces = pieces_of(content, WIDE, index, WEB)
    assert not any(piece.loud for piece in pieces)
    assert pieces[0].text.startswith(sentence("channel_first_contact", "lt", web_chat=WEB))


def test_choices_without_room_in_the_last_message_come_in_one_of_their_own(index: ServiceIndex) -> None:
    limits = Limits(4096, 150, 150, 3, 20)
    pieces = pieces_of(answer(ids(index, 3), buttons=("more",)), limits, index, WEB)
    check(pieces, limits)
    assert [piece.text for piece in pieces[1:]] == [sentence("channel_choose", "lt")]
    assert pieces[-1].choices


def asking(index: ServiceIndex, **more: bool) -> Content:
    """Cards, then the question for a place; and a notice."""
    found = PartRecipe("lt", Wording("utter_found", "", ("more",)), ids(index, 3))
    asked = PartRecipe("lt", Wording("utter_ask_place", "", ("anywhere",)))
    return Content("lt", Recipe("lt", (found, asked)), after=("channel_first_contact",), **more)


def test_a_question_stands_over_its_choices_also_where_they_have_no_room_below_all(index: ServiceIndex) -> None:
    question = responses()["utter_ask_place"]["lt"]
    for limits in (WIDE, TEMPLATE, ONE_LINK, Limits(4096, 500, 500, 3, 20)):
        *before, last = pieces_of(asking(index), limits, index, WEB)
        check([*before, last], limits)
        assert last.text.endswith(question)
        assert len(last.choices) == 2
        assert sentence("channel_choose", "lt") not in said([*before, last])


def test_what_is_said_of_a_hand_over_is_said_last(index: ServiceIndex) -> None:
    (piece,) = pieces_of(asking(index, hand_over=True), WIDE, index, None)
    assert piece.text.endswith(sentence("channel_first_contact", "lt", web_chat=None))


def test_our_own_words_are_said_in_the_language_of_the_first_words(index: ServiceIndex) -> None:
    parts = tuple(PartRecipe(language, Wording("utter_danger_violence")) for language in ("uk", "lt"))
    recipe = Recipe("lt", (*parts, PartRecipe("lt", Wording("utter_found"), ids(index, 3))), "danger", "violence")
    pieces = pieces_of(Content("lt", recipe, after=("channel_kept_chat",)), NARROW, index, WEB)
    assert sentence("channel_kept_chat", "uk") in pieces[-1].text
    openers = [sentence(f"channel_open_continuation_{number}", "uk") for number in (1, 2)]
    assert len(pieces) > 1
    assert all(piece.text.startswith(tuple(openers)) for piece in pieces[1:])


@pytest.mark.parametrize("limits", [WIDE, ONE_LINK])
def test_several_cards_say_less_than_one_that_is_asked_about(limits: Limits, index: ServiceIndex) -> None:
    """Two screens of a telephone together, else only whose they are, how to reach them, when and where."""
    who = "\nKas gali kreiptis: "
    for first in range(0, 300, 3):
        three = ids(index, 303)[first : first + 3]
        together = said(pieces_of(answer(three), limits, index, WEB))
        assert units(together) <= 1200 or who not in together
        for one in three:
            card = index.card(one, "lt")
            assert card
            assert not card.who or who in said(pieces_of(answer((one,)), limits, index, WEB))


def test_more_choices_than_buttons_are_offered_as_words_to_write(index: ServiceIndex) -> None:
    content = answer(key="utter_did_you_mean", buttons=("more", "human"), needs=("no-food", "alcohol"), language="en")
    three, all_as_words = Limits(4096, 4096, 4096, 3, 20), BARE
    (piece,) = pieces_of(content, three, index, WEB)
    assert [choice.payload for choice in piece.choices][2:] == ["more"]
    assert piece.text.endswith("Or write: “I want to talk to a person”")
    (piece,) = pieces_of(content, all_as_words, index, WEB)
    assert piece.choices == ()
    assert piece.text.splitlines()[-1].count("“") == 4


def test_choices_of_all_bubbles_stand_below_the_last_each_once(index: ServiceIndex) -> None:
    parts = tuple(
        PartRecipe(language, Wording("utter_found", "", ("more", "human")), ids(index, 3)) for language in ("lt", "en")
    )
    pieces = pieces_of(Content("lt", Recipe("lt", (*parts, *parts))), NARROW, index, WEB)
    check(pieces, NARROW)
    assert [choice.payload for choice in pieces[-1].choices] == ["daugiau", "noriu pasikalbėti su žmogumi", "more"]
    assert {piece.language for piece in pieces} == {"lt", "en"}


@pytest.mark.parametrize("limits", [TEMPLATE, ONE_LINK])
def test_a_card_that_only_a_page_leads_to_has_its_button(limits: Limits, shelf: Shelf) -> None:
    pieces = pieces_of(answer((*PAGE_ONLY, *ids(shelf.real, 2))), limits, shelf, WEB)
    check(pieces, limits)
    for name in PAGE_ONLY:
        (piece,) = (piece for piece in pieces if f"Įstaiga {name}" in piece.text)
        assert f"https://www.{name}.example.lt/apie" in [link.url for link in piece.links]


def test_where_there_are_no_link_buttons_addresses_stand_in_the_text(shelf: Shelf) -> None:
    (piece,) = pieces_of(answer(PAGE_ONLY), WIDE, shelf, WEB)
    assert [f"https://www.{name}.example.lt/apie" in piece.text for name in PAGE_ONLY] == [True] * 3
    assert piece.links == ()


def test_an_address_inside_a_sentence_becomes_a_button_too(shelf: Shelf) -> None:
    recipe = Recipe("lt", (PartRecipe("lt", Wording("utter_no_phone", "page-1")),))
    (piece,) = pieces_of(Content("lt", recipe), TEMPLATE, shelf, WEB)
    assert web_addresses(piece.text) == []
    assert sentence("channel_by_button", "lt") in piece.text
    assert [link.url for link in piece.links] == ["https://www.page-1.example.lt/apie"]


def test_the_web_chat_is_linked_where_its_address_is_known(index: ServiceIndex) -> None:
    content = Content("en", before=("channel_exit_telegram",))
    assert WEB in pieces_of(content, WIDE, index, WEB)[0].text
    assert [link.url for link in pieces_of(content, TEMPLATE, index, WEB)[0].links] == [WEB]
    without = pieces_of(content, WIDE, index, None)[0].text
    assert without.splitlines() == sentence("channel_exit_telegram", "en", web_chat=WEB).splitlines()[:1]


def test_who_cannot_write_is_shown_whom_to_call(index: ServiceIndex) -> None:
    lines = tuple(line.id for line in index.directory.shown_helplines())[:3]
    (piece,) = pieces_of(Content("pl", before=("channel_voice",), cards=lines), WIDE, index, WEB)
    assert sentence("channel_voice", "pl") in piece.text
    for line in lines:
        assert f"{index.directory.helplines[line].number} – " in piece.text


def test_when_all_that_was_to_be_said_has_gone_it_says_so(index: ServiceIndex) -> None:
    recipe = Recipe("en", (PartRecipe("en", Wording("utter_phone", "nobody.knows")),))
    (piece,) = pieces_of(Content("en", recipe, cards=("nobody",)), WIDE, index, None)
    assert piece.text == sentence("channel_trouble", "en", emergency="112", web_chat=None)


def test_a_card_too_long_for_a_message_is_cut_between_lines(shelf: Shelf) -> None:
    long = replace(
        shelf.own["page-1"], organization="Centras",
        phones=tuple(PhoneCard(f"+370 600 0000{n}", f"skyrius {n}" + " ir kiti" * 20, "", "own") for n in range(4)),
    )  # fmt: skip
    shelf.own["page-1"] = long
    pieces = pieces_of(answer(("page-1",)), Limits(640, 640, 640, 3, 20), shelf, WEB)
    check(pieces, Limits(640, 640, 640, 3, 20))
    lines = said(pieces).splitlines()
    for phone in long.phones:
        assert f"Telefonas: {phone.number} – {phone.label}" in lines


@given(text=st.text(alphabet="aą .!\n🙂", max_size=300), room=st.integers(2, 80))
def test_splitting_loses_nothing_but_blanks(text: str, room: int) -> None:
    parts = split(text, room)
    assert all(units(part) <= room for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_splitting_prefers_sentences() -> None:
    assert split("One two. Three four. Five.", 21) == ["One two. Three four.", "Five."]


@given(titles=st.lists(st.text(alphabet="ab", min_size=1, max_size=30), max_size=13), letters=st.integers(8, 20))
def test_titles_fit_and_differ(titles: list[str], letters: int) -> None:
    made = distinct(titles, letters)
    assert len(made) == len(set(made)) == len(titles)
    assert all(units(title) <= letters for title in made)


def test_every_sentence_is_said_in_every_language_with_the_same_blanks_and_no_telephone() -> None:
    for key, texts in wordings().items():
        assert key.startswith("channel_"), key
        assert set(texts) >= set(LANGUAGES), key
        assert len({frozenset(re.findall(r"{(\w+)}", text)) for text in texts.values()}) == 1, key
        assert not re.search(r"\d{3}", " ".join(texts.values())), key


def test_a_platform_says_in_its_own_way_what_it_can_and_the_rest_as_all() -> None:
    assert key_for("telegram", "channel_exit") == "channel_exit_telegram"
    assert key_for("generic", "channel_exit") == "channel_exit"
    assert "WhatsApp" in sentence(key_for("whatsapp", "channel_first_contact"), "en", web_chat=None)
    assert sentence("channel_choose", "de") == sentence("channel_choose", "lt")
