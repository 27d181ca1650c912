"""The read API under /hsds/: the standard's addresses, parameters and pages, every answer valid against its schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker

from index.directory.editing import edit
from index.directory.hsds.reading import read_hsds_json
from index.directory.hsds.terms import identity
from index.directory.importing import import_directory
from index.directory.keys import Key
from index.directory.reading import read_directory
from index.directory.starter import read_starter
from index.records import Address, Directory, Source, Verification
from webhook.app import create_app
from webhook.parts import Missing
from webhook.settings import Settings
from webhook.storage.database import open_storage

SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "hsds"
PAGE = {"total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents"}
NOT_READY = Missing("index_missing")


@cache
def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=FormatChecker())


def assert_valid(name: str, entity: Any) -> None:
    assert not [f"{list(e.absolute_path)}: {e.message[:100]}" for e in validator(name).iter_errors(entity)]


def client_of(directory: Directory, **more: Any) -> FlaskClient:
    return create_app(Settings(), NOT_READY, replace(NOT_READY, directory=directory), **more).test_client()


@pytest.fixture(scope="module")
def starter() -> Directory:
    return read_starter()


@pytest.fixture(scope="module")
def hsds(starter: Directory) -> FlaskClient:
    return client_of(starter)


@pytest.fixture(scope="module")
def some_service(starter: Directory) -> str:
    return next(
        service.id for service in starter.shown_services() if starter.organizations[service.organization_id].address
    )


def get(client: FlaskClient, address: str, **asked: Any) -> Any:
    response = client.get(f"/hsds{address}", query_string=asked)
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()


def test_the_root_names_the_version_profile_and_description(hsds: FlaskClient) -> None:
    root = get(hsds, "/")
    assert root["version"] == "3.0"
    assert all(root[field].startswith("https://") for field in ("profile", "openapi_url"))


def test_every_address_of_the_standard_answers(hsds: FlaskClient) -> None:
    paths = json.loads((SCHEMAS / "openapi.json").read_text(encoding="utf-8"))["paths"]
    rules = {rule.rule.replace("<path:identity>", "{id}") for rule in hsds.application.url_map.iter_rules()}
    assert {f"/hsds{path}" for path in paths} <= rules


@pytest.mark.parametrize(
    ("address", "asked", "schema"),
    [
        ("/services", {}, "compiled/service_list.json"),
        ("/services", {"full": "true", "per_page": 20}, "compiled/service.json"),
        ("/services", {"minimal": "true", "per_page": 100}, "compiled/service_list.json"),
        ("/services", {"search": "pagalbos linija"}, "compiled/service_list.json"),
        ("/organizations", {"per_page": 100}, "organization.json"),
        ("/organizations", {"full": "true", "per_page": 10}, "compiled/organization.json"),
        ("/organizations", {"full_service": "true", "per_page": 5}, "compiled/organization.json"),
        ("/service_at_locations", {"per_page": 100}, "service_at_location.json"),
        ("/service_at_locations", {"full": "true", "per_page": 10}, "compiled/service_at_location.json"),
        ("/taxonomies", {}, "taxonomy.json"),
        ("/taxonomy_terms", {"per_page": 100}, "taxonomy_term.json"),
    ],
)
def test_pages_are_whole_and_their_contents_valid(
    hsds: FlaskClient, address: str, asked: dict[str, Any], schema: str
) -> None:
    page = get(hsds, address, **asked)
    assert set(page) == PAGE
    assert page["contents"]
    assert page["size"] == len(page["contents"]) <= page["total_items"]
    for entity in page["contents"]:
        if "/" in schema:
            assert_valid(schema, entity)
        else:  # tables, whose references to other files are not for nested objects
            spec = json.loads((SCHEMAS / schema).read_text(encoding="utf-8"))
            plain = {name: field for name, field in spec["properties"].items() if field.get("type") == "string"}
            Draft202012Validator(
                {"properties": plain, "required": spec["required"]}, format_checker=FormatChecker()
            ).validate(entity)


def test_single_objects_are_valid(hsds: FlaskClient, starter: Directory, some_service: str) -> None:
    organization = starter.services[some_service].organization_id
    assert_valid("compiled/service.json", get(hsds, f"/services/{some_service}"))
    assert_valid("compiled/service.json", get(hsds, "/services/112"))
    assert_valid("compiled/organization.json", get(hsds, f"/organizations/{organization}"))
    assert_valid("compiled/organization.json", get(hsds, f"/organizations/{organization}", full_service="true"))
    place = get(hsds, f"/service_at_locations/{some_service}")
    assert_valid("compiled/service_at_location.json", place)
    # The standard's description of the API names this schema instead.
    assert_valid("compiled/service.json", place)
    assert place["location"]["addresses"][0]["country"] == "LT"


def test_both_ids_lead_to_the_same_object(hsds: FlaskClient, some_service: str) -> None:
    ours = get(hsds, f"/services/{some_service}")
    assert str(UUID(ours["id"])) == ours["id"]
    assert get(hsds, f"/services/{ours['id']}") == ours
    assert get(hsds, f"/services/{ours['id'].upper()}") == ours
    owner = get(hsds, f"/organizations/{ours['organization_id']}")
    assert owner["organization_identifiers"][0]["identifier"] == some_service.partition(".")[0]
    place = ours["service_at_locations"][0]["id"]
    assert get(hsds, f"/service_at_locations/{place}") == get(hsds, f"/service_at_locations/{some_service}")


def test_pages_follow_each_other_without_gap_or_repetition(hsds: FlaskClient, starter: Directory) -> None:
    seen: list[str] = []
    number, last = 1, False
    while not last:
        page = get(hsds, "/services", page=number, per_page=100)
        seen += [entity["id"] for entity in page["contents"]]
        assert (page["page_number"], page["first_page"]) == (number, number == 1)
        number, last = number + 1, page["last_page"]
    shown = sum(1 for _ in starter.shown())
    assert len(seen) == len(set(seen)) == page["total_items"] == shown
    beyond = get(hsds, "/services", page=number, per_page=100)
    assert (beyond["empty"], beyond["contents"]) == (True, [])


def test_json_lines_hold_everything_at_once(hsds: FlaskClient, starter: Directory, tmp_path: Path) -> None:
    """They are what another Kelrodis reads."""
    response = hsds.get("/hsds/services?format=ndjson&full=true&search=Vilniaus")
    assert response.mimetype == "application/x-ndjson"
    path = tmp_path / "services.jsonl"
    path.write_bytes(response.data)
    assert len(list(read_hsds_json(path))) == get(hsds, "/services", search="Vilniaus")["total_items"] > 50


def test_searching_looks_for_the_beginnings_of_words_without_diacritics(hsds: FlaskClient) -> None:
    found = {get(hsds, "/services", search=said)["total_items"] for said in ("krizių", "KRIZIU", "kriziu")}
    assert len(found) == 1
    assert 0 < found.pop() < 500
    assert get(hsds, "/services", search="krizių centras nesuprantamybė")["empty"]
    assert 0 < get(hsds, "/organizations", search="caritas")["total_items"] < 20


def test_services_are_chosen_by_organization_term_and_taxonomy(hsds: FlaskClient, starter: Directory) -> None:
    need = next(service.needs[0] for service in starter.shown_services())
    term = identity("taxonomy_term", "needs", need)
    expected = {identity("service", record.id) for record in starter.shown() if need in record.needs}
    found = get(hsds, "/services", taxonomy_term_id=term, minimal="true")["contents"]
    assert {entity["id"] for entity in found} == expected
    assert (
        get(hsds, "/services", taxonomy_term_id=term, taxonomy_id=identity("taxonomy", "kinds"))["total_items"]
        < len(expected) + 1
    )
    assert get(hsds, "/services", taxonomy_term_id=identity("taxonomy_term", "needs", "none"))["empty"]
    owner = next(starter.shown_services()).organization_id
    for either in (owner, identity("organization", owner)):
        found = get(hsds, "/services", organization_id=either)["contents"]
        assert {entity["organization_id"] for entity in found} == {identity("organization", owner)}
    assert get(hsds, "/services", organization_id="nobody")["empty"]


@pytest.mark.parametrize(("taxonomy", "code"), [("facts", "route"), ("facts", "danger_order"), ("languages", "pl")])
def test_facts_and_languages_choose_services_as_well(hsds: FlaskClient, taxonomy: str, code: str) -> None:
    term = identity("taxonomy_term", taxonomy, code)
    every = [json.loads(line) for line in hsds.get("/hsds/services?format=ndjson&full=true").text.split("\n") if line]
    expected = {one["id"] for one in every if term in {a["taxonomy_term_id"] for a in one["attributes"]}}
    chosen = {"taxonomy_term_id": term, "taxonomy_id": identity("taxonomy", taxonomy)}
    assert expected
    assert {one["id"] for one in get(hsds, "/services", **chosen, minimal="true")["contents"]} == expected
    assert get(hsds, "/services", taxonomy_id="none")["empty"]


def test_terms_of_a_taxonomy_are_listed_by_parent(hsds: FlaskClient) -> None:
    needs = identity("taxonomy", "needs")
    themes = get(hsds, "/taxonomy_terms", taxonomy_id=needs, top_only="true", per_page=100)["contents"]
    assert themes
    below = sum(get(hsds, "/taxonomy_terms", parent_id=theme["id"])["total_items"] for theme in themes)
    assert below + len(themes) == get(hsds, "/taxonomy_terms", taxonomy_id=needs)["total_items"]
    assert get(hsds, f"/taxonomy_terms/{themes[0]['id']}") == themes[0]
    assert get(hsds, "/taxonomies/needs") == get(hsds, f"/taxonomies/{needs}")


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("page=0", "bad_value", "page"),
        ("per_page=5000", "bad_value", "per_page"),
        ("per_page=٣", "bad_value", "per_page"),
        ("full=maybe", "bad_value", "full"),
        ("format=xml", "bad_value", "format"),
        ("search=", "bad_value", "search"),
        ("modified_after=yesterday", "bad_value", "modified_after"),
        ("postcode=01100", "unknown_field", "postcode"),
        ("proximity=5", "unknown_field", "proximity"),
        ("serach=x", "unknown_field", None),
    ],
)
def test_what_is_not_understood_is_refused_in_the_contract_s_shape(
    hsds: FlaskClient, query: str, code: str, field: str | None
) -> None:
    response = hsds.get(f"/hsds/services?{query}", headers={"Accept-Language": "en"})
    assert response.status_code == 400
    error = response.get_json()["error"]
    assert (error["code"], error.get("field")) == (code, field)
    assert response.headers["Content-Language"] == "en"


@pytest.mark.parametrize(
    "address", ["services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms"]
)
@pytest.mark.parametrize("which", ["nobody", "00000000-0000-0000-0000-000000000000", "a/b"])
def test_what_is_not_there_is_said_so(hsds: FlaskClient, address: str, which: str) -> None:
    response = hsds.get(f"/hsds/{address}/{which}")
    assert response.status_code == 404
    assert response.get_json()["error"]["code"] == "not_found"


def test_nothing_is_given_out_that_residents_are_not_shown(starter: Directory) -> None:
    source = Source(None, "page", None)
    seen = Verification("2026-11-01", "Vardenė Pavardenė", "phone")
    service = next(record for record in starter.shown_services() if record.organization_id in starter.organizations)
    hidden = next(record for record in starter.organizations.values() if record.status != "active")
    changed = replace(service, address=Address("Slaptoji g. 7", True, source), verified=seen)
    client = client_of(replace(starter, services={**starter.services, service.id: changed}))
    told = client.get("/hsds/services?full=true&format=ndjson").get_data(as_text=True)
    told += client.get("/hsds/organizations?full=true&format=ndjson").get_data(as_text=True)
    assert "Slaptoji" not in told
    assert "Pavardenė" not in told
    assert "verified_on" in told
    assert "verified_how" not in told
    assert client.get(f"/hsds/organizations/{hidden.id}").status_code == 404
    assert client.get(f"/hsds/service_at_locations/{service.id}").status_code == 404


@pytest.fixture
def kept(directory: Directory, tmp_path: Path) -> Iterator[tuple[Any, Any]]:
    storage = open_storage(f"sqlite:///{tmp_path / 'd.sqlite3'}")
    import_directory(storage.engine, directory)
    yield storage.engine, lambda: client_of(read_directory(storage.engine), storage=storage)
    storage.engine.dispose()


def test_harvesters_get_what_has_changed_since(kept: tuple[Any, Any]) -> None:
    engine, client = kept
    assert get(client(), "/services", modified_after="2020-01-01")["empty"], "nobody has changed anything yet"
    key = Key("service", "vmkc.prieglobstis")
    edit(engine, key, {"description": {"lt": "Lova ir maistas"}}, "editor")
    (found,) = get(client(), "/services", modified_after="2020-01-01T00:00:00+02:00")["contents"]
    assert found["id"] == identity("service", key.id)
    assert found["last_modified"] > "2026"
    (short,) = get(client(), "/services", modified_after="2020-01-01", minimal="true")["contents"]
    assert set(short) == {"id", "name", "status", "modified_date", "last_modified"}
    assert get(client(), "/services", modified_after="2100-01-01")["empty"]


def test_any_site_may_read_and_nobody_may_write(hsds: FlaskClient) -> None:
    response = hsds.get("/hsds/taxonomies", headers={"Origin": "https://anywhere.example"})
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in response.headers
    assert hsds.post("/hsds/services", json={}).status_code == 405


def test_the_words_that_are_searched_stand_in_no_log(hsds: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        hsds.get("/hsds/services?search=vyrasmanemusa")
        hsds.get("/hsds/services?search=vyrasmanemusa&page=0")
    assert "vyrasmanemusa" not in caplog.text


def test_without_a_directory_the_fault_is_told() -> None:
    client = create_app(Settings(), NOT_READY, NOT_READY).test_client()
    assert client.get("/hsds/services").status_code == 503
