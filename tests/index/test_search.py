"""Search on the real directory and the real index: what people ask, and what must not happen."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from index.cards import ServiceCard
from index.hours import VILNIUS
from index.query import Query
from index.records import COUNTRY, Language
from index.search import ServiceIndex

VILNIUS_CITY = "Vilniaus miesto savivaldybė"


def owners(index: ServiceIndex, text: str, language: str = "lt", **more: object) -> list[str]:
    return [card.organization_id for card in index.search(Query(text, language, **more)).cards]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected", "within"),
    [
        ("kur gauti krizių prieglobstį Vilniuje?", "vmkc", 1),
        ("gdzie w Wilnie znajdę schronienie, mąż mnie bije", "vmkc", 1),
        ("where can I find a crisis shelter in Vilnius", "vmkc", 1),
        ("где найти приют, муж бьёт, Вильнюс", "vmkc", 1),
        ("moj syn jest niepelnosprawny, wisaginia, potrzebna opieka dzienna", "vsvgc", 3),
        ("reikia vezimelio seneliui visagine", "vspc-visaginas", 3),
        ("potrzebujemy pomocy dla rodziny, rejon wileński", "vrspc", 3),
        ("Šeimos slėnis mobilioji komanda", "seimos-slenis", 1),
        ("terapinio ugdymo centras Aplink", "tuc-aplink", 1),
        ("zarządzanie przypadkiem rejon wileński", "vrspc", 3),
    ],
)
def test_finds_what_the_first_pages_name(index: ServiceIndex, text: str, expected: str, within: int) -> None:
    assert expected in owners(index, text)[:within]


@pytest.mark.parametrize("text", ["kur pasikeisti pasą", "gdzie wymienić prawo jazdy", "where do I pay for parking"])
def test_says_that_nothing_answers_what_other_offices_do(index: ServiceIndex, text: str) -> None:
    result = index.search(Query(text))
    assert not result.match
    assert result.cards == ()
    assert result.elsewhere


BARE_WORDS = {
    "lt": "maistas drabužiai nakvynė pašalpa skolos psichologas alkoholikas vežimėlis globa slauga smurtas krizė benamis",
    "pl": "jedzenie ubrania nocleg zasiłek długi psycholog wózek opieka przemoc kryzys bezdomny schronisko pieniądze",
    "en": "food clothes shelter benefits debts psychologist wheelchair care violence crisis homeless grief money",
}


@pytest.mark.parametrize(("language", "words"), BARE_WORDS.items())
def test_a_bare_word_is_never_refused(index: ServiceIndex, language: Language, words: str) -> None:
    assert [word for word in words.split() if not index.search(Query(word, language)).match] == []


def test_every_shown_record_makes_a_card_with_a_way_a_source_and_a_label(index: ServiceIndex) -> None:
    for record in index.directory.shown():
        for language in ("lt", "pl", "en"):
            card = index.card(record.id, language)
            assert isinstance(card, ServiceCard)
            assert card.phones or card.email or card.website, record.id
            assert all(phone.label and phone.tel for phone in card.phones), record.id
            assert card.verified_on is None


def test_a_borrowed_number_says_whose_it_is_and_what_to_ask_for(index: ServiceIndex) -> None:
    card = next(
        c
        for c in index.search(Query("šeimai reikia pagalbos", "lt", "Vilniaus rajono savivaldybė", limit=10)).cards
        if c.organization_id == "vrspc"
    )
    assert {phone.via for phone in card.phones} == {"municipality"}
    assert card.phones[0].number == "+370 5 275 1990"
    assert "Vilniaus rajono savivaldybė" in card.phones[0].label
    assert card.service in card.phones[0].label


def test_what_the_law_promises_is_answered_in_each_of_the_sixty_municipalities(index: ServiceIndex) -> None:
    for official, municipality in index.directory.municipalities.items():
        result = index.search(Query("senam žmogui reikia pagalbos namuose", "lt", official, limit=5))
        assert result.match, official
        served = {card.organization_id for card in result.cards}
        assert any(
            official in index.directory.organizations[owner].serves
            for owner in served
            if owner in index.directory.organizations
        ), (official, municipality.id)


def test_only_what_serves_the_place_is_shown_for_a_place(index: ServiceIndex) -> None:
    result = index.search(Query("reikia maisto", "lt", "Visagino savivaldybė", limit=20))
    for card in result.cards:
        assert {"Visagino savivaldybė", COUNTRY} & {card.municipality, *card.serves}, card.organization_id


def test_in_a_crisis_a_place_of_another_municipality_that_takes_people_in_is_offered(index: ServiceIndex) -> None:
    cards = index.search(
        Query("vyras muša, reikia su vaikais kur nors pernakvoti", "lt", "Ignalinos rajono savivaldybė", limit=10)
    ).cards
    assert any(card.municipality not in ("Ignalinos rajono savivaldybė", COUNTRY) for card in cards)


def test_an_institution_is_one_card(index: ServiceIndex) -> None:
    found = owners(index, "Vilniaus miesto krizių centras", limit=20)
    assert found[0] == "vmkc"
    assert len(found) == len(set(found))
    assert "vmkc-24" not in found


def test_filters_narrow(index: ServiceIndex) -> None:
    all_cards = index.search(Query("pagalba šeimai", "lt", VILNIUS_CITY, limit=50))
    food = index.search(Query("pagalba šeimai", "lt", VILNIUS_CITY, category="food_aid", limit=50))
    assert food.total < all_cards.total
    night = datetime(2026, 11, 22, 3, 0, tzinfo=VILNIUS)
    open_now = index.search(Query("pagalba šeimai", "lt", VILNIUS_CITY, open_at=night, limit=50))
    assert all(card.open_now is not False for card in open_now.cards)


def test_pages_do_not_repeat_a_card(index: ServiceIndex) -> None:
    first = owners(index, "pagalba šeimai Vilniuje", limit=3)
    second = owners(index, "pagalba šeimai Vilniuje", limit=3, offset=3)
    assert first
    assert second
    assert not set(first) & set(second)


@pytest.mark.parametrize("language", ["lt", "pl", "en"])
def test_cards_speak_the_language_that_was_asked_for(index: ServiceIndex, language: str) -> None:
    card = index.search(Query("crisis shelter Vilnius", language)).cards[0]  # type: ignore[arg-type]
    assert card.text_language == language
    assert card.organization_lt == "Vilniaus miesto krizių centras"


@pytest.mark.parametrize(
    "text", ["?", "🙂", "x" * 2000, "' OR 1=1 --", "{query}", "\u0000", "Vilnius", "112", "\n\n", "ąčęėįšųūž" * 50]
)
def test_survives_any_text(index: ServiceIndex, text: str) -> None:
    index.search(Query(text))


def test_an_answer_takes_a_few_milliseconds(index: ServiceIndex) -> None:
    index.search(Query("apšilimas"))
    times = []
    for _ in range(20):
        begin = time.perf_counter()
        index.search(Query("kur gauti krizių prieglobstį Vilniuje?"))
        times.append(time.perf_counter() - begin)
    assert sorted(times)[10] < 0.1
