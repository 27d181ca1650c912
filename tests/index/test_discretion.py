"""What a source says of discretion and of the first contact: whose records say it, with its source, stored whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from index.directory.database import open_database
from index.directory.importing import import_directory
from index.directory.reading import read_directory
from index.directory.revisions import read_revision
from index.directory.starter import STARTER, read_starter
from index.errors import DirectoryFault
from index.records import LANGUAGES, Directory, Source, Statement, Verification

MEN = "kaunas-vyru-kc.psichologine-emocine-teisine-pagalba-vyrams"
VICTIMS = "nukentejusiems-lygus.pagalba-nukentejusiems-nuo-nusikaltimu"
# Records for which the facts say it; another one needs a source first.
SAID = {
    "discretion": {
        MEN, VICTIMS, "nukentejusiems", "rplc-vilnius.priklausomybes-ligu-gydymas",
        "krizinio-nestumo-centras.pagalba-krizinio-nestumo-metu",
    },
    "first_contact": {
        MEN, VICTIMS, "nukentejusiems", "112", "1815", "caritas-klauso", "vaiku-linija",
        "vm-geroves-konsultantai.geroves-konsultantu-konsultacijos", "vvtait.pranesimai-apie-vaiko-teisiu-pazeidimus",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def starter() -> Directory:
    return read_starter()


def statements(directory: Directory, field: str) -> dict[str, Statement]:
    return {record.id: getattr(record, field) for record in directory.shown() if getattr(record, field)}


@pytest.mark.parametrize("field", SAID)
def test_only_records_of_which_the_facts_say_it_have_it(field: str, starter: Directory) -> None:
    assert set(statements(starter, field)) == SAID[field]


@pytest.mark.parametrize("field", SAID)
def test_each_statement_is_in_three_languages_and_names_a_source_of_its_record(field: str, starter: Directory) -> None:
    for identity, statement in statements(starter, field).items():
        assert set(statement.text) == set(LANGUAGES), identity
        service = starter.services.get(identity)
        owner = starter.organizations[service.organization_id] if service else starter.helplines[identity]
        assert statement.source in owner.sources, identity
        assert statement.verified is None, "nobody has confirmed it yet"


def test_a_record_is_found_by_the_id_of_its_card(starter: Directory) -> None:
    assert starter.record(MEN) is starter.services[MEN]
    assert starter.record("1815") is starter.helplines["1815"]
    assert starter.record("nobody") is None


def test_a_statement_is_stored_with_its_source_and_its_confirmation(tmp_path: Path, starter: Directory) -> None:
    confirmed = Verification("2026-06-01", "ona", "phone")
    statement = Statement({"lt": "Vardo neklausia."}, Source(None, "skambutis", "2026-05"), confirmed)
    lines = {**starter.helplines, "1815": replace(starter.helplines["1815"], discretion=statement)}
    services = {**starter.services, MEN: replace(starter.services[MEN], first_contact=statement)}
    engine = open_database(f"sqlite:///{tmp_path}/directory.sqlite3")
    import_directory(engine, replace(starter, helplines=lines, services=services))
    stored = read_directory(engine)
    assert stored.helplines["1815"].discretion == stored.services[MEN].first_contact == statement
    assert stored.services[MEN].discretion == starter.services[MEN].discretion


def test_a_changed_statement_is_noticed_and_an_older_one_goes(tmp_path: Path, starter: Directory) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/directory.sqlite3")
    import_directory(engine, starter)
    before = read_revision(engine)
    services = {**starter.services, MEN: replace(starter.services[MEN], discretion=None)}
    assert import_directory(engine, replace(starter, services=services)).written == 1
    assert read_revision(engine) != before
    assert read_directory(engine).services[MEN].discretion is None


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ({"text": {"lt": "Anonimiškai."}}, "'source' is a required property"),
        ({"text": {"lt": "Anonimiškai."}, "source": 9}, "source 9: there are only 2"),
    ],
)
def test_a_statement_without_a_source_is_a_fault(tmp_path: Path, statement: dict[str, object], fault: str) -> None:
    name = "kaunas-vyru-kc.yml"
    record = yaml.safe_load((STARTER / "organizations" / name).read_text(encoding="utf-8"))
    record["services"][0]["discretion"] = statement
    (tmp_path / "organizations").mkdir()
    (tmp_path / "organizations" / name).write_text(yaml.safe_dump(record, allow_unicode=True), encoding="utf-8")
    with pytest.raises(DirectoryFault) as caught:
        read_starter(tmp_path)
    assert [told for told in caught.value.faults if fault in told and told.startswith(name)], caught.value.faults
