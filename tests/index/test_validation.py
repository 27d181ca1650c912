"""What a field of a record may hold."""

from __future__ import annotations

from typing import Any

import pytest

from index.directory.faults import fault_codes, fault_sentence
from index.directory.plain import plain
from index.directory.starter import read_starter
from index.directory.validation import editable_fields, faults_of, record_faults
from index.records import LANGUAGES

SOURCE = {"url": None, "title": "skambutis", "date": "2026-11"}
PROOF = {"source": SOURCE, "verified": None}


def codes(kind: str, field: str, value: Any) -> list[str]:
    return [fault.code for fault in faults_of(kind, field, value)]


def phone(number: str) -> list[dict[str, Any]]:
    return [{"number": number, "label": {}, **PROOF}]


def test_everything_in_the_starter_directory_is_valid() -> None:
    starter = read_starter()
    records = [("organization", starter.organizations), ("service", starter.services), ("helpline", starter.helplines)]
    for kind, found in records:
        for record in found.values():
            assert record_faults(kind, plain(record)) == (), record.id


@pytest.mark.parametrize(
    "number", ["112", "116 123", "1815", "0 800 66366", "+370 5 233 2508", "0 5 233 2508", "+48 22 123 45 67"]
)
def test_numbers_that_can_be_dialled_are_valid(number: str) -> None:
    assert codes("organization", "phones", phone(number)) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [("8 5 233 2508", "phone_prefix"), ("+370 5 233", "phone"), ("abc", "phone"), ("+370 5+233 2508", "phone"),
     ("999999", "phone_prefix"), ("", "phone")],
)  # fmt: skip
def test_numbers_that_cannot_are_not(number: str, code: str) -> None:
    assert codes("organization", "phones", phone(number)) == [code]


@pytest.mark.parametrize("value", ["info@vmkc.lt", "vaiko.teises@pagalba.vilnius.lt"])
def test_an_e_mail_address_is_valid(value: str) -> None:
    assert codes("service", "email", {"value": value, **PROOF}) == []


@pytest.mark.parametrize("value", ["info@", "info vmkc.lt", "a@b", "a@b.lt, c@d.lt", "<a@b.lt>", None])
def test_anything_else_is_no_e_mail_address(value: str | None) -> None:
    assert codes("service", "email", {"value": value, **PROOF}) == ["email"]


@pytest.mark.parametrize(
    "value",
    ["www.vmkc.lt", "javascript:alert(1)", "ftp://vmkc.lt", "http://vmkc", "http://a@vmkc.lt", "https://vmkc.lt/a b",
     "http://vmkc.lt:99999/", "http://[vmkc.lt/"],
)  # fmt: skip
def test_only_whole_web_addresses_are_valid(value: str) -> None:
    assert codes("organization", "website", {"value": value, **PROOF}) == ["url"]
    assert codes("organization", "website", {"value": "https://vmkc.lt/kontaktai?a=1", **PROOF}) == []


@pytest.mark.parametrize("rule", ["8-17", "Mo-Fr 08:00", "Mo-Xx 08:00-17:00", "Mo-Fr 99:99-17:00", 5])
def test_a_rule_of_hours_has_to_be_readable(rule: object) -> None:
    hours = {"text": {"lt": "kasdien"}, "schedule": rule, **PROOF}
    assert codes("organization", "hours", hours) == ["hours"]


def test_hours_may_be_words_alone() -> None:
    assert codes("service", "hours", {"text": {"lt": "susitarus"}, "schedule": None, **PROOF}) == []


@pytest.mark.parametrize("day", ["2026-02-30", "30.11.2026", "20261130", "2026-11", None])
def test_an_alert_ends_on_a_day(day: str | None) -> None:
    assert codes("service", "alert", {"text": {"lt": "Vietų nėra"}, "until": day}) == ["date"]


def test_a_name_stands_in_at_least_one_language() -> None:
    assert codes("service", "name", {"pl": "Poradnictwo"}) == []
    assert codes("service", "name", {}) == ["missing"]
    assert codes("service", "name", {"lt": "", "en": ""}) == ["missing"]
    assert codes("service", "name", {"de": "Beratung"}) == ["language"]
    assert codes("service", "name", {"lt": "a" * 201}) == ["too_long"]
    assert codes("service", "name", {"lt": "a\x07"}) == ["characters"]
    assert codes("service", "name", "Konsultavimas") == ["shape"]


def test_places_and_terms_are_those_of_the_lists() -> None:
    assert codes("organization", "municipality", "Visagino savivaldybė") == []
    assert codes("organization", "municipality", "Visaginas") == ["municipality"]
    assert codes("organization", "serves", []) == ["missing"]
    assert codes("service", "needs", ["alcohol", "beer"]) == ["term"]
    assert codes("service", "kind", "") == ["term"]
    assert codes("helpline", "crisis_topics", ["violence"]) == []


def test_what_is_no_field_or_is_not_for_people_to_change_is_refused() -> None:
    assert codes("service", "id", "other") == ["unknown_field"]
    assert codes("service", "beds", 3) == ["unknown_field"]
    assert codes("organization", "email", {"value": "a@b.lt", **PROOF, "note": 1}) == ["unknown_field"]
    assert "id" not in editable_fields("organization")


def test_a_record_keeps_the_form_of_its_id() -> None:
    assert [fault.code for fault in record_faults("organization", {"id": "Gerumo namai"})] == ["id"]
    other = {"id": "a.b", "organization_id": "c"}
    assert [fault.code for fault in record_faults("service", other)] == ["id"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_is_said_in_every_language(language: str) -> None:
    for code in fault_codes():
        assert fault_sentence(code, language, "X").strip()
