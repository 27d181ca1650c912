"""Records are changed with history, in a real database: nothing is lost, and everything can be told and undone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from index.directory.database import Engine, open_database, writing
from index.directory.editing import (
    InvalidFields,
    KnownRecord,
    NotUndoable,
    Stale,
    UnknownRecord,
    create,
    edit,
    history,
    record,
    undo,
    verify,
    withdraw,
)
from index.directory.keys import Key, key_of
from index.directory.notes import add_note, notes, remove_note
from index.directory.plain import plain, record_of
from index.directory.proposals import (
    CONFIRMED,
    UnknownProposal,
    accept,
    open_proposals,
    propose,
    refuse,
)
from index.directory.reading import read_directory
from index.directory.revisions import read_revision, touched_since
from index.directory.starter import read_starter
from index.directory.storing import Writer
from index.directory.withdrawing import all_withdrawn, without_withdrawn
from index.hours import VILNIUS
from index.needs.taxonomy import read_taxonomy
from index.presenting import CardMaker
from index.ranking import Hit
from index.records import Organization, Service

CENTRE = Key("organization", "vmkc")
STARTER = read_starter()
SHELTER = next(key_of(s) for s in STARTER.services.values() if s.organization_id == "vmkc")
SOURCE = {"url": None, "title": "phone", "date": "2026-11-22"}
NEW_PHONE = {"number": "+370 5 212 3456", "label": {"lt": "Budintis"}, "source": SOURCE, "verified": None}


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """The crisis centre of the starter directory with its services and everything that cards need."""
    engine = open_database(f"sqlite:///{tmp_path / 'd.sqlite3'}")
    with writing(engine) as connection:
        writer = Writer(connection)
        writer.record(STARTER.organizations["vmkc"])
        for service in STARTER.services.values():
            if service.organization_id == "vmkc":
                writer.record(service)
        for line in STARTER.helplines.values():
            writer.record(line)
        writer.flush()
    return engine


def phones(engine: Engine) -> list[str]:
    found = record(engine, CENTRE)
    assert isinstance(found, Organization)
    return [phone.number for phone in found.phones]


def test_every_record_of_the_starter_directory_is_the_same_after_becoming_plain() -> None:
    for records in (STARTER.organizations, STARTER.services, STARTER.helplines):
        for one in records.values():
            content = plain(one)
            assert plain(record_of(key_of(one).kind, content)) == content


def test_an_edit_says_who_when_how_and_what_stood_there(engine: Engine) -> None:
    before = plain(record(engine, CENTRE))["phones"]
    edit(engine, CENTRE, {"phones": [NEW_PHONE]}, "ona")
    assert phones(engine) == ["+370 5 212 3456"]
    (change,) = history(engine, CENTRE)
    assert (change.actor, change.how, change.field) == ("ona", "edit", "phones")
    assert change.before == before
    assert change.after == [NEW_PHONE]
    assert datetime.fromisoformat(change.at).tzinfo is not None


def test_an_edited_organization_keeps_its_services(engine: Engine) -> None:
    services = set(read_directory(engine).services)
    edit(engine, CENTRE, {"status": "closed"}, "ona")
    assert set(read_directory(engine).services) == services


def test_a_value_as_before_changes_nothing(engine: Engine) -> None:
    revision = read_revision(engine)
    assert edit(engine, CENTRE, {"phones": plain(record(engine, CENTRE))["phones"]}, "ona") == ()
    assert read_revision(engine) == revision


def test_other_processes_are_told_which_record_changed(engine: Engine) -> None:
    edit(engine, CENTRE, {"phones": [NEW_PHONE]}, "ona")
    revision = read_revision(engine)
    edit(engine, SHELTER, {"status": "closed"}, "ona")
    with engine.connect() as connection:
        assert touched_since(connection, revision) == (SHELTER,)
        assert touched_since(connection, "") is None, "who knows nothing yet reads everything"


def test_a_faulty_value_changes_nothing(engine: Engine) -> None:
    before = plain(record(engine, CENTRE))
    with pytest.raises(InvalidFields) as told:
        edit(engine, CENTRE, {"status": "closed", "phones": [{**NEW_PHONE, "number": "many"}]}, "ona")
    assert told.value.faults[0].field.startswith("phones")
    assert plain(record(engine, CENTRE)) == before
    assert history(engine, CENTRE) == ()


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(engine: Engine) -> None:
    seen = plain(record(engine, CENTRE))
    edit(engine, CENTRE, {"phones": [NEW_PHONE]}, "ona")
    with pytest.raises(Stale) as told:
        edit(engine, CENTRE, {"phones": []}, "petras", seen=seen)
    assert told.value.fields == ("phones",)
    edit(engine, CENTRE, {"status": "closed"}, "petras", seen=seen)
    assert phones(engine) == ["+370 5 212 3456"]


def test_a_withdrawn_value_is_gone_and_stays_away(engine: Engine) -> None:
    first = phones(engine)[0]
    withdraw(engine, CENTRE, "phones", "ona", number=first)
    assert first not in phones(engine)
    with engine.connect() as connection:
        gone = all_withdrawn(connection)[CENTRE]
    spelled_otherwise = [{"number": first.replace(" ", "")}, {"number": "+370 5 212 3456"}]
    assert without_withdrawn("phones", spelled_otherwise, gone) == [{"number": "+370 5 212 3456"}]


def test_a_record_without_a_number_of_its_own_leads_to_somebody_else(engine: Engine) -> None:
    for field in ("phones", "email", "website"):
        withdraw(engine, CENTRE, field, "ona")
    found = record(engine, CENTRE)
    assert isinstance(found, Organization)
    assert (found.phones, found.email, found.website) == ((), None, None)


def test_what_a_record_cannot_be_without_is_not_withdrawn(engine: Engine) -> None:
    for key, field in ((CENTRE, "name"), (Key("helpline", "112"), "number")):
        with pytest.raises(InvalidFields):
            withdraw(engine, key, field, "ona")


def test_an_undone_withdrawal_brings_the_value_back_for_good(engine: Engine) -> None:
    before = phones(engine)
    (change,) = withdraw(engine, CENTRE, "phones", "ona")
    undo(engine, change.id, "petras")
    assert phones(engine) == before
    with engine.connect() as connection:
        assert all_withdrawn(connection) == {}
    assert [c.how for c in history(engine, CENTRE)] == ["undo", "withdraw"]


def test_what_else_was_withdrawn_stays_away_when_one_withdrawal_is_undone(engine: Engine) -> None:
    first = phones(engine)[0]
    edit(engine, CENTRE, {"phones": [*plain(record(engine, CENTRE))["phones"], NEW_PHONE]}, "ona")
    withdraw(engine, CENTRE, "phones", "ona", number=first)
    (second,) = withdraw(engine, CENTRE, "phones", "ona", number=str(NEW_PHONE["number"]))
    undo(engine, second.id, "ona")
    with engine.connect() as connection:
        gone = all_withdrawn(connection)[CENTRE]
    assert without_withdrawn("phones", [{"number": first}, NEW_PHONE], gone) == [NEW_PHONE]


def test_a_number_is_told_of_telephones_alone(engine: Engine) -> None:
    withdraw(engine, CENTRE, "website", "ona", number="112")
    found = record(engine, CENTRE)
    assert isinstance(found, Organization)
    assert found.website is None


def test_an_older_change_is_not_undone_over_a_newer_one(engine: Engine) -> None:
    (first,) = edit(engine, CENTRE, {"phones": [NEW_PHONE]}, "ona")
    edit(engine, CENTRE, {"phones": []}, "ona")
    with pytest.raises(Stale):
        undo(engine, first.id, "ona")


def test_a_verified_field_says_who_when_and_how(engine: Engine) -> None:
    verify(engine, CENTRE, ["phones", "website", "hours"], "ona", "phone", "2026-11-22")
    verify(engine, SHELTER, ["record"], "ona", "institution", "2026-11-21")
    centre, shelter = record(engine, CENTRE), record(engine, SHELTER)
    assert isinstance(centre, Organization)
    assert isinstance(shelter, Service)
    assert all(
        p.verified and (p.verified.on, p.verified.by, p.verified.how) == ("2026-11-22", "ona", "phone")
        for p in centre.phones
    )
    assert shelter.verified
    assert shelter.verified.how == "institution"


def test_a_new_record_is_there_once(engine: Engine) -> None:
    content = {**plain(record(engine, CENTRE)), "id": "new-centre"}
    key = create(engine, "organization", content, "ona")
    assert plain(record(engine, key)) == content
    with pytest.raises(KnownRecord):
        create(engine, "organization", content, "ona")
    with pytest.raises(NotUndoable):
        undo(engine, history(engine, key)[0].id, "ona")


def test_an_unknown_record_is_said_to_be_unknown(engine: Engine) -> None:
    for key in (Key("organization", "nowhere"), Key("spaceship", "vmkc")):
        with pytest.raises(UnknownRecord):
            record(engine, key)


def test_a_proposal_waits_until_somebody_decides(engine: Engine) -> None:
    with writing(engine) as connection:
        propose(connection, "import", CENTRE, "phones", [NEW_PHONE])
        propose(connection, "institution", CENTRE, CONFIRMED, ["website"])
        propose(connection, "terms", SHELTER, "needs", ["alcohol"])
    by_field = {proposal.field: proposal for proposal in open_proposals(engine)}
    assert by_field["phones"].known == plain(record(engine, CENTRE))["phones"]
    accept(engine, by_field["phones"].id, "ona")
    accept(engine, by_field[CONFIRMED].id, "ona")
    refuse(engine, by_field["needs"].id, "ona")
    centre = record(engine, CENTRE)
    assert isinstance(centre, Organization)
    assert phones(engine) == ["+370 5 212 3456"]
    assert centre.website
    assert centre.website.verified
    assert centre.website.verified.how == "institution"
    assert open_proposals(engine) == ()
    with pytest.raises(UnknownProposal):
        accept(engine, by_field["phones"].id, "petras")


def test_a_proposal_is_not_accepted_over_what_changed_since_it_was_looked_at(engine: Engine) -> None:
    with writing(engine) as connection:
        propose(connection, "import", CENTRE, "phones", [])
    (seen,) = open_proposals(engine)
    edit(engine, CENTRE, {"phones": [NEW_PHONE]}, "petras")
    with pytest.raises(Stale):
        accept(engine, seen.id, "ona", seen)
    assert phones(engine) == ["+370 5 212 3456"]
    assert len(open_proposals(engine)) == 1


def test_what_changed_since_an_institution_confirmed_it_is_not_confirmed_by_it(engine: Engine) -> None:
    with writing(engine) as connection:
        propose(connection, "institution", CENTRE, CONFIRMED, ["phones", "website"])
        connection.exec_driver_sql("UPDATE proposal SET at = '2026-01-01T00:00:00+00:00'")
    edit(engine, CENTRE, {"phones": [NEW_PHONE]}, "petras")
    accept(engine, open_proposals(engine)[0].id, "ona")
    found = plain(record(engine, CENTRE))
    assert found["website"]["verified"]["on"] == "2026-01-01"
    assert found["phones"][0]["verified"] is None


def test_what_was_refused_is_not_asked_again(engine: Engine) -> None:
    for _ in range(2):
        with writing(engine) as connection:
            propose(connection, "import", CENTRE, "phones", [NEW_PHONE])
        for proposal in open_proposals(engine):
            refuse(engine, proposal.id, "ona")
    with writing(engine) as connection:
        propose(connection, "import", CENTRE, "phones", [NEW_PHONE])
    assert open_proposals(engine) == ()


def test_notes_are_kept_by_record(engine: Engine) -> None:
    add_note(engine, CENTRE, "Ask for the duty worker.", "ona")
    (note,) = notes(engine, CENTRE)
    assert (note.actor, note.text) == ("ona", "Ask for the duty worker.")
    remove_note(engine, note.id)
    assert notes(engine, CENTRE) == ()


def test_an_alert_is_on_the_card_until_its_last_day(engine: Engine) -> None:
    edit(engine, CENTRE, {"alert": {"text": {"lt": "Vietų nėra.", "en": "Full."}, "until": "2026-11-30"}}, "ona")
    directory, taxonomy = read_directory(engine), read_taxonomy()
    for day, shown in ((30, "Full."), (None, None)):
        moment = datetime(2026, 11, day, 23, 30, tzinfo=VILNIUS) if day else datetime(2026, 12, 1, 0, 5, tzinfo=VILNIUS)
        card = CardMaker(directory, taxonomy, "en", moment).card(Hit(directory.services[SHELTER.id], "vmkc", 0.0))
        assert (card.alert and card.alert.text) == shown


def test_the_card_tells_the_age_of_what_staff_have_confirmed(engine: Engine) -> None:
    fields = ["phones", "email", "website", "address", "hours"]
    verify(engine, CENTRE, fields, "ona", "phone", "2026-11-20")
    directory = read_directory(engine)
    maker = CardMaker(directory, read_taxonomy(), "lt", datetime(2026, 11, 22, tzinfo=VILNIUS))
    card = maker.card(Hit(directory.services[SHELTER.id], "vmkc", 0.0))
    assert (card.verified_on, card.unverified_fields) == ("2026-11-20", ())
    assert "ona" not in str(card.as_json()), "who confirmed it is nobody's business outside"


def test_contacts_of_a_service_stand_before_those_of_its_organization(engine: Engine) -> None:
    edit(engine, SHELTER, {"phones": [NEW_PHONE]}, "ona")
    directory = read_directory(engine)
    card = CardMaker(directory, read_taxonomy(), "lt", datetime.now(VILNIUS)).card(
        Hit(directory.services[SHELTER.id], "vmkc", 0.0)
    )
    assert [phone.number for phone in card.phones] == ["+370 5 212 3456"]
    assert card.source_date == "2026-11-22"
