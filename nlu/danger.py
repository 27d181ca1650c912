"""Reads a message for danger by its words and by its meaning: what is told without its name ("he is outside again").

`nlu.crisis` knows words and phrases and needs nothing else. Where the encoder is built, a classifier that learned from
the messages of `nlu/data/<lang>/danger.yml`, and from everyday requests of each kind, finds danger that no word names,
and tells a lecture, a joke or a tired daughter from it.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import yaml

from nlu.acts import SERVICE_REQUEST
from nlu.classifier import TextClassifier
from nlu.crisis import LANGUAGES, TOPICS, CrisisReading, Level, read_crisis
from nlu.encoder import Encoder, open_encoder
from nlu.errors import DataFault, EncoderUnavailable
from nlu.settings import DATA, var_folder

# Raised when what is written changes shape.
FORMAT = 2
NONE = "none"
_HIDING = "distress seeking_person"
# Probabilities from which a message is taken for that grave; chosen on messages that were left out of the learning.
_DANGER_FROM, _DISTRESS_FROM = 0.1, 0.8
# From this probability of none, words of danger are a joke or a lecture; help lines stay in sight all the same.
_SURELY_NONE = 0.995
# Below it danger is only hinted at.
_MORE_THAN_A_HINT = 0.3
# Where the meaning is this sure what a danger is about, the words are overruled; only those of topics whose words are
# said of other dangers too ("I am afraid to go home"): over the golden messages ten times rightly, once wrongly.
_SURE_OF_TOPIC = 0.9
_LOOSE_TOPICS = frozenset({"child", "medical", "exploitation"})
_REMEMBERED = 64


def read_danger(text: str) -> CrisisReading:
    """How grave a message is, by words and meaning; by words alone where the encoder is not there."""
    key = hashlib.blake2b(text.encode(), digest_size=16).digest()
    found = _readings.get(key)
    if found is None:
        found = _read(text)
        _readings[key] = found
        while len(_readings) > _REMEMBERED:
            _readings.popitem(last=False)
    return found


# A turn asks several times about one message. Texts are not kept, only what was read in them.
_readings: OrderedDict[bytes, CrisisReading] = OrderedDict()


def _read(text: str) -> CrisisReading:
    said = read_crisis(text)
    if said.topic == "seeking_person":
        return said
    meaning = _opened()
    return meaning.weigh(said, text) if meaning else said


class Meaning:
    """Gives each level and topic a probability."""

    def __init__(self, classifier: TextClassifier, encoder: Encoder) -> None:
        self._classifier, self._encoder = classifier, encoder

    def chances(self, text: str) -> dict[str, float]:
        """Probability by `level topic`, of `none`, and of each `none <kind of everyday request>`."""
        found = self._classifier.probabilities(text, self._encoder.encode_question(text))
        return dict(zip(self._classifier.labels, found.tolist(), strict=True))

    def weigh(self, said: CrisisReading, text: str) -> CrisisReading:
        """What the words say, or what the meaning says where that is graver, or sure that it is nothing."""
        chances = self.chances(text)
        # Whether somebody may not be told where another hides is for the words to say.
        none = sum(chance for label, chance in chances.items() if label.startswith((NONE, _HIDING)))
        if said.level == "danger":
            return CrisisReading("distress", said.topic) if none >= _SURELY_NONE else _with_topic(said, chances)
        of_danger = sum(chance for label, chance in chances.items() if label.startswith("danger"))
        if of_danger >= _DANGER_FROM:
            return replace(_gravest("danger", chances), hinted=of_danger < _MORE_THAN_A_HINT)
        if said.level == "none" and 1.0 - none >= _DISTRESS_FROM:
            return _gravest("distress", chances)
        return said


def _with_topic(said: CrisisReading, chances: dict[str, float]) -> CrisisReading:
    """The danger that words found, about what its meaning is sure that it is about."""
    if said.topic not in _LOOSE_TOPICS:
        return said
    topics = {label.split()[1]: chance for label, chance in chances.items() if label.startswith("danger")}
    likeliest = max(topics, key=lambda topic: topics[topic])
    sure = topics[likeliest] >= _SURE_OF_TOPIC * sum(topics.values())
    return CrisisReading("danger", likeliest) if sure else said


def _gravest(level: Level, chances: dict[str, float]) -> CrisisReading:
    """The likeliest topic of a level."""
    topics = {
        label.split()[1]: chance for label, chance in chances.items() if label.startswith(level) and label != _HIDING
    }
    return CrisisReading(level, max(topics, key=lambda topic: topics[topic]))


def talk() -> Iterator[tuple[str, str]]:
    """What is said in any conversation, thanks and questions about what was shown, with `none <act>`."""
    for language in LANGUAGES:
        path = DATA / language / "acts.yml"
        for item in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"] if path.exists() else ():
            if item["intent"] != SERVICE_REQUEST:
                lines = item["examples"].splitlines()
                yield from ((line.removeprefix("- "), f"{NONE} {item['intent']}") for line in lines if line.strip())


def examples() -> Iterator[tuple[str, str]]:
    """Messages with their labels: `level topic`, or none. Raises DataFault."""
    for language in LANGUAGES:
        path = DATA / language / "danger.yml"
        for level, content in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            if level == NONE:
                yield from ((text, NONE) for text in content)
                continue
            for topic, texts in content.items():
                if level not in ("danger", "distress") or topic not in TOPICS:
                    raise DataFault(f"unknown {level} {topic} in {path.name} of {language}")
                yield from ((text, f"{level} {topic}") for text in texts)


def learn(encoder: Encoder, everyday: Mapping[str, Sequence[str]]) -> Path:
    """Writes what the messages teach; does nothing when they, the requests and the encoder are as before.

    everyday: requests that speak of no danger, by kind. Each kind is a class of its own: a tired daughter and a
    gambler's wife have little in common but that neither is in danger.
    """
    content = f"{FORMAT} {list(examples())} {list(talk())} {sorted(everyday.items())}"
    target = _folder() / f"{encoder.fingerprint}-{hashlib.sha256(content.encode()).hexdigest()[:16]}.npz"
    if not target.exists():
        calm = [(text, f"{NONE} {kind}") for kind, texts in everyday.items() for text in texts]
        texts, labels = zip(*examples(), *talk(), *calm, strict=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_suffix(".writing")
        learned = TextClassifier.fit(texts, labels, encoder)
        with beside.open("wb") as file:
            learned.save(file)
        beside.replace(target)
        for other in target.parent.glob("*.npz"):
            if other != target:
                other.unlink()
    return target


def _folder() -> Path:
    return var_folder() / "danger"


@cache
def _opened() -> Meaning | None:
    """None where the encoder or what was learned is missing: words are read all the same."""
    try:
        encoder = open_encoder()
    except EncoderUnavailable:
        return None
    learned = next(_folder().glob(f"{encoder.fingerprint}-*.npz"), None)
    return Meaning(TextClassifier.load(learned), encoder) if learned else None
