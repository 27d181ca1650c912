"""A place is found however people write it, and everyday words are not taken for places."""

import time
from pathlib import Path

import pytest
import yaml

from nlu.normalisation import fold
from nlu.places import Gazetteer, PlaceMention

DATA = Path(__file__).parents[2] / "nlu" / "data"
MUNICIPALITIES = Path(__file__).parents[2] / "index" / "directory" / "starter" / "municipalities.yml"

OFFICIAL = """
Akmenės rajono, Alytaus miesto, Alytaus rajono, Anykščių rajono, Birštono, Biržų rajono, Druskininkų, Elektrėnų, Ignalinos rajono, Jonavos rajono,
Joniškio rajono, Jurbarko rajono, Kaišiadorių rajono, Kalvarijos, Kauno miesto, Kauno rajono, Kazlų Rūdos, Kėdainių rajono, Kelmės rajono,
Klaipėdos miesto, Klaipėdos rajono, Kretingos rajono, Kupiškio rajono, Lazdijų rajono, Marijampolės, Mažeikių rajono, Molėtų rajono, Neringos,
Pagėgių, Pakruojo rajono, Palangos miesto, Panevėžio miesto, Panevėžio rajono, Pasvalio rajono, Plungės rajono, Prienų rajono, Radviliškio rajono,
Raseinių rajono, Rietavo, Rokiškio rajono, Šakių rajono, Šalčininkų rajono, Šiaulių miesto, Šiaulių rajono, Šilalės rajono, Šilutės rajono,
Širvintų rajono, Skuodo rajono, Švenčionių rajono, Tauragės rajono, Telšių rajono, Trakų rajono, Ukmergės rajono, Utenos rajono, Varėnos rajono,
Vilkaviškio rajono, Vilniaus miesto, Vilniaus rajono, Visagino, Zarasų rajono
"""
ALL = [f"{' '.join(name.split())} savivaldybė" for name in OFFICIAL.split(",")]
CITY = "Vilniaus miesto savivaldybė"
DISTRICT = "Vilniaus rajono savivaldybė"
VISAGINAS = "Visagino savivaldybė"


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return Gazetteer.load()


def municipalities_in(places: Gazetteer, text: str) -> list[str]:
    return [mention.municipality for mention in places.find(text)]


def test_all_sixty_municipalities_are_known(places: Gazetteer) -> None:
    assert len(ALL) == 60
    assert places.municipalities() == frozenset(ALL)


@pytest.mark.parametrize("official", ALL)
def test_an_official_name_means_its_municipality(places: Gazetteer, official: str) -> None:
    assert places.resolve(official) == official
    assert places.resolve(fold(official)) == official
    assert municipalities_in(places, f"Kreipiausi į {official.replace('savivaldybė', 'savivaldybę')}.") == [official]


def test_every_name_in_the_directory_means_its_municipality(places: Gazetteer) -> None:
    for record in yaml.safe_load(MUNICIPALITIES.read_text(encoding="utf-8")):
        for text in [record["id"], *record["name"].values(), *record["short"].values()]:
            assert places.resolve(text) == record["official"], text


def test_every_source_number_points_to_a_source() -> None:
    for record in yaml.safe_load(MUNICIPALITIES.read_text(encoding="utf-8")):
        values = [
            *record["phones"],
            *(record[key] for key in ("email", "website", "address", "department", "centre") if key in record),
        ]
        numbers = [value["source"] for value in values if value["source"] is not None]
        assert all(1 <= number <= len(record["sources"]) for number in numbers), record["id"]


