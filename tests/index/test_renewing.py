"""A change of the directory is searchable in seconds, in every process, without reading everything anew."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.building import open_build
from index.directory import refreshing
from index.directory.database import Engine, open_database, writing
from index.directory.editing import edit
from index.directory.importing import import_directory
from index.directory.keys import Key
from index.directory.reading import read_directory
from index.directory.refreshing import refresh
from index.directory.revisions import raise_revision, read_revision
from index.directory.starter import read_starter
from index.directory.storing import remove
from index.documents import documents
from index.query import Query
from index.search import ServiceIndex
from index.shelf import Shelf
from nlu.encoder import Encoder, Vectors, open_encoder

SERVICE = Key("service", "vmkc.laikinas-apnakvindinimas")
SECONDS = 5.0
ASKED = Query("kur pernakvoti šiąnakt Vilniuje", "lt", limit=20)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(f"sqlite:///{tmp_path / 'directory.sqlite3'}")
    import_directory(opened, read_starter())
    yield opened
    opened.dispose()


def name(text: str) -> dict[str, dict[str, str]]:
    return {"name": dict.fromkeys(("lt", "pl", "en"), text)}


def becomes(true: Callable[[], bool]) -> bool:
    begin = time.monotonic()
    while time.monotonic() - begin < SECONDS:
        if true():
            return True
        time.sleep(0.05)
    return False


def names_found(index: ServiceIndex) -> set[str]:
    return {card.service for card in index.search(ASKED).cards}


def test_a_change_is_found_and_a_closed_service_hidden_within_five_seconds_everywhere(engine: Engine) -> None:
    processes = [ServiceIndex(open_encoder(), open_database(str(engine.url))) for _ in range(2)]
    for index in processes:
        index.watch()
    edit(engine, SERVICE, name("Laikina lova nakčiai"), "anna")
    assert becomes(lambda: all("Laikina lova nakčiai" in names_found(index) for index in processes))
    edit(engine, SERVICE, {"status": "closed"}, "anna")
    assert becomes(lambda: all(index.card(SERVICE.id, "lt") is None for index in processes))
    assert all("Laikina lova nakčiai" not in names_found(index) for index in processes)


def test_the_corrected_number_of_a_help_line_is_told_to_whoever_keeps_a_copy(engine: Engine) -> None:
    index, told = ServiceIndex(open_encoder(), open_database(str(engine.url))), []
    index.watch(told.append)
    edit(engine, Key("helpline", "1815"), {"number": "116 123"}, "anna")
    assert becomes(lambda: bool(told) and told[-1].helplines["1815"].number == "116 123")


def test_only_what_changed_is_read_again(engine: Engine) -> None:
    before, since = read_directory(engine), read_revision(engine)
    edit(engine, SERVICE, name("Kitas pavadinimas"), "anna")
    after, revision = refresh(engine, before, since)
    assert revision != since
    assert after == read_directory(engine)
    changed = {key for key, service in after.services.items() if service is not before.services[key]}
    assert changed == {SERVICE.id}
    assert all(after.organizations[key] is before.organizations[key] for key in before.organizations)
    assert list(after.services) == list(before.services)


def test_nothing_is_read_where_nothing_has_changed(engine: Engine) -> None:
    before, since = read_directory(engine), read_revision(engine)
    assert refresh(engine, before, since) == (before, since)
    assert refresh(engine, before, since)[0] is before


def test_a_record_that_is_gone_goes_and_its_services_with_it(engine: Engine) -> None:
    before, since = read_directory(engine), read_revision(engine)
    owner = before.services[SERVICE.id].organization_id
    own = [key for key, service in before.services.items() if service.organization_id == owner]
    with writing(engine) as connection:
        remove(connection, "service", own)
        remove(connection, "organization", [owner])
        raise_revision(connection, [Key("organization", owner)])
    after, _ = refresh(engine, before, since)
    assert owner not in after.organizations
    assert not set(own) & set(after.services)


def test_much_that_changed_at_once_is_read_as_a_whole(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    before, since = read_directory(engine), read_revision(engine)
    monkeypatch.setattr(refreshing, "_MOST_RECORDS", 2)
    for number, key in enumerate(list(before.services)[:4]):
        edit(engine, Key("service", key), name(f"Nr. {number}"), "anna")
    after, _ = refresh(engine, before, since)
    assert after == read_directory(engine)


class Counting:
    """Counts the passages that are encoded."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self.texts = encoder, 0
        self.fingerprint, self.dimension = encoder.fingerprint, encoder.dimension
        self.encode_question = encoder.encode_question

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.texts += len(texts)
        return self._encoder.encode_passages(texts)

    encode_questions = encode_passages


