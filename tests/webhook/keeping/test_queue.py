"""The queue: overdue by how often it is shown, reports, proposals, missing translations; each within one's scope."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from index.directory import editing
from index.directory.database import writing
from index.directory.keys import Key
from index.directory.plain import PlainRecord
from index.directory.proposals import open_proposals, propose
from index.directory.reading import read_directory
from index.records import Contact, Directory, Source
from webhook.console.waiting import Standing
from webhook.staff import Scope
from webhook.storage.database import Storage
from webhook.storage.reports import add_report, open_reports
from webhook.storage.use import UseCounts, today

VMKC = Key("organization", "vmkc")
KAUNAS = "Kauno miesto savivaldybė"
Read = Callable[[Key], PlainRecord]


def _propose(storage: Storage, field: str, value: Any, origin: str = "import") -> int:
    with writing(storage.engine) as connection:
        propose(connection, origin, VMKC, field, value)
    return open_proposals(storage.engine)[-1].id


def _report(storage: Storage, n: int = 3) -> None:
    with writing(storage.engine) as connection:
        add_report(connection, "vmkc.prieglobstis", "wrong_phone", "2026-01-05", n)


def _with_old_contact(directory: Directory, identity: str, day: str) -> Directory:
    old = Contact("info@example.lt", Source(None, "", day))
    changed = dataclasses.replace(
        directory.organizations[identity], email=old, website=None, phones=(), address=None, hours=None
    )
    return dataclasses.replace(directory, organizations={**directory.organizations, identity: changed})


def test_what_is_shown_more_often_stands_before_what_is_as_old(storage: Storage) -> None:
    directory = read_directory(storage.engine)
    for identity in ("vmkc", "kaunas"):
        directory = _with_old_contact(directory, identity, "2020-01-01")
    rows = Standing(directory, date(2026, 1, 1)).overdue(
        {"vmkc.prieglobstis": 5}, lambda key: key.kind == "organization"
    )
    assert [row.key.id for row in rows] == ["vmkc", "kaunas"]
    assert rows[0].weight == 6 * rows[1].weight


def test_what_is_longer_overdue_stands_before_what_is_shown_as_often(storage: Storage) -> None:
    directory = _with_old_contact(read_directory(storage.engine), "vmkc", "2024-01-01")
    directory = _with_old_contact(directory, "kaunas", "2020-01-01")
    rows = Standing(directory, date(2026, 1, 1)).overdue({}, lambda key: key.kind == "organization")
    assert [row.key.id for row in rows] == ["kaunas", "vmkc"]


def test_the_queue_counts_cards_and_tells_whom_to_call(someone: Any, storage: Storage) -> None:
    counts = UseCounts(storage.engine, today, 3600.0)
    for _ in range(7):
        counts.show(["vmkc.prieglobstis"])
    counts.flush()
    page = someone("viewer").get("/staff/queue")
    row = page[page.index('href="/staff/records/organization/vmkc"') :]
    row = row[: row.index("</tr>")]
    assert "tel:+37052332508" in row
    assert ">7</td>" in row
    assert 'type="checkbox"' not in page


def test_ticked_records_are_confirmed_by_phone_today(editor: Any, content: Read, storage: Storage) -> None:
    before = content(VMKC)["website"]["verified"]
    answer = editor.post("/staff/queue/verify", {"record": "organization:vmkc", "back": "/staff/queue?page=2"})
    assert answer.headers["Location"] == "/staff/queue?page=2"
    phones = content(VMKC)["hours"]["verified"]
    assert before is None
    assert phones["how"] == "phone"
    assert phones["by"] == "editor-ona"
    assert 'value="organization:vmkc"' not in editor.get("/staff/queue")


def test_editors_see_what_lies_in_their_scope(someone: Any, storage: Storage) -> None:
    _propose(storage, "name", {"lt": "Naujas"})
    _report(storage)
    elsewhere = someone("editor", Scope((KAUNAS,)))
    for tab in ("overdue", "reports", "proposals", "translations"):
        assert "vmkc" not in elsewhere.get(f"/staff/queue?show={tab}")
    assert "kaunas" in elsewhere.get("/staff/queue?show=translations")


def test_reports_wait_until_somebody_closes_them_and_hide_nothing(editor: Any, storage: Storage) -> None:
    _report(storage)
    assert "3 × wrong number" in editor.get("/staff/queue?show=reports")
    assert read_directory(storage.engine).services["vmkc.prieglobstis"].status == "active"
    editor.post("/staff/queue/reports/vmkc.prieglobstis", {})
    assert open_reports(storage.engine) == {}


def test_a_proposal_shows_both_values_and_is_accepted(editor: Any, content: Read, storage: Storage) -> None:
    number = _propose(storage, "name", {"lt": "Naujas vardas"})
    page = editor.get("/staff/queue?show=proposals")
    assert "LT: Crisis centre (lt)" in page
    assert "LT: Naujas vardas" in page
    editor.post(f"/staff/queue/proposals/{number}", {"accept": "1"})
    assert content(VMKC)["name"] == {"lt": "Naujas vardas"}
    assert editing.history(storage.engine, VMKC)[0].how == "accept"


def test_a_refused_proposal_changes_nothing(editor: Any, content: Read, storage: Storage) -> None:
    number = _propose(storage, "name", {"lt": "Naujas vardas"})
    editor.post(f"/staff/queue/proposals/{number}", {"refuse": "1"})
    assert content(VMKC)["name"]["lt"] == "Crisis centre (lt)"
    answer = editor.post(f"/staff/queue/proposals/{number}", {"accept": "1"})
    assert answer.status_code == 303
    assert "has been decided already" in editor.get(answer.headers["Location"])


def test_a_wrong_proposal_cannot_be_accepted(editor: Any, content: Read, storage: Storage) -> None:
    wrong = {"value": "nowhere", "source": {"url": None, "title": "", "date": None}, "verified": None}
    number = _propose(storage, "email", wrong)
    editor.post(f"/staff/queue/proposals/{number}", {"accept": "1"})
    assert content(VMKC)["email"]["value"] == "info@vmkc.lt"
    assert [one.id for one in open_proposals(storage.engine)] == [number]


def test_a_proposal_is_not_accepted_over_what_a_colleague_corrected_meanwhile(
    editor: Any, content: Read, storage: Storage
) -> None:
    number = _propose(storage, "name", {"lt": "Naujas vardas"})
    seen = re.findall(r'name="seen" value="(\w+)"', editor.get("/staff/queue?show=proposals"))[0]
    editing.edit(storage.engine, VMKC, {"name": {"lt": "Tikras vardas"}}, "jonas")
    answer = editor.post(f"/staff/queue/proposals/{number}", {"accept": "1", "seen": seen})
    assert content(VMKC)["name"] == {"lt": "Tikras vardas"}
    assert "changed meanwhile" in editor.get(answer.headers["Location"])
    seen = re.findall(r'name="seen" value="(\w+)"', editor.get("/staff/queue?show=proposals"))[0]
    editor.post(f"/staff/queue/proposals/{number}", {"accept": "1", "seen": seen})
    assert content(VMKC)["name"] == {"lt": "Naujas vardas"}


def test_a_proposal_brings_no_organization_out_of_the_editors_scope(
    someone: Any, content: Read, storage: Storage
) -> None:
    number = _propose(storage, "municipality", KAUNAS)
    editor = someone("editor", Scope(organizations=("vmkc",)))
    assert editor.post(f"/staff/queue/proposals/{number}", {"accept": "1"}).status_code == 403
    assert content(VMKC)["municipality"] != KAUNAS


def test_a_proposal_for_a_record_that_has_gone_is_decided(editor: Any, storage: Storage) -> None:
    with writing(storage.engine) as connection:
        propose(connection, "import", Key("organization", "gone"), "name", {"lt": "Nėra"})
    number = open_proposals(storage.engine)[-1].id
    assert editor.post(f"/staff/queue/proposals/{number}", {"accept": "1"}).status_code == 303


def test_viewers_are_not_told_an_address_that_is_proposed_for_a_confidential_one(
    someone: Any, storage: Storage
) -> None:
    source = {"url": None, "title": "", "date": None}
    public = {"text": "Slapta g. 7", "confidential": False, "source": source, "verified": None}
    editing.edit(storage.engine, VMKC, {"address": {**public, "confidential": True}}, "ona")
    _propose(storage, "address", public)
    assert "Slapta" not in someone("viewer").get("/staff/queue?show=proposals")


@pytest.mark.parametrize("path", ["?show=proposals&page=", "?page="])
def test_a_page_that_no_list_has_is_empty(editor: Any, path: str) -> None:
    editor.get(f"/staff/queue{path}{'9' * 40}")
    assert editor.post(f"/staff/queue/proposals/{'9' * 40}", {"accept": "1"}).status_code == 404


def test_proposals_are_chosen_by_who_makes_them(editor: Any, storage: Storage) -> None:
    _propose(storage, "name", {"lt": "Naujas vardas"}, "institution")
    assert "Naujas vardas" in editor.get("/staff/queue?show=proposals&origin=institution")
    assert "Naujas vardas" not in editor.get("/staff/queue?show=proposals&origin=terms")


def test_missing_languages_wait(editor: Any, storage: Storage) -> None:
    assert "Name: PL, EN" in editor.get("/staff/queue?show=translations")


@pytest.mark.parametrize("path", ["/staff/queue?show=nothing"])
def test_an_unknown_tab_is_not_there(editor: Any, path: str) -> None:
    editor.get(path, 404)


def test_a_viewer_decides_nothing(someone: Any, storage: Storage) -> None:
    number = _propose(storage, "name", {"lt": "Naujas vardas"})
    viewer = someone("viewer")
    assert "Naujas vardas" in viewer.get("/staff/queue?show=proposals")
    assert viewer.post(f"/staff/queue/proposals/{number}", {"accept": "1"}).status_code == 403
    assert viewer.post("/staff/queue/reports/vmkc.prieglobstis", {}).status_code == 403


def test_a_proposed_text_is_shown_without_the_languages_that_stay(
    someone: Any, storage: Storage, content: Read
) -> None:
    name = content(VMKC)["name"]
    _propose(storage, "name", {**name, "en": "Crisis Centre of the City"}, origin="translation")
    page = someone("viewer").get("/staff/queue?show=proposals")
    table = page[page.index("<tbody>") :]
    assert "EN: Crisis Centre of the City" in table
    assert f"LT: {name['lt']}" not in table
