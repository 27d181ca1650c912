"""Files that mean harm, or broke on their way: they are told in a moment, and neither fill the memory nor end the command."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from index.directory.candidates import Candidate, RowFault
from index.directory.hsds.reading import read_hsds_csv, read_hsds_json
from index.directory.incoming.lines import csv_rows
from index.directory.incoming.sheets import UnreadableTable, rows_of

BILLION = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">{}</row></sheetData></worksheet>'
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}  # fmt: skip


def workbook(path: Path, sheet: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            archive.writestr(name, content)
    return path


def cell(text: str) -> str:
    return f'<c r="A1" t="inlineStr"><is><t>{text}</t></is></c>'


def reasons(found: Iterable[object]) -> list[str]:
    return [one.reason for one in found if isinstance(one, RowFault)]


def test_a_workbook_by_hand_is_read(tmp_path: Path) -> None:
    assert [row.cells for row in rows_of(workbook(tmp_path / "a.xlsx", SHEET.format(cell("labas"))))] == [("labas",)]


@pytest.mark.parametrize(
    "sheet",
    [
        f'<!DOCTYPE l [<!ENTITY l0 "lol">{BILLION}]>' + SHEET.format(cell("&l9;")),
        '<!DOCTYPE l [<!ENTITY l SYSTEM "secret.txt">]>' + SHEET.format(cell("&l;")),
        SHEET.format(cell("labas"))[:-40],
        SHEET.format(cell("x" * 30_000_000)),
    ],
    ids=["entities in entities", "a file of ours", "broken off", "one sign"],
)
def test_a_workbook_that_is_none_is_refused(tmp_path: Path, sheet: str) -> None:
    with pytest.raises(UnreadableTable):
        list(rows_of(workbook(tmp_path / "a.xlsx", sheet)))


def test_a_package_that_unpacks_to_more_than_anybody_writes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("organizations.csv", "id,name,description\n" + "0" * 30_000_000)
    assert reasons(read_hsds_csv(path)) == ["unreadable"]


def test_a_package_takes_nothing_from_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("id,name,description\n1,Slapta,x\n", encoding="utf-8")
    package = tmp_path / "package"
    package.mkdir()
    (package / "organizations.csv").symlink_to(tmp_path / "secret.csv")
    assert reasons(read_hsds_csv(package)) == ["unreadable"]


def test_a_torn_row_of_a_package_costs_no_other(tmp_path: Path) -> None:
    (tmp_path / "organizations.csv").write_text(
        'id,name,description\n1,"Pirma,x\n2,Antra,x\n3,"Trečia ""A""",x\n', encoding="utf-8"
    )
    found = list(read_hsds_csv(tmp_path))
    assert [(one.where.line, one.reason) for one in found if isinstance(one, RowFault)] == [(2, "unreadable")]
    assert [one.organization.name["lt"] for one in found if isinstance(one, Candidate)] == ["Antra", 'Trečia "A"']


@pytest.mark.parametrize("content", ["[" * 100_000 + "]" * 100_000, '{"id":' * 100_000 + "1" + "}" * 100_000])
def test_a_document_of_bottomless_depth_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(content, encoding="utf-8")
    assert reasons(read_hsds_json(path)) == ["unreadable"]


def test_a_byte_order_mark_is_no_fault_and_a_list_is_no_name(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    entries = [{"id": "1", "name": "Gerumo namai"}, {"id": "2", "name": ["Gerumo namai"]}]
    path.write_text(json.dumps(entries), encoding="utf-8-sig")
    candidate, fault = read_hsds_json(path)
    assert isinstance(candidate, Candidate)
    assert isinstance(fault, RowFault)
    assert (fault.where.line, fault.reason) == (2, "unreadable")


def test_a_line_without_end_is_one_broken_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a;b\n" + "x;" * 3_000_000 + "\nc;d\n", encoding="utf-8")
    with path.open(encoding="utf-8", newline="") as file:
        found = [(row.line, row.broken) for row in csv_rows(file, ";", 100)]
    assert found == [(1, False), (2, True), (3, False)]
