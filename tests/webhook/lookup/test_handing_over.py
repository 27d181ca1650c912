"""Several cards become one sheet, one text message and one text, in the caller's language, without secret addresses."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from index.directory.keys import Key
from webhook.console.sms import measure

VMKC, SENIORS = "vmkc.apgyvendinimas-kriziu-centruose", "vspc-visaginas.pagalba-i-namus"
SECRET = "Slaptoji g. 1"
Staff = Callable[..., Any]


def textarea(page: str, identity: str) -> str:
    return html.unescape(re.search(rf'<textarea id="{identity}"[^>]*>(.*?)</textarea>', page, re.DOTALL)[1])  # type: ignore[index]


@pytest.fixture
def chosen(staff: Staff, found: Any) -> Any:
    """A worker with three cards in the basket."""
    worker = staff(language="lt")
    worker.services = [
        one.id for one in found.directory.shown_services() if found.directory.organizations[one.organization_id].phones
    ]
    for service_id in [VMKC, *worker.services[:40:20]]:
        worker.do(put=service_id)
    return worker


@pytest.mark.parametrize("language", ["lt", "pl", "en"])
def test_one_sheet_one_message_one_text_in_the_callers_language(chosen: Any, found: Any, language: str) -> None:
    page = chosen.do(caller_language=language, back="/staff/basket")
    sheet = chosen.page("/staff/basket/handout")
    told = textarea(page, "copy")
    message = textarea(page, "sms-plain")
    assert f'<html lang="{language}">' in sheet
    assert sheet.count('<article class="entry">') == 3
    for service_id in (VMKC, *chosen.services[:40:20]):
        card = found.card(service_id, language)
        assert card.organization in html.unescape(sheet)
        assert card.organization in told
        assert card.phones[0].number in told
        assert card.phones[0].tel in message
    length = measure(message)
    assert length.plain
    assert f": {length.used} " in page
    assert f": {length.parts}." in page
    assert measure(textarea(page, "sms-full")).parts >= length.parts


def test_a_single_card_fits_into_one_message_with_its_address(staff: Staff, found: Any) -> None:
    worker = staff(language="en")
    worker.do(put=VMKC)
    message = textarea(worker.page("/staff/basket"), "sms-plain")
    assert measure(message).parts == 1
    assert found.card(VMKC, "en").phones[0].tel in message


def test_a_confidential_address_leaves_through_no_door(staff: Staff, change: Callable[..., None]) -> None:
    source = {"url": None, "title": "test", "date": None}
    address = {"text": SECRET, "confidential": True, "source": source, "verified": None}
    change(Key("organization", "vmkc"), address=address)
    worker = staff("editor")
    pages = [worker.do(text="Vilniaus miesto krizių centras", put=VMKC)]
    pages += [worker.page(address) for address in ("/staff/basket", "/staff/basket/handout")]
    pages += [worker.page(f"/staff/records/{kind}") for kind in (f"service/{VMKC}", "organization/vmkc")]
    assert all("Vilniaus miesto krizių centras" in page for page in pages)
    assert not any(SECRET in page for page in pages)
    assert "konfidencialus" in pages[-1]


def test_what_is_hidden_meanwhile_is_not_handed_out(chosen: Any, change: Callable[..., None]) -> None:
    change(Key("organization", "vmkc"), status="closed")
    assert 'value="vmkc.' not in chosen.page("/staff/basket")
    assert chosen.page("/staff/basket/handout").count('<article class="entry">') == 2


def test_the_basket_holds_each_card_once_and_gives_it_back(staff: Staff) -> None:
    worker = staff(language="en")
    worker.do(put=VMKC)
    assert "Basket (1)" in worker.do(put=VMKC, text="shelter Vilnius")
    assert "Basket (1)" not in worker.do(drop=VMKC)
    assert worker.client.get("/staff/basket/handout").status_code == 404


def test_the_way_back_never_leads_to_another_site(staff: Staff) -> None:
    worker = staff()
    data = {"csrf_token": worker.token, "put": VMKC, "back": "https://example.org/"}
    assert worker.client.post("/staff/call", data=data).location == "/staff/"
