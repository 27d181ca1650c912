"""What is overdue: by the last confirmation, else by the source's date, and never an empty field."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from index.records import Contact, Organization, Phone, Service, Source, Verification
from index.staleness import due_fields

TODAY = date(2026, 6, 1)


def _source(day: str | None) -> Source:
    return Source("https://www.example.lt/", "example.lt", day)


def _confirmed(days_ago: int) -> Verification:
    return Verification((TODAY - timedelta(days=days_ago)).isoformat(), "ona", "phone")


ORGANIZATION = Organization(
    id="centras", status="active", legal_status="", name={"lt": "Centras"}, municipality="Lietuva",
    serves=("Lietuva",), sources=(_source("2026-05"),),
)  # fmt: skip
SERVICE = Service(
    id="centras.nakvyne", organization_id="centras", kind="information", route="direct", name={"lt": "Nakvynė"},
    description={"lt": "Lova"}, who={}, categories=(), needs=(), target_groups=(),
)  # fmt: skip


def test_an_empty_field_is_never_overdue() -> None:
    assert due_fields(ORGANIZATION, TODAY) == ()


def test_a_contact_is_overdue_only_after_its_days() -> None:
    fresh = replace(ORGANIZATION, email=Contact("info@example.lt", _source(None), _confirmed(180)))
    old = replace(ORGANIZATION, email=Contact("info@example.lt", _source(None), _confirmed(190)))
    assert due_fields(fresh, TODAY) == ()
    assert [(due.field, due.days_overdue) for due in due_fields(old, TODAY)] == [("email", 10)]


def test_a_confirmation_counts_before_the_date_of_the_source() -> None:
    kept = replace(ORGANIZATION, website=Contact("https://www.example.lt/", _source("2019"), _confirmed(1)))
    assert due_fields(kept, TODAY) == ()


def test_of_several_telephones_the_oldest_counts_and_an_undated_one_is_oldest() -> None:
    phones = (
        Phone("+370 5 200 0001", {}, _source("2026-05-30")),
        Phone("+370 5 200 0002", {}, _source("2025-01-01")),
    )
    due = due_fields(replace(ORGANIZATION, phones=phones), TODAY)
    assert [one.since for one in due] == [date(2025, 1, 1)]
    undated = (*phones, Phone("+370 5 200 0003", {}, _source(None)))
    assert [one.since for one in due_fields(replace(ORGANIZATION, phones=undated), TODAY)] == [None]


def test_what_the_law_prescribes_is_not_asked_after() -> None:
    assert [due.field for due in due_fields(SERVICE, TODAY)] == ["record"]
    assert due_fields(replace(SERVICE, statutory=True), TODAY) == ()


def test_the_most_overdue_stands_first() -> None:
    record = replace(
        ORGANIZATION,
        email=Contact("info@example.lt", _source("2025-06-01")),
        website=Contact("https://www.example.lt/", _source("2020-01-01")),
    )
    assert [due.field for due in due_fields(record, TODAY)] == ["website", "email"]