@pytest.mark.parametrize(
    ("form", "official"),
    [
        *(
            (form, CITY)
            for form in (
                "Vilnius",
                "Vilniaus",
                "Vilniui",
                "Vilnių",
                "Vilniumi",
                "Vilniuje",
                "Vilniuj",
                "vilniaus m.",
                "Vilniaus m. sav.",
            )
        ),
        *(
            (form, CITY)
            for form in (
                "Wilno",
                "Wilna",
                "Wilnu",
                "Wilnem",
                "Wilnie",
                "miasto Wilno",
                "Vilnius city",
                "Вильнюс",
                "Вильнюсе",
                "Вільнюсі",
            )
        ),
        *(
            (form, DISTRICT)
            for form in (
                "Vilniaus rajonas",
                "Vilniaus rajone",
                "Vilniaus rajonui",
                "Vilniaus r.",
                "Vilniaus raj.",
                "vilniaus r. sav.",
            )
        ),
        *(
            (form, DISTRICT)
            for form in (
                "rejon wileński",
                "rejonu wileńskiego",
                "rejonie wileńskim",
                "rejonowi wileńskiemu",
                "rejon. wileński",
            )
        ),
        *(
            (form, DISTRICT)
            for form in ("Vilnius district", "Vilnius region", "Vilnius District Municipality", "Вильнюсский район")
        ),
        *(
            (form, VISAGINAS)
            for form in (
                "Visaginas",
                "Visagino",
                "Visaginui",
                "Visaginą",
                "Visaginu",
                "Visagine",
                "Visagino sav.",
                "Visagino savivaldybėje",
            )
        ),
        *(
            (form, VISAGINAS)
            for form in ("Wisaginia", "Wisagini", "Wisaginię", "Wisaginią", "Visaginasie", "Висагинас", "Висагинасе")
        ),
        *(
            (form, "Šalčininkų rajono savivaldybė")
            for form in ("Šalčininkuose", "Soleczniki", "Solecznikach", "rejonie solecznickim", "Шальчининкай")
        ),
        *(
            (form, "Trakų rajono savivaldybė")
            for form in ("Trakai", "Trakuose", "Troki", "Trokach", "rejon trocki", "Тракай", "Lentvaris", "Landwarowie")
        ),
        *(
            (form, "Švenčionių rajono savivaldybė")
            for form in ("Švenčionyse", "Święcianach", "Pabradėje", "Podbrodziu", "Švenčionėliai")
        ),
        *(
            (form, "Kauno miesto savivaldybė")
            for form in ("Kaunas", "Kaune", "Kowno", "Kownie", "Kaunasie", "Kaunas city", "Каунасе")
        ),
        *(
            (form, "Kauno rajono savivaldybė")
            for form in ("Kauno r.", "rejon kowieński", "Kaunas district", "Garliava")
        ),
        *((form, "Klaipėdos miesto savivaldybė") for form in ("Klaipėdoje", "Kłajpedzie", "Klajpeda", "Клайпеде")),
        *((form, "Klaipėdos rajono savivaldybė") for form in ("Klaipėdos rajone", "Gargžduose", "rejonie kłajpedzkim")),
        *((form, "Šiaulių miesto savivaldybė") for form in ("Šiauliuose", "Szawlach", "Siauliai")),
        *((form, "Panevėžio miesto savivaldybė") for form in ("Panevėžyje", "Poniewieżu", "Panevezys")),
        *((form, "Alytaus rajono savivaldybė") for form in ("Alytaus rajone", "rejonie olickim", "Alytus district")),
        *((form, "Akmenės rajono savivaldybė") for form in ("Naujojoje Akmenėje", "Akmenė", "Okmiany")),
        *((form, "Neringos savivaldybė") for form in ("Nidoje", "Neringa", "Juodkrantėje")),
        *((form, "Kazlų Rūdos savivaldybė") for form in ("Kazlų Rūdoje", "Kozłowej Rudzie", "kazlu ruda")),
    ],
)
def test_a_form_in_any_language_means_its_municipality(places: Gazetteer, form: str, official: str) -> None:
    assert places.resolve(form) == official
    assert municipalities_in(places, f"reikia pagalbos {form}, ačiū") == [official]
    assert municipalities_in(places, fold(f"reikia pagalbos {form}, ačiū")) == [official]


@pytest.mark.parametrize(
    "eldership",
    [
        "Antakalnis",
        "Fabijoniškės",
        "Grigiškės",
        "Justiniškės",
        "Karoliniškės",
        "Lazdynai",
        "Naujamiestis",
        "Naujininkai",
        "Naujoji_Vilnia",
        "Paneriai",
        "Pašilaičiai",
        "Pilaitė",
        "Rasos",
        "Senamiestis",
        "Šeškinė",
        "Šnipiškės",
        "Verkiai",
        "Vilkpėdė",
        "Viršuliškės",
        "Žirmūnai",
        "Žvėrynas",
    ],
)
def test_an_eldership_of_vilnius_is_in_the_city(places: Gazetteer, eldership: str) -> None:
    assert places.resolve(eldership.replace("_", " ")) == CITY


