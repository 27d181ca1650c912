"""Staff's search: what residents are not shown, filters without a question, and age between equals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from index.building import open_build
from index.catalogue import Catalogue
from index.directory.database import Engine, open_database
from index.directory.starter import read_starter
from index.documents import hidden
from index.evaluation.golden import golden_questions
from index.query import Query
from index.records import Directory, Service, Source, Verification
from index.search import ServiceIndex
from index.shelf import Shelf
from nlu.encoder import Encoder, Vectors, open_encoder

VILNIUS = "Vilniaus miesto savivaldybė"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path: Path = tmp_path_factory.mktemp("staff") / "directory.sqlite3"
    opened = open_database(f"sqlite:///{path}")
    yield opened
    opened.dispose()


@pytest.fixture(scope="module")
def starter() -> Directory:
    return read_starter()


def opened(engine: Engine, directory: Directory, encoder: Encoder | None = None) -> ServiceIndex:
    encoder = encoder or open_encoder()
    return ServiceIndex(encoder, engine, Shelf(directory, open_build(open_encoder()), open_encoder(), "1"))


@pytest.fixture(scope="module")
def index(engine: Engine, starter: Directory) -> ServiceIndex:
    return opened(engine, starter)


def found(index: ServiceIndex, query: Query) -> list[str]:
    return [card.service_id for card in index.search(query).cards]


def closed(directory: Directory, key: str) -> Directory:
    return replace(directory, services={**directory.services, key: replace(directory.services[key], status="closed")})


def test_staff_find_what_residents_are_not_shown(engine: Engine, starter: Directory) -> None:
    key = "vmkc.laikinas-apnakvindinimas"
    index = opened(engine, closed(starter, key))
    question = Query("Vilniaus miesto krizių centras laikinas apnakvindinimas", "lt", VILNIUS, limit=50)
    assert key not in found(index, question)
    assert key in found(index, replace(question, with_hidden=True))
    assert index.card(key, "lt") is None
    assert index.card(key, "lt", with_hidden=True) is not None


def test_residents_are_never_shown_a_hidden_record_however_they_ask(index: ServiceIndex) -> None:
    secret = {record.id for record in hidden(index.directory)}
    assert len(secret) > 5
    for record in hidden(index.directory):
        asked = Query(record.name["lt"], limit=50)
        assert not secret.intersection(found(index, asked))
        assert not secret.intersection(found(index, replace(asked, text="", needs=record.needs[:1])))


def test_hidden_records_change_nothing_for_residents(engine: Engine, index: ServiceIndex, starter: Directory) -> None:
    secret = {record.id for record in hidden(starter)}
    without = opened(
        engine,
        replace(
            starter,
            services={key: service for key, service in starter.services.items() if key not in secret},
            helplines={key: line for key, line in starter.helplines.items() if key not in secret},
        ),
    )
    index.search(Query("šeima", with_hidden=True))
    for question in list(golden_questions())[::25]:
        one, other = (i.search(Query(question.text, question.language)) for i in (index, without))
        assert [(c.service_id, c.score) for c in one.cards] == [(c.service_id, c.score) for c in other.cards]
        assert one.total == other.total


def test_staff_and_residents_get_the_same_order_of_what_both_are_shown(index: ServiceIndex) -> None:
    for text in ("vyras geria", "kur pernakvoti Vilniuje", "opieka nad starszą mamą w Wisagini"):
        resident = found(index, Query(text, limit=5))
        staff = found(index, Query(text, limit=15, with_hidden=True))
        assert [key for key in staff if key in resident] == resident


class Silent:
    """An encoder that must not be asked."""

    def __init__(self) -> None:
        self.fingerprint, self.dimension = open_encoder().fingerprint, open_encoder().dimension

    def encode_question(self, text: str) -> Vectors:
        raise AssertionError("nothing was said, so nothing is encoded")

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        raise AssertionError("nothing was said, so nothing is encoded")

    encode_passages = encode_questions


def test_filters_without_a_question_list_what_fits_and_encode_nothing(engine: Engine, starter: Directory) -> None:
    index = opened(engine, starter, Silent())
    result = index.search(Query("", municipality=VILNIUS, needs=("no-food",), limit=50, with_hidden=True))
    assert result.match
    assert result.total >= len(result.cards) > 2
    needs = [index.directory.record(card.service_id).needs for card in result.cards]  # type: ignore[union-attr]
    assert all("no-food" in own for own in needs)
    place = index.search(Query("  ", municipality=VILNIUS, limit=50))
    assert all(VILNIUS in (card.municipality, *card.serves) or "Lietuva" in card.serves for card in place.cards)


def test_a_status_is_filtered_by_the_record_or_its_institution(engine: Engine, starter: Directory) -> None:
    service = starter.services["vmkc.laikinas-apnakvindinimas"]
    owner = replace(starter.organizations[service.organization_id], status="stale")
    index = opened(engine, replace(starter, organizations={**starter.organizations, owner.id: owner}))
    stale = Query("", limit=50, with_hidden=True, statuses=("stale",))
    assert service.organization_id in [card.organization_id for card in index.search(stale).cards]
    assert found(index, replace(stale, with_hidden=False)) == []


def test_a_spoken_language_is_filtered_by_what_the_record_says(index: ServiceIndex) -> None:
    query = Query("pagalba šeimai", limit=50, with_hidden=True)
    spoken = [card.spoken_languages for card in index.search(replace(query, spoken_language="ru")).cards]
    assert spoken
    assert all("ru" in languages for languages in spoken)
    assert index.search(replace(query, spoken_language="lt")).total > len(spoken)


def twins(directory: Directory, dates: tuple[str, str]) -> tuple[Directory, list[str]]:
    """Two institutions that differ in nothing but their ids and when they were published."""
    service = directory.services["vmkc.laikinas-apnakvindinimas"]
    owner = directory.organizations[service.organization_id]
    added: dict[str, Service] = {}
    owners = dict(directory.organizations)
    for name, day in zip(("first-twin", "second-twin"), dates, strict=True):
        phones = tuple(replace(phone, number=f"+370 600 0000{len(added)}") for phone in owner.phones)
        owners[name] = replace(owner, id=name, sources=(Source(None, "", day),), phones=phones)
        added[f"{name}.bed"] = replace(service, id=f"{name}.bed", organization_id=name)
    return replace(directory, organizations=owners, services={**directory.services, **added}), list(added)


@pytest.mark.parametrize(("dates", "first"), [(("2024-02", "2025-01-01"), 1), (("2025-01-01", "2024"), 0)])
def test_of_equals_the_one_published_later_comes_first(
    engine: Engine, starter: Directory, dates: tuple[str, str], first: int
) -> None:
    directory, names = twins(starter, dates)
    listed = found(opened(engine, directory), Query("kur pernakvoti Vilniuje", limit=50))
    assert [name for name in listed if name in names] == [names[first], names[1 - first]]


def test_a_verification_counts_as_the_newest_proof(engine: Engine, starter: Directory) -> None:
    directory, names = twins(starter, ("2025-01-01", "2024-01-01"))
    verified = replace(directory.services[names[1]], verified=Verification("2026-01-01", "staff", "phone"))
    directory = replace(directory, services={**directory.services, names[1]: verified})
    listed = found(opened(engine, directory), Query("kur pernakvoti Vilniuje", limit=50))
    assert [name for name in listed if name in names] == [names[1], names[0]]


def test_age_never_outranks_what_fits_better(engine: Engine, index: ServiceIndex, starter: Directory) -> None:
    best = found(index, Query("vyras muša, kur pasislėpti Vilniuje"))[0]
    owner = starter.organizations[starter.services[best].organization_id]
    old = replace(owner, sources=tuple(replace(source, date="1999") for source in owner.sources))
    aged = opened(engine, replace(starter, organizations={**starter.organizations, owner.id: old}))
    assert found(aged, Query("vyras muša, kur pasislėpti Vilniuje"))[0] == best


def test_staff_s_catalogue_is_the_residents_own_where_nothing_is_hidden(engine: Engine, starter: Directory) -> None:
    secret = {record.id for record in hidden(starter)}
    shown = replace(
        starter,
        services={key: service for key, service in starter.services.items() if key not in secret},
        helplines={key: line for key, line in starter.helplines.items() if key not in secret},
    )
    shelf = opened(engine, shown).shelf
    assert isinstance(shelf.everything, Catalogue)
    assert shelf.everything is shelf.shown
