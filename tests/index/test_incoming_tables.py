"""Tables as Excel writes them in Lithuania: encodings, headers, rows of one organization."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from openpyxl import Workbook

from index.directory.candidates import Candidate, RowFault
from index.directory.hsds.flat import BYTE_ORDER_MARK, write_table
from index.directory.incoming.headers import ColumnMap, columns_of, read_map
from index.directory.incoming.reading import Table
from index.directory.incoming.rows import Remark, Told
from index.directory.incoming.sheets import UnreadableTable, rows_of
from index.directory.incoming.staging import Bundle, Staging
from index.directory.keys import Key
from index.records import LANGUAGES, Directory

HEADER = ["Įstaiga", "Savivaldybė", "Paslauga", "Adresas", "Telefonas", "El. paštas", "Darbo laikas"]
FIRST = [
    "VšĮ „Šviesos kelias“",
    "Visaginas",
    "Konsultavimas",
    "Taikos pr. 1",
    "8 386 75280",
    "info@sviesos.lt",
    "I–V 8–17",
]
SECOND = ["VšĮ „Šviesos kelias“", "Visaginas", "Dienos centras", "Sedulinos al. 5", "", "", "vakarais"]


def write(path: Path, rows: list[list[str]], encoding: str = "utf-8", separator: str = ";") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)
    return path


def entries(path: Path, mapped: ColumnMap | None = None, language: str = "lt") -> list[Candidate | RowFault | Remark]:
    return list(Table(path, Told(path.name, "sarasas", language, None, mapped or ColumnMap())))


def bundle(path: Path) -> Bundle:
    with Staging() as staging:
        for entry in entries(path):
            assert not isinstance(entry, RowFault), entry
            if isinstance(entry, Candidate):
                staging.add(entry)
        (found,) = staging.bundles((), ())
        assert isinstance(found, Bundle)
        return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1257", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_table_is_read_in_every_encoding_and_with_every_separator(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    path = write(tmp_path / "a.csv", [HEADER, FIRST], encoding, separator)
    assert [list(row.cells) for row in rows_of(path)] == [HEADER, FIRST]


def test_a_polish_table_of_windows_is_told_from_a_lithuanian_one(tmp_path: Path) -> None:
    rows = [["Instytucja", "Samorząd", "Usługa", "Telefon"], ["Świetlica „Źródło”", "Wilno", "Zajęcia", "8 5 2332508"]]
    path = write(tmp_path / "a.csv", rows, "cp1250")
    assert [list(row.cells) for row in rows_of(path)] == rows


def test_a_workbook_gives_the_same_as_a_text_file(tmp_path: Path) -> None:
    workbook = Workbook()
    for row in (["Sąrašas 2026 m."], [], HEADER, FIRST, [*SECOND[:4], 852332508]):
        workbook.active.append(row)
    workbook.save(tmp_path / "a.xlsx")
    found = [entry for entry in entries(tmp_path / "a.xlsx") if isinstance(entry, Candidate)]
    assert [entry.where.line for entry in found] == [4, 5]
    assert found[1].organization.phones[0].number == "+370 5 233 2508"
    assert found[0].organization == entries(write(tmp_path / "a.csv", [HEADER, FIRST]))[0].organization  # type: ignore[union-attr]


def test_titles_and_empty_lines_stand_above_the_header_and_lines_are_counted_as_an_editor_does(tmp_path: Path) -> None:
    longer = [*FIRST[:3], "Taikos pr. 1,\nVisaginas", *FIRST[4:]]
    path = write(tmp_path / "a.csv", [["Sąrašas"], [], HEADER, longer, ["", *SECOND[1:]]])
    found = entries(path)
    assert [(type(entry), entry.where.line) for entry in found if not isinstance(entry, Remark)] == [
        (Candidate, 4), (RowFault, 6),
    ]  # fmt: skip


def test_rows_of_one_organization_are_one_and_what_differs_is_the_services_own(tmp_path: Path) -> None:
    found = bundle(write(tmp_path / "a.csv", [HEADER, FIRST, SECOND]))
    organization = found.records[Key("organization", "vsi-sviesos-kelias-visagino")]
    assert organization["email"]["value"] == "info@sviesos.lt"
    assert organization["hours"]["schedule"] == "Mo-Fr 08:00-17:00"
    first = found.records[Key("service", "vsi-sviesos-kelias-visagino.konsultavimas")]
    second = found.records[Key("service", "vsi-sviesos-kelias-visagino.dienos-centras")]
    assert (first["address"], first["hours"]) == (None, None)
    assert second["address"]["text"] == "Sedulinos al. 5"
    assert (second["hours"]["text"], second["hours"]["schedule"]) == ({"lt": "vakarais"}, None)
    assert (second["phones"], second["email"]) == ([], None)


def test_a_column_that_is_not_known_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [[*HEADER, "Pastabos"], [*FIRST, "svarbu"]])
    assert Table(path, Told(path.name, "a", "lt")).columns.unknown == ("Pastabos",)


def test_a_map_names_columns_and_what_is_true_of_every_row(tmp_path: Path) -> None:
    (tmp_path / "map.yml").write_text(
        "columns: {Kas: organization_name, Ką daro: service_name, Nr: organization_key, Po angielsku: service_name.en}\n"
        "defaults: {municipality: Visaginas, kind: counselling}\n",
        encoding="utf-8",
    )
    rows = [["Nr", "Kas", "Ką daro", "Po angielsku"], ["7", "Gerumo namai", "Konsultavimas", "Advice"]]
    (found,) = entries(write(tmp_path / "a.csv", rows), read_map(tmp_path / "map.yml"))
    assert isinstance(found, Candidate)
    assert found.organization.id == "sarasas-7"
    assert found.organization.municipality == "Visagino savivaldybė"
    assert found.services[0].name == {"lt": "Konsultavimas", "en": "Advice"}
    assert found.services[0].kind == "counselling"


def test_a_map_that_names_no_field_is_refused(tmp_path: Path) -> None:
    (tmp_path / "map.yml").write_text("columns: {Kas: beds}", encoding="utf-8")
    with pytest.raises(UnreadableTable, match="beds"):
        read_map(tmp_path / "map.yml")


@pytest.mark.parametrize(
    ("header", "language"),
    [(["Įstaiga", "Savivaldybė", "Paslauga", "Aprašymas (EN)"], "en"), (["Institution", "Municipality", "Service", "Description PL"], "pl"),
     (["Nazwa instytucji", "Samorząd", "Nazwa usługi", "Opis po polsku"], "pl"),
     (["Nazwa placówki", "Nazwa samorządu", "Usługa socjalna", "Krótki opis po polsku"], "pl")],
)  # fmt: skip
def test_a_header_may_say_its_language(tmp_path: Path, header: list[str], language: str) -> None:
    path = write(tmp_path / "a.csv", [header, ["Gerumo namai", "Visaginas", "Konsultavimas", "text"]])
    (found,) = entries(path)
    assert isinstance(found, Candidate)
    assert found.services[0].description == {language: "text"}


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(UnreadableTable):
        entries(tmp_path / "a.xlsx")
    with pytest.raises(UnreadableTable):
        entries(write(tmp_path / "a.csv", [["Spalva", "Kiekis"], ["raudona", "3"]]))
    with pytest.raises(UnreadableTable):
        entries(write(tmp_path / "b.csv", []))


def test_a_quotation_mark_that_nothing_closes_costs_its_own_row_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    torn = 'A namai;Visaginas;"nakvynė;Taikos 1;;;'
    whole = ["B namai;Visaginas;Maistas;;112;;", 'C namai;Visaginas;"du\nžodžiai";;112;;']
    path.write_text("\n".join([";".join(HEADER), torn, *whole]), encoding="utf-8")
    found = entries(path)
    assert [(one.where.line, one.reason) for one in found if isinstance(one, RowFault)] == [(2, "unreadable")]
    assert [one.organization.name["lt"] for one in found if isinstance(one, Candidate)] == ["B namai", "C namai"]
    assert [row.cells[0] for row in rows_of(path) if row.broken] == ["A namai"]


def test_signs_that_nobody_sees_and_apostrophes_of_spreadsheets_are_no_part_of_a_cell(tmp_path: Path) -> None:
    row = ["\ufeffA na\u00admai", "Visaginas", "'=Paslauga", "", "'+370 5 233 2508\u200b", "", "'Rytais'"]
    assert next(rows_of(write(tmp_path / "a.csv", [row]))).cells == (
        "A namai", "Visaginas", "=Paslauga", "", "+370 5 233 2508", "", "'Rytais'",
    )  # fmt: skip


def test_a_persons_mobile_telephone_stays_outside_and_an_offices_loses_the_name(tmp_path: Path) -> None:
    phones = "8 5 233 2508 (vedėja Ona Onaitė), 8 600 12345 Jonas Jonaitis, 8 600 54321 (budi)"
    found = entries(write(tmp_path / "a.csv", [HEADER, [*FIRST[:4], phones, "", ""]]))
    (candidate,) = (one for one in found if isinstance(one, Candidate))
    assert [(one.number, dict(one.label)) for one in candidate.organization.phones] == [
        ("+370 5 233 2508", {"lt": "vedėja"}), ("+370 600 54321", {"lt": "budi"}),
    ]  # fmt: skip
    told = [one.value for one in found if isinstance(one, Remark)]
    assert told == ["vedėja Ona Onaitė", "Jonas Jonaitis +370 600 12345"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headings_of_our_own_table_are_known(language: str) -> None:
    file = io.StringIO()
    write_table(Directory({}, {}, {}, {}, {}), True, language, file)
    headings = file.getvalue().removeprefix(BYTE_ORDER_MARK).rstrip().split(";")
    columns = columns_of(headings, ColumnMap(), "lt")
    assert columns.unknown == ()
    assert {"service_id", "service_status", "serves", "source_date"} <= {what for what, _ in columns.held}


def test_our_own_ids_lead_to_our_own_records_and_those_of_others_to_new_ones(tmp_path: Path) -> None:
    header = ["service_id", "Įstaiga", "Savivaldybė", "Paslauga", "Telefonas"]
    rows = [
        ["vmkc.prieglobstis", "Krizių centras", "Vilnius", "Prieglobstis", "112"],
        ["A 17", "Kita", "Vilnius", "P", "112"],
    ]
    found = [one for one in entries(write(tmp_path / "a.csv", [header, *rows])) if isinstance(one, Candidate)]
    assert [one.services[0].id for one in found] == ["vmkc.prieglobstis", "kita-vilniaus-miesto.a-17"]
    assert found[0].organization.id == "vmkc"
