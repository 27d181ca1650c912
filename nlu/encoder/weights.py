"""Reads the E5S1 file: a small header, a tokenizer that is passed over, and named tensors.

Source of the format: the package that publishes the file (MIT licence); Q4_0 blocks are an fp16
scale followed by 16 bytes whose low nibbles are the first half of the block and whose high ones
are the second, each minus 8, times the scale.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nlu.errors import EncoderSourceDamaged

Tensor = npt.NDArray[np.float32]
_MAGIC = b"E5S1"


@dataclass(frozen=True)
class Architecture:
    """Sizes of the transformer."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    block: int


@dataclass(frozen=True)
class Weights:
    architecture: Architecture
    tensors: dict[str, Tensor]


class _Entry(NamedTuple):
    """A line of the file's table of tensors; offset and size in bytes."""

    name: str
    dtype: int
    values: int
    offset: int
    size: int


class _Cursor:
    def __init__(self, data: memoryview) -> None:
        self.data, self.at = data, 0

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def skip(self, size: int) -> None:
        self.at += size

    def text(self, size: int) -> str:
        self.at += size
        return bytes(self.data[self.at - size : self.at]).decode("ascii")


def read_weights(path: Path) -> Weights:
    """Every tensor as flat float32. Raises EncoderSourceDamaged when it is no E5S1 file."""
    data = memoryview(path.read_bytes())
    if bytes(data[:4]) != _MAGIC:
        raise EncoderSourceDamaged(f"{path.name} is no E5S1 file")
    cursor = _Cursor(data)
    cursor.skip(4)
    cursor.take("I")
    hidden, layers, heads, feed_forward, vocabulary, positions, types, epsilon, block = cursor.take("7ifi")
    architecture = Architecture(
        hidden, layers, heads, feed_forward, vocabulary, positions, types, float(epsilon), block
    )
    _pass_over_tokenizer(cursor)
    return Weights(architecture, _tensors(cursor, block))


def _pass_over_tokenizer(cursor: _Cursor) -> None:
    pieces, *_ = cursor.take("5i")
    (blob,) = cursor.take("Q")
    cursor.skip(4 * (pieces + 1) + 4 * pieces + blob)
    cursor.take("i")
    (normalisation,) = cursor.take("I")
    cursor.skip(normalisation)


def _tensors(cursor: _Cursor, block: int) -> dict[str, Tensor]:
    (count,) = cursor.take("i")
    entries: list[_Entry] = []
    for _ in range(count):
        (length,) = cursor.take("H")
        entries.append(_Entry(cursor.text(length), *cursor.take("BIQQ")))
    start = _data_start(cursor, entries)
    return {
        entry.name: _decode(np.frombuffer(cursor.data, np.uint8, entry.size, start + entry.offset), entry.values, block)
        for entry in entries
    }


def _data_start(cursor: _Cursor, entries: list[_Entry]) -> int:
    # Offsets count from the end of the table's padding; the last tensor ends with the file.
    last = max(entry.offset + entry.size for entry in entries)
    return len(cursor.data) - last


def _decode(raw: npt.NDArray[np.uint8], count: int, block: int) -> Tensor:
    if raw.size == 4 * count:
        return raw.view(np.float32).copy()
    if raw.size == 2 * count:
        return raw.view(np.float16).astype(np.float32)
    half = block // 2
    blocks = raw.reshape(-1, 2 + half)
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1).astype(np.float32)
    values: Tensor = ((nibbles - 8.0) * scale).reshape(-1)[:count]
    return values
