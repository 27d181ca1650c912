"""The words by which short messages show their language: `python -m index words` writes them for `nlu.detection`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from index.building import examples
from index.needs.taxonomy import Taxonomy
from index.records import LANGUAGES, Language
from nlu.normalisation import fold
from nlu.settings import DATA

_WORD = re.compile(r"[^\W\d_]{3,}")
# A word belongs to the language that says it most, and to others that say it nearly as often.
_NEARLY = 0.4


def common_words(taxonomy: Taxonomy) -> dict[Language, list[str]]:
    """By language, the words of people's phrases that its speakers use."""
    counts: dict[Language, Counter[str]] = {language: Counter() for language in LANGUAGES}
    for text, _, language in examples(taxonomy):
        if language in LANGUAGES:
            counts[language].update(_WORD.findall(text.casefold()))
    folded = {language: Counter[str]() for language in LANGUAGES}
    for language, words in counts.items():
        for word, count in words.items():
            folded[language][fold(word)] += count
    return {
        language: sorted(word for word in words if _speaks_for(fold(word), language, folded))
        for language, words in counts.items()
    }


def _speaks_for(word: str, language: Language, counts: Mapping[Language, Counter[str]]) -> bool:
    return counts[language][word] >= _NEARLY * max(words[word] for words in counts.values())


def write_common_words(taxonomy: Taxonomy) -> dict[Language, int]:
    """Writes `nlu/data/<language>/common_words.txt`; the number of words of each language."""
    found = common_words(taxonomy)
    for language, words in found.items():
        (DATA / language / "common_words.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    return {language: len(words) for language, words in found.items()}
