"""Withdrawing in one click, confirming, and a history in which each change can be undone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from index.directory import editing
from index.directory.keys import Key
from index.directory.plain import PlainRecord
from index.staleness import due_fields
from webhook.storage.database import Storage

VMKC = Key("organization", "vmkc")
HERE = "/staff/records/organization/vmkc"
Read = Callable[[Key], PlainRecord]


def test_a_wrong_value_goes_in_one_click_and_comes_back_in_another(editor: Any, content: Read) -> None:
    answer = editor.post(f"{HERE}/withdraw?field=email", {"back": f"{HERE}/edit"})
    assert answer.status_code == 303
    assert content(VMKC)["email"] is None
    page = editor.get(answer.headers["Location"])
    undo = re.search(r'action="([^"]+/undo)"', page)
    assert undo
    assert "Withdrawn" in page
    assert editor.post(undo[1], {}).status_code == 303
    assert content(VMKC)["email"]["value"] == "info@vmkc.lt"


def test_one_number_of_several_is_withdrawn_alone(editor: Any, edit_page: Callable[[Key], Any], content: Read) -> None:
    form = edit_page(VMKC)
    form["phones.1.number"], form["how"] = "+370 5 200 0001", "phone"
    editor.post(f"{HERE}/edit", form)
    editor.post(f"{HERE}/withdraw?field=phones&number=%2B370+5+233+2508", {})
    assert [phone["number"] for phone in content(VMKC)["phones"]] == ["+370 5 200 0001"]


def test_a_number_with_a_field_that_has_none_is_no_fault_of_ours(editor: Any, content: Read) -> None:
    assert editor.post(f"{HERE}/withdraw?field=website&number=112", {}).status_code == 303
    assert editor.post(f"{HERE}/withdraw?field=alert&number=112", {}).status_code == 303
    assert content(VMKC)["website"] is None


def test_what_a_record_cannot_be_without_is_not_withdrawn(editor: Any, content: Read) -> None:
    answer = editor.post(f"{HERE}/withdraw?field=name", {})
    assert content(VMKC)["name"]
    assert answer.status_code == 303


def test_all_contacts_are_confirmed_at_once(editor: Any, content: Read, storage: Storage) -> None:
    assert "Confirmed" not in editor.get(f"{HERE}/verify")
    editor.post(f"{HERE}/verify", {"all": "1"})
    now = content(VMKC)
    assert {now[field]["verified"]["how"] for field in ("email", "website", "hours")} == {"phone"}
    assert due_fields(editing.record(storage.engine, VMKC), date.today()) == ()


def test_ticked_fields_are_confirmed_as_they_were_checked(editor: Any, content: Read) -> None:
    editor.post(f"{HERE}/verify", {"field": "email", "how": "email"})
    assert content(VMKC)["email"]["verified"]["how"] == "email"
    assert content(VMKC)["website"]["verified"] is None


def test_history_says_who_changed_what_from_what_to_what(someone: Any, storage: Storage) -> None:
    editing.edit(storage.engine, VMKC, {"name": {"lt": "Naujas vardas"}, "status": "stale"}, "jonas")
    page = someone("viewer").get(f"{HERE}/history")
    for words in ("jonas", "Crisis centre (lt)", "Naujas vardas", "out of date", "shown"):
        assert words in page
    assert "/undo" not in page


@pytest.mark.parametrize("texts", [["Slapta g. 7"], ["Slapta g. 7", None]], ids=["now", "once"])
def test_history_does_not_tell_an_address_that_is_or_was_confidential(
    someone: Any, storage: Storage, texts: list[str | None]
) -> None:
    """What stood there before it became confidential is the same place."""
    source = {"url": None, "title": "", "date": None}
    public = {"text": "Slapta g. 7", "confidential": False, "source": source, "verified": None}
    editing.edit(storage.engine, VMKC, {"address": public}, "ona")
    for text in texts:
        secret = text and {**public, "confidential": True}
        editing.edit(storage.engine, VMKC, {"address": secret}, "ona")
    editor = someone("editor")
    for page in ("history", "verify"):
        assert "Slapta" not in editor.get(f"{HERE}/{page}")
    assert "Confidential" in editor.get(f"{HERE}/history")


def test_only_the_newest_change_of_a_field_can_be_undone(editor: Any, storage: Storage, content: Read) -> None:
    (first,) = editing.edit(storage.engine, VMKC, {"status": "stale"}, "jonas")
    (second,) = editing.edit(storage.engine, VMKC, {"status": "closed"}, "jonas")
    page = editor.get(f"{HERE}/history")
    assert f"/changes/{second.id}/undo" in page
    assert f"/changes/{first.id}/undo" not in page
    editor.post(f"{HERE}/changes/{first.id}/undo", {})
    assert content(VMKC)["status"] == "closed"
    editor.post(f"{HERE}/changes/{second.id}/undo", {})
    assert content(VMKC)["status"] == "stale"


def test_a_change_is_undone_only_under_its_own_record(editor: Any, storage: Storage, content: Read) -> None:
    (change,) = editing.edit(storage.engine, VMKC, {"status": "stale"}, "jonas")
    assert editor.post(f"/staff/records/organization/kaunas/changes/{change.id}/undo", {}).status_code == 404
    assert content(VMKC)["status"] == "stale"
