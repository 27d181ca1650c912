"""Where a shared location lies: every municipality, places near its borders, and places abroad."""

import math
import time
from itertools import combinations

import pytest

from nlu.places import Gazetteer
from nlu.positions import municipality_at, near

# Latitude, longitude and name of a town of each municipality: its seat, or where the seat is another
# municipality's city, a town of its own (GeoNames, CC BY 4.0).
TOWNS = """
56.317 22.900 Akmenės rajono (Naujoji Akmenė)|54.396 24.039 Alytaus miesto (Alytus)|54.367 24.333 Alytaus rajono (Daugai)
55.526 25.103 Anykščių rajono (Anykščiai)|54.608 24.034 Birštono (Birštonas)|56.200 24.750 Biržų rajono (Biržai)
54.016 23.987 Druskininkų (Druskininkai)|54.785 24.663 Elektrėnų (Elektrėnai)|55.341 26.160 Ignalinos rajono (Ignalina)
55.080 24.275 Jonavos rajono (Jonava)|56.239 23.615 Joniškio rajono (Joniškis)|55.076 22.764 Jurbarko rajono (Jurbarkas)
54.865 24.468 Kaišiadorių rajono (Kaišiadorys)|54.417 23.223 Kalvarijos (Kalvarija)|54.902 23.909 Kauno miesto (Kaunas)
54.971 24.062 Kauno rajono (Karmėlava)|54.749 23.490 Kazlų Rūdos (Kazlų Rūda)|55.288 23.973 Kėdainių rajono (Kėdainiai)
55.630 22.935 Kelmės rajono (Kelmė)|55.707 21.139 Klaipėdos miesto (Klaipėda)|55.710 21.394 Klaipėdos rajono (Gargždai)
55.889 21.244 Kretingos rajono (Kretinga)|55.840 24.980 Kupiškio rajono (Kupiškis)|54.233 23.515 Lazdijų rajono (Lazdijai)
54.558 23.350 Marijampolės (Marijampolė)|56.317 22.333 Mažeikių rajono (Mažeikiai)|55.225 25.417 Molėtų rajono (Molėtai)
55.309 20.997 Neringos (Nida)|55.138 21.914 Pagėgių (Pagėgiai)|55.979 23.855 Pakruojo rajono (Pakruojis)
55.917 21.069 Palangos miesto (Palanga)|55.732 24.360 Panevėžio miesto (Panevėžys)|55.514 24.300 Panevėžio rajono (Ramygala)
56.063 24.400 Pasvalio rajono (Pasvalys)|55.911 21.844 Plungės rajono (Plungė)|54.636 23.946 Prienų rajono (Prienai)
55.817 23.533 Radviliškio rajono (Radviliškis)|55.380 23.124 Raseinių rajono (Raseiniai)|55.727 21.923 Rietavo (Rietavas)
55.959 25.595 Rokiškio rajono (Rokiškis)|56.271 21.532 Skuodo rajono (Skuodas)|55.252 22.290 Tauragės rajono (Tauragė)
55.981 22.247 Telšių rajono (Telšiai)|54.638 24.934 Trakų rajono (Trakai)|55.250 24.750 Ukmergės rajono (Ukmergė)
55.498 25.605 Utenos rajono (Utena)|54.215 24.575 Varėnos rajono (Varėna)|54.652 23.032 Vilkaviškio rajono (Vilkaviškis)
54.689 25.280 Vilniaus miesto (Vilnius)|54.848 25.470 Vilniaus rajono (Nemenčinė)|55.597 26.440 Visagino (Visaginas)
55.732 26.251 Zarasų rajono (Zarasai)|54.953 23.048 Šakių rajono (Šakiai)|54.309 25.387 Šalčininkų rajono (Šalčininkai)
55.933 23.317 Šiaulių miesto (Šiauliai)|56.003 22.937 Šiaulių rajono (Kuršėnai)|55.490 22.187 Šilalės rajono (Šilalė)
55.349 21.483 Šilutės rajono (Šilutė)|55.044 24.954 Širvintų rajono (Širvintos)|55.135 26.159 Švenčionių rajono (Švenčionys)
"""

