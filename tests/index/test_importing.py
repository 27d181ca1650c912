"""The three-way merge: what an origin says now, what it said last, and what staff have edited since."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from index.contacts import reach
from index.directory.database import open_database, writing
from index.directory.editing import edit, history, record, verify, withdraw
from index.directory.importing import Importer, Outcome, import_directory
from index.directory.keys import Key
from index.directory.plain import PlainRecord, plain
from index.directory.proposals import accept, open_proposals
from index.directory.reading import read_directory
from index.directory.revisions import read_revision
from index.directory.starter import ALL, NATIONAL, NONE, read_starter
from index.errors import DirectoryFault
from index.records import COUNTRY, Directory

SOURCE = {"url": None, "title": "sąrašas", "date": None}
HOME = Key("organization", "gerumo-namai")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(f"sqlite:///{tmp_path}/directory.sqlite3")


@pytest.fixture(scope="module")
def starter() -> Directory:
    return read_starter()


def contact(value: str) -> dict[str, Any]:
    return {"value": value, "source": SOURCE, "verified": None}


def phone(number: str) -> dict[str, Any]:
    return {"number": number, "label": {}, "source": SOURCE, "verified": None}


def home(**fields: Any) -> PlainRecord:
    content: PlainRecord = {
        "id": HOME.id, "status": "active", "legal_status": "", "name": {"lt": "Gerumo namai"}, "aliases": {},
        "municipality": "Visagino savivaldybė", "serves": ["Visagino savivaldybė"], "sources": [SOURCE], "parent": None,
        "legal_code": None, "address": None, "phones": [phone("+370 386 75280")], "email": contact("info@gerumas.lt"),
        "website": None, "hours": None, "spoken_languages": [], "alert": None,
    }  # fmt: skip
    return {**content, **fields}


def bring(engine: Engine, *records: PlainRecord, origin: str = "sarasas") -> Outcome:
    with writing(engine) as connection:
        importer = Importer(connection, origin)
        importer.bring({Key("organization", content["id"]): content for content in records})
        return importer.finish(remove_missing=False)


def now(engine: Engine) -> PlainRecord:
    return plain(record(engine, HOME))


def test_the_same_twice_changes_nothing_and_wakes_nobody(engine: Engine) -> None:
    assert bring(engine, home()).created == [HOME]
    revision = read_revision(engine)
    again = bring(engine, home())
    assert (again.unchanged, again.touched) == (1, ())
    assert read_revision(engine) == revision


def test_what_only_they_changed_is_theirs_and_stands_in_the_history(engine: Engine) -> None:
    bring(engine, home())
    outcome = bring(engine, home(email=contact("nauja@gerumas.lt")))
    assert outcome.changed == {HOME: ("email",)}
    assert now(engine)["email"]["value"] == "nauja@gerumas.lt"
    assert next((change.how, change.field) for change in history(engine, HOME)) == ("import", "email")


def test_what_only_staff_changed_stays(engine: Engine) -> None:
    bring(engine, home())
    edit(engine, HOME, {"email": contact("ona@gerumas.lt")}, "ona")
    outcome = bring(engine, home(website=contact("http://gerumas.lt")))
    assert outcome.changed == {HOME: ("website",)}
    assert now(engine)["email"]["value"] == "ona@gerumas.lt"


def test_what_both_changed_stays_ours_and_theirs_waits_in_the_queue(engine: Engine) -> None:
    bring(engine, home())
    edit(engine, HOME, {"email": contact("ona@gerumas.lt")}, "ona")
    theirs = home(email=contact("nauja@gerumas.lt"))
    assert [(one.key, one.field) for one in bring(engine, theirs).conflicts] == [(HOME, "email")]
    assert now(engine)["email"]["value"] == "ona@gerumas.lt"
    assert bring(engine, theirs).conflicts == []
    (waiting,) = open_proposals(engine, "import")
    accept(engine, waiting.id, "ona")
    assert now(engine)["email"]["value"] == "nauja@gerumas.lt"


def test_the_same_change_on_both_sides_is_no_conflict(engine: Engine) -> None:
    bring(engine, home())
    edit(engine, HOME, {"email": contact("nauja@gerumas.lt")}, "ona")
    outcome = bring(engine, home(email=contact("nauja@gerumas.lt")))
    assert (outcome.conflicts, outcome.touched) == ([], ())


def test_a_verified_value_is_never_overwritten_silently(engine: Engine) -> None:
    bring(engine, home())
    verify(engine, HOME, ["phones"], "ona", "phone", "2026-11-22")
    outcome = bring(engine, home(phones=[phone("+370 386 72133")]))
    assert [one.field for one in outcome.conflicts] == ["phones"]
    assert now(engine)["phones"][0]["verified"]["on"] == "2026-11-22"


def test_a_withdrawn_value_is_never_restored(engine: Engine) -> None:
    numbers = [phone("+370 386 75280"), phone("+370 386 72133")]
    bring(engine, home(phones=numbers))
    withdraw(engine, HOME, "email", "ona")
    withdraw(engine, HOME, "phones", "ona", number="+370 386 75280")
    bring(engine, home(phones=numbers, website=contact("http://gerumas.lt")))
    bring(engine, home(phones=numbers), origin="kitas")
    found = now(engine)
    assert (found["email"], [one["number"] for one in found["phones"]]) == (None, ["+370 386 72133"])
    assert not [one for one in open_proposals(engine, "import") if one.field in ("email", "phones")]


def test_a_stranger_fills_what_is_empty_and_contradicts_in_the_queue_only(engine: Engine, starter: Directory) -> None:
    import_directory(engine, starter)
    ours = starter.organizations["vmkc"]
    said = {**plain(ours), "sources": [SOURCE], "email": contact("kita@vmkc.lt"), "legal_code": "190997565"}
    outcome = bring(engine, said)
    assert [one.field for one in outcome.conflicts] == ["email"]
    assert record(engine, Key("organization", "vmkc")).email == ours.email


def test_who_confirmed_a_record_last_is_nothing_to_decide_about(engine: Engine, starter: Directory) -> None:
    import_directory(engine, starter)
    key = Key("helpline", "112")
    verify(engine, key, ["record"], "ona", "phone", "2026-11-01")
    theirs = {**plain(record(engine, key)), "verified": {"on": "2026-11-01", "by": "hsds", "how": "phone"}}
    with writing(engine) as connection:
        importer = Importer(connection, "kitas")
        importer.bring({key: theirs})
        assert importer.finish(remove_missing=False).conflicts == []


def test_a_strangers_help_line_is_given_to_nobody_before_a_person_has_looked(
    engine: Engine, starter: Directory
) -> None:
    import_directory(engine, starter)
    theirs = {**plain(starter.helplines["112"]), "id": "pirma", "number": "+370 5 233 2508"}
    known = {**plain(starter.helplines["112"]), "email": contact("pagalba@example.org")}
    with writing(engine) as connection:
        importer = Importer(connection, "kitas")
        importer.bring({Key("helpline", "pirma"): theirs, Key("helpline", "112"): known})
        importer.finish(remove_missing=False)
    lines = {line.id: line for line in read_directory(engine).shown_helplines()}
    assert "pirma" not in lines
    assert lines["112"].email is None
    assert [(one.key.id, one.field) for one in open_proposals(engine, "import")] == [
        ("pirma", "status"),
        ("112", "email"),
    ]
    accept(engine, open_proposals(engine, "import")[0].id, "ona")
    assert "pirma" in {line.id for line in read_directory(engine).shown_helplines()}


@pytest.mark.parametrize(
    ("field", "ours", "theirs"),
    [
        (
            "address",
            {"text": "Slaptoji g. 7", "confidential": True},
            {"text": "Visagino savivaldybė", "confidential": True},
        ),
        (
            "hours",
            {"text": {"lt": "iki 17"}, "schedule": "Mo-Fr 08:00-17:00"},
            {"text": {"lt": "iki 17"}, "schedule": None},
        ),
    ],
)
def test_a_stranger_who_says_less_than_we_do_contradicts_nothing(
    engine: Engine, field: str, ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    proof = {"source": SOURCE, "verified": None}
    bring(engine, home(**{field: {**ours, **proof}}))
    outcome = bring(engine, home(**{field: {**theirs, **proof}}), origin="kitas")
    assert outcome.conflicts == []
    assert now(engine)[field] == {**ours, **proof}


def test_nothing_is_removed_by_a_file_but_told(engine: Engine) -> None:
    bring(engine, home(), home(id="kiti-namai"))
    outcome = bring(engine, home())
    assert (outcome.missing, outcome.removed) == ([Key("organization", "kiti-namai")], [])


def test_a_vanished_record_of_the_starter_goes_unless_staff_edited_it(engine: Engine, starter: Directory) -> None:
    import_directory(engine, starter)
    edited = next(s for s in starter.services.values() if s.organization_id == "taurage-kc")
    edit(engine, Key("service", edited.id), {"cost": {"lt": "Nemokamai"}}, "ona")
    gone = {"taurage-kc", "aa-lietuva"}
    rest = replace(
        starter,
        organizations={key: one for key, one in starter.organizations.items() if key not in gone},
        services={key: one for key, one in starter.services.items() if one.organization_id not in gone},
    )
    report = import_directory(engine, rest)
    left = read_directory(engine)
    assert report.removed == len(starter.organizations) + len(starter.services) - len(left.organizations) - len(
        left.services
    )
    assert gone & left.organizations.keys() == {"taurage-kc"}
    assert [one for one in left.services if one.startswith("taurage-kc.")] == [edited.id]


def test_a_scope_can_be_narrowed_and_widened_again(engine: Engine, starter: Directory) -> None:
    import_directory(engine, starter)
    bring(engine, home(municipality="Visagino savivaldybė"))
    import_directory(engine, read_starter(scope=NONE))
    bare = read_directory(engine)
    assert (set(bare.organizations), len(bare.services)) == ({HOME.id}, 0)
    assert bare.helplines == starter.helplines
    assert bare.municipalities == starter.municipalities
    import_directory(engine, starter)
    again = read_directory(engine)
    assert {key: one for key, one in again.organizations.items() if key != HOME.id} == starter.organizations
    assert again.services == starter.services


def test_national_holds_nationwide_organizations_and_every_municipalitys_office(starter: Directory) -> None:
    national = read_starter(scope=NATIONAL)
    offices = {municipality.id for municipality in starter.municipalities.values()}
    assert offices <= set(national.organizations)
    assert all(COUNTRY in one.serves or key in offices for key, one in national.organizations.items())
    assert {one.id for one in national.services.values() if one.statutory} == {
        one.id for one in starter.services.values() if one.statutory
    }
    assert read_starter(scope=ALL) == starter


def test_an_unknown_scope_is_told() -> None:
    with pytest.raises(DirectoryFault, match="some"):
        read_starter(scope="some")


def test_services_are_reached_where_the_municipalities_have_no_office(engine: Engine, starter: Directory) -> None:
    import_directory(engine, read_starter(scope=NONE))
    bring(engine, home(email=None, phones=[], website=contact("http://gerumas.lt")))
    service = replace(next(iter(starter.services.values())), organization_id=HOME.id)
    directory = read_directory(engine)
    directory = replace(directory, services={service.id: service})
    assert reach(directory, service, "lt").website == "http://gerumas.lt"
