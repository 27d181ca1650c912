"""What is taken out of a message before anything remembers it, and what must stay so that it can be answered."""

from __future__ import annotations

import time

import pytest

from nlu.masking import MASK, contact_key, mask

PUBLISHED = frozenset(map(contact_key, ("0 800 28888", "+370 5 233 2508", "info@vmkc.lt")))


def masked(text: str) -> str:
    return mask(text, lambda: PUBLISHED)


@pytest.mark.parametrize(
    "code",
    ["38501011234", "48512311234", "3 850101 1234", "385 0101 1234", "3850101-1234", "3-850101-1234",
     "4 8 5 0 1 0 1 1 2 3 4", "61506301234", "3\u00a0850101\u00a01234"],
)  # fmt: skip
def test_a_personal_code_is_masked(code: str) -> None:
    assert masked(f"mano kodas {code}, padėkit") == f"mano kodas {MASK}, padėkit"
    assert masked(f"a.k.{code}") == f"a.k.{MASK}"


@pytest.mark.parametrize(
    "number",
    ["861234567", "8 612 34567", "+370 612 34567", "+37061234567", "00370 612 34567", "061234567", "0 612 34567",
     "612 34567", "8-612-34567", "8(612)34567", "(8-612) 34567", "8 46 310 555", "+48 600 123 456", "+380 67 123 45 67",
     "+7 911 123-45-67", "+44 7911 123456"],
)  # fmt: skip
def test_a_telephone_number_is_masked(number: str) -> None:
    assert masked(f"skambinkite {number} vakare") == f"skambinkite {MASK} vakare"


def test_a_number_that_touches_letters_is_masked() -> None:
    assert masked("mano tel861234567eur") == f"mano tel{MASK}eur"


@pytest.mark.parametrize("address", ["jonas.petraitis@gmail.com", "J_P+1@mail.vu.lt", "ona@įmonė.lt"])
def test_an_e_mail_address_is_masked(address: str) -> None:
    assert masked(f"rašykit {address}, ačiū") == f"rašykit {MASK}, ačiū"


def test_everything_in_one_message_is_masked() -> None:
    assert (
        masked("Ona, 48501011234, ona@gmail.com, 8 612 34567 ir 8 612 34568")
        == f"Ona, {MASK}, {MASK}, {MASK} ir {MASK}"
    )


@pytest.mark.parametrize(
    "text",
    ["kas tas 112?", "113", "kas tas 116 123?", "116 111 ar veikia naktį", "1815", "111", "1808", "0 800 28888",
     "8 800 28888", "+370 800 28888", "koks tas 8 5 233 2508", "rašiau info@vmkc.lt ir INFO@VMKC.LT"],
)  # fmt: skip
def test_what_the_directory_publishes_stays(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    "text",
    ["gimiau 1985-05-12", "gim. 31 12 1985", "31.12.1985", "30-11-1990", "31122010", "1985 05 12", "2010-11-05 123 eur",
     "2010 11 05 123", "300 eur", "1 200 eur", "12 500 eur skola nuo 2021 iki 2024", "Žirmūnų g. 12-5, LT-01234",
     "01234 Vilnius", "vaikai 3, 5 ir 12 metų", "gimę 2012 2014 2019", "dirbu 8-17, pietūs 12:00-12:45",
     "38513011234", "12345678901", "kaina 1 234 567", "įsakymas Nr. A1-123", "nuo 2025-03 iki 2025-12"],
)  # fmt: skip
def test_years_amounts_dates_and_addresses_stay(text: str) -> None:
    assert masked(text) == text


def test_where_nothing_is_found_the_directory_is_not_asked() -> None:
    def fails() -> frozenset[str]:
        raise AssertionError("asked")

    assert mask("reikia 300 eur pašalpos 2025 metais", fails) == "reikia 300 eur pašalpos 2025 metais"


@pytest.mark.parametrize(
    "text",
    ["8 6 1 2 " * 250, "861234567 " * 200, "1" * 2000, "a@" * 1000, "3" + " 8" * 999, "a.a" * 660 + "@", "8-" * 1000],
)
def test_a_long_odd_message_costs_little(text: str) -> None:
    begin = time.perf_counter()
    masked(text)
    assert time.perf_counter() - begin < 0.5
