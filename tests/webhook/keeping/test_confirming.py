"""The institution's link: signed, kept as a hash, used once; what it answers waits in the queue."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from index.directory import editing
from index.directory.keys import Key
from index.directory.plain import PlainRecord
from index.directory.proposals import accept, open_proposals
from webhook.storage.database import Storage
from webhook.storage.invitations import find_invitation, invite

VMKC = Key("organization", "vmkc")
INVITE = "/staff/records/organization/vmkc/invitation"
P = "organization:vmkc/"
Read = Callable[[Key], PlainRecord]


@pytest.fixture
def link(editor: Any) -> str:
    page = editor.post(INVITE, {}).get_data(as_text=True)
    found = re.search(r'id="link"[^>]*value="([^"]+)"', page)
    assert found
    return urlsplit(unescape(found[1])).path


@pytest.fixture
def institution(app: Flask) -> FlaskClient:
    """A browser without an account."""
    return app.test_client()


def _form(page: str, form: str) -> dict[str, str]:
    body = page[page.index(form) :]
    tags = re.findall(r"<(?:input|textarea)[^>]*>(?:[^<]*</textarea>)?", body[: body.index("</form>")])
    sent = {}
    for tag in tags:
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if given.get("type") != "checkbox" or " checked" in tag:
            inside = re.search(r">([^<]*)</textarea>", tag)
            sent[unescape(given["name"])] = unescape(inside[1] if inside else given.get("value", "on"))
    return sent


def _answer(institution: FlaskClient, link: str, **more: str) -> Any:
    page = institution.get(link, headers={"Accept-Language": "en"}).get_data(as_text=True)
    whole = _form(page, 'id="correct"')
    return institution.post(link, data={**whole, **more})


def _proposed(storage: Storage) -> dict[str, Any]:
    return {f"{one.key.id} {one.field}": one.value for one in open_proposals(storage.engine)}


def test_the_letter_is_ready_in_three_languages(editor: Any) -> None:
    page = editor.post(INVITE, {}).get_data(as_text=True)
    for words in ("Laba diena", "Dzień dobry", "Good day"):
        assert words in page
    assert page.count("/confirm/") >= 4
    assert "mailto:info@vmkc.lt" in page
    assert "/confirm/" not in editor.get(INVITE)


def test_the_token_itself_is_nowhere_in_the_database(storage: Storage, link: str) -> None:
    token = link.rsplit("/", 1)[1]
    file = storage.engine.url.database
    assert file
    rows = "\n".join(sqlite3.connect(file).iterdump())
    assert token not in rows
    assert token.split(".")[0] not in rows


def test_the_institution_sees_its_record_without_an_account(institution: FlaskClient, link: str) -> None:
    answer = institution.get(link)
    page = answer.get_data(as_text=True)
    assert "+370 5 233 2508" in page
    assert "info@vmkc.lt" in page
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert institution.get(link).status_code == 200


def test_everything_is_right_lands_in_the_queue(
    institution: FlaskClient, link: str, storage: Storage, content: Read
) -> None:
    page = institution.get(link).get_data(as_text=True)
    sent = {"right": "1", "csrf_token": _form(page, 'id="correct"')["csrf_token"]}
    assert institution.post(link, data=sent).status_code == 200
    assert _proposed(storage) == {
        "vmkc confirmed": ["phones", "email", "website", "hours"], "vmkc.prieglobstis confirmed": ["record"],
    }  # fmt: skip
    assert content(VMKC)["email"]["verified"] is None
    for one in open_proposals(storage.engine):
        accept(storage.engine, one.id, "ona")
    assert content(VMKC)["email"]["verified"]["how"] == "institution"
    assert content(Key("service", "vmkc.prieglobstis"))["verified"]["how"] == "institution"


def test_corrections_wait_for_staff_and_the_rest_is_confirmed(
    institution: FlaskClient, link: str, storage: Storage, content: Read
) -> None:
    answer = _answer(institution, link, **{f"{P}email.value": "labas@vmkc.lt"})
    assert answer.status_code == 200
    assert content(VMKC)["email"]["value"] == "info@vmkc.lt"
    proposed = _proposed(storage)
    assert proposed["vmkc email"]["value"] == "labas@vmkc.lt"
    assert proposed["vmkc email"]["verified"]["how"] == "institution"
    assert proposed["vmkc confirmed"] == ["phones", "website", "hours"]


def test_a_service_that_is_no_longer_offered_is_proposed_as_closed(
    institution: FlaskClient, link: str, storage: Storage
) -> None:
    _answer(institution, link, **{"service:vmkc.prieglobstis/closed": "on"})
    assert _proposed(storage)["vmkc.prieglobstis status"] == "closed"


def test_faults_come_back_and_use_nothing_up(institution: FlaskClient, link: str, storage: Storage) -> None:
    answer = _answer(institution, link, **{f"{P}email.value": "not an address", f"{P}phones.0.label.en": "Day"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="not an address"' in page
    assert 'value="Day"' in page
    assert open_proposals(storage.engine) == ()
    assert institution.get(link).status_code == 200


def test_a_link_opens_once(institution: FlaskClient, link: str, storage: Storage) -> None:
    page = institution.get(link).get_data(as_text=True)
    sent = _form(page, 'id="correct"')
    assert institution.post(link, data=sent).status_code == 200
    before = _proposed(storage)
    assert institution.post(link, data={**sent, f"{P}email.value": "other@vmkc.lt"}).status_code == 410
    gone = institution.get(f"{link}?lang=pl")
    assert gone.status_code == 410
    assert "Ten link został już użyty" in gone.get_data(as_text=True)
    assert _proposed(storage) == before


def test_a_link_is_over_after_two_weeks(storage: Storage) -> None:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    invite(storage.engine, VMKC, "a token", "ona", made)
    for days, state in ((13, "open"), (14, "expired")):
        found = find_invitation(storage.engine, "a token", made + timedelta(days=days))
        assert found
        assert found.state == state


def test_a_token_that_is_not_ours_opens_nothing(institution: FlaskClient, link: str, storage: Storage) -> None:
    invite(storage.engine, VMKC, "unsigned", "ona", datetime.now(UTC))
    for token in ("unsigned", link.rsplit("/", 1)[1][:-1], "x"):
        assert institution.get(f"/confirm/{token}").status_code == 404


def test_a_link_to_a_record_that_has_gone_is_over(institution: FlaskClient, link: str, storage: Storage) -> None:
    token = _form(institution.get(link).get_data(as_text=True), 'id="correct"')["csrf_token"]
    with storage.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM organization WHERE id = 'vmkc'")
    assert institution.get(link).status_code == 410
    assert institution.post(link, data={"right": "1", "csrf_token": token}).status_code == 410
    assert open_proposals(storage.engine) == ()


def test_a_secret_address_is_not_shown_even_here(institution: FlaskClient, link: str, storage: Storage) -> None:
    source = {"url": None, "title": "", "date": None}
    address = {"text": "Slapta g. 7", "confidential": True, "source": source, "verified": None}
    editing.edit(storage.engine, VMKC, {"address": address}, "ona")
    page = institution.get(link).get_data(as_text=True)
    assert "Slapta" not in page
    assert f"{P}address" not in page
    _answer(institution, link, **{f"{P}address.seen": "x", f"{P}address.text": "Vieša g. 1"})
    assert "vmkc address" not in _proposed(storage)
    assert "address" not in _proposed(storage)["vmkc confirmed"]


def test_only_the_own_record_can_be_answered(institution: FlaskClient, link: str, storage: Storage) -> None:
    other = {"organization:kaunas/email.seen": "", "organization:kaunas/email.value": "mine@kaunas.lt"}
    status = {f"{P}status.seen": "", f"{P}status": "closed"}
    _answer(institution, link, **other, **status)
    assert not {"kaunas email", "vmkc status"} & _proposed(storage).keys()


def test_another_row_is_offered_without_answering(institution: FlaskClient, link: str, storage: Storage) -> None:
    answer = _answer(institution, link, more="phones", **{f"{P}email.value": "half typed"})
    page = answer.get_data(as_text=True)
    assert 'value="half typed"' in page
    assert f'name="{P}phones.4.number"' in page
    assert open_proposals(storage.engine) == ()
