"""`widget.js`: what it holds, under which address it stays, and the elements that it builds."""

from __future__ import annotations

import gzip
import html
import json
import re

import esprima
import pytest
from flask.testing import FlaskClient

from nlu.settings import PROJECT
from webhook.widget.elements import elements_of
from webhook.widget.shown import MEDIA_TYPE

FOLDER = PROJECT / "webhook" / "widget"
SENDER = "0123456789abcdef0123456789abcdef"


def test_the_script_is_small_old_browsers_read_it_and_it_inserts_no_html(client: FlaskClient) -> None:
    script = client.get("/widget.js").text
    assert len(gzip.compress(script.encode())) < 40_000
    esprima.parseScript(script)  # knows the language as of 2017, and nothing newer
    code = "".join(path.read_text("utf-8") for path in (FOLDER / "static").rglob("*.js"))
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", code)
    assert not re.search(r"replaceAll|requestSubmit|matchAll|\.at\(", code)


def test_the_script_of_a_hash_stays_what_it_is(client: FlaskClient) -> None:
    named = client.get("/widget.json").get_json()
    fixed = client.get(named["src"])
    assert fixed.data == client.get("/widget.js").data
    assert fixed.headers["Access-Control-Allow-Origin"] == "*"
    assert named["integrity"].startswith("sha384-")
    assert client.get("/widget.0000.js").status_code == 404
    assert client.get("/widget.../../index/current.js").status_code == 404
    current = client.get("/widget.js")
    assert client.get("/widget.js", headers={"If-None-Match": current.headers["ETag"]}).status_code == 304


def test_our_script_gets_elements_and_everybody_else_the_contract(client: FlaskClient) -> None:
    body = {"sender": SENDER, "message": "danger"}
    plain = client.post("/api/v1/chat", json=body)
    ours = client.post("/api/v1/chat", json=body, headers={"Accept": MEDIA_TYPE})
    assert plain.mimetype == "application/json"
    assert set(plain.get_json()) == {"language", "crisis", "replies"}
    assert ours.mimetype == MEDIA_TYPE
    told = json.dumps(ours.get_json()["elements"])
    assert '"tel:112"' in told
    assert '"article"' in told


def test_elements_say_what_the_template_says() -> None:
    told = elements_of('<p class="a">x &amp; <b>y</b></p>\n<ul><li>1</li></ul><br>')
    assert told == [["p", {"class": "a"}, "x & ", ["b", {}, "y"]], " ", ["ul", {}, ["li", {}, "1"]], ["br", {}]]
    with pytest.raises(ValueError, match="closed"):
        elements_of("<p><b></p>")


def test_the_demo_shows_lines_to_copy(client: FlaskClient) -> None:
    text = html.unescape(client.get("/demo?lang=en").text)
    named = client.get("/widget.json").get_json()
    assert f'integrity="{named["integrity"]}"' in text
    assert "http://localhost/widget.js" in text
    assert client.get("/embed?lang=pl").location == "/?lang=pl"
