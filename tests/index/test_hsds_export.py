"""`python -m index export`: three formats, and the round trip through an empty database."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.__main__ import main
from index.directory.database import open_database
from index.directory.hsds.attributes import Outlet
from index.directory.hsds.compiled import Compiled
from index.directory.hsds.flat import BYTE_ORDER_MARK, guarded, write_table
from index.directory.hsds.packages import write_package
from index.directory.importing import import_directory
from index.directory.starter import read_starter
from index.records import Address, Directory, Source

Use = Callable[[str], None]


@pytest.fixture(scope="module")
def starter() -> Directory:
    return read_starter()


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Use:
    """Commands work with the database of this name from now on."""

    def choose(name: str) -> None:
        monkeypatch.setenv("KELRODIS_DATABASE_URL", f"sqlite:///{tmp_path / name}.sqlite3")

    return choose


def undated(text: str) -> str:
    return re.sub(r', "last_modified": "[^"]*"', "", text)


@pytest.mark.parametrize("everything", [[], ["--all"]], ids=["shown", "all"])
def test_export_import_export_is_identical_but_for_dates(
    use: Use, starter: Directory, tmp_path: Path, everything: list[str]
) -> None:
    use("first")
    import_directory(open_database(), starter)
    for name in ("first.json", "first.zip"):
        kind = "hsds-json" if name.endswith("json") else "hsds-csv"
        assert main(["export", "--format", kind, "--output", str(tmp_path / name), *everything]) == 0
    expected = undated((tmp_path / "first.json").read_text(encoding="utf-8"))
    for name in ("first.json", "first.zip"):
        use(f"from-{name}")
        assert main(["import", str(tmp_path / name), "--no-index"]) == 0
        assert main(["export", "--output", str(tmp_path / "again.json"), *everything]) == 0
        assert undated((tmp_path / "again.json").read_text(encoding="utf-8")) == expected, name


def test_json_goes_to_standard_output_as_one_document(use: Use, directory_of_one: Directory, capsysbinary: Any) -> None:
    use("one")
    import_directory(open_database(), directory_of_one)
    capsysbinary.readouterr()
    assert main(["export", "--format", "hsds-json"]) == 0
    document = json.loads(capsysbinary.readouterr().out)
    assert document["version"] == "3.0"
    assert len(document["contents"]) == len(directory_of_one.services) + sum(
        1 for _ in directory_of_one.shown_helplines()
    )


@pytest.fixture
def directory_of_one(starter: Directory) -> Directory:
    """One organization, its services and the help lines."""
    key = next(service.organization_id for service in starter.shown_services())
    services = {record.id: record for record in starter.services.values() if record.organization_id == key}
    owner = replace(starter.organizations[key], parent=None)
    return replace(starter, organizations={key: owner}, services=services)


def test_a_package_of_many_files_needs_a_name(use: Use, capsys: pytest.CaptureFixture[str]) -> None:
    use("none")
    assert main(["export", "--format", "hsds-csv"]) == 1
    assert "--output" in capsys.readouterr().err


def test_a_folder_of_others_is_never_replaced(directory_of_one: Directory, tmp_path: Path) -> None:
    compiled = Compiled(directory_of_one, Outlet(date(2026, 11, 23)))
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError):
        write_package(compiled, folder)
    assert (folder / "letter.txt").read_text(encoding="utf-8") == "mine"
    for _ in range(2):  # one of ours is replaced whole
        write_package(compiled, tmp_path / "package")
    assert not list(tmp_path.glob(".hsds-*"))


def test_a_zip_holds_the_same_files_as_a_folder(directory_of_one: Directory, tmp_path: Path) -> None:
    compiled = Compiled(directory_of_one, Outlet(date(2026, 11, 23)))
    write_package(compiled, tmp_path / "package")
    write_package(compiled, tmp_path / "package.zip")
    with zipfile.ZipFile(tmp_path / "package.zip") as archive:
        for name in archive.namelist():
            assert archive.read(name) == (tmp_path / "package" / name).read_bytes()


def rows(directory: Directory, everything: bool = False, language: str = "lt") -> list[dict[str, str]]:
    file = io.StringIO(newline="")
    write_table(directory, everything, language, file)
    text = file.getvalue()
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), delimiter=";"))


def test_the_table_has_a_row_for_everything_shown_in_three_languages(starter: Directory) -> None:
    table = rows(starter)
    shown = {record.id: record for record in starter.shown()}
    assert {row["Įrašo nr."] for row in table} == set(shown)
    for row in table:
        name = shown[row["Įrašo nr."]].name
        assert (row["Paslauga (LT)"], row["Paslauga (PL)"], row["Paslauga (EN)"]) == (
            name["lt"],
            name["pl"],
            name["en"],
        )
    assert {"Usługa (LT)", "Samorząd"} <= rows(starter, language="pl")[0].keys()
    assert len(rows(starter, everything=True)) == len(starter.services) + len(starter.helplines)


def test_no_cell_of_the_table_is_a_formula(starter: Directory) -> None:
    service = next(starter.shown_services())
    bad = replace(
        service, name={"lt": '=HYPERLINK("https://x")', "pl": "@SUM(1)", "en": "-1+1"}, description={"lt": "\t=1"}
    )
    table = rows(replace(starter, services={service.id: bad}))
    cells = [cell for row in table for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert '\'=HYPERLINK("https://x")' in cells
    assert guarded("Vilnius") == "Vilnius"


def test_the_table_has_no_confidential_address(starter: Directory) -> None:
    secret = Address("Slaptoji g. 7", True, Source(None, "", None))
    organizations = {key: replace(record, address=secret) for key, record in starter.organizations.items()}
    services = {key: replace(record, address=secret) for key, record in starter.services.items()}
    for hidden in (replace(starter, organizations=organizations), replace(starter, services=services)):
        assert not [row for row in rows(hidden, everything=True) if "Slaptoji" in "".join(row.values())]
    assert not any(row["Adresas"] for row in rows(replace(starter, services=services)))
