"""Cards as plain text: what must be read stays, in the words of the pages, however short the message."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.cards import Alert, HelplineCard, PhoneCard, ServiceCard, WayCard
from index.records import LANGUAGES
from index.search import ServiceIndex
from webhook.connectors.saying.card_text import (
    COST,
    NEEDED,
    CardText,
    Line,
    cut,
    helpline_text,
    link_to,
    service_text,
    shorten,
    units,
    web_addresses,
)
from webhook.widget.rendering import origin
from webhook.widget.texts import texts

LABEL = "Vilniaus rajono savivaldybė: klauskite apie paslaugą „Dienos socialinė globa“"
CARD = ServiceCard(
    service_id="a.b", organization_id="a", organization="Day Centre “Saulė”", service="Day care for older people",
    organization_lt="Dienos centras „Saulė“", service_lt="Dienos socialinė globa", description="About.", why="Why.",
    how_to_get=("Call first.", "Apply at www.spis.lt or here."), who="People over 65", cost="Free", documents=("ID",),
    target_groups=(), municipality="Vilniaus rajono savivaldybė", serves=(), address="Ilga g. 1", map_url=None,
    phones=(
        PhoneCard("+370 5 200 0001", "Day Centre “Saulė”", "+37052000001", "own"),
        PhoneCard("+370 600 00002", "evenings", "+37060000002", "own"),
    ),
    email="info@example.lt", website="https://www.example.lt/day", hours_text="Mon–Fri 8–17", open_now=True,
    hours_change_at="2026-03-02T17:00:00+02:00", spoken_languages=("lt", "pl"), alert=None, verified_on="2026-02-01",
    source_date="2025-09", source_url=None, unverified_fields=(), text_language="en", score=1.0,
)  # fmt: skip
LINE = HelplineCard(
    "l", "A Line", "1800", "1800",
    (WayCard("call", "1800", "24 hours", True), WayCard("chat", "https://chat.example.lt", None, None)),
    ("lt", "ru"), True, True,
)  # fmt: skip


def whole(card: ServiceCard, language: str = "en", **more: Any) -> list[str]:
    return shorten(service_text(card, language, **{"in_text": True, **more}), 10_000).splitlines()


def test_a_card_says_everything_in_the_order_in_which_it_is_needed() -> None:
    assert whole(CARD) == [
        "Day Centre “Saulė”",
        "Day care for older people",
        "At the desk or on the phone, say: Dienos centras „Saulė“, Dienos socialinė globa",
        "Phone: +370 5 200 0001",
        "Phone: +370 600 00002 – evenings",
        "E-mail: info@example.lt",
        "Hours: open now, until 17:00; Mon–Fri 8–17",
        "Address: Ilga g. 1",
        "Who may come: People over 65",
        "Cost: Free",
        "How to get it: Call first. Apply at www.spis.lt or here.",
        "Languages spoken: Lithuanian, Polish",
        "Papers to bring: ID",
        "Website: https://www.example.lt/day",
        "Confirmed with the institution on 1 February 2026.",
    ]


def test_lithuanians_are_not_told_what_to_ask_for_in_lithuanian() -> None:
    assert not [line for line in whole(CARD, "lt") if texts("lt")["ask_for"] in line]


def test_an_alert_is_told_with_its_last_day() -> None:
    told = whole(replace(CARD, alert=Alert("No places", "2026-05-31")))
    assert "Please note: No places (until 31 May 2026)" in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_date_says_whether_a_person_confirmed_it_as_on_the_pages(language: str) -> None:
    for card in (CARD, replace(CARD, verified_on=None), replace(CARD, verified_on=None, source_date=None)):
        assert whole(card, language)[-1] == origin(card.as_json(), language)


def test_several_cards_are_numbered_so_that_people_can_choose_one() -> None:
    assert whole(CARD, number=2)[0] == "2. Day Centre “Saulė”"


def test_of_several_cards_the_lithuanian_names_are_short() -> None:
    lines = whole(CARD, number=2)
    assert "(Dienos centras „Saulė“, Dienos socialinė globa)" in lines
    assert not any(texts("en")["ask_for"] in line for line in lines)


def test_whose_several_telephones_are_is_said_once_and_each_number_stands_alone() -> None:
    same = tuple(PhoneCard(f"+370 5 200 000{number}", LABEL, "", "municipality") for number in range(3))
    lines = whole(replace(CARD, phones=(*same, *CARD.phones)))
    first = lines.index(f"Phones – {LABEL}:")
    assert lines[first + 1 : first + 4] == [phone.number for phone in same]
    assert "Phone: +370 5 200 0001" in lines


def test_the_least_important_lines_go_first() -> None:
    card = service_text(CARD, "en", in_text=True)
    lengths = [units(shorten(card, 10_000, least)) for least in range(10)]
    assert lengths == sorted(lengths)
    short = shorten(card, lengths[COST])
    assert "Cost: Free" in short
    assert "Languages spoken" not in short
    assert "Languages spoken" in shorten(card, 10_000)


@given(letters=st.integers(0, 700))
def test_no_phone_nor_whose_it_is_nor_the_date_is_ever_lost(letters: int) -> None:
    phones = (*CARD.phones, PhoneCard("+370 5 200 0003", LABEL, "+37052000003", "municipality"))
    card = replace(CARD, phones=phones, service="Day care " * 30)
    short = shorten(service_text(card, "en", in_text=True), letters)
    for line in ("+370 5 200 0001", "+370 600 00002 – evenings", f"+370 5 200 0003 – {LABEL}", card.organization):
        assert line in short
    assert short.endswith(origin(card.as_json(), "en"))
    assert units(short) <= max(letters, 400)


def test_long_names_are_cut_only_when_nothing_else_can_be_left_out() -> None:
    card = service_text(replace(CARD, service="Day care " * 10), "en", in_text=True)
    bare = units(shorten(card, 10_000, NEEDED))
    assert "…" not in shorten(card, bare)
    assert "…" in shorten(card, bare - 1)
    assert units(shorten(card, bare - 1)) <= bare - 1


@pytest.mark.parametrize("missing", ["phones", "phones email"])
def test_the_only_way_to_reach_somebody_is_never_left_out(missing: str) -> None:
    card = replace(CARD, phones=(), email=None if "email" in missing else CARD.email)
    short = shorten(service_text(card, "en", in_text=True), 0)
    assert ("https://www.example.lt/day" if "email" in missing else "info@example.lt") in short


def test_where_addresses_are_buttons_none_stands_in_the_text() -> None:
    card = service_text(CARD, "en", in_text=False)
    assert web_addresses(shorten(card, 10_000)) == []
    assert "How to get it: Call first." in shorten(card, 10_000)
    assert card.site == link_to("https://www.example.lt/day")
    assert not card.needs_site
    page_only = service_text(replace(CARD, phones=(), email=None), "en", in_text=False)
    assert page_only.needs_site
    assert "Website: (address below)" in shorten(page_only, 0)


def test_an_address_that_no_button_may_lead_to_stays_in_the_text() -> None:
    card = replace(CARD, phones=(), email=None, website="ftp://example.lt")
    assert "Website: ftp://example.lt" in whole(card, in_text=False)


def test_a_help_line_says_its_number_whose_it_is_and_when_it_answers() -> None:
    assert shorten(helpline_text(LINE, "en", in_text=True), 1000).splitlines() == [
        "1800 – A Line (free of charge)",
        "24 hours, answering now",
        "Online chat: https://chat.example.lt",
        "Speaks: Lithuanian, Russian",
    ]


def test_a_help_line_is_told_in_russian_to_who_speaks_it() -> None:
    assert "сейчас отвечают" in shorten(helpline_text(LINE, "ru", in_text=True), 1000)


def test_who_cannot_speak_keeps_the_way_to_write_when_all_else_goes() -> None:
    silent = replace(LINE, ways=LINE.ways[::-1])
    assert "https://chat.example.lt" in shorten(helpline_text(silent, "en", in_text=True), 0)
    by_button = helpline_text(silent, "ru", in_text=False)
    assert by_button.needs_site
    assert "Чат: (адрес ниже)" in shorten(by_button, 0)
    assert not helpline_text(LINE, "en", in_text=False).needs_site


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_real_card_keeps_phones_whose_they_are_and_its_date_in_the_shortest_form(
    language: str, index: ServiceIndex
) -> None:
    for record in index.directory.shown():
        card = index.card(record.id, language)
        assert card, record.id
        short = shorten(service_text(card, language, in_text=True), 0)
        for phone in card.phones:
            assert phone.number in short
            assert (card.organization if phone.via == "own" else phone.label) in short
        assert short.endswith(origin(card.as_json(), language))
        assert card.phones or (card.email or card.website or "") in short


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("see https://www.spis.lt/a?b=1.", ["https://www.spis.lt/a?b=1"]),
        ("(www.spis.lt)", ["www.spis.lt"]),
        ("groups: al-anon.lt.", ["al-anon.lt"]),
        ("write to info@vmkc.lt or name.surname@soc.vmkc.lt", []),
        ("open 8.00–17.00, forms SP-8", []),
    ],
)
def test_web_addresses_are_told_from_everything_else(text: str, addresses: list[str]) -> None:
    assert web_addresses(text) == addresses


@given(text=st.text(), letters=st.integers(1, 40))
def test_a_cut_text_fits_and_is_still_text(text: str, letters: int) -> None:
    assert units(cut(text, letters)) <= max(letters, 1)
    cut(text, letters).encode()  # half a sign would raise


def test_letters_are_counted_as_utf_16_counts_them() -> None:
    assert units("ąę") == 2
    assert units("🙂") == 2
    assert shorten(CardText((Line("x", NEEDED),)), 0) == "x"
