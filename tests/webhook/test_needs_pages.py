"""Looking instead of typing: the page of all needs and the page of one, without any script."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from index.cards import ServiceCard
from index.directory import starter
from index.needs.taxonomy import read_taxonomy
from index.query import Query, SearchResult
from index.records import COUNTRY
from index.search import ServiceIndex
from nlu.places import Gazetteer
from webhook.widget import frame
from webhook.widget.texts import texts

LANGUAGES = ("lt", "pl", "en")
VILNIUS = "Vilniaus miesto savivaldybė"
HEADING = re.compile(r'<h2 id="t\d+">(.+?)</h2>')
NEED_LINK = re.compile(r'<li><a href="(/needs/\d+\?[^"]*)">(.+?)</a> <p>(.+?)</p></li>')
CARD = re.compile(r'<article class="card.*?</article>', re.DOTALL)


def read(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.text


def said(text: str) -> str:
    return html.unescape(text)


def number_of(need: str) -> int:
    return read_taxonomy().needs[need].number


def find(index: Any, result: SearchResult) -> None:
    """Let the small index find this for everything, and note what it was asked."""

    def search(query: Any) -> SearchResult:
        index.queries.append(query)
        return result

    index.search = search


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_need_stands_there_with_its_sentence(client: FlaskClient, language: str) -> None:
    shown = {
        (said(name), said(sentence)) for _, name, sentence in NEED_LINK.findall(read(client, f"/needs?lang={language}"))
    }
    assert shown == {(need.name[language], need.sentence[language]) for need in read_taxonomy().needs.values()}


def test_needs_are_grouped_by_life_situation_and_what_cannot_wait_stands_first(client: FlaskClient) -> None:
    text = read(client, "/needs?lang=en")
    themes = [said(theme) for theme in HEADING.findall(text)]
    assert themes[:2] == ["Safety", "Home and basic things"]
    assert sorted(themes) == sorted(theme["en"] for theme in read_taxonomy().themes.values())
    for heading, section in zip(themes, HEADING.split(text)[2::2], strict=True):
        numbers = [int(re.findall(r"\d+", address)[0]) for address, _, _ in NEED_LINK.findall(section)]
        of_theme = [
            n.number for n in read_taxonomy().needs.values() if read_taxonomy().themes[n.theme]["en"] == heading
        ]
        assert numbers == of_theme


def test_links_keep_language_and_place(client: FlaskClient) -> None:
    for page in ("/needs", "/needs/37"):
        text = read(client, f"{page}?lang=pl&place=vilniaus-miesto")
        inside = [said(address) for address in re.findall(r"<main.*</main>", text, re.DOTALL)[0].split('href="')[1:]]
        needs = [urlsplit(address.split('"')[0]) for address in inside if address.startswith("/needs")]
        assert needs
        for address in needs:
            assert parse_qs(address.query) == {"lang": ["pl"], "place": ["vilniaus-miesto"]}


@pytest.mark.parametrize("page", ["/needs", "/needs/3"])
@pytest.mark.parametrize("typed", ["Vilniuje", "w Wilnie", "vilnius", "Vilniaus miesto savivaldybė"])
def test_any_name_or_case_form_leads_to_the_municipality(client: FlaskClient, page: str, typed: str) -> None:
    answer = client.get(page, query_string={"lang": "pl", "place": typed})
    assert answer.status_code == 302
    assert answer.location == f"{page}?lang=pl&place=vilniaus-miesto"
    assert 'value="Vilnius (pl)"' in read(client, answer.location)


def test_a_typed_place_cannot_lead_to_another_site(client: FlaskClient) -> None:
    answer = client.get("/needs?place=Vilnius&lang=lt&_external=1&_scheme=javascript&_anchor=x")
    assert answer.location == "/needs?lang=lt&place=vilniaus-miesto"


def test_each_municipality_is_known_by_its_id_and_by_its_short_names() -> None:
    gazetteer = Gazetteer.load()
    for place in starter.read_starter().municipalities.values():
        assert {gazetteer.resolve(name) for name in (place.id, *place.short.values())} == {place.official}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_place_is_told_and_nothing_is_lost(client: FlaskClient, language: str) -> None:
    for page, links in (("/needs", len(read_taxonomy().needs)), ("/needs/3", 0)):
        text = read(client, f"{page}?lang={language}&place=Xyzž<b>")
        assert texts(language)["needs_place_unknown"] in said(text)
        assert 'value="Xyzž&lt;b&gt;"' in text
        assert 'aria-invalid="true"' in text
        assert len(NEED_LINK.findall(text)) == links
        assert links or CARD.search(text)


def test_a_page_without_a_place_says_nothing_of_unknown_ones(client: FlaskClient) -> None:
    for address in ("/needs?lang=en", "/needs?lang=en&place=", "/needs/3?lang=en&place=++"):
        assert "aria-invalid" not in read(client, address)


def test_the_need_is_asked_of_the_same_search(client: FlaskClient, index: Any) -> None:
    text = read(client, "/needs/37?lang=pl&place=vilniaus-miesto")
    query = index.queries[-1]
    assert (query.needs, query.municipality, query.language) == (("no-food",), VILNIUS, "pl")
    assert "Brakuje jedzenia" in text
    assert read_taxonomy().needs["no-food"].sentence["pl"] in said(text)
    assert len(CARD.findall(text)) == 1
    assert "Crisis Centre" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_place_the_page_shows_the_country_and_asks_where(
    client: FlaskClient, index: Any, language: str
) -> None:
    text = said(read(client, f"/needs/37?lang={language}"))
    assert index.queries[-1].nationwide
    assert texts(language)["needs_nationwide"] in text
    assert texts(language)["needs_in_place"].split("{")[0] not in text


def eleven(card: ServiceCard) -> tuple[ServiceCard, ...]:
    return tuple(dataclasses.replace(card, organization=f"Institution {number}") for number in range(1, 12))


def test_more_is_a_link_to_the_next_page(client: FlaskClient, index: Any) -> None:
    find(index, SearchResult(True, eleven(index.card("vmkc.prieglobstis", "en")), 11, VILNIUS, (), False, 1.0))
    pages = [said(read(client, f"/needs/37?lang=en&place=vilniaus-miesto&page={page}")) for page in (1, 2, 3)]
    shown = [re.findall(r"Institution (\d+)", " ".join(CARD.findall(page))) for page in pages]
    assert [list(dict.fromkeys(numbers)) for numbers in shown] == [list("12345"), ["6", "7", "8", "9", "10"], ["11"]]
    assert ['rel="prev"' in page for page in pages] == [False, True, True]
    assert ['rel="next"' in page for page in pages] == [True, True, False]
    assert 'rel="next" href="/needs/37?lang=en&place=vilniaus-miesto&page=2"' in pages[0]
    assert 'rel="prev" href="/needs/37?lang=en&place=vilniaus-miesto"' in pages[1]


def test_what_serves_the_place_stands_before_everything_else(client: FlaskClient, index: Any) -> None:
    *_, national, near, own = eleven(index.card("vmkc.prieglobstis", "en"))
    national = dataclasses.replace(national, municipality=COUNTRY, serves=(COUNTRY,))
    near = dataclasses.replace(near, municipality="Vilniaus rajono savivaldybė", serves=(VILNIUS,))
    find(index, SearchResult(True, (national, near, own), 3, VILNIUS, (), False, 1.0))
    cards = CARD.findall(read(client, "/needs/37?lang=en&place=vilniaus-miesto"))
    assert [card.organization in text for card, text in zip((near, own, national), cards, strict=True)] == [True] * 3


@pytest.mark.parametrize("page", ["0", "-3", "x", "9" * 5000])
def test_a_page_that_is_no_page_is_the_first(client: FlaskClient, index: Any, page: str) -> None:
    find(index, SearchResult(True, eleven(index.card("vmkc.prieglobstis", "en")), 11, VILNIUS, (), False, 1.0))
    assert "Institution 1<" in read(client, f"/needs/37?page={page}")


def test_a_page_behind_the_last_is_not_found(client: FlaskClient, index: Any) -> None:
    find(index, SearchResult(False, (), 0, None, (), False, 1.0))
    assert client.get("/needs/37?page=2").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_helps_the_municipality_is_named(client: FlaskClient, index: Any, language: str) -> None:
    find(index, SearchResult(False, (), 0, VILNIUS, (), False, 1.0))
    asked: list[tuple[str, str | None]] = []
    steps = index.next_steps
    index.next_steps = lambda said_in, municipality: (
        asked.append((said_in, municipality)) or steps(said_in, municipality)
    )
    text = read(client, f"/needs/37?lang={language}&place=vilniaus-miesto")
    assert asked == [(language, VILNIUS)]
    assert texts(language)["needs_nothing_in_place"].format(place=f"Vilnius ({language})") in said(text)
    assert 'class="card fallback"' in text


def test_where_nothing_is_for_the_country_the_page_asks_where(client: FlaskClient, index: Any) -> None:
    find(index, SearchResult(False, (), 0, None, (), False, 1.0))
    assert texts("lt")["needs_nothing"] in said(read(client, "/needs/37?lang=lt"))


@pytest.mark.parametrize("need", ["violence-home", "suicidal-thoughts"])
def test_behind_a_danger_help_lines_stand_above_the_cards(client: FlaskClient, need: str) -> None:
    text = read(client, f"/needs/{number_of(need)}?lang=lt")
    assert 0 < text.index('class="danger"') < text.index('href="tel:112"') < text.index("<article")


def test_every_danger_of_the_taxonomy_shows_lines_and_other_needs_do_not(client: FlaskClient) -> None:
    dangers = set(read_taxonomy().crisis_needs.values())
    for need in read_taxonomy().needs.values():
        assert ('class="danger"' in read(client, f"/needs/{need.number}")) == (need.id in dangers), need.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_number_is_a_page_that_says_so(client: FlaskClient, language: str) -> None:
    for address in ("/needs/9999", f"/needs/{10**30}"):
        answer = client.get(address, query_string={"lang": language})
        assert answer.status_code == 404
        assert answer.mimetype == "text/html"
        assert f'<html lang="{language}">' in answer.text


def test_title_and_addresses_say_nothing_of_a_need(client: FlaskClient) -> None:
    for address in ("/needs", *(f"/needs/{need.number}" for need in read_taxonomy().needs.values())):
        text = read(client, address)
        assert re.findall("<title>(.*?)</title>", text) == ["Kelrodis"]
        for link in re.findall(r'(?:href|action)="(/needs[^"]*|#[^"]*)"', text):
            assert re.fullmatch(r"/needs(/\d+)?(\?[^/#]*)?|#t\d+|#content", link), link


def test_both_pages_lead_to_the_chat_and_the_need_to_all_needs(client: FlaskClient) -> None:
    for address in ("/needs?lang=en", "/needs/3?lang=en"):
        assert texts("en")["needs_ask"] in read(client, address)
    assert f'href="/needs?lang=en">{texts("en")["needs_all"]}' in read(client, "/needs/3?lang=en")


def test_the_place_is_a_plain_field_with_all_municipalities(client: FlaskClient) -> None:
    text = read(client, "/needs/3?lang=en")
    form = re.findall(r'<form class="place" action="/needs/3">.*?</form>', text, re.DOTALL)[0]
    assert '<option value="Vilnius (en)">' in form
    assert '<input type="hidden" name="lang" value="en">' in form
    assert 'list="municipalities"' in form


def test_without_an_index_needs_are_listed_and_help_lines_answer(bare_client: FlaskClient) -> None:
    assert len(NEED_LINK.findall(read(bare_client, "/needs"))) == len(read_taxonomy().needs)
    answer = bare_client.get("/needs/3")
    assert answer.status_code == 503
    assert 'href="tel:112"' in answer.text


def test_the_themes_of_the_page_are_those_of_the_taxonomy() -> None:
    themes = yaml.safe_load(Path(frame.__file__).with_name("themes.yml").read_text("utf-8"))
    assert sorted(themes) == sorted(read_taxonomy().themes)


# The rest asks the real index.


@pytest.fixture(scope="module")
def real_index() -> ServiceIndex:
    return ServiceIndex.open()


@pytest.fixture
def real_client(make_app: Callable[..., Flask], real_index: ServiceIndex) -> FlaskClient:
    return make_app(finder=real_index).test_client()


def numbers_called(text: str) -> list[str]:
    """Whom the cards lead to, card by card."""
    return [
        found[1] for card in CARD.findall(text) if (found := re.search(r'href="(?:tel:|mailto:|http)([^"]+)"', card))
    ]


@pytest.mark.parametrize(
    ("need", "place", "names"),
    [
        ("sleep-tonight", "Vilniuje", ("Vilniaus miesto nakvynės namai", "Wileńska Miejska Noclegownia", "Vilnius City Shelter")),
        ("no-food", "w Wisagini", ("Visagino socialinių paslaugų centras", "Centrum Usług Socjalnych w Wisagini", "Visaginas Social Services Centre")),
        ("personal-assistant", "Šalčininkai", ("Šalčininkų rajono savivaldybė", "Samorząd Rejonu Solecznickiego", "Šalčininkai District Municipality")),
    ],
)  # fmt: skip
def test_the_place_s_own_help_comes_first_in_each_language(
    real_client: FlaskClient, need: str, place: str, names: tuple[str, ...]
) -> None:
    for language, name in zip(LANGUAGES, names, strict=True):
        answer = real_client.get(
            f"/needs/{number_of(need)}", query_string={"place": place, "lang": language}, follow_redirects=True
        )
        assert name in said(CARD.findall(answer.text)[0])


def test_each_language_shows_the_same_cards_in_the_same_order(real_client: FlaskClient) -> None:
    for need in ("sleep-tonight", "violence-home", "no-food"):
        address = f"/needs/{number_of(need)}?place=vilniaus-miesto&lang="
        lithuanian, polish, english = (numbers_called(read(real_client, address + language)) for language in LANGUAGES)
        assert len(lithuanian) == 5
        assert lithuanian == polish == english


def test_all_pages_together_show_each_institution_once(real_client: FlaskClient) -> None:
    address: str | None = f"/needs/{number_of('violence-home')}?lang=lt&place=vilniaus-miesto"
    seen: list[str] = []
    while address:
        text = read(real_client, address)
        seen += [
            re.sub("<.*?>", "", name)
            for name in re.findall(r'<article class="card.*?<h2[^>]*>(.*?)</h2>', text, re.DOTALL)
        ]
        following = re.findall(r'rel="next" href="([^"]+)"', text)
        address = said(following[0]) if following else None
    assert len(seen) > 10
    assert len(seen) == len(set(seen))


def test_without_a_place_only_what_is_for_everybody_is_shown(
    real_index: ServiceIndex, real_client: FlaskClient
) -> None:
    for need in read_taxonomy().needs.values():
        result = real_index.search(Query(need.name["lt"], needs=(need.id,), nationwide=True, limit=50))
        assert all(COUNTRY in card.serves for card in result.cards), need.id
        read(real_client, f"/needs/{need.number}?lang=pl")
    line = real_index.directory.helplines["111"]
    assert line.number in numbers_called(read(real_client, f"/needs/{number_of('no-food')}"))


def test_the_home_municipality_of_the_settings_is_the_place_that_nobody_typed(
    real_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KELRODIS_HOME_MUNICIPALITY", "Visagino savivaldybė")
    address = f"/needs/{number_of('no-food')}?lang=en"
    assert 'value="Visaginas"' in read(real_client, address)
    assert texts("en")["needs_nationwide"] in said(read(real_client, f"{address}&place=Lietuva"))
