"""HSDS of other systems: what can be told comes in as records, and what cannot be read is reported."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from index.directory.candidates import Candidate, RowFault
from index.directory.database import open_database
from index.directory.hsds.reading import read_hsds_csv, read_hsds_json
from index.directory.hsds.weeks import rule_of, text_of
from index.directory.incoming.bringing import bring
from index.directory.plain import plain
from index.directory.validation import record_faults, told_only

ORGANIZATION = {
    "id": "f8f0c8a0-0000-4000-8000-000000000001", "name": "Panevėžio dienos centras", "description": "Padedame senjorams",
    "website": "https://example.org/", "email": "info@example.org", "phones": [{"id": "p1", "number": "8 45 123456"}],
    "locations": [{"id": "l1", "location_type": "physical", "languages": [{"id": "g1", "name": "Lithuanian"}], "addresses": [
        {"id": "a1", "address_1": "Respublikos g. 1", "city": "Panevėžys", "state_province": "", "postal_code": "LT-35184",
         "country": "LT", "address_type": "physical"}]}],
}  # fmt: skip
SERVICE = {
    "id": "f8f0c8a0-0000-4000-8000-000000000002", "name": "Pagalba į namus", "status": "active",
    "description": "Socialinė darbuotoja padeda namuose gaminti maistą ir apsipirkti.", "organization": ORGANIZATION,
    "eligibility_description": "Senjorai", "minimum_age": 65, "last_modified": "2026-03-05T10:00:00Z",
    "application_process": "Paskambinkite.\nUžpildykite prašymą.",
    "required_documents": [{"id": "d1", "document": "Asmens tapatybės kortelė"}],
    "cost_options": [{"id": "c1", "amount": 5.0, "currency": "eur", "amount_description": "už valandą"}],
    "service_areas": [{"id": "s1", "name": "Panevėžio miesto savivaldybė"}, {"id": "s2", "name": "Panevėžio rajonas"}],
    "schedules": [
        {"id": "h1", "freq": "WEEKLY", "byday": "MO,TU,WE,TH", "opens_at": "08:00", "closes_at": "17:00"},
        {"id": "h2", "freq": "WEEKLY", "byday": "FR", "opens_at": "08:00", "closes_at": "15:45"}],
    "contacts": [{"id": "k1", "name": "Vardenė Pavardenė", "email": "vardene@example.org", "phones": [{"id": "p2", "number": "+37061234567"}]},
                 {"id": "k2", "department": "Registratūra", "phones": [{"id": "p3", "number": "+370 45 654321"}]}],
}  # fmt: skip


def read(tmp_path: Path, content: Any) -> list[Any]:
    path = tmp_path / "theirs.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return list(read_hsds_json(path))


def one(tmp_path: Path, **changed: Any) -> Candidate:
    (found,) = read(tmp_path, [{**SERVICE, **changed}])
    assert isinstance(found, Candidate), found
    return found


def test_a_service_of_another_system_comes_in_with_all_that_can_be_told(tmp_path: Path) -> None:
    found = one(tmp_path)
    organization, (service,) = found.organization, found.services
    assert organization.name == {"lt": "Panevėžio dienos centras"}
    assert organization.municipality == "Panevėžio miesto savivaldybė"
    assert organization.serves == ("Panevėžio miesto savivaldybė", "Panevėžio rajono savivaldybė")
    assert organization.address
    assert organization.address.text == "Respublikos g. 1, LT-35184 Panevėžys"
    assert [phone.number for phone in organization.phones] == ["+370 45 123456"]
    assert organization.spoken_languages == ("lt",)
    assert service.who == {"lt": "Senjorai; Amžius: 65+ m."}
    assert service.cost == {"lt": "5 EUR – už valandą"}
    assert service.how_to_get["lt"] == (
        "Paskambinkite.", "Užpildykite prašymą.", "Reikalingi dokumentai: Asmens tapatybės kortelė",
    )  # fmt: skip
    assert service.hours
    assert service.hours.schedule == "Mo-Th 08:00-17:00; Fr 08:00-15:45"
    assert organization.sources[0].date is None
    assert (service.kind, service.needs, service.target_groups) == ("", (), ())
    for kind, record in (("organization", organization), ("service", service)):
        assert not record_faults(kind, told_only(plain(record)))


def test_contacts_of_single_employees_stay_outside(tmp_path: Path) -> None:
    (service,) = one(tmp_path).services
    assert [phone.number for phone in service.phones] == ["+370 45 654321"]
    assert service.email is None


def test_the_same_foreign_id_always_gives_the_same_id_of_ours(tmp_path: Path) -> None:
    first = one(tmp_path)
    renamed = one(tmp_path, name="Kitas vardas", organization={**ORGANIZATION, "name": "Kita įstaiga"})
    assert first.organization.id == renamed.organization.id
    assert first.services[0].id == renamed.services[0].id
    assert first.services[0].id.startswith(f"{first.organization.id}.")


@pytest.mark.parametrize(
    ("name", "description", "language"),
    [
        ("Pomoc w domu", "Opiekunka pomaga osobom starszym w gotowaniu i zakupach.", "pl"),
        ("Home help", "A social worker helps older people to cook and shop.", "en"),
        ("Pagalba į namus", "Socialinė darbuotoja padeda gaminti maistą.", "lt"),
        ("X", "1234", "lt"),
    ],
)
def test_the_language_is_detected_and_in_doubt_lithuanian(
    tmp_path: Path, name: str, description: str, language: str
) -> None:
    (service,) = one(tmp_path, name=name, description=description, eligibility_description="").services
    assert service.name == {language: name}


@pytest.mark.parametrize(
    ("status", "ours"),
    [("active", "active"), ("inactive", "stale"), ("temporarily closed", "stale"), ("defunct", "closed")],
)
def test_states_of_the_standard_become_ours(tmp_path: Path, status: str, ours: str) -> None:
    assert one(tmp_path, status=status).services[0].status == ours


@pytest.mark.parametrize(
    "shape",
    [
        lambda entry: [entry],
        lambda entry: {"total_items": 1, "page_number": 1, "contents": [entry]},
        lambda entry: json.dumps(entry) + "\n",
        lambda entry: {**ORGANIZATION, "services": [{k: v for k, v in entry.items() if k != "organization"}]},
        lambda entry: {"organizations": [{**ORGANIZATION, "services": [entry]}]},
    ],
    ids=["list", "page", "lines", "organization", "organizations"],
)
def test_lists_pages_lines_and_organizations_are_read_alike(tmp_path: Path, shape: Any) -> None:
    (found,) = read(tmp_path, shape(SERVICE))
    assert found.services == one(tmp_path).services


def test_json_lines_are_read_one_by_one(tmp_path: Path) -> None:
    other = {**SERVICE, "id": "f8f0c8a0-0000-4000-8000-000000000009", "name": "Maistas į namus"}
    found = read(tmp_path, f"{json.dumps(SERVICE)}\n{json.dumps(other)}\n")
    assert [candidate.where.line for candidate in found] == [1, 2]


def test_what_cannot_be_read_is_reported_and_the_rest_comes_in(tmp_path: Path) -> None:
    broken: list[Any] = [
        {**SERVICE, "name": ""},
        {**SERVICE, "phones": "8 45 123456"},
        "no object",
        {**SERVICE, "organization": {**ORGANIZATION, "id": "1", "name": ""}},
        {**SERVICE, "organization": None, "organization_id": "2"},
        {**SERVICE, "organization": {**ORGANIZATION, "id": "3", "locations": []}, "service_areas": [{"id": "s", "name": "Springfield"}]},
        SERVICE,
    ]  # fmt: skip
    found = read(tmp_path, broken)
    faults = {entry.where.line: entry.reason for entry in found if isinstance(entry, RowFault)}
    assert faults == {1: "needed", 2: "unreadable", 3: "unreadable", 4: "no_name", 5: "needed", 6: "no_municipality"}
    assert [entry.where.line for entry in found if isinstance(entry, Candidate)] == [7]


def test_a_file_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    found = read(tmp_path, json.dumps([SERVICE, SERVICE], ensure_ascii=False)[:-200])
    assert [type(entry) for entry in found] == [Candidate, RowFault]
    assert found[-1].reason == "unreadable"


def test_a_parent_that_stands_elsewhere_is_left_out_and_told(tmp_path: Path) -> None:
    (found,) = read(tmp_path, [{**SERVICE, "organization": {**ORGANIZATION, "parent_organization_id": "elsewhere"}}])
    assert isinstance(found, Candidate)
    report = bring(open_database(f"sqlite:///{tmp_path}/directory.sqlite3"), [found], "kitas")
    assert [(one.field, one.reason) for one in report.remarks] == [("parent", "left_out")]
    assert (report.faults, len(report.outcome.created)) == ([], 2)


def table(*rows: dict[str, str]) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def test_tables_of_another_system_are_joined(tmp_path: Path) -> None:
    files = {
        "datapackage.json": "{}",
        "organizations.csv": "\ufeff" + table({"id": "o", "name": "Visagino centras", "description": "Padeda"}),
        "services.csv": table(
            {"id": "s", "organization_id": "o", "name": "Maistas", "status": "active", "description": "Dalijame maistą"},
            {"id": "t", "organization_id": "lost", "name": "Kita", "status": "active", "description": ""},
        ),
        "service_at_location.csv": table({"id": "x", "service_id": "s", "location_id": "l"}),
        "locations.csv": table({"id": "l", "location_type": "physical"}),
        "addresses.csv": table({"id": "a", "location_id": "l", "address_1": "Parko g. 14", "city": "Visaginas", "state_province": "", "postal_code": "", "country": "LT", "address_type": "physical"}),
        "phones.csv": table({"id": "p", "service_id": "s", "number": "838660000"}, {"id": "q", "organization_id": "o", "number": "112"}),
    }  # fmt: skip
    path = tmp_path / "theirs.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"data/{name}", content)
    candidate, fault = read_hsds_csv(path)
    assert isinstance(candidate, Candidate)
    assert candidate.organization.municipality == "Visagino savivaldybė"
    assert [phone.number for phone in candidate.services[0].phones] == ["+370 386 60000"]
    assert [phone.number for phone in candidate.organization.phones] == ["112"]
    assert isinstance(fault, RowFault)
    assert (fault.where.file, fault.where.line, fault.field) == ("services.csv", 3, "organization_id")


def test_a_file_that_is_no_package_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "theirs.zip"
    path.write_text("no archive", encoding="utf-8")
    (fault,) = read_hsds_csv(path)
    assert isinstance(fault, RowFault)
    assert fault.reason == "unreadable"


WEEKDAYS = {"byday": "MO,TU,WE,TH,FR", "freq": "WEEKLY"}


@pytest.mark.parametrize(
    ("schedules", "rule"),
    [
        ([{**WEEKDAYS, "opens_at": "9:00", "closes_at": "17:30:00"}], "Mo-Fr 09:00-17:30"),
        ([{**WEEKDAYS, "opens_at": "13:00", "closes_at": "17:00"}, {**WEEKDAYS, "opens_at": "08:00", "closes_at": "12:00"}], "Mo-Fr 08:00-12:00,13:00-17:00"),
        ([{"byday": "SU,SA", "opens_at": "10:00+02:00", "closes_at": "12:00+02:00"}], "Sa-Su 10:00-12:00"),
        ([{"byday": "MO,TU,WE,TH,FR,SA,SU", "opens_at": "00:00", "closes_at": "23:59"}], "24/7"),
        ([{"description": "I–V 8–17 val."}], "Mo-Fr 08:00-17:00"),
        ([{"byday": "1MO", "freq": "MONTHLY", "opens_at": "09:00", "closes_at": "10:00"}], None),
        ([{**WEEKDAYS, "interval": "2", "opens_at": "09:00", "closes_at": "10:00"}], None),
        ([{**WEEKDAYS, "opens_at": "09:00Z", "closes_at": "10:00Z"}], None),
        ([{**WEEKDAYS, "valid_to": "2026-08-31", "opens_at": "09:00", "closes_at": "10:00"}], None),
        ([], None),
    ],
)  # fmt: skip
def test_schedules_become_a_rule_only_where_they_say_nothing_more(
    schedules: list[dict[str, str]], rule: str | None
) -> None:
    assert rule_of(schedules) == rule


def test_a_schedule_without_words_is_told_with_the_days_of_the_language() -> None:
    assert text_of([], "Mo-Fr 09:00-17:30", "en") == "Mon-Fri 09:00-17:30"
    assert text_of([{"description": "Po pietų"}], None, "lt") == "Po pietų"
