"""One record with everything: three languages, proofs, notes; editors add notes where they may edit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from index.directory.keys import Key
from index.directory.notes import notes
from index.directory.plain import plain
from webhook.staff import Scope
from webhook.storage.database import Storage

VMKC = "vmkc.apgyvendinimas-kriziu-centruose"
ADDRESS = f"/staff/records/service/{VMKC}"
Staff = Callable[..., Any]


@pytest.mark.parametrize("language", ["lt", "pl", "en"])
def test_every_record_opens(staff: Staff, found: Any, language: str) -> None:
    worker, directory = staff(language=language), found.directory
    kinds = {"organization": directory.organizations, "service": directory.services, "helpline": directory.helplines}
    for kind, records in kinds.items():
        for identity in list(records)[::60]:
            assert worker.client.get(f"/staff/records/{kind}/{identity}").status_code == 200, identity


def test_it_shows_the_texts_of_all_languages_and_who_confirmed_a_number_how(
    staff: Staff, found: Any, change: Callable[..., None]
) -> None:
    phones = plain(found.directory.organizations["vmkc"])["phones"]
    phones[0]["verified"] = {"on": "2026-03-05", "by": "Ona", "how": "phone"}
    change(Key("organization", "vmkc"), phones=phones)
    page = staff(language="en").page(ADDRESS)
    service = found.directory.services[VMKC]
    assert all(text in page for text in service.name.values())
    assert "Confirmed 5 March 2026, Ona, by phone." in page
    assert phones[0]["number"] in page


def test_an_unknown_record_is_not_found(staff: Staff) -> None:
    worker = staff()
    for address in ("/staff/records/service/none", "/staff/records/secret/vmkc"):
        assert worker.client.get(address).status_code == 404


def test_editors_leave_notes_for_colleagues_where_they_may_edit(staff: Staff, storage: Storage) -> None:
    editor = staff("editor")
    send = {"csrf_token": editor.token, "note": "Skambinti po pietų <b>"}
    assert editor.client.post(f"{ADDRESS}/notes", data=send).status_code == 303
    assert "Skambinti po pietų &lt;b&gt;" in staff("viewer").page(ADDRESS)
    elsewhere = staff("editor", scope=Scope(("Visagino savivaldybė",)))
    for worker in (staff("viewer"), elsewhere):
        assert "<textarea" not in worker.page(ADDRESS)
        data = {"csrf_token": worker.token, "note": "x"}
        assert worker.client.post(f"{ADDRESS}/notes", data=data).status_code == 403
    assert len(notes(storage.engine, Key("service", VMKC))) == 1


def test_a_form_without_todays_token_changes_nothing(staff: Staff, storage: Storage) -> None:
    editor = staff("editor")
    before = notes(storage.engine, Key("service", VMKC))
    data = {"csrf_token": "stale", "note": "pasenęs"}
    assert editor.client.post(f"{ADDRESS}/notes", data=data).status_code == 400
    assert notes(storage.engine, Key("service", VMKC)) == before
    assert editor.client.post("/staff/call", data={"csrf_token": "stale", "put": VMKC}).status_code == 400


def test_the_basket_and_an_outcome_are_at_hand(staff: Staff) -> None:
    worker = staff(language="en")
    assert "To the basket" in worker.page(ADDRESS)
    page = worker.do(put=VMKC, back=ADDRESS)
    assert "Basket (1)" in page
    assert "Take out" in page
    assert 'aria-pressed="true"' in worker.do(outcome="refused", back=ADDRESS)
