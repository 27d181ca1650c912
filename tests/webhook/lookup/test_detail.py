"""One record with everything: three languages, proofs, notes; editors add notes where they may edit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from index.directory.editing import undo, withdraw
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


@pytest.mark.parametrize(("address", "place"), [(ADDRESS, "Wilno"), ("/staff/records/helpline/111", "Cała Litwa")])
def test_places_that_are_served_have_their_names_in_the_readers_language(
    staff: Staff, address: str, place: str
) -> None:
    assert f"<dt>Obszar działania</dt><dd>{place}</dd>" in staff(language="pl").page(address)


def test_an_unknown_record_is_not_found(staff: Staff) -> None:
    worker = staff()
    for address in ("/staff/records/service/none", "/staff/records/secret/vmkc"):
        assert worker.client.get(address).status_code == 404


def test_who_takes_a_value_away_sees_it_gone_at_once(staff: Staff, storage: Storage) -> None:
    editor = staff("editor", language="en")
    address = "info@vmkc.lt"
    assert address in editor.page(ADDRESS)
    changes = withdraw(storage.engine, Key("organization", "vmkc"), "email", "test")
    try:
        assert address not in editor.page(ADDRESS)
    finally:
        undo(storage.engine, changes[0].id, "test")
    assert address in editor.page(ADDRESS)


def test_an_organizations_number_and_notice_stand_at_its_top(staff: Staff, change: Callable[..., None]) -> None:
    today = date.today()
    for until, is_told in ((today, True), (today - timedelta(days=2), False)):
        notice = {"text": {"lt": "Vietų nėra."}, "until": until.isoformat()}
        change(Key("organization", "vmkc"), alert=notice)
        page = staff().page("/staff/records/organization/vmkc")
        top = page[: page.index('class="columns"')]
        assert ("Vietų nėra." in top) == is_told
        assert 'href="tel:+37052332508"' in top


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
