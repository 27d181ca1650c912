"""HSDS 3.0 out and in: what leaves is valid and comes back the same, and nothing leaves that must not."""

from __future__ import annotations

import csv
import json
import zipfile
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from index.directory.candidates import Candidate, HelplineCandidate
from index.directory.hsds.attributes import ELSEWHERE, Outlet
from index.directory.hsds.compiled import Compiled
from index.directory.hsds.packages import json_document, write_package
from index.directory.hsds.reading import read_hsds_csv, read_hsds_json
from index.directory.hsds.tables import tables
from index.directory.starter import read_starter
from index.records import LANGUAGES, Address, Alert, Directory, Hours, Phone, Source, Verification

SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "hsds"
TODAY = date(2026, 11, 23)
SOURCE = Source("https://example.org/", "page", "2026")
SECRET = "Slaptoji g. 7, Vilnius"


@cache
def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=FormatChecker())


def invalid(name: str, entity: Any) -> list[str]:
    found = validator(name).iter_errors(json.loads(json.dumps(entity)))
    return [f"{list(error.absolute_path)}: {error.message[:100]}" for error in found]


def edited(directory: Directory) -> Directory:
    """With everything that the starter directory has no example of."""
    organizations, services, lines = dict(directory.organizations), dict(directory.services), dict(directory.helplines)
    seen = Verification("2026-11-01", "Vardenė Pavardenė", "phone")
    for position, key in enumerate(sorted(services)[:3]):
        record = services[key]
        services[key] = replace(
            record, phones=(Phone("+370 5 233 2508", {"pl": "Po polsku"}, SOURCE, seen),), verified=seen,
            alert=Alert({"en": "Full"}, "2026-11-30"), spoken_languages=("ru",), status=("active", "closed", "planned")[position],
            hours=Hours({"en": "In the evening"}, "Mo-Fr 17:00-01:00; Sa,Su 10:00-12:00,13:00-24:00", SOURCE),
            address=Address(SECRET, True, SOURCE) if position else Address("Žalioji g. 1\nantras aukštas", False, SOURCE, seen),
        )  # fmt: skip
        owner = organizations[record.organization_id]
        organizations[owner.id] = replace(owner, alert=Alert({"lt": "Persikraustome"}, "2026-12-31"))
    lines["112"] = replace(lines["112"], verified=seen, alert=Alert({"lt": "Perkrauta"}, "2026-11-23"))
    return replace(directory, organizations=organizations, services=services, helplines=lines)


@pytest.fixture(scope="module")
def directory() -> Directory:
    return edited(read_starter())


@pytest.fixture(scope="module")
def compiled(directory: Directory) -> Compiled:
    return Compiled(directory, Outlet(TODAY, telling_how=True), everything=True)


def as_it_comes_back(record: Any, place: str = "") -> Any:
    """Of confidential addresses only the municipality, and not who verified it; every language has a list."""
    if hasattr(record, "__dataclass_fields__"):
        values = {name: as_it_comes_back(getattr(record, name)) for name in record.__dataclass_fields__}
        if isinstance(record, Verification):
            values["by"] = ELSEWHERE
        if "address" in values and values["address"] and values["address"].confidential:
            values["address"] = Address(place, True, Source(None, "", None))
        for name in ("how_to_get", "aliases"):
            if name in values:
                values[name] = {language: tuple(values[name].get(language, ())) for language in LANGUAGES}
        return type(record)(**values)
    return tuple(map(as_it_comes_back, record)) if isinstance(record, tuple) else record


def assert_same(read: Any, directory: Directory) -> None:
    organizations, services, lines = {}, {}, {}
    for found in read:
        assert isinstance(found, Candidate | HelplineCandidate), found
        if isinstance(found, HelplineCandidate):
            lines[found.helpline.id] = found.helpline
        else:
            organizations[found.organization.id] = found.organization
            services |= {service.id: service for service in found.services}
    places = {key: record.municipality for key, record in directory.organizations.items()}
    assert organizations == {
        key: as_it_comes_back(record, places[key]) for key, record in directory.organizations.items()
    }
    assert services == {
        key: as_it_comes_back(record, places[record.organization_id]) for key, record in directory.services.items()
    }
    assert lines == {key: as_it_comes_back(record) for key, record in directory.helplines.items()}


def test_the_whole_directory_comes_back_from_json_as_it_was(
    compiled: Compiled, directory: Directory, tmp_path: Path
) -> None:
    path = tmp_path / "directory.json"
    path.write_text("".join(json_document(compiled)), encoding="utf-8")
    assert_same(read_hsds_json(path), directory)


@pytest.mark.parametrize("name", ["package", "package.zip"])
def test_the_whole_directory_comes_back_from_tables_as_it_was(
    compiled: Compiled, directory: Directory, tmp_path: Path, name: str
) -> None:
    write_package(compiled, tmp_path / name)
    assert_same(read_hsds_csv(tmp_path / name), directory)


def test_what_comes_back_goes_out_again_the_same(compiled: Compiled, directory: Directory, tmp_path: Path) -> None:
    """From an empty database, which has neither municipalities nor routes."""
    path = tmp_path / "directory.json"
    path.write_text("".join(json_document(compiled)), encoding="utf-8")
    read = list(read_hsds_json(path))
    candidates = [found for found in read if isinstance(found, Candidate)]
    again = Directory(
        organizations={found.organization.id: found.organization for found in candidates},
        services={service.id: service for found in candidates for service in found.services},
        helplines={found.helpline.id: found.helpline for found in read if isinstance(found, HelplineCandidate)},
        municipalities={},
        routes={},
    )
    second = "".join(json_document(Compiled(again, Outlet(TODAY, telling_how=True), everything=True)))
    assert second == path.read_text(encoding="utf-8")


