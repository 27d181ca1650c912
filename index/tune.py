"""`python -m index.tune`: tunes the encoder on the taxonomy's words, into `nlu/encoder/adapters.npz`.

Took 14 minutes on two cores. The golden questions are never read here.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from index.building import ELSEWHERE
from index.directory.starter import read_starter
from index.needs.taxonomy import Taxonomy, read_taxonomy
from index.records import LANGUAGES, Directory
from nlu.encoder.building import build_untuned
from nlu.encoder.tuning import ADAPTERS, Example, Schedule, tune


def examples(directory: Directory, taxonomy: Taxonomy) -> list[Example]:
    """People's words with texts that answer them: the need's own sentence, and services that meet it first."""
    answers: dict[str, list[str]] = {
        need.id: [f"{need.name[language]}. {need.sentence[language]}" for language in LANGUAGES]
        for need in taxonomy.needs.values()
    }
    for service in directory.shown_services():
        if not service.statutory or service.organization_id == "visagino":
            texts = [f"{service.name[language]}. {service.description[language]}" for language in LANGUAGES]
            answers[service.needs[0]] += texts
    found = [
        Example(text, need.id, tuple(answers[need.id]))
        for need in taxonomy.needs.values()
        for phrases in need.phrases.values()
        for text in phrases
    ]
    nothing = [text for phrases in taxonomy.elsewhere.values() for text in phrases]
    return found + [Example(text, ELSEWHERE, tuple(nothing)) for text in nothing]


def main() -> int:
    begin = time.monotonic()
    found = examples(read_starter(), read_taxonomy())
    print(f"{len(found)} examples", flush=True)

    def progress(step: int, of: int, loss: float) -> None:
        if step % 20 == 0 or step == of:
            print(f"step {step}/{of}  loss {loss:.3f}  {time.monotonic() - begin:.0f} s", flush=True)

    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else Schedule.epochs
    changes = tune(build_untuned(), found, Schedule(epochs=epochs), progress)
    np.savez_compressed(ADAPTERS, **changes)
    print(f"{ADAPTERS.name}: {ADAPTERS.stat().st_size / 1e6:.1f} MB in {time.monotonic() - begin:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
