"""Single cells as people write them: hours, telephones, places, languages, dates."""

from __future__ import annotations

import pytest

from index.directory.incoming import cells
from index.directory.incoming.employees import names_person
from index.directory.incoming.opening import read_opening
from index.directory.incoming.telephones import read_telephones
from index.hours import read_schedule

READ = {
    "I–V 8–17": "Mo-Fr 08:00-17:00",
    "pirm.–penkt. 8.00–17.00, pietūs 12–12.45": "Mo-Fr 08:00-12:00,12:45-17:00",
    "darbo dienomis nuo 8 iki 17 val.": "Mo-Fr 08:00-17:00",
    "8–17 val. darbo dienomis": "Mo-Fr 08:00-17:00",
    "visą parą, 7 dienas per savaitę": "24/7",
    "I–VII 00:00-24:00": "24/7",
    "kasdien 18.00–8.00": "Mo-Su 18:00-08:00",
    "Darbo laikas: I-IV 7.00-16.00; V 7.00-14.45, pietų pertrauka 11.30-12.15": (
        "Mo-Th 07:00-11:30,12:15-16:00; Fr 07:00-11:30,12:15-14:45"
    ),
    "I–IV 8⁰⁰–17⁰⁰, V 8⁰⁰–15⁴⁵": "Mo-Th 08:00-17:00; Fr 08:00-15:45",
    "I ir III 9–12; II 13–17": "Mo,We 09:00-12:00; Tu 13:00-17:00",
    "VI-VII – nedirbame, I-V – 8-17": "Mo-Fr 08:00-17:00",
    "I–V 8–24 val.": "Mo-Fr 08:00-24:00",
    "I–V 8–17 be pietų pertraukos, VI–VII – poilsio dienos": "Mo-Fr 08:00-17:00",
    "kiekvieną darbo dieną 8–17, šeštadienį išeiginė, sekmadienis – nedarbo diena": "Mo-Fr 08:00-17:00",
    "visą parą, be poilsio ir švenčių dienų": "24/7",
    "7 d. per savaitę, 24 val. per parą": "24/7",
    "pn.–pt. 8.00–16.00": "Mo-Fr 08:00-16:00",
    "od poniedziałku do piątku 8.00-16.00": "Mo-Fr 08:00-16:00",
    "pn. i śr. 8-12": "Mo,We 08:00-12:00",
    "całą dobę": "24/7",
    "24h/dobę, 7 dni w tygodniu": "24/7",
    "poniedz.-pt. 8–16 z przerwą 12–13, sb. i ndz. – dni wolne": "Mo-Fr 08:00-12:00,13:00-16:00",
    "w dniach roboczych 8–16, w weekend nieczynne": "Mo-Fr 08:00-16:00",
    "poniedziałki oraz środy 9–12": "Mo,We 09:00-12:00",
    "Monday to Friday 9:00-17:00": "Mo-Fr 09:00-17:00",
    "Mon-Fri 9am-5pm": "Mo-Fr 09:00-17:00",
}
UNCLEAR = [
    "8–17", "vakarais", "susitarus", "I-V 9-5", "I–V 8–17, prieššventinėmis dienomis 8–16", "Pn 8-12", "I-V 8-17, 12-13 pietūs",
    "I–V 8–17, pietūs 18–19", "I–V 8–17; III 9–12", "I–V 8–17, išskyrus trečiadienį", "šeštadienį – poilsio diena", "–V 8–17",
    "Pirmadienį 9–12 val., antradienį 13–17 val.; kitų dienų laiką pasitikslinkite", "I-V 8.00-25.00", "",
]  # fmt: skip


@pytest.mark.parametrize(("text", "rule"), READ.items())
def test_hours_that_admit_one_reading_are_read(text: str, rule: str) -> None:
    assert read_opening(text) == rule
    read_schedule(rule)


@pytest.mark.parametrize("text", UNCLEAR)
def test_hours_that_admit_another_reading_or_none_stay_text(text: str) -> None:
    assert read_opening(text) is None


TELEPHONES = {
    "8 5 233 2508, mob. +370 600 00000 (budi)": [("+370 5 233 2508", ""), ("+370 600 00000", "budi")],
    "(8 386)75280, (8 386) 72133": [("+370 386 75280", ""), ("+370 386 72133", "")],
    "8-37-123456": [("+370 37 123456", "")],
    "8~5 2332508 / 8 600 12345": [("+370 5 233 2508", ""), ("+370 600 12345", "")],
    "+370 (8 5) 233 2508": [("+370 5 233 2508", "")],
    "37052332508": [("+370 5 233 2508", "")],
    "852332508": [("+370 5 233 2508", "")],
    "8 800 66366": [("0 800 66366", "")],
    "116 123": [("116 123", "")],
    "112": [("112", "")],
    "1815": [("1815", "")],
    "tel. 8 5 233 25 08 (vid. 123)": [("+370 5 233 2508", "vid. 123")],
    "8 5 233 2508 arba 8 600 12345": [("+370 5 233 2508", ""), ("+370 600 12345", "")],
    "8 5 233 2508, 8 5 2332508": [("+370 5 233 2508", "")],
    "+48 22 123 45 67": [("+48 22 123 45 67", "")],
    "+370 5 233 2508 +370 600 12345": [("+370 5 233 2508", ""), ("+370 600 12345", "")],
    "Tel./faks. 8 5 233 2508": [("+370 5 233 2508", "")],
    "tel. ir faksas (8 5) 233 2508": [("+370 5 233 2508", "")],
    "8 5 233 2508 (nakvynė; maistas), 8 600 12345": [("+370 5 233 2508", "nakvynė; maistas"), ("+370 600 12345", "")],
}


