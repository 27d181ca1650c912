"""The file with 112 and the lines of any hour: written with the index, read when nothing else can be."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from index.always import read_always, write_always
from index.building import build_index, current_name, index_folder
from index.directory.database import open_database
from index.directory.reading import read_directory
from index.directory.starter import read_starter
from index.helplines import round_the_clock
from index.hours import VILNIUS
from index.records import LANGUAGES, Directory
from nlu.encoder import open_encoder

FILE = "always.json"


@pytest.fixture(scope="module")
def directory() -> Directory:
    return read_starter()


def test_the_file_gives_back_the_lines_of_any_hour_in_each_language(tmp_path: Path, directory: Directory) -> None:
    write_always(directory, tmp_path)
    found = read_always(tmp_path)
    assert set(found) == set(LANGUAGES)
    for language in LANGUAGES:
        known = round_the_clock(directory, language, datetime.now(VILNIUS))
        assert [(card.id, card.name, card.tel) for card in found[language]] == [(c.id, c.name, c.tel) for c in known]
        assert found[language][0].id == "112"
        assert len(found[language]) > 1
    assert len({found[language][0].name for language in LANGUAGES}) == 3


def test_the_file_says_nothing_that_is_true_for_an_hour_only(tmp_path: Path, directory: Directory) -> None:
    write_always(directory, tmp_path)
    ways = [way for lines in read_always(tmp_path).values() for line in lines for way in line.ways]
    assert {way.open_now for way in ways} == {None}
    assert all(way.hours_text for way in ways)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"lt": []}', '{"lt": [{"id": "112"}], "pl": [], "en": []}']
)
def test_a_broken_file_is_no_fault_of_the_person_who_asks(tmp_path: Path, content: str) -> None:
    nothing = dict.fromkeys(LANGUAGES, ())
    assert read_always(tmp_path) == nothing
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    assert read_always(tmp_path) == nothing


def test_fields_of_another_version_make_the_file_broken_and_not_the_server(
    tmp_path: Path, directory: Directory
) -> None:
    write_always(directory, tmp_path)
    content = json.loads((tmp_path / FILE).read_text("utf-8"))
    content["pl"][0]["fax"] = "1"
    (tmp_path / FILE).write_text(json.dumps(content), encoding="utf-8")
    assert read_always(tmp_path)["lt"] == ()


def test_nothing_is_left_beside_the_file(tmp_path: Path, directory: Directory) -> None:
    for _ in range(2):
        write_always(directory, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_build_writes_the_file_also_when_only_a_number_has_changed(tmp_path: Path) -> None:
    """Numbers are in no passage: the build stays the same one, of which a manifest is enough here."""
    current = index_folder() / current_name()
    (tmp_path / current.name).mkdir()
    shutil.copy(current / "manifest.json", tmp_path / current.name)
    directory = read_directory(open_database())
    renumbered = {**directory.helplines, "112": replace(directory.helplines["112"], number="000")}
    built = build_index(replace(directory, helplines=renumbered), open_encoder(), folder=tmp_path)
    assert built.name == current.name
    assert read_always(tmp_path)["lt"][0].tel == "000"
