"""`python -m bot.evaluation`: everything that `make evaluate` measures, into `docs/quality.md`; under ten minutes."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bot.dialogue.model import ACTS, current_model
from bot.dialogue.quiet import silence_rasa, silence_structlog
from bot.evaluation import plots, reading, report
from index.columns import Columns, Shares
from index.evaluation.figures import Answered
from index.evaluation.finding import answer_all
from index.evaluation.golden import GoldenQuestion, golden_questions
from index.evaluation.imported import imported
from index.evaluation.peers import (
    Bm25,
    CharacterNgrams,
    Comparison,
    Embeddings,
    Peer,
    Texts,
    answer_with,
    service_texts,
    with_phrases,
)
from index.everyday import grave_needs
from index.needs.taxonomy import Taxonomy
from index.search import ServiceIndex
from nlu.acts import SERVICE_REQUEST, ActClassifier, contract_name
from nlu.crisis import CrisisReading
from nlu.encoder import open_encoder
from nlu.encoder.building import build, build_untuned
from nlu.encoder.runtime import torch_encoder
from nlu.places import Gazetteer
from nlu.settings import EncoderSettings
from nlu.silence import read_need
from nlu.understanding import Understanding

# As many phrases of each need and language as the response selector learns within the evaluation's time.
_SAMPLE_EACH = 20
_begun = time.monotonic()


def main() -> None:
    silence_rasa()
    silence_structlog()
    index, questions = ServiceIndex.open(), list(golden_questions())
    _say("asking the finder")
    ours = answer_all(index, questions)
    _say("asking it about imported records")
    stripped = imported(index, questions)
    peers = dict(_peers(index, questions))
    with tempfile.TemporaryDirectory() as name:
        _say("Rasa's response selector is learning")
        sample = _sample(index.taxonomy)
        peers["Rasa's ResponseSelector"] = _selector(index, sample, questions, Path(name))
        _say("Rasa's DIET is learning")
        read = list(_reading(index, Path(name)))
    plots.draw({report.OURS: ours, **peers})
    print(report.write(ours, peers, stripped, read, len(sample)))
    _say("done")


def _peers(index: ServiceIndex, questions: Sequence[GoldenQuestion]) -> Iterator[tuple[str, list[Answered]]]:
    shelf = index.shelf
    bare = service_texts(shelf.directory, shelf.taxonomy, shelf.columns)
    rich = with_phrases(bare, shelf.taxonomy, shelf.columns)
    makers: list[tuple[str, Texts, Callable[[Sequence[str]], Comparison]]] = [
        ("BM25", bare, Bm25),
        ("BM25 with people's words", rich, Bm25),
        ("TF-IDF of character n-grams", bare, CharacterNgrams),
        ("TF-IDF with people's words", rich, CharacterNgrams),
        ("multilingual-e5-small as published, FAISS", bare, _published),
    ]
    for name, texts, maker in makers:
        _say(name)
        yield name, answer_with(Peer(maker(texts.texts), texts, shelf.columns), questions)


def _published(texts: Sequence[str]) -> Embeddings:
    settings = EncoderSettings(name=str(build_untuned()), threads=2)
    build(settings)
    return Embeddings(texts, torch_encoder(settings))


def _sample(taxonomy: Taxonomy) -> list[tuple[str, str]]:
    dice = random.Random(7)
    return [
        (text, need.id)
        for need in taxonomy.needs.values()
        for texts in need.phrases.values()
        for text in dice.sample(texts, min(len(texts), _SAMPLE_EACH))
    ]


def _selector(
    index: ServiceIndex, sample: Sequence[tuple[str, str]], questions: Sequence[GoldenQuestion], folder: Path
) -> list[Answered]:
    from bot.dialogue.peers import Selector

    taxonomy, columns = index.taxonomy, index.shelf.columns
    names = {need.id: need.name["en"] for need in taxonomy.needs.values()}
    selector = Selector(sample, names, folder)
    each = Texts(tuple(record.id for record in columns.records), tuple((row,) for row in range(len(columns))))
    return answer_with(Peer(_ByNeed(selector.needs, columns), each, columns), questions)


class _ByNeed:
    """Every record of a need is as likely as the need."""

    def __init__(self, needs: Callable[[str], dict[str, float]], columns: Columns) -> None:
        self._needs, self._columns = needs, columns

    def scores(self, question: str) -> Shares:
        return self._columns.shares_of(self._needs(question))


def _reading(index: ServiceIndex, folder: Path) -> Iterator[reading.Compared]:
    from bot.dialogue.peers import Diet

    understanding = Understanding(open_encoder(), ActClassifier.load(current_model() / ACTS), index.is_everyday)
    diet = Diet(folder)
    yield from reading.acts(
        lambda text: contract_name(understanding.read(text).act.name),
        lambda text: contract_name(diet.intent(text) or SERVICE_REQUEST),
    )
    _say("danger, places and languages")

    def at_the_door(text: str) -> CrisisReading:
        return read_need(text, index.is_everyday)[0]

    yield from reading.dangers(at_the_door)
    yield from reading.calm_questions(golden_questions(), grave_needs(), at_the_door)
    yield from reading.places(Gazetteer.load(), index.directory)
    yield from reading.languages()


def _say(what: str) -> None:
    print(f"{time.monotonic() - _begun:4.0f} s  {what}", flush=True)


if __name__ == "__main__":
    main()
