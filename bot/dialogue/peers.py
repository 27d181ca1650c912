"""Rasa's own classifier and response selector with character n-grams: what our readers are measured against."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.dialogue.model import LANGUAGES
from nlu.acts import SERVICE_REQUEST
from nlu.settings import DATA

_RETRIEVAL = "find"
# Rounds of learning, within the evaluation's time. After fifteen DIET knows 99 of 100 of its own examples; the selector
# has more of them.
_ROUNDS, _SELECTOR_ROUNDS = 15, 8


class Diet:
    """Rasa's DIETClassifier, learned from the same examples of acts."""

    def __init__(self, folder: Path) -> None:
        classifier = {"name": "DIETClassifier", "epochs": _ROUNDS, "entity_recognition": False, "random_seed": 7}
        data = folder / "diet"
        data.mkdir()
        for language in LANGUAGES:
            shutil.copy(DATA / language / "acts.yml", data / f"{language}.yml")
        self._parse = _Parser(_train([*_features(), classifier], data))

    def intent(self, text: str) -> str:
        found = self._parse(text)
        return str(found["intent"]["name"] or SERVICE_REQUEST)


class Selector:
    """Rasa's ResponseSelector, learned from the same words of people; its responses are needs."""

    def __init__(self, examples: Iterable[tuple[str, str]], names: Mapping[str, str], folder: Path) -> None:
        data = folder / "selector"
        data.mkdir()
        (data / "nlu.yml").write_text(_retrieval_data(examples, names), encoding="utf-8")
        selector = {
            "name": "ResponseSelector", "retrieval_intent": _RETRIEVAL, "epochs": _SELECTOR_ROUNDS, "random_seed": 7,
            "use_text_as_label": False,
        }  # fmt: skip
        self._parse = _Parser(_train([*_features(), selector], data))

    def needs(self, text: str) -> dict[str, float]:
        """Confidence by need; whatever the selector leaves out is absent."""
        ranking = self._parse(text)["response_selector"][_RETRIEVAL]["ranking"]
        return {str(item["intent_response_key"]).split("/", 1)[1]: float(item["confidence"]) for item in ranking}


def _features() -> list[dict[str, Any]]:
    return [
        {"name": "WhitespaceTokenizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    ]


def _retrieval_data(examples: Iterable[tuple[str, str]], names: Mapping[str, str]) -> str:
    by_need: dict[str, list[str]] = {}
    for text, need in examples:
        by_need.setdefault(need, []).append(" ".join(text.split()))
    nlu = [
        {"intent": f"{_RETRIEVAL}/{need}", "examples": "".join(f"- {text}\n" for text in texts)}
        for need, texts in by_need.items()
    ]
    responses = {f"utter_{_RETRIEVAL}/{need}": [{"text": names.get(need, need)}] for need in by_need}
    return yaml.safe_dump({"version": "3.1", "nlu": nlu, "responses": responses}, allow_unicode=True, width=10_000)


def _train(pipeline: list[dict[str, Any]], data: Path) -> Path:
    """The model learned from the files of a folder, written beside it."""
    from rasa.model_training import train_nlu

    config, domain = data.with_suffix(".config.yml"), data.with_suffix(".domain.yml")
    recipe = {"recipe": "default.v1", "assistant_id": data.name, "language": "lt", "pipeline": pipeline}
    config.write_text(yaml.safe_dump(recipe), encoding="utf-8")
    domain.write_text(yaml.safe_dump(_domain(data), allow_unicode=True), encoding="utf-8")
    path = train_nlu(
        config=str(config), nlu_data=str(data), output=str(data.parent), fixed_model_name=data.name, domain=str(domain)
    )
    return Path(str(path))


def _domain(data: Path) -> dict[str, Any]:
    """Rasa wants to know the intents and responses that stand in the data."""
    contents = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in data.glob("*.yml")]
    intents = {str(item["intent"]).split("/")[0] for content in contents for item in content["nlu"] if "intent" in item}
    responses = {name: texts for content in contents for name, texts in content.get("responses", {}).items()}
    return {"version": "3.1", "intents": sorted(intents), "responses": responses}


class _Parser:
    def __init__(self, model: Path) -> None:
        from rasa.core.agent import Agent

        self._agent = Agent.load(str(model))
        self._loop = asyncio.new_event_loop()

    def __call__(self, text: str) -> dict[str, Any]:
        found: dict[str, Any] = self._loop.run_until_complete(self._agent.parse_message(text))
        return found
