"""The look-up of staff: the same search as the chat's, filters that stay, hidden records marked, outcomes counted."""

from __future__ import annotations

import logging
import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from index.directory.keys import Key
from index.search import ServiceIndex
from webhook.storage.database import Storage
from webhook.widget.shown import MEDIA_TYPE

ROW = re.compile(r'<li class="result.*?</li>', re.DOTALL)
OPENS = re.compile(r'class="opens"[^>]*href="/staff/records/(\w+)/([^"]+)"')
VMKC = "vmkc.apgyvendinimas-kriziu-centruose"
QUESTIONS = [
    ("lt", "kur gauti krizių prieglobstį Vilniuje"), ("pl", "jedzenie dla bezdomnych w Wilnie"),
    ("en", "my mother needs help at home, Visaginas"), ("lt", "vyras geria ir muša"), ("lt", "vežimėlis neįgaliajam"),
    ("pl", "pomoc dla rodziny, rejon wileński"), ("en", "foster care Vilnius"), ("lt", "šildymo kompensacija"),
    ("pl", "nie chcę żyć"), ("en", "ukrainian refugee needs a place to sleep"),
]  # fmt: skip
Staff = Callable[..., Any]


@pytest.mark.parametrize(("language", "text"), QUESTIONS)
def test_it_finds_what_the_search_api_finds(staff: Staff, app: Flask, language: str, text: str) -> None:
    body = {"query": text, "language": language, "limit": 10}
    results = app.test_client().post("/api/v1/search", json=body).get_json()["results"]
    page = staff(language=language).do(text=text)
    rows = [row for row in ROW.findall(page) if "unshown" not in row]
    assert [OPENS.search(row)[2] for row in rows[:3]] == [card["service_id"] for card in results[:3]]  # type: ignore[index]


