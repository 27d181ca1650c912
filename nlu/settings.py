"""Where built things lie and how the encoder runs; each value comes from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DATA = Path(__file__).resolve().parent / "data"


def var_folder() -> Path:
    """The folder of everything that is built: `KELRODIS_VAR`, else `var/` beside the packages."""
    return Path(os.environ.get("KELRODIS_VAR") or PROJECT / "var")


@dataclass(frozen=True)
class EncoderSettings:
    """How sentences become vectors.

    name: a folder or a hub name that replaces the built encoder; None is the built one.
    threads: processor threads for one question.
    batch: texts encoded at a time when an index is built.
    """

    name: str | None = None
    threads: int = 1
    batch: int = 32

    @classmethod
    def from_environment(cls) -> EncoderSettings:
        return cls(
            name=os.environ.get("KELRODIS_ENCODER") or None,
            threads=int(os.environ.get("KELRODIS_ENCODER_THREADS", "2")),
            batch=int(os.environ.get("KELRODIS_ENCODER_BATCH", "32")),
        )