@pytest.mark.parametrize(("cell", "numbers"), TELEPHONES.items())
def test_every_telephone_of_a_cell_is_read(cell: str, numbers: list[tuple[str, str]]) -> None:
    assert [(one.number, one.label) for one in read_telephones(cell).called] == numbers


def test_a_fax_is_no_telephone_and_what_is_left_over_is_told() -> None:
    found = read_telephones("tel. 8 5 233 2508, faks. 8 5 233 2509, skambinti rytais")
    assert [one.number for one in found.called] == ["+370 5 233 2508"]
    assert found.faxes == ("8 5 233 2509",)
    assert found.rest == "skambinti rytais"


@pytest.mark.parametrize(
    ("cell", "rest"), [("8 5 233 25 08/09", "09"), ("8 5 233 2508 el. p. info@a.lt", "el. p. info@a.lt")]
)
def test_what_is_no_word_about_a_number_is_told_and_no_label(cell: str, rest: str) -> None:
    found = read_telephones(cell)
    assert [(one.number, one.label) for one in found.called] == [("+370 5 233 2508", "")]
    assert found.rest == rest


def test_words_beside_mail_and_web_addresses_come_behind_them() -> None:
    assert cells.read_emails("Ona <ona.onaite@a.lt>; el. p. info @ a.lt (registratūra)") == [
        "info@a.lt", "ona.onaite@a.lt", "Ona", "registratūra",
    ]  # fmt: skip
    assert cells.read_websites("lietuvių k. www.a.lt / https://b.lt/x,y") == [
        "http://www.a.lt", "https://b.lt/x,y", "lietuvių", "k.",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["vadovė Ona Onaitė", "Jonas Jonaitis", "J. Kowalski", "Eglė Žemaitienė"])
def test_a_persons_name_is_known_as_one(text: str) -> None:
    assert names_person(text)


@pytest.mark.parametrize(
    "text", ["registratūra", "Vilniaus skyrius", "Dienos Centras", "V. Kudirkos g.", "Pagalbos linija"]
)
def test_names_of_offices_are_no_persons(text: str) -> None:
    assert not names_person(text)


def test_places_are_read_in_every_form() -> None:
    assert cells.read_places("Vilniaus r., Šalčininkų rajonas") == (
        ["Vilniaus rajono savivaldybė", "Šalčininkų rajono savivaldybė"], [],
    )  # fmt: skip
    assert cells.read_places("visa Lietuva") == (["Lietuva"], [])
    assert cells.read_places("Visaginas; Atlantida") == (["Visagino savivaldybė"], ["Atlantida"])
    assert cells.place_of_address("Sedulinos al. 5, Visaginas") == "Visagino savivaldybė"


@pytest.mark.parametrize(
    "cell", ["lietuvių, rusų ir anglų", "LT, RU, EN", "litewski, rosyjski, angielski", "Lithuanian; Russian; English"]
)
def test_languages_are_read_by_name_and_by_code(cell: str) -> None:
    assert cells.read_languages(cell) == (["lt", "ru", "en"], [])


def test_terms_are_read_by_id_and_by_name() -> None:
    assert cells.read_terms("target_groups", "Šeimos; children") == (["families", "children"], [])
    assert cells.read_terms("kinds", "Pomoc psychologiczna")[0] == ["psychological_help"]
    name = "Socialinių įgūdžių ugdymas, palaikymas ir (ar) atkūrimas"
    assert cells.read_terms("kinds", name) == (["social_skills"], [])


DATES = {
    "2026.01.15": "2026-01-15", "15.1.2026": "2026-01-15", "2026-01-15 d.": "2026-01-15", "2026": "2026",
    "2026 m. sausio 15 d.": "2026-01-15", "2026 m. vasario mėn.": "2026-02", "2026 m.": "2026", "2026 01 15": "2026-01-15",
    "2026-01-15 10:30": "2026-01-15", "01/15/2026": "01/15/2026", "2026 m. vakar": "2026 m. vakar",
}  # fmt: skip


@pytest.mark.parametrize(("cell", "iso"), DATES.items())
def test_dates_are_read_as_people_write_them(cell: str, iso: str) -> None:
    assert cells.read_date(cell) == iso


def test_the_same_text_gives_the_same_part_of_an_id() -> None:
    assert cells.slug("VšĮ „Šviesos kelias“") == "vsi-sviesos-kelias"
    assert len(cells.slug("labai " * 40)) <= 70
    assert cells.slug("labai " * 40) != cells.slug("labai " * 41)