def test_a_search_is_never_in_an_address_or_a_log(staff: Staff, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    worker = staff()
    worker.do(text="slaptas žodis prieglobstis", place="Vilniaus miesto savivaldybė")
    worker.type("slaptas žodis prieglobstis")
    assert "slaptas" not in caplog.text
    assert 'value="kitas"' not in worker.page("/staff/?text=kitas")
    with worker.client.session_transaction() as session:
        assert set(session) <= {"_user_id", "call", "csrf_token", "_permanent", "_fresh"}


def test_filters_that_are_on_are_counted_and_cleared_in_one_click(staff: Staff) -> None:
    worker = staff(language="en")
    filters = {"place": "Vilniaus miesto savivaldybė", "spoken": "ru", "open_now": "1"}
    assert "Filters on: 3." in worker.do(text="shelter", **filters)
    page = worker.do(text="shelter", **filters, unfilter="1")
    assert "Filters on" not in page
    assert '<option value="Vilniaus miesto savivaldybė" selected>' not in page
    assert 'value="shelter"' in page


def test_where_nothing_is_found_it_says_what_to_do_next(staff: Staff) -> None:
    page = staff(language="en").do(text="jet engine repair")
    assert "Nothing in the directory fits." in page
    assert "mark “No such service”" in page
    assert '<ol class="list">' not in page


def test_text_filters_and_basket_stay_until_a_new_call(staff: Staff) -> None:
    worker = staff(language="en")
    worker.do(text="shelter", place="Vilniaus miesto savivaldybė", spoken="ru", put=VMKC)
    worker.page("/staff/records/service/" + VMKC)
    page = worker.page()
    assert 'value="shelter"' in page
    assert '<option value="Vilniaus miesto savivaldybė" selected>' in page
    assert "Basket (1)" in page
    answer = worker.client.post("/staff/call/end", data={"csrf_token": worker.token})
    assert answer.status_code == 303
    page = worker.page()
    assert 'value="shelter"' not in page
    assert " selected" not in page
    assert "Basket (" not in page.replace("Basket (0)", "")


def test_another_worker_sees_nothing_of_the_call(staff: Staff) -> None:
    staff().do(text="prieglobstis", put=VMKC)
    assert "prieglobstis" not in staff().page()


def test_an_empty_box_lists_what_the_filters_let_through(staff: Staff, found: ServiceIndex) -> None:
    page = staff().do(text="", place="Visagino savivaldybė", need="violence-home")
    ids = [identity for _, identity in OPENS.findall(page)]
    assert ids
    for identity in ids:
        known = found.directory.record(identity)
        assert known is not None
        assert "violence-home" in known.needs


def test_an_empty_box_without_filters_asks_nothing(staff: Staff) -> None:
    assert not OPENS.findall(staff().do(text=" \x00 "))


@pytest.mark.parametrize("name", ["place", "need", "group", "spoken", "status"])
def test_a_filter_that_is_not_known_is_any(staff: Staff, name: str) -> None:
    assert OPENS.findall(staff().do(text="maistas Vilniuje", **{name: "<script>"}))


def test_the_number_is_in_sight_with_whose_it_is(staff: Staff) -> None:
    row = ROW.findall(staff().do(text="Vilniaus miesto krizių centras"))[0]
    assert 'href="tel:+37052332508"' in row


def test_what_residents_are_not_shown_is_found_and_marked_and_not_handed_out(
    staff: Staff, change: Callable[..., None]
) -> None:
    change(Key("organization", "vmkc"), status="closed")
    worker = staff(language="en")
    page = worker.do(text="Vilniaus miesto krizių centras")
    row = next(row for row in ROW.findall(page) if "/service/vmkc." in row)
    assert "Residents do not see this: closed" in row
    assert 'name="put"' not in row
    assert "Basket (1)" not in worker.do(put=VMKC)
    assert "Residents do not see this: closed" in worker.page("/staff/records/service/" + VMKC)
    closed = worker.do(text="", status="closed")
    assert all("Residents do not see this" in row for row in ROW.findall(closed))


def test_danger_stands_beside_the_results_and_never_above_them(staff: Staff) -> None:
    page = staff().do(text="vyras mane muša, Vilnius")
    strip, last = page.index('class="strip danger"'), page.rindex('<li class="result')
    assert last < strip
    assert ">112<" in page[strip : strip + 600]
    told = str(staff().type("vyras mane muša, Vilnius").get_json()["elements"])
    assert "strip danger" in told


def test_the_script_gets_elements_and_faults_as_json(staff: Staff) -> None:
    worker = staff()
    answer = worker.type("maistas")
    assert answer.mimetype == MEDIA_TYPE
    assert answer.get_json()["elements"][0][1]["id"] == "found"
    worker.token = "stale"
    assert worker.type("maistas").status_code == 400
    with worker.client.session_transaction() as session:
        session.clear()
    assert worker.type("maistas").status_code in (400, 401)


def test_nothing_opens_without_signing_in(app: Flask) -> None:
    client = app.test_client()
    for address in ("/staff/", "/staff/basket", "/staff/basket/handout", "/staff/records/service/" + VMKC):
        assert "/staff/sign-in" in client.get(address).headers["Location"]


def test_the_answer_takes_less_than_a_tenth_of_a_second(staff: Staff) -> None:
    """The processor's time, all threads together, in the quietest of three rounds: what else runs is not ours."""
    worker = staff()
    for _, text in QUESTIONS:
        worker.type(text)
    rounds = []
    for again in range(3):
        took = []
        for more in range(5):
            for _, text in QUESTIONS:
                begin = time.process_time()
                assert worker.type(f"{text} {again} {more}").status_code == 200
                took.append(time.process_time() - begin)
        rounds.append(sorted(took)[int(len(took) * 0.95) - 1])
    assert min(rounds) < 0.1, [f"p95 {p95 * 1000:.0f} ms" for p95 in rounds]


def counted(storage: Storage) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(str(storage.engine.url.database))) as database:
        return database.execute("select language, need, place, outcome, n from lookup_count order by id").fetchall()


def test_an_outcome_is_counted_once_and_says_nothing_of_the_text(staff: Staff, storage: Storage) -> None:
    worker = staff()
    before = counted(storage)
    worker.do(text="žodisratas pabėgau nuo smurto", place="Vilniaus miesto savivaldybė", outcome="full")
    worker.type("žodisratas pabėgau nuo smurto", place="Vilniaus miesto savivaldybė", outcome="full")
    worker.do(outcome="nonsense")
    new = counted(storage)[len(before) :]
    assert [row[0] for row in new] == ["lt"]
    assert new[0][2:] == ("Vilniaus miesto savivaldybė", "full", 1)
    worker.do(outcome="referred", back="/staff/records/service/" + VMKC)
    assert [row[3] for row in counted(storage)[len(before) :]] == ["full", "referred"]
    for file in Path(str(storage.engine.url.database)).parent.glob("directory.sqlite3*"):
        assert "žodisratas".encode() not in file.read_bytes()