def test_every_service_is_valid(compiled: Compiled) -> None:
    entities = list(compiled.services())
    assert len(entities) > 1200
    # The validator takes a tenth of a second for each: every organization once, and every service that differs.
    chosen = {entity["organization_id"]: entity for entity in entities}
    for entity in [*entities[:40], *chosen.values()]:
        assert not invalid("compiled/service.json", entity), entity["name"]


def test_organizations_are_valid_with_their_services(compiled: Compiled) -> None:
    for key in list(compiled.organization_ids)[::10]:
        assert not invalid("compiled/organization.json", compiled.organization(key)), key


def test_every_row_of_the_package_is_valid(compiled: Compiled, tmp_path: Path) -> None:
    write_package(compiled, tmp_path / "package")
    described = json.loads((tmp_path / "package" / "datapackage.json").read_text(encoding="utf-8"))
    assert {resource["path"] for resource in described["resources"]} == {table.file for table in tables().values()}
    ids: dict[str, set[str]] = {}
    rows: dict[str, list[dict[str, str]]] = {}
    for resource in described["resources"]:
        with (tmp_path / "package" / resource["path"]).open(encoding="utf-8", newline="") as file:
            rows[resource["name"]] = list(csv.DictReader(file))
        ids[resource["name"]] = {row["id"] for row in rows[resource["name"]]}
        assert len(ids[resource["name"]]) == len(rows[resource["name"]]), resource["name"]
    for resource in described["resources"]:
        name = resource["name"]
        schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
        assert schema["path"] == resource["path"]
        assert {field["name"] for field in resource["schema"]["fields"]} <= set(schema["properties"])
        needed = {*schema["required"], *schema.get("tabular_required", ())}
        for key in resource["schema"]["foreignKeys"]:
            of = key["reference"]["resource"] or name
            assert {row[key["fields"]] for row in rows[name] if row[key["fields"]]} <= ids[of], (name, key)
        for row in rows[name][:: max(len(rows[name]) // 200, 1)]:
            filled = {field: value for field, value in row.items() if value}
            # An address without a postcode has an empty cell, which the standard's own rows have too.
            missing = needed - filled.keys() - {"postal_code", "city", "state_province"}
            assert not missing, (name, row)
            assert not invalid_row(schema, filled), (name, row)


def invalid_row(schema: dict[str, Any], row: dict[str, str]) -> list[str]:
    plain = {field: spec for field, spec in schema["properties"].items() if "type" in spec and spec["type"] == "string"}
    checker = Draft202012Validator({"type": "object", "properties": plain}, format_checker=FormatChecker())
    return [error.message for error in checker.iter_errors(row)]


def everywhere(directory: Directory, tmp_path: Path, everything: bool) -> str:
    """All that leaves, in every format."""
    compiled = Compiled(directory, Outlet(TODAY, telling_how=True), everything)
    write_package(compiled, tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        tabular = "".join(archive.read(name).decode() for name in archive.namelist())
    return "".join(json_document(compiled)) + tabular


def test_a_confidential_address_never_leaves(directory: Directory, tmp_path: Path) -> None:
    owner = next(record for record in directory.organizations.values() if record.address and record.status == "active")
    service = next(record for record in directory.services.values() if record.organization_id == owner.id)
    other = next(key for key in sorted(directory.services)[20:] if directory.services[key].organization_id != owner.id)
    hidden = replace(
        directory,
        organizations={**directory.organizations, owner.id: replace(owner, address=Address(SECRET, True, SOURCE))},
        services={
            **directory.services,
            other: replace(directory.services[other], address=Address(SECRET, True, SOURCE)),
            service.id: replace(service, address=None),
        },
    )
    told = everywhere(hidden, tmp_path, everything=True)
    assert "Slaptoji" not in told
    links = Compiled(hidden, Outlet(TODAY), everything=True).service(other)
    assert "service_at_locations" not in links, "a hidden service must not seem to be at its organization's address"


def test_the_name_of_who_verified_something_never_leaves(directory: Directory, tmp_path: Path) -> None:
    told = everywhere(directory, tmp_path, everything=True)
    assert "Pavardenė" not in told
    assert "2026-11-01" in told


def test_what_residents_are_not_shown_leaves_only_when_all_is_asked_for(directory: Directory, tmp_path: Path) -> None:
    closed = next(record for record in directory.organizations.values() if record.status == "closed")
    assert closed.name["lt"] not in everywhere(directory, tmp_path, everything=False)
    entity = Compiled(directory, Outlet(TODAY), everything=True).organization(closed.id)
    assert "closed" in [attribute.get("value") for attribute in entity["attributes"]]


def test_an_alert_is_gone_on_the_day_after_its_last(directory: Directory) -> None:
    last = Compiled(directory, Outlet(date(2026, 11, 23))).service("112")
    after = Compiled(directory, Outlet(date(2026, 11, 24))).service("112")
    assert last["alert"] == "Perkrauta"
    assert "alert" not in after


def test_an_organization_never_names_a_parent_that_stays_behind(directory: Directory) -> None:
    child = next(record for record in directory.organizations.values() if record.parent and record.status == "active")
    assert child.parent
    parent = replace(directory.organizations[child.parent], status="closed")
    hidden = replace(directory, organizations={**directory.organizations, parent.id: parent})
    assert "parent_organization_id" not in Compiled(hidden, Outlet(TODAY)).organization(child.id)


def test_ids_outside_never_change(compiled: Compiled) -> None:
    """Others keep what they once fetched; a changed namespace would orphan all of it."""
    assert compiled.service("112")["id"] == "2a384293-6255-50f7-ab82-054e69b3e598"
    assert compiled.organization("112")["id"] == "4faf015f-f9ac-5dcc-ac64-2f26ddeb3c59"