@pytest.mark.parametrize(
    "village",
    [
        "Nemenčinė",
        "Juodšiliai",
        "Pagiriai",
        "Rudamina",
        "Kalveliai",
        "Maišiagala",
        "Rukainiai",
        "Zujūnai",
        "Avižieniai",
        "Skaidiškės",
        "Nemėžis",
        "Paberžė",
        "Mickūnai",
        "Lavoriškės",
        "Niemenczyn",
        "Rudomino",
        "Awiżenie",
        "Mejszagoła",
        "Kowalczuki",
        "Zujuny",
        "Podbrzezie",
    ],
)
def test_a_village_of_the_district_stays_there_though_vilnius_is_near(places: Gazetteer, village: str) -> None:
    assert places.resolve(village) == DISTRICT
    assert municipalities_in(places, f"{village}, Vilnius") == [DISTRICT]
    assert municipalities_in(places, f"gyvenu: {village}, prie Vilniaus") == [DISTRICT]


def test_both_places_of_a_move_are_found_in_order(places: Gazetteer) -> None:
    assert municipalities_in(places, "persikėliau iš Nemenčinės į Vilnių") == [DISTRICT, CITY]


def test_a_district_beside_a_village_decides_between_villages_of_one_name(places: Gazetteer) -> None:
    assert municipalities_in(places, "Rudamina, Lazdijų r.") == ["Lazdijų rajono savivaldybė"]
    assert municipalities_in(places, "Kauno senamiestyje") == ["Kauno miesto savivaldybė"]


def test_offsets_point_into_the_text_as_written(places: Gazetteer) -> None:
    text = "Mieszkam w rejonie wileńskim, in Visaginas."
    first, second = places.find(text)
    assert first == PlaceMention(DISTRICT, "Vilniaus rajonas", 11, 28, "rejonie wileńskim")
    assert text[second.start : second.end] == second.text == "Visaginas"


def test_letters_typed_as_base_and_mark_are_understood(places: Gazetteer) -> None:
    assert municipalities_in(places, "gyvenu S\u030calc\u030cininkuose") == ["Šalčininkų rajono savivaldybė"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Ant žolės rasos lašai.",
        "Aš verkiu ir nežinau, ką daryti.",
        "verkiu",
        "Sūnus po pagirių nieko nevalgo.",
        "Rytais verkiu, o rasos daug.",
        "Kreipiausi į darbo biržą, bet darbo birža nepadėjo.",
        "Pametė teisių dokumentus, sakiau jam.",
        "Bijau skurdo, kainos didelės, kilmės nežinau.",
        "reikia maisto ir drabužių",
        "pateikiau skundą dėl paraiškų",
        "Turgeliai mieste brangūs",
        "O rany, nie wiem co robić",
        "pole orany wczoraj",
        "Pozwól mi pomóc, to polega na rzeczy",
        "szkody w domu, jezioro obok",
        "I will take the plunge and plunge into work",
        "My father needs help with the salute",
        "Vilniaus g. 12, trečias aukštas",
        "Trakų gatvė 3",
        "ul. Kauno 5",
        "gyvenu Vilniaus apskrityje",
        "noriu gyventi Lietuvoje",
        "Skaitau Kurier Wileński",
        "ok",
        "112",
        "",
    ],
)
def test_everyday_words_and_streets_are_not_places(places: Gazetteer, sentence: str) -> None:
    assert municipalities_in(places, sentence) == []


def test_an_everyday_word_is_a_place_when_the_sentence_says_so(places: Gazetteer) -> None:
    assert municipalities_in(places, "Rasos") == [CITY]
    assert municipalities_in(places, "rasų seniūnija") == [CITY]
    assert municipalities_in(places, "mieszkam w dzielnicy Rossa") == [CITY]
    assert municipalities_in(places, "gyvenu turgeliuose") == ["Šalčininkų rajono savivaldybė"]
    assert municipalities_in(places, "Pomoc dla mieszkańców rejonu, Orany") == ["Varėnos rajono savivaldybė"]


