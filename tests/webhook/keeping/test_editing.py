"""Editing in place: what is touched changes, with proof; faults and conflicts lose nothing that was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from index.directory import editing
from index.directory.keys import Key
from index.directory.plain import PlainRecord
from index.staleness import due_fields
from webhook.staff import Scope
from webhook.storage.database import Storage

VMKC = Key("organization", "vmkc")
SHELTER = Key("service", "vmkc.prieglobstis")
KAUNAS = "Kauno miesto savivaldybė"
VILNIUS = "Vilniaus miesto savivaldybė"
EDIT = "/staff/records/organization/vmkc/edit"
Read = Callable[[Key], PlainRecord]
Form = Callable[[Key], MultiDict[str, str]]


def _save(editor: Any, form: MultiDict[str, str], key: Key = VMKC) -> Any:
    return editor.post(f"/staff/records/{key.kind}/{key.id}/edit", form)


@pytest.mark.parametrize("key", [VMKC, SHELTER, Key("helpline", "112")])
def test_an_untouched_form_changes_nothing(editor: Any, edit_page: Form, storage: Storage, key: Key) -> None:
    assert _save(editor, edit_page(key), key).status_code == 303
    assert editing.history(storage.engine, key) == ()


def test_a_new_number_brings_source_and_confirmation(editor: Any, edit_page: Form, content: Read) -> None:
    form = edit_page(VMKC)
    form["phones.1.number"], form["how"] = "0 5 200 0001", "phone"
    assert _save(editor, form).status_code == 303
    old, new = content(VMKC)["phones"]
    assert new["number"] == "+370 5 200 0001"
    assert new["verified"]["how"] == "phone"
    assert new["source"]["date"] == new["verified"]["on"]
    assert old["verified"] is None
    assert old["source"]["title"] == "vmkc.lt"


def test_a_contact_needs_a_word_on_how_it_is_known(editor: Any, edit_page: Form, content: Read) -> None:
    form = edit_page(VMKC)
    form["email.value"] = "new@vmkc.lt"
    answer = _save(editor, form)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "Say how you know this." in page
    assert 'value="new@vmkc.lt"' in page
    assert content(VMKC)["email"]["value"] == "info@vmkc.lt"


def test_a_website_as_proof_needs_its_address(editor: Any, edit_page: Form, content: Read) -> None:
    form = edit_page(VMKC)
    form["email.value"], form["how"] = "new@vmkc.lt", "website"
    assert _save(editor, form).status_code == 422
    form["how_address"] = "https://www.vmkc.lt/kontaktai"
    assert _save(editor, form).status_code == 303
    assert content(VMKC)["email"]["source"]["url"] == "https://www.vmkc.lt/kontaktai"


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("phones.0.number", "8 5 233 2508", "the old prefix 8 is gone"),
        ("email.value", "info at vmkc", "is not an e-mail address"),
        ("website.value", "vmkc.lt", "is not a web address"),
        ("hours.Tu", "8-25", "Not understood."),
        ("name.lt", "", "must not be empty"),
        ("parent", "nobody", "There is no parent organization"),
    ],
)
def test_a_fault_stands_at_its_input_and_nothing_typed_is_lost(
    editor: Any, edit_page: Form, storage: Storage, name: str, typed: str, told: str
) -> None:
    form = edit_page(VMKC)
    form[name], form["name.en"], form["how"] = typed, "Kept as typed", "phone"
    if name == "name.lt":
        form["name.pl"] = form["name.en"] = ""
    page = _save(editor, form).get_data(as_text=True)
    told_at = page[page.index(f'id="{name}-fault"') :]
    assert told in told_at[: told_at.index("</span>")]
    assert f'aria-describedby="{name}-fault"' in page
    assert name == "name.lt" or 'value="Kept as typed"' in page
    assert editing.history(storage.engine, VMKC) == ()


def test_hours_are_typed_by_the_day_and_said_in_three_languages(editor: Any, edit_page: Form, content: Read) -> None:
    form = edit_page(VMKC)
    for day in ("Mo", "Tu", "We", "Th"):
        form[f"hours.{day}"] = "8–12, 12.45-17"
    form["hours.Fr"], form["how"] = "8-15.45", "visit"
    assert _save(editor, form).status_code == 303
    hours = content(VMKC)["hours"]
    assert hours["schedule"] == "Mo-Th 08:00-12:00,12:45-17:00; Fr 08:00-15:45"
    assert hours["text"]["lt"] == "I–IV 8.00–12.00 ir 12.45–17.00; V 8.00–15.45"
    assert hours["text"]["en"] == "Mon–Thu 8:00–12:00 and 12:45–17:00; Fri 8:00–15:45"


def test_words_that_no_rule_can_say_are_kept(editor: Any, edit_page: Form, content: Read) -> None:
    form = edit_page(VMKC)
    for day in ("Mo", "Tu", "We", "Th", "Fr"):
        form[f"hours.{day}"] = ""
    form["hours.text.lt"], form["how"] = "Kas antrą ketvirtadienį", "phone"
    form["hours.text.pl"] = form["hours.text.en"] = ""
    assert _save(editor, form).status_code == 303
    hours = content(VMKC)["hours"]
    assert hours["schedule"] is None
    assert hours["text"] == {"lt": "Kas antrą ketvirtadienį"}


def test_own_words_that_contradict_new_times_are_asked_about(editor: Any, edit_page: Form) -> None:
    form = edit_page(VMKC)
    form["hours.Mo"], form["hours.own"], form["how"] = "9-12", "on", "phone"
    answer = _save(editor, form)
    assert answer.status_code == 422
    assert "the words have not" in answer.get_data(as_text=True)


def test_a_change_by_somebody_else_is_shown_beside_ones_own(
    editor: Any, edit_page: Form, storage: Storage, content: Read
) -> None:
    form = edit_page(VMKC)
    editing.edit(storage.engine, VMKC, {"name": {"lt": "Jono pavadinimas"}}, "jonas")
    form["name.lt"] = "Onos pavadinimas"
    answer = _save(editor, form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Jono pavadinimas" in page
    assert 'value="Onos pavadinimas"' in page
    assert content(VMKC)["name"]["lt"] == "Jono pavadinimas"


def test_what_somebody_else_changed_stays_where_one_touched_nothing(
    editor: Any, edit_page: Form, storage: Storage, content: Read
) -> None:
    form = edit_page(VMKC)
    editing.edit(storage.engine, VMKC, {"name": {"lt": "Jono pavadinimas"}}, "jonas")
    form["aliases.lt"] = "VMKC\r\nKrizių centras"
    assert _save(editor, form).status_code == 303
    assert content(VMKC)["name"] == {"lt": "Jono pavadinimas"}
    assert content(VMKC)["aliases"]["lt"] == ["VMKC", "Krizių centras"]


def test_a_missing_language_is_marked(editor: Any, storage: Storage) -> None:
    editing.edit(storage.engine, VMKC, {"name": {"lt": "Centras"}}, "jonas")
    assert "PL: missing 1" in editor.get(EDIT)


def test_an_alert_of_a_ready_phrase_is_in_three_languages(editor: Any, edit_page: Form, content: Read) -> None:
    form = edit_page(SHELTER)
    form["alert.phrase"], form["alert.until"] = "full", (date.today() + timedelta(days=9)).isoformat()
    assert _save(editor, form, SHELTER).status_code == 303
    alert = content(SHELTER)["alert"]
    assert set(alert["text"]) == {"lt", "pl", "en"}
    assert alert["text"]["en"] == "Full at present"
    form = edit_page(SHELTER)
    form["alert.until"] = "2020-01-01"
    assert "This day is over" in _save(editor, form, SHELTER).get_data(as_text=True)


def test_the_order_of_needs_stays_and_new_ones_follow(editor: Any, edit_page: Form, content: Read) -> None:
    form = edit_page(SHELTER)
    form.setlist("needs", ["alcohol", "violence-home"])
    assert _save(editor, form, SHELTER).status_code == 303
    assert content(SHELTER)["needs"] == ["violence-home", "alcohol"]


def test_another_row_is_offered_without_losing_the_rest(editor: Any, edit_page: Form, storage: Storage) -> None:
    form = edit_page(VMKC)
    form["name.en"], form["more"] = "Half typed", "phones"
    page = _save(editor, form).get_data(as_text=True)
    assert 'name="phones.4.number"' in page
    assert 'value="Half typed"' in page
    assert editing.history(storage.engine, VMKC) == ()


@pytest.mark.parametrize(
    ("sent", "faults"),
    [
        ({"phones.0.number": "+370 5 233"}, ["phones.0.number"]),
        ({"phones.0.number": "+370 5 200 0001"}, []),
        ({"phones.0.number": ""}, []),
        ({"phones.0.number": "", "phones.1.number": "112", "phones.3.number": "8 5"}, ["phones.3.number"]),
    ],
)
def test_faults_are_told_as_one_types(editor: Any, sent: Mapping[str, str], faults: list[str]) -> None:
    answer = editor.post("/staff/validate", {"kind": "organization", "field": "phones", **sent})
    assert sorted(answer.json["faults"]) == faults


def test_hours_are_said_as_one_types(editor: Any) -> None:
    sent = {"kind": "organization", "field": "hours", "hours.Mo": "8-12", "hours.We": "8-12"}
    answer = editor.post("/staff/validate", sent).json
    assert answer["spoken"]["pl"] == "pon., śr. 8.00–12.00"
    assert answer["kept"]["hours.Mo"] == "08:00–12:00"


def test_a_new_service_stands_under_its_organization(editor: Any, content: Read) -> None:
    page = editor.get("/staff/new/service?organization=vmkc")
    assert 'name="organization" value="vmkc"' in page
    form = {
        "organization": "vmkc", "id": "linija", "how": "phone", "name.seen": "", "name.lt": "Linija",
        "description.seen": "", "description.lt": "Padeda", "kind.seen": "", "kind": "counselling",
    }  # fmt: skip
    assert editor.post("/staff/new/service", form).status_code == 303
    assert content(Key("service", "vmkc.linija"))["kind"] == "counselling"
    assert "record of this id already" in editor.post("/staff/new/service", form).get_data(as_text=True)


def test_a_new_organization_needs_name_place_and_proof(editor: Any, content: Read) -> None:
    form = {"id": "naujas", "name.seen": "", "municipality.seen": "", "name.lt": "", "municipality": ""}
    page = editor.post("/staff/new/organization", form).get_data(as_text=True)
    assert "must not be empty" in page
    assert "Say how you know this." in page
    form |= {"name.lt": "Naujas centras", "municipality": KAUNAS, "how": "visit"}
    assert editor.post("/staff/new/organization", form).status_code == 303
    made = content(Key("organization", "naujas"))
    assert made["serves"] == [KAUNAS]
    assert made["sources"]


@pytest.mark.parametrize("path", [EDIT, "/staff/records/organization/vmkc/withdraw", "/staff/records/organization/vmkc/"
                                  "verify", "/staff/queue/verify", "/staff/new/organization", "/staff/validate"])  # fmt: skip
def test_a_viewer_cannot_change_anything_by_address(someone: Any, storage: Storage, path: str) -> None:
    viewer = someone("viewer")
    form = {"all": "1", "field": "email", "record": "organization:vmkc", "kind": "organization"}
    assert viewer.post(path, form).status_code == 403
    assert editing.history(storage.engine, VMKC) == ()


@pytest.mark.parametrize("path", ["edit", "withdraw?field=email", "verify", "invitation"])
def test_an_editor_cannot_change_what_lies_elsewhere(someone: Any, storage: Storage, path: str) -> None:
    elsewhere = someone("editor", Scope((KAUNAS,)))
    sent = {"all": "1", "name.seen": "", "name.lt": "Mano"}
    assert elsewhere.post(f"/staff/records/organization/vmkc/{path}", sent).status_code == 403
    assert elsewhere.post("/staff/queue/verify", {"record": "organization:vmkc"}).status_code == 403
    assert editing.history(storage.engine, VMKC) == ()
    assert due_fields(editing.record(storage.engine, VMKC), date.today())


def test_an_editor_brings_no_organization_into_another_municipality(
    someone: Any, storage: Storage, content: Read
) -> None:
    editor = someone("editor", Scope((KAUNAS,)))
    here = "/staff/records/organization/kaunas"
    assert editor.post(f"{here}/edit", {"municipality.seen": "", "municipality": VILNIUS}).status_code == 403
    editing.edit(storage.engine, Key("organization", "kaunas"), {"municipality": VILNIUS}, "admin")
    (change,) = editing.edit(storage.engine, Key("organization", "kaunas"), {"municipality": KAUNAS}, "admin")
    assert editor.post(f"{here}/changes/{change.id}/undo", {}).status_code == 403
    assert content(Key("organization", "kaunas"))["municipality"] == KAUNAS


def test_an_order_of_many_digits_is_a_fault_as_any_other(editor: Any) -> None:
    answer = editor.post("/staff/validate", {"kind": "helpline", "field": "danger_order", "danger_order": "9" * 5000})
    assert list(answer.json["faults"]) == ["danger_order"]


def test_an_address_beyond_the_record_does_not_exist(editor: Any) -> None:
    editor.get("/staff/records/organization/nobody/edit", 404)
    editor.get("/staff/records/municipality/vmkc/edit", 404)
    assert editor.post("/staff/validate", {"kind": "organization", "field": "id"}).status_code == 400