def shelf_of(engine: Engine, encoder: Encoder) -> Shelf:
    return Shelf(read_directory(engine), open_build(open_encoder()), encoder, read_revision(engine))


def test_a_change_costs_its_own_texts_and_no_others(engine: Engine) -> None:
    text = "Jojimo terapija su baliniais žirgais vienuolyno arklidėse"
    encoder = Counting(open_encoder())
    first = shelf_of(engine, encoder)
    encoder.texts = 0
    edit(engine, SERVICE, name(text), "anna")
    directory, revision = refresh(engine, first.directory, first.revision)
    second = Shelf(directory, first.build, encoder, revision, first)
    assert encoder.texts == 6
    third = Shelf(directory, first.build, encoder, "later", second)
    assert encoder.texts == 6
    nearest = int(third.meaning(text, open_encoder().encode_question(text)).argmax())
    assert third.columns.records[nearest].id == SERVICE.id


def test_a_renewed_shelf_is_the_one_that_is_made_anew(engine: Engine) -> None:
    encoder = open_encoder()
    first = shelf_of(engine, encoder)
    first.everything.words("naktis")
    edit(engine, SERVICE, name("Laikina lova nakčiai"), "anna")
    edit(engine, Key("organization", "vspc-visaginas"), {"status": "stale"}, "anna")
    directory, revision = refresh(engine, first.directory, first.revision)
    renewed = Shelf(directory, first.build, encoder, revision, first)
    anew = shelf_of(engine, encoder)
    vector = encoder.encode_question("kur pernakvoti")
    for one, other in ((renewed.shown, anew.shown), (renewed.everything, anew.everything)):
        assert {r.id for r in one.columns.records} == {r.id for r in other.columns.records}
        order = [one.columns.row[record.id] for record in other.columns.records]
        assert np.allclose(one.words("kur lova nakčiai")[order], other.words("kur lova nakčiai"), atol=1e-6)
        pair = renewed.meaning("kur pernakvoti", vector, one)[order], anew.meaning("kur pernakvoti", vector, other)
        assert np.allclose(*pair, atol=1e-4)


def test_after_an_import_only_some_new_texts_are_encoded_and_the_rest_is_found_by_its_words(engine: Engine) -> None:
    encoder = Counting(open_encoder())
    first = shelf_of(engine, encoder)
    encoder.texts = 0
    original = first.directory.services[SERVICE.id]
    copies = {f"vmkc.nr-{n}": replace(original, id=f"vmkc.nr-{n}", name={"lt": f"Žalčvingis {n}"}) for n in range(200)}
    directory = replace(first.directory, services={**first.directory.services, **copies})
    shelf = Shelf(directory, first.build, encoder, "later", first)
    assert 0 < encoder.texts <= 100
    last = shelf.columns.row["vmkc.nr-199"]
    assert shelf.shown.words("žalčvingis 199")[last] == 1.0


def test_texts_of_unchanged_records_are_made_once(engine: Engine) -> None:
    shelf = shelf_of(engine, open_encoder())
    before = documents(shelf.directory, shelf.taxonomy, {})
    edit(engine, SERVICE, name("Laikina lova nakčiai"), "anna")
    directory, _ = refresh(engine, shelf.directory, shelf.revision)
    after = documents(directory, shelf.taxonomy, before)
    assert {key for key, document in after.items() if document is not before[key]} == {SERVICE.id}