def test_somebody_who_sleeps_in_the_street_is_not_taken_for_an_address(places: Gazetteer) -> None:
    assert municipalities_in(places, "Vilniuje gatvėje nakvoju") == [CITY]
    assert municipalities_in(places, "śpię na ulicy w Wilnie") == [CITY]


@pytest.mark.parametrize(
    ("typed", "official"),
    [
        ("Vilniuj", CITY),
        ("visagine", VISAGINAS),
        ("Wisagini", VISAGINAS),
        ("rejon wilenski", DISTRICT),
        ("salcininku rajone", "Šalčininkų rajono savivaldybė"),
        ("salcinnku rajone", "Šalčininkų rajono savivaldybė"),
        ("Visagnas", VISAGINAS),
        ("Panevėžis", "Panevėžio miesto savivaldybė"),
        ("Klaipedojje", "Klaipėdos miesto savivaldybė"),
        ("Vilnius distrct", DISTRICT),
        ("Druskinikai", "Druskininkų savivaldybė"),
        ("w niemenczinie", DISTRICT),
        ("vilnus", CITY),
    ],
)
def test_a_typo_of_one_letter_is_understood(places: Gazetteer, typed: str, official: str) -> None:
    assert places.resolve(typed) == official
    assert municipalities_in(places, typed) == [official]


@pytest.mark.parametrize(
    "name", ["Lietuva", "Lietuvoje", "Litwa", "anywhere", "bet kur", "w całym kraju", "whole country", "Литва"]
)
def test_the_whole_country_can_be_asked_for(places: Gazetteer, name: str) -> None:
    assert places.resolve(name) == "Lietuva"


@pytest.mark.parametrize("name", ["", "   ", "Warszawa", "xyz", "Ryga", "Vilnius ir Kaunas"])
def test_an_unknown_or_double_name_is_not_resolved(places: Gazetteer, name: str) -> None:
    assert places.resolve(name) is None


@pytest.mark.parametrize(
    "name", ["w Wisagini", "in Visaginas", "Visaginas, Lithuania", "iš Visagino", "в Висагинасе", "visagino"]
)
def test_prepositions_around_a_name_do_not_matter(places: Gazetteer, name: str) -> None:
    assert places.resolve(name) == VISAGINAS


def test_each_language_names_the_same_places() -> None:
    names = {
        language: {
            (entry["municipality"], entry["place"])
            for entry in yaml.safe_load((DATA / language / "places.yml").read_text(encoding="utf-8"))
        }
        for language in ("lt", "pl", "en")
    }
    assert names["lt"] == names["pl"] == names["en"]


def test_no_name_means_two_municipalities() -> None:
    meanings: dict[str, set[str]] = {}
    for language in ("lt", "pl", "en", "other"):
        for entry in yaml.safe_load((DATA / language / "places.yml").read_text(encoding="utf-8")):
            for form in entry["forms"]:
                meanings.setdefault(" ".join(fold(form).replace(".", " ").split()), set()).add(entry["municipality"])
    assert {form: found for form, found in meanings.items() if len(found) > 1} == {}


def test_folding_keeps_every_letter_in_its_place() -> None:
    text = "ĄČĘĖĮŠŲŪŽ Łódź ё й Straße İstanbul ﬁ 🙂 a\u0301"
    assert len(fold(text)) == len(text)
    assert fold("Šalčininkų Łódź Ёлка") == "salcininku lodz елка"


def test_a_text_of_two_hundred_letters_takes_under_a_millisecond(places: Gazetteer) -> None:
    text = "Laba diena, esu mama iš Šalčininkų rajono, bijau grįžti namo su vaikais, gal galite patarti, kur kreiptis Vilniuje arba Nemenčinėje, reikia nakvynės šiąnakt ir maisto produktų, drabužių taip pat"
    times = []
    for _ in range(50):
        start = time.perf_counter()
        places.find(text)
        times.append(time.perf_counter() - start)
    assert sorted(times)[len(times) // 2] < 0.001
