"""Terms proposed from an imported record's text: how right they are, that they are used, and that people decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.directory.database import Engine, open_database, writing
from index.directory.editing import edit, history
from index.directory.filling import proposed_once, unconfirmed
from index.directory.importing import import_directory
from index.directory.keys import Key
from index.directory.proposals import accept, open_proposals, propose
from index.directory.starter import read_starter
from index.evaluation.figures import share
from index.evaluation.golden import GoldenQuestion
from index.evaluation.imported import imported
from index.proposing import Described, Proposer, described, propose_for_all
from index.query import Query
from index.records import Directory, Service
from index.search import ServiceIndex
from nlu.encoder import open_encoder

KEY = "vmkc.laikinas-apnakvindinimas"


@pytest.fixture(scope="module")
def proposer(index: ServiceIndex) -> Proposer:
    return Proposer(index.shelf, index.encoder)


def own(index: ServiceIndex) -> list[Service]:
    return [service for service in index.directory.shown_services() if not service.statutory]


def test_proposals_agree_with_people_on_records_that_they_were_not_made_from(
    index: ServiceIndex, proposer: Proposer
) -> None:
    services = own(index)[::5]
    pairs = list(zip(services, proposer.propose([described(s) for s in services], apart=True), strict=True))
    assert share(pairs, lambda pair: pair[1].needs[0] in pair[0].needs).value >= 0.85
    assert share(pairs, lambda pair: pair[1].kind == pair[0].kind).value >= 0.65
    sure = [pair for pair in pairs if pair[1].certainty >= 0.7]
    assert len(sure) > len(pairs) / 2
    assert share(sure, lambda pair: pair[1].needs[0] in pair[0].needs).value >= 0.95


@pytest.mark.parametrize(
    ("text", "need", "kind", "group"),
    [
        ({"lt": "Nakvynės namai benamiams"}, "sleep-tonight", "night_shelter", "homeless"),
        ({"pl": "Mobilna opieka domowa dla samotnych seniorów"}, "elderly-home-help", "home_help", "elderly"),
        ({"en": "Free lawyer for women whose husbands beat them"}, "violence-home", None, "victims"),
    ],
)
def test_a_text_in_any_one_language_is_enough(
    index: ServiceIndex, proposer: Proposer, text: dict[str, str], need: str, kind: str | None, group: str
) -> None:
    found = proposer.propose([Described(text, {}, {})])[0]
    assert need in found.needs
    assert kind in (None, found.kind)
    assert group in found.target_groups
    assert set(found.categories) <= set(index.taxonomy.categories)


def test_no_texts_get_no_proposals(proposer: Proposer) -> None:
    assert proposer.propose([]) == []


def stripped(directory: Directory, keys: list[str]) -> Directory:
    bare = {key: replace(directory.services[key], kind="", needs=(), target_groups=(), categories=()) for key in keys}
    return replace(directory, services={**directory.services, **bare})


@pytest.fixture
def keys(index: ServiceIndex) -> list[str]:
    return [service.id for service in own(index) if service.organization_id == "vmkc"]


@pytest.fixture
def engine(tmp_path: Path, keys: list[str]) -> Iterator[Engine]:
    opened = open_database(f"sqlite:///{tmp_path / 'directory.sqlite3'}")
    import_directory(opened, stripped(read_starter(), keys))
    yield opened
    opened.dispose()


def test_proposed_terms_are_used_at_once_and_wait_to_be_confirmed(engine: Engine, keys: list[str]) -> None:
    index = ServiceIndex(open_encoder(), engine)
    seen: list[tuple[int, int]] = []
    assert propose_for_all(engine, index, "import", lambda done, of: seen.append((done, of))) == len(keys)
    assert seen[-1] == (len(keys), len(keys))
    assert index.renew()
    service = index.directory.services[KEY]
    assert service.needs
    assert service.kind in index.taxonomy.kinds
    asked = Query("", needs=service.needs[:1], municipality="Vilniaus miesto savivaldybė", limit=50)
    assert "vmkc" in [card.organization_id for card in index.search(asked).cards]
    waiting = {p.field: p for p in open_proposals(engine, "terms", [Key("service", KEY)])}
    assert set(waiting) == {"kind", "needs", "target_groups", "categories"}
    assert waiting["needs"].value == waiting["needs"].known == list(service.needs)
    assert {change.how for change in history(engine, Key("service", KEY))} == {"import"}


def test_what_was_proposed_once_is_not_proposed_again_whatever_people_decided(engine: Engine, keys: list[str]) -> None:
    index = ServiceIndex(open_encoder(), engine)
    propose_for_all(engine, index, "import")
    edit(engine, Key("service", KEY), {"needs": []}, "anna")
    assert propose_for_all(engine, index, "import") == 0
    assert index.directory.services[KEY].needs == ()
    assert proposed_once(engine) == set(keys)


def test_terms_that_a_person_gave_are_left_alone(engine: Engine, keys: list[str]) -> None:
    edit(engine, Key("service", KEY), {"needs": ["grief"], "kind": "counselling"}, "anna")
    index = ServiceIndex(open_encoder(), engine)
    assert propose_for_all(engine, index, "import") == len(keys) - 1
    index.renew()
    assert index.directory.services[KEY].needs == ("grief",)


def test_only_confirmed_terms_teach_others(engine: Engine, index: ServiceIndex) -> None:
    service = index.directory.services[KEY]
    taught = Proposer(index.shelf, index.encoder).propose([described(service)])[0]
    untaught = Proposer(index.shelf, index.encoder, [service.id]).propose([described(service)])[0]
    assert taught.certainty > untaught.certainty


def test_a_confirmed_proposal_is_no_longer_unconfirmed(engine: Engine) -> None:
    with writing(engine) as connection:
        propose(connection, "terms", Key("service", KEY), "needs", ["grief"])
    assert unconfirmed(engine) == {KEY}
    accept(engine, open_proposals(engine, "terms")[0].id, "anna")
    assert unconfirmed(engine) == frozenset()


def test_records_imported_in_lithuanian_alone_are_found_in_three_languages(index: ServiceIndex) -> None:
    texts = {"lt": "vyras muša, kur pasislėpti Vilniuje", "pl": "gdzie przenocować w Wilnie", "en": "food in Vilnius"}
    questions = [GoldenQuestion(text, language, "plain", frozenset({"x"})) for language, text in texts.items()]  # type: ignore[arg-type]
    result = imported(index, questions)
    assert all(item.owners for item in result.answered)
    assert result.agreement.among.value >= 0.9
    assert result.agreement.kind.value >= 0.7
