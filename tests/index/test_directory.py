"""The directory: files, faults with their lines, storage, and what the facts demand."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from index.checking import faults, incomplete_texts
from index.contacts import dialled
from index.directory.database import open_database
from index.directory.editing import edit, record
from index.directory.importing import import_directory
from index.directory.keys import Key
from index.directory.reading import read_directory
from index.directory.revisions import read_revision
from index.directory.starter import STARTER, read_starter
from index.errors import DirectoryFault
from index.needs.taxonomy import read_taxonomy
from index.records import Directory

FACTS = Path(__file__).resolve().parents[3] / "shared" / "facts"


@pytest.fixture(scope="module")
def starter() -> Directory:
    return read_starter()


def facts(name: str) -> list[dict]:
    content = json.loads((FACTS / name).read_text(encoding="utf-8"))
    return content if isinstance(content, list) else content["helplines"]


def test_every_institution_line_and_municipality_of_the_facts_is_there_under_its_id(starter: Directory) -> None:
    assert {item["id"] for item in facts("institutions.json")} <= set(starter.organizations)
    assert {item["id"] for item in facts("helplines.json")} == set(starter.helplines)
    assert {item["name_lt"] for item in facts("municipalities.json")} == set(starter.municipalities)


def test_every_institution_has_at_least_the_services_that_the_facts_list(starter: Directory) -> None:
    for item in facts("institutions.json"):
        own = [service for service in starter.services.values() if service.organization_id == item["id"]]
        assert len(own) >= max(1, len(item["services"])) or item["status"] != "active_as_of_source", item["id"]


def test_no_telephone_or_mail_address_stands_in_the_directory_that_the_facts_do_not_hold(starter: Directory) -> None:
    known = "".join(path.read_text(encoding="utf-8") for path in FACTS.glob("*.json"))
    digits = re.sub(r"[^0-9]", "", known)
    for organization in starter.organizations.values():
        for phone in organization.phones:
            assert re.sub(r"[^0-9]", "", phone.number) in digits, (organization.id, phone.number)
        if organization.email:
            assert organization.email.value in known, organization.id


def test_only_active_records_are_shown(starter: Directory) -> None:
    hidden = {item["id"] for item in facts("institutions.json") if item["status"] != "active_as_of_source"}
    assert not hidden & {service.organization_id for service in starter.shown_services()}
    unsure = {item["id"] for item in facts("helplines.json") if not item["verification"].startswith("verified_")}
    assert not unsure & {line.id for line in starter.shown_helplines()}
    assert "linija-doverija" not in {line.id for line in starter.shown_helplines()}


def test_the_starter_is_complete_in_three_languages_and_without_faults(starter: Directory) -> None:
    assert list(incomplete_texts(starter)) == []
    assert list(faults(starter, read_taxonomy())) == []


def test_an_address_that_is_not_published_by_the_shelter_itself_stays_confidential(starter: Directory) -> None:
    night = starter.organizations["vm-nakvynes-namai"]
    assert night.address is None or night.address.confidential
    assert starter.organizations["vmkc"].address is not None
    assert not starter.organizations["vmkc"].address.confidential


def test_what_is_stored_is_what_was_read(tmp_path: Path, starter: Directory) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/directory.sqlite3")
    records = len(starter.organizations) + len(starter.services) + len(starter.helplines)
    first = import_directory(engine, starter)
    assert first.written == records
    assert read_directory(engine) == starter
    again = import_directory(engine, starter)
    assert (again.written, again.unchanged) == (0, records)


def test_what_staff_have_edited_survives_an_import(tmp_path: Path, starter: Directory) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/directory.sqlite3")
    import_directory(engine, starter)
    key = Key("organization", "vmkc")
    source = {"url": None, "title": "skambutis", "date": None}
    edit(engine, key, {"email": {"value": "new@vmkc.lt", "source": source, "verified": None}}, "ona")
    report = import_directory(engine, starter)
    assert report.kept == 1
    assert record(engine, key).email.value == "new@vmkc.lt"


def test_a_fault_is_told_with_file_line_and_reason(tmp_path: Path) -> None:
    folder = tmp_path / "organizations"
    folder.mkdir()
    text = (STARTER / "organizations" / "vmkc.yml").read_text(encoding="utf-8")
    record = yaml.safe_load(text)
    record["status"] = "open"
    del record["services"][0]["name"]
    (folder / "vmkc.yml").write_text(yaml.safe_dump(record, allow_unicode=True, sort_keys=False), encoding="utf-8")
    (folder / "broken.yml").write_text("id: broken\n  name: [", encoding="utf-8")
    with pytest.raises(DirectoryFault) as caught:
        read_starter(tmp_path)
    told = "\n".join(caught.value.faults)
    assert re.search(r"vmkc\.yml:2: status: 'open'", told)
    assert re.search(r"vmkc\.yml:\d+: services\.0: 'name' is a required property", told)
    assert re.search(r"broken\.yml:2: ", told)


def test_one_language_is_enough_for_a_record_of_staffs_own(tmp_path: Path) -> None:
    folder = tmp_path / "organizations"
    folder.mkdir()
    (tmp_path / "municipalities.yml").write_text(
        (STARTER / "municipalities.yml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    record = {
        "id": "nauja", "status": "active", "name": {"lt": "Nauja įstaiga"}, "municipality": "Visagino savivaldybė",
        "serves": ["Visagino savivaldybė"], "sources": [{"url": None, "title": "skambutis", "date": None}],
        "phones": [{"number": "+370 386 60246", "source": 1}],
        "services": [{"slug": "pagalba", "kind": "counselling", "route": "direct", "categories": [], "needs": ["where-to-ask"],
                      "target_groups": [], "name": {"lt": "Pagalba"}, "description": {"lt": "Padedame."}, "who": {"lt": "Visiems."}}],
    }  # fmt: skip
    (folder / "nauja.yml").write_text(yaml.safe_dump(record, allow_unicode=True), encoding="utf-8")
    assert read_starter(tmp_path).services["nauja.pagalba"].name == {"lt": "Pagalba"}


@pytest.mark.parametrize(
    ("number", "tel"),
    [("112", "112"), ("116 123", "116123"), ("0 800 66366", "+37080066366"), ("+370 5 233 2508", "+37052332508")],
)
def test_short_codes_stay_as_dialled_and_full_numbers_become_international(number: str, tel: str) -> None:
    assert dialled(number) == tel


def test_a_broken_file_leaves_the_directory_that_is_served_as_it_was(tmp_path: Path, starter: Directory) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/directory.sqlite3")
    import_directory(engine, starter)
    folder = tmp_path / "files" / "organizations"
    folder.mkdir(parents=True)
    (folder / "vmkc.yml").write_text("id: vmkc\nstatus: open\n", encoding="utf-8")
    with pytest.raises(DirectoryFault):
        import_directory(engine, read_starter(tmp_path / "files"))
    assert read_directory(engine) == starter


def test_a_changed_help_line_is_noticed_by_running_processes(tmp_path: Path, starter: Directory) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/directory.sqlite3")
    import_directory(engine, starter)
    before = read_revision(engine)
    import_directory(engine, starter)
    assert read_revision(engine) == before
    lines = {**starter.helplines, "112": replace(starter.helplines["112"], free=None)}
    import_directory(engine, replace(starter, helplines=lines))
    assert read_revision(engine) != before
