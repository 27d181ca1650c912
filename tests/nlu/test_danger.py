"""What is read as danger by words and meaning together, on messages that nothing was learned from."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml

from nlu import danger
from nlu.crisis import TOPICS, read_crisis
from nlu.danger import examples, read_danger
from nlu.errors import EncoderUnavailable
from nlu.normalisation import fold
from nlu.settings import PROJECT

SPOKEN = ("lt", "pl", "en")
# Bars a little under what is reached (docs/quality.md); they may only go up.
SEEN, FALSE_ALARMS, TOPIC = 0.95, 0.07, 0.72


def golden(language: str, name: str = "danger") -> list[dict[str, Any]]:
    path = PROJECT / "tests" / "golden" / language / f"{name}.yml"
    messages: list[dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))
    return messages


def share_read_as_danger(language: str, level: str) -> float:
    texts = [message["text"] for message in golden(language) if message["level"] == level]
    return sum(read_danger(text).level == "danger" for text in texts) / len(texts)


def test_nothing_was_learned_from_a_golden_message() -> None:
    asked = {fold(m["text"]) for lang in SPOKEN for name in ("danger", "crisis") for m in golden(lang, name)}
    assert asked.isdisjoint(fold(text) for text, _ in examples())


@pytest.mark.parametrize("language", SPOKEN)
def test_danger_is_seen_where_it_is_told_without_its_name(language: str) -> None:
    assert share_read_as_danger(language, "danger") >= SEEN


@pytest.mark.parametrize("language", SPOKEN)
def test_everyday_talk_is_no_danger(language: str) -> None:
    assert share_read_as_danger(language, "none") <= FALSE_ALARMS


@pytest.mark.parametrize("language", SPOKEN)
def test_the_topic_is_mostly_right(language: str) -> None:
    grave = [message for message in golden(language) if message["level"] == "danger"]
    assert sum(read_danger(m["text"]).topic == m["topic"] for m in grave) / len(grave) >= TOPIC


@pytest.mark.parametrize(
    "text",
    [
        "он снова стоит под дверью, а я с ребёнком сижу в ванной и молчу",
        "він знову під дверима, ми з дитиною зачинилися у ванній",
        "я раздала вещи и написала всем письма, больше ничего не нужно",
    ],
)
def test_russian_and_ukrainian_are_read_by_meaning(text: str) -> None:
    assert read_danger(text).level == "danger"


def test_words_are_read_where_there_is_no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise EncoderUnavailable("not built")

    monkeypatch.setattr(danger, "open_encoder", missing)
    danger._opened.cache_clear()
    danger._readings.clear()
    try:
        assert read_danger("vyras muša mane").level == "danger"
        assert read_danger("kur gauti vežimėlį") == read_crisis("kur gauti vežimėlį")
    finally:
        danger._opened.cache_clear()
        danger._readings.clear()


def test_no_text_is_kept() -> None:
    read_danger("labai ypatinga žinutė apie nieką")
    assert all(isinstance(key, bytes) and len(key) == 16 for key in danger._readings)
    for number in range(100):
        read_danger(f"žinutė {number}")
    assert len(danger._readings) <= 64


def test_every_example_has_a_level_and_a_topic_that_answers_know() -> None:
    labels = {label for _, label in examples()}
    assert {label.split()[1] for label in labels if label != "none"} <= set(TOPICS)
    assert {f"danger {topic}" for topic in TOPICS if topic != "seeking_person"} <= labels


def test_a_reading_takes_no_longer_than_an_encoding_and_a_blink() -> None:
    texts = [message["text"] for message in golden("lt")][:60]
    read_danger("pirma")
    begin = time.perf_counter()
    for text in texts:
        read_danger(text + " ")
    assert (time.perf_counter() - begin) / len(texts) < 0.05
