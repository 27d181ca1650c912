"""Tunes the encoder on people's words: small low-rank changes of its layers, kept in one file of a few megabytes.

The word vectors, four fifths of the model, stay as they are: words that were never seen here keep their meaning.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlu.encoder.weights import Weights
from nlu.normalisation import fold
from nlu.slips import with_slips

ADAPTERS = Path(__file__).with_name("adapters.npz")
# Layers by their names in the weights file; each gets a change of this rank.
PARTS = ("q", "k", "v", "ao", "fi", "fo")
RANK = 32
_MAX_TOKENS = 48


@dataclass(frozen=True)
class Schedule:
    """How long and how strongly is tuned: temperature and scale sharpen the losses, `alike` weighs the third one."""

    epochs: int = 2
    batch: int = 48
    rate: float = 6e-4
    temperature: float = 0.05
    scale: float = 20.0
    alike: float = 0.3
    seed: int = 7


@dataclass(frozen=True)
class Example:
    """What somebody says, the need that it shows, and texts that answer it (any language)."""

    text: str
    label: str
    answers: tuple[str, ...]


def read_adapters(path: Path = ADAPTERS) -> dict[str, np.ndarray[Any, Any]]:
    """Pairs `<layer name>.a` (rank, in) and `<layer name>.b` (out, rank); nothing where the file is not there."""
    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def tuned(weights: Weights, adapters: Mapping[str, np.ndarray[Any, Any]]) -> Weights:
    """The weights with the changes added in."""
    tensors = dict(weights.tensors)
    for name in {key.rsplit(".", 1)[0] for key in adapters}:
        change = adapters[f"{name}.b"] @ adapters[f"{name}.a"]
        tensors[f"{name}.w"] = tensors[f"{name}.w"] + change.reshape(-1)
    return Weights(weights.architecture, tensors)


def tune(
    folder: Path,
    examples: Sequence[Example],
    schedule: Schedule | None = None,
    progress: Callable[[int, int, float], None] = lambda *_: None,
) -> dict[str, np.ndarray[Any, Any]]:
    """Learns the changes for the untuned model in `folder`, a sentence-transformers folder."""
    import torch

    plan = schedule or Schedule()
    torch.manual_seed(plan.seed)
    torch.set_num_threads(os.cpu_count() or 1)
    model = _Trainee(folder, sorted({example.label for example in examples}))
    optimiser = torch.optim.AdamW(
        [
            {"params": model.adapters.parameters(), "lr": plan.rate},
            {"params": [model.prototypes], "lr": plan.rate * 10},
        ],
        weight_decay=0.01,
    )
    steps = plan.epochs * (len(examples) // plan.batch)
    pace = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=[plan.rate, plan.rate * 10], total_steps=steps, pct_start=0.1
    )
    for step, batch in enumerate(_batches(examples, plan), 1):
        loss = model.loss(batch, plan)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.adapters.parameters(), 1.0)
        optimiser.step()
        pace.step()
        progress(step, steps, float(loss))
    return model.changes()


def _batches(examples: Sequence[Example], plan: Schedule) -> Iterator[list[Example]]:
    dice = random.Random(plan.seed)
    for _ in range(plan.epochs):
        order = list(examples)
        dice.shuffle(order)
        for start in range(0, len(order) - plan.batch + 1, plan.batch):
            chosen = order[start : start + plan.batch]
            yield [Example(_as_typed(e.text, dice), e.label, (dice.choice(e.answers),)) for e in chosen]


def _as_typed(text: str, dice: random.Random) -> str:
    """Sometimes without diacritics or the last mark, sometimes with slips."""
    if dice.random() < 0.3:
        text = fold(text)
    if dice.random() < 0.15:
        text = text.rstrip(".?!")
    return with_slips(text, dice) if dice.random() < 0.25 else text


class _Trainee:
    """The frozen model with its trainable changes, and a prototype vector for each label."""

    def __init__(self, folder: Path, labels: list[str]) -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        sentence = SentenceTransformer(str(folder), device="cpu")
        self.network, self.tokenizer = sentence[0].auto_model.eval(), sentence[0].tokenizer
        for weight in self.network.parameters():
            weight.requires_grad_(False)
        self.rows = {label: row for row, label in enumerate(labels)}
        self.adapters = torch.nn.ModuleDict()
        for number, layer in enumerate(self.network.encoder.layer):
            for part, linear in _linears(layer).items():
                self.adapters[f"l{number}_{part}"] = _attach(linear)
        self.prototypes = torch.nn.Parameter(torch.randn(len(labels), self.network.config.hidden_size) * 0.05)

    def encode(self, texts: Sequence[str]) -> Any:
        import torch

        batch = self.tokenizer(list(texts), padding=True, truncation=True, max_length=_MAX_TOKENS, return_tensors="pt")
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = self.network(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"])
        states = found.last_hidden_state.float()
        mask = batch["attention_mask"].unsqueeze(-1).to(states.dtype)
        return torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=-1)

    def loss(self, batch: list[Example], plan: Schedule) -> Any:
        """Towards the need's prototype, a text that answers it rather than others', and others who have the need."""
        import torch

        asked = self.encode([f"query: {example.text}" for example in batch])
        # Answers are long, and a third of them teaches as much in half the time.
        some = len(batch) // 3
        answers = self.encode([f"passage: {example.answers[0]}" for example in batch[:some]])
        rows = torch.tensor([self.rows[example.label] for example in batch])
        prototypes = torch.nn.functional.normalize(self.prototypes, dim=-1)
        by_label = torch.nn.functional.cross_entropy(asked @ prototypes.T * plan.scale, rows, label_smoothing=0.05)
        likeness = asked[:some] @ answers.T / plan.temperature
        same = (rows[:some, None] == rows[None, :some]) & ~torch.eye(some, dtype=torch.bool)
        by_answer = torch.nn.functional.cross_entropy(likeness.masked_fill(same, -1e4), torch.arange(some))
        return by_label + 0.5 * by_answer + plan.alike * _unlike_those_of_one_need(asked, rows, plan.temperature * 2)

    def changes(self) -> dict[str, np.ndarray[Any, Any]]:
        found: dict[str, np.ndarray[Any, Any]] = {}
        for name, adapter in self.adapters.items():
            found[f"{name.replace('_', '.')}.a"] = adapter.a.detach().numpy().astype(np.float16)
            found[f"{name.replace('_', '.')}.b"] = adapter.b.detach().numpy().astype(np.float16)
        return found


def _unlike_those_of_one_need(asked: Any, rows: Any, temperature: float) -> Any:
    """How far questions of one need are from each other, beside those of other needs (Khosla et al., 2020)."""
    import torch

    itself = torch.eye(len(rows), dtype=torch.bool)
    mates = (rows[:, None] == rows[None, :]) & ~itself
    shares = torch.log_softmax((asked @ asked.T / temperature).masked_fill(itself, -1e4), 1)
    has = mates.any(1)
    if not has.any():
        return asked.sum() * 0.0
    return -(shares.masked_fill(~mates, 0.0).sum(1)[has] / mates.sum(1)[has]).mean()


def _linears(layer: Any) -> dict[str, Any]:
    own = layer.attention.self
    dense = (own.query, own.key, own.value, layer.attention.output.dense, layer.intermediate.dense, layer.output.dense)
    return dict(zip(PARTS, dense, strict=True))


def _attach(linear: Any) -> Any:
    """Adds a trainable low-rank change to a frozen layer."""
    import torch

    rows, columns = linear.weight.shape
    change = torch.nn.Module()
    change.a = torch.nn.Parameter(torch.randn(RANK, columns) / columns**0.5)
    # Starts at nothing, so that the first step begins at the untuned model.
    change.b = torch.nn.Parameter(torch.zeros(rows, RANK))
    # Beside the layer rather than in its weight: the frozen weight then needs no slope of its own.
    linear.register_forward_hook(lambda _, given, result: result + (given[0] @ change.a.T) @ change.b.T)
    return change
