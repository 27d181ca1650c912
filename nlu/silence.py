"""Reads whether somebody cannot speak or call: says so, asks how to write to the emergency number, or does not hear.

The words stand in `nlu/data/<lang>/silence.yml`; how phrases are written: nlu/crisis_phrases.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from nlu.crisis import LANGUAGES, CrisisReading
from nlu.crisis_phrases import Find, Lexicon, Pattern, Scan, compile_pattern, tokens_of
from nlu.danger import read_danger
from nlu.settings import DATA

_Patterns = Mapping[int, list[Pattern]]


@dataclass(frozen=True)
class _Knowledge:
    lexicon: Lexicon
    silent: _Patterns
    harmless: _Patterns


def cannot_speak(text: str) -> bool:
    """Whether the person would rather write, in whatever language; nothing is said of how grave it is."""
    known = _knowledge()
    scan = Scan(tokens_of(text), known.lexicon)
    scan.hide(word for find in list(scan.finds(known.harmless)) if _is_unbroken(find) for word in find.words)
    return any(True for _ in scan.finds(known.silent))


def read_need(text: str, is_everyday: Callable[[str], bool]) -> tuple[CrisisReading, bool]:
    """How grave a message is, and whether the person cannot speak; that alone is enough for help lines.

    is_everyday: whether a text surely asks for something that nobody needs in danger. Where danger is only hinted at,
    such a request gets a line to call beside its answer, not the emergency number above it.
    """
    crisis = read_danger(text)
    if crisis.hinted and is_everyday(text):
        crisis = CrisisReading("distress", crisis.topic)
    # Who looks for a hiding person is told nothing more, however it is asked.
    if crisis.topic == "seeking_person" or not cannot_speak(text):
        return crisis, False
    return (CrisisReading("distress", "other") if crisis.level == "none" else crisis), True


def _is_unbroken(find: Find) -> bool:
    """Word by word: "I cannot talk with him" speaks of somebody, "I cannot talk, he is with me" does not."""
    return find.words[-1] - find.words[0] == len(find.words) - 1


@cache
def _knowledge() -> _Knowledge:
    files = [yaml.safe_load((DATA / language / "silence.yml").read_text("utf-8")) for language in LANGUAGES]
    classes = {name: words.split() for file in files for name, words in file.get("classes", {}).items()}
    lexicon = Lexicon(classes, (word for file in files for word in file["real_words"].split()))
    return _Knowledge(lexicon, _compiled(files, "silent", lexicon), _compiled(files, "harmless", lexicon))


def _compiled(files: list[dict[str, Any]], section: str, lexicon: Lexicon) -> _Patterns:
    groups: dict[int, list[Pattern]] = {}
    for file in files:
        for source in file[section]:
            pattern = compile_pattern(source, section, lexicon)
            groups.setdefault(pattern.anchor, []).append(pattern)
    return groups