BORDERS = """
54.683 25.083 Vilniaus miesto (Grigiškės)|54.695 25.420 Vilniaus miesto (Naujoji Vilnia)|54.637 25.286 Vilniaus miesto (airport)
54.700 25.184 Vilniaus miesto (Pilaitė)|54.614 25.396 Vilniaus rajono (Skaidiškės)|54.636 25.355 Vilniaus rajono (Nemėžis)
54.757 25.188 Vilniaus rajono (Avižieniai)|54.593 25.350 Vilniaus rajono (Rudamina)|54.733 25.640 Vilniaus rajono (Lavoriškės)
54.540 25.650 Vilniaus rajono (Medininkai)|54.644 25.052 Trakų rajono (Lentvaris)|54.580 24.526 Trakų rajono (Aukštadvaris)
54.609 24.980 Trakų rajono (Senieji Trakai)|54.773 24.811 Elektrėnų (Vievis)
54.174 24.999 Šalčininkų rajono (Eišiškės)|54.197 25.625 Šalčininkų rajono (Dieveniškės)|54.821 23.871 Kauno rajono (Garliava)
54.896 23.824 Kauno rajono (Akademija)|54.968 23.916 Kauno rajono (Domeikava)|54.948 24.030 Kauno rajono (Ramučiai)
54.944 23.771 Kauno rajono (Raudondvaris)|55.046 23.586 Kauno rajono (Vilkija)|54.890 24.020 Kauno miesto (Petrašiūnai)
54.929 23.886 Kauno miesto (Šilainiai)|54.880 23.908 Kauno miesto (Aleksotas)|55.767 21.090 Klaipėdos miesto (Giruliai)
55.718 21.101 Klaipėdos miesto (Smiltynė)|55.690 21.135 Klaipėdos miesto (harbour)|55.809 21.069 Klaipėdos rajono (Karklė)
55.752 21.190 Klaipėdos rajono (Slengiai)|55.554 21.319 Klaipėdos rajono (Priekulė)|55.535 21.119 Neringos (Juodkrantė)
55.372 21.065 Neringos (Preila)|55.415 21.098 Neringos (Pervalka)|56.026 21.084 Palangos miesto (Šventoji)
55.920 21.048 Palangos miesto (the pier)|55.298 21.371 Šilutės rajono (Rusnė)|55.342 21.190 Šilutės rajono (Ventė)
55.925 23.410 Šiaulių rajono (Kairiai)|55.955 23.360 Šiaulių rajono (Ginkūnai)|55.894 23.395 Šiaulių miesto (Zokniai)
55.690 24.440 Panevėžio rajono (Velžys)|54.091 23.859 Druskininkų (Leipalingis)|54.055 24.055 Druskininkų (Viečiūnai)
54.163 24.185 Varėnos rajono (Merkinė)|54.599 24.176 Prienų rajono (Jieznas)|55.690 26.453 Zarasų rajono (Turmantas)
55.520 26.320 Ignalinos rajono (Dūkštas)|54.639 22.763 Vilkaviškio rajono (Kybartai)|54.774 22.861 Šakių rajono (Kudirkos Naumiestis)
55.077 22.977 Šakių rajono (Gelgaudiškis)|55.075 22.585 Jurbarko rajono (Smalininkai)|55.087 21.906 Pagėgių (Panemunė)
56.192 22.695 Akmenės rajono (Venta)|56.236 22.517 Mažeikių rajono (Viekšniai)|56.361 23.251 Joniškio rajono (Žagarė)
56.056 21.569 Kretingos rajono (Salantai)|56.169 22.091 Mažeikių rajono (Seda)|54.981 25.761 Švenčionių rajono (Pabradė)
56.087 25.607 Rokiškio rajono (Juodupė)|55.749 23.756 Radviliškio rajono (Šeduva)|54.002 23.655 Lazdijų rajono (Kapčiamiestis)
"""

ABROAD = {
    "Daugavpils": (55.875, 26.536),
    "Suwałki": (54.100, 22.930),
    "Sejny": (54.108, 23.348),
    "Grodno": (53.680, 23.830),
    "Astravets": (54.614, 25.955),
    "Lida": (53.880, 25.300),
    "Kaliningrad": (54.710, 20.510),
    "Sovetsk": (55.075, 21.887),
    "Nesterov": (54.630, 22.570),
    "Rybachy": (55.155, 20.840),
    "Liepāja": (56.510, 21.010),
    "Bauska": (56.408, 24.187),
    "the sea off Klaipėda": (55.700, 20.500),
    "null island": (0.0, 0.0),
    "no place at all": (math.nan, math.nan),
}


def points(table: str) -> list[tuple[float, float, str]]:
    rows = [entry.split(maxsplit=2) for line in table.split("\n") for entry in line.split("|") if entry]
    return [(float(latitude), float(longitude), name) for latitude, longitude, name in rows]


@pytest.mark.parametrize(("latitude", "longitude", "name"), points(TOWNS) + points(BORDERS))
def test_a_place_lies_in_its_municipality(latitude: float, longitude: float, name: str) -> None:
    assert municipality_at(latitude, longitude) == name.split(" (")[0] + " savivaldybė"


@pytest.mark.parametrize("place", ABROAD)
def test_a_place_abroad_lies_in_no_municipality(place: str) -> None:
    assert municipality_at(*ABROAD[place]) is None


def test_every_municipality_is_found_by_the_name_the_gazetteer_has() -> None:
    found = {municipality_at(latitude, longitude) for latitude, longitude, _ in points(TOWNS)}
    assert found == Gazetteer.load().municipalities()


def test_the_country_has_no_gaps_between_municipalities() -> None:
    corners = [(55.3, 22.3), (56.0, 22.3), (56.0, 25.4), (54.4, 25.2), (54.6, 23.9)]  # well inside the border
    for (south, west), (north, east) in combinations(corners, 2):
        for step in range(101):
            share = step / 100
            assert municipality_at(south + share * (north - south), west + share * (east - west))


def test_the_nearest_three_begin_with_the_one_that_the_place_lies_in() -> None:
    for latitude, longitude, _ in points(TOWNS) + points(BORDERS):
        nearest = near(latitude, longitude)
        assert nearest[0] == municipality_at(latitude, longitude)
        assert len(set(nearest)) == 3


def test_neighbours_come_after_it_and_abroad_the_nearest_are_given_all_the_same() -> None:
    assert near(54.683, 25.083)[1:] == ("Vilniaus rajono savivaldybė", "Trakų rajono savivaldybė")
    assert near(*ABROAD["Daugavpils"])[0] == "Zarasų rajono savivaldybė"
    assert near(*ABROAD["Sovetsk"])[0] == "Pagėgių savivaldybė"


def test_a_look_up_takes_less_than_five_milliseconds() -> None:
    municipality_at(54.689, 25.280)
    began = time.process_time()
    for _ in range(100):
        municipality_at(54.689, 25.280)
        near(54.689, 25.280)
    assert time.process_time() - began < 100 * 0.005
