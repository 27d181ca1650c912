"""Which municipality a text speaks of: the names of places in every case form, and whether a name is meant as a place.

Names and the words around them are data (``data/<language>/places.yml``, ``place_cues.yml``); matching is on
folded words, longest name first.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

from nlu.normalisation import fold

WHOLE_COUNTRY = "Lietuva"
_DATA = Path(__file__).parent / "data"
_FOLDERS = ("lt", "pl", "en", "other")
_WORD = re.compile(r"[\w\u0300-\u036f]+")
_SENTENCE_END = re.compile(r"[.!?:;\n\"„“”(]\s*$")
_SHORTEST_CORRECTED = 6  # letters; shorter words are one letter away from too many others
_SHORTEST_SURE = 8  # letters; "skurdo" is one letter from "Skuodo": a shorter misspelt name needs a sign of a place
_LIVING_REACH = 2  # words between "gyvenu" and the name
_MOST_LEFT_OVER = 3  # words of a parameter that are not the name: "the city of …", "w mieście …"

Words = tuple[str, ...]


@dataclass(frozen=True)
class PlaceMention:
    """A place named in a text: the official municipality, the usual Lithuanian name, offsets and words as written."""

    municipality: str
    place: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class _Name:
    """What a name stands for; ``kind`` is municipality, settlement or country."""

    municipality: str
    place: str
    kind: str
    ambiguous: bool


@dataclass(frozen=True)
class _Token:
    word: str
    start: int
    end: int


@dataclass(frozen=True)
class _Match:
    """A name found at the tokens ``first`` to ``end`` (exclusive); ``guessed`` from one misspelt word."""

    name: _Name
    first: int
    end: int
    guessed: bool = False


@dataclass(frozen=True)
class _Cues:
    """The words of all ``place_cues.yml`` together, folded."""

    living: frozenset[Words]
    kinds: frozenset[Words]
    near: frozenset[Words]
    lead_in: frozenset[Words]
    street_after: frozenset[Words]
    street_after_name: frozenset[Words]
    street_before: frozenset[Words]
    persons: frozenset[Words]
    denials: frozenset[Words]
    not_places: frozenset[Words]
    ordinary: frozenset[Words]


def _tokenise(text: str) -> list[_Token]:
    """Split into folded words with their offsets in the text; letters typed as base + combining mark count as one."""
    return [_Token(_without_marks(match.group()), match.start(), match.end()) for match in _WORD.finditer(fold(text))]


def _without_marks(word: str) -> str:
    return word if word.isalnum() else "".join(c for c in word if not unicodedata.combining(c))


def _words(text: str) -> Words:
    return tuple(token.word for token in _tokenise(text))


def _read(path: Path) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader reads the names ten times faster
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)


def _read_names(folder: Path) -> Iterator[tuple[Words, _Name]]:
    for entry in _read(folder / "places.yml"):
        name = _Name(entry["municipality"], entry["place"], entry["kind"], entry.get("ambiguous", False))
        for form in entry["forms"]:
            yield _words(form), name


def _merge(names: Iterable[tuple[Words, _Name]]) -> dict[Words, _Name]:
    """Join the languages: a municipality wins over a village of the same name, an everyday word stays one."""
    merged: dict[Words, _Name] = {}
    for key, name in names:
        known = merged.setdefault(key, name)
        greater = name.kind == "municipality" and known.kind == "settlement"
        if greater or (name.ambiguous and known.municipality == name.municipality):
            merged[key] = name
    return merged


def _read_cues(folders: Iterable[Path]) -> _Cues:
    found = [_read(folder / "place_cues.yml") for folder in folders]
    return _Cues(
        **{
            field.name: frozenset(_words(str(phrase)) for cues in found for phrase in cues[field.name])
            for field in fields(_Cues)
        }
    )


class Gazetteer:
    """The names of Lithuania's places; build it once with :meth:`load` and share it."""

    def __init__(self, names: dict[Words, _Name], cues: _Cues) -> None:
        self._names = names
        self._cues = cues
        self._lengths: dict[str, tuple[int, ...]] = {}
        for key in [*names, *cues.not_places]:
            self._lengths[key[0]] = tuple(sorted({*self._lengths.get(key[0], ()), len(key)}, reverse=True))
        self._vocabulary = frozenset(word for key in names for word in key)
        self._ordinary = frozenset(word for key in cues.ordinary for word in key)
        self._corrections = self._group_corrections()
        self._district_of_city = self._pair_cities_with_districts()

    @classmethod
    def load(cls, data_dir: Path | None = None) -> "Gazetteer":
        """Read the names of all languages under ``data_dir``; the package's own (None) are read once a process."""
        return _read_gazetteer(data_dir or _DATA)

    def is_only_places(self, text: str) -> bool:
        """Whether the text is a place or several, and nothing besides: "Naujoji Vilnia"."""
        mentions = self.find(text)
        rest = list(text)
        for mention in mentions:
            rest[mention.start : mention.end] = " " * (mention.end - mention.start)
        return bool(mentions) and not any(sign.isalnum() for sign in rest)

    def municipalities(self) -> frozenset[str]:
        """Give the official names of all municipalities."""
        return frozenset(name.municipality for name in self._names.values()) - {WHOLE_COUNTRY}

    def find(self, text: str) -> tuple[PlaceMention, ...]:
        """Find the places that a text names, in order; everyday words and streets that sound like them are left out."""
        tokens = _tokenise(text)
        words = [self._correct(token.word) for token in tokens]
        found = (_mark_guess(match, tokens, words) for match in self._match(words))
        matches = [match for match in found if self._is_place(match, tokens, text)]
        matches = self._drop_cities_beside_their_villages(matches, words)
        matches = self._drop_villages_beside_other_municipalities(matches, words)
        matches = self._drop_cities_of_named_districts(self._drop_denied(matches, tokens))
        return tuple(_mention(match, tokens, text) for match in matches)

    def resolve(self, name: str) -> str | None:
        """Give the official municipality (or ``Lietuva``) that a name in any language and case form means."""
        words = [self._correct(word) for word in _words(name)]
        exact = self._names.get(tuple(words))
        if exact:
            return exact.municipality
        matches = self._drop_villages_beside_other_municipalities(
            self._drop_cities_beside_their_villages(list(self._match(words)), words), words
        )
        left_over = len(words) - sum(match.end - match.first for match in matches)
        meant = {match.name.municipality for match in matches}
        return meant.pop() if len(meant) == 1 and left_over <= _MOST_LEFT_OVER else self._resolve_bare(words)

    def _resolve_bare(self, words: Sequence[str]) -> str | None:
        """Look the name up without its preposition: "w Wisagini", "anywhere in …"."""
        bare = tuple(word for word in words if (word,) not in self._cues.lead_in)
        name = self._names.get(bare)
        return name.municipality if name else None

    def _match(self, words: Sequence[str]) -> Iterator[_Match]:
        position = 0
        while position < len(words):
            length, name = self._longest_at(words, position)
            if name and name.kind != "country":
                yield _Match(name, position, position + length)
            position += length

    def _longest_at(self, words: Sequence[str], position: int) -> tuple[int, _Name | None]:
        """Give the length and meaning of the longest name that begins here; length 1 and None if there is none."""
        for length in self._lengths.get(words[position], ()):
            key = tuple(words[position : position + length])
            if len(key) < length:
                continue
            if key in self._cues.not_places:
                return length, None
            if key in self._names:
                return length, self._names[key]
        return 1, None

    def _is_place(self, match: _Match, tokens: Sequence[_Token], text: str) -> bool:
        if self._is_street(match, tokens) or self._is_first_name(match, tokens):
            return False
        if match.guessed:
            return self._is_sure_guess(match, tokens, text)
        return (
            not match.name.ambiguous
            or _stands_alone(match, tokens)
            or self._has_words_of_a_place(match, tokens)
            or _has_capital_inside(match, tokens, text)
        )

    def _is_sure_guess(self, match: _Match, tokens: Sequence[_Token], text: str) -> bool:
        """Trust a misspelt name the more the longer it is, and a municipality's more than a village's."""
        is_long = len(tokens[match.first].word) >= _SHORTEST_SURE
        is_municipality = match.name.kind == "municipality"
        if self._has_words_of_a_place(match, tokens) or (is_long and is_municipality):
            return True
        if is_long and _single(tokens, match.first - 1) in self._cues.lead_in:
            return True
        plausible = _stands_alone(match, tokens) or _has_capital_inside(match, tokens, text)
        return plausible and (is_long or is_municipality)

    def _is_street(self, match: _Match, tokens: Sequence[_Token]) -> bool:
        """Tell "Vilniaus g. 5" and "Vilnius street" from "Vilniuje gatvėje" (somebody sleeps in the street there)."""
        before = _single(tokens, match.first - 1)
        after = _single(tokens, match.end)
        if before in self._cues.street_before or after in self._cues.street_after_name:
            return True
        last = tokens[match.end - 1].word
        return after in self._cues.street_after and last[-1] in "sou" and last != fold(match.name.place)

    def _is_first_name(self, match: _Match, tokens: Sequence[_Token]) -> bool:
        """Tell "mano dukra Neringa" from "mano dukra Neringoje"."""
        named = match.guessed or tokens[match.first].word == fold(match.name.place)
        return named and _single(tokens, match.first - 1) in self._cues.persons

    def _drop_denied(self, matches: list[_Match], tokens: Sequence[_Token]) -> list[_Match]:
        """Read "ne Vilniaus mieste, o Vilniaus rajone" as the district."""
        denied = {
            match
            for match in matches[:-1]
            if any(_single(tokens, match.first - back) in self._cues.denials for back in (1, 2))
        }
        return [match for match in matches if match not in denied]

    def _has_words_of_a_place(self, match: _Match, tokens: Sequence[_Token]) -> bool:
        """Look for "gyvenu" shortly before a doubtful word, or "seniūnija" right beside it."""
        neighbours = (_single(tokens, match.first - 1), _single(tokens, match.end))
        before = (_single(tokens, position) for position in range(match.first - _LIVING_REACH, match.first))
        return any(word in self._cues.kinds for word in neighbours) or any(word in self._cues.living for word in before)

    def _drop_cities_beside_their_villages(self, matches: list[_Match], words: Sequence[str]) -> list[_Match]:
        """Read "Nemenčinė, Vilnius" and "Rudamina prie Vilniaus" as the district, not the city."""
        dropped = set()
        for left, right in pairwise(matches):
            if all((word,) in self._cues.near for word in words[left.end : right.first]):
                dropped |= {city for city, other in ((left, right), (right, left)) if self._is_city_of(city, other)}
        return [match for match in matches if match not in dropped]

    def _drop_villages_beside_other_municipalities(self, matches: list[_Match], words: Sequence[str]) -> list[_Match]:
        """Read "Rudamina, Lazdijų r." as the other village of that name, "Senamiestis, Kaunas" as the one of Kaunas."""
        dropped = set()
        for left, right in pairwise(matches):
            between = words[left.end : right.first]
            beside = not between or (_is_district(right) and all((word,) in self._cues.lead_in for word in between))
            for village, other in ((left, right), (right, left)):
                if beside and village.name.kind == "settlement" and other.name.kind == "municipality":
                    dropped |= {village} if village.name.municipality != other.name.municipality else set()
        return [match for match in matches if match not in dropped]

    def _drop_cities_of_named_districts(self, matches: list[_Match]) -> list[_Match]:
        """Read "pod Kownem, w rejonie kowieńskim" as the district."""
        named = {match.name.municipality for match in matches if match.name.kind == "municipality"}
        return [
            match
            for match in matches
            if match.name.kind != "municipality" or self._district_of_city.get(match.name.municipality) not in named
        ]

    def _is_city_of(self, city: _Match, village: _Match) -> bool:
        district = self._district_of_city.get(city.name.municipality)
        return city.name.kind == "municipality" and district == village.name.municipality

    def _correct(self, word: str) -> str:
        """Give the known word that a misspelt one means: one letter away, the same first letter, no everyday word."""
        if len(word) < _SHORTEST_CORRECTED or word in self._vocabulary or word in self._ordinary:
            return word
        near = [
            candidate
            for length in (len(word) - 1, len(word), len(word) + 1)
            for candidate, _, _ in process.extract(
                word, self._corrections.get((word[0], length), ()), scorer=OSA.distance, score_cutoff=1, limit=None
            )
        ]
        meant = {name.municipality for name in map(self._names.get, ((one,) for one in near)) if name}
        return near[0] if near and len(meant) <= 1 else word

    def _group_corrections(self) -> dict[tuple[str, int], tuple[str, ...]]:
        """Sort the words that a typo may have meant by first letter and length."""
        groups: dict[tuple[str, int], set[str]] = {}
        for key, name in self._names.items():
            for word in key:
                shortest = _SHORTEST_CORRECTED + 1 if (word,) in self._cues.kinds else _SHORTEST_CORRECTED
                if not name.ambiguous and name.kind != "country" and len(word) >= shortest:
                    groups.setdefault((word[0], len(word)), set()).add(word)
        return {group: tuple(sorted(words)) for group, words in groups.items()}

    def _pair_cities_with_districts(self) -> dict[str, str]:
        known = self.municipalities()
        pairs = ((city, city.replace(" miesto ", " rajono ")) for city in known if " miesto " in city)
        return {city: district for city, district in pairs if district in known}


@cache
def _read_gazetteer(data: Path) -> Gazetteer:
    folders = [data / folder for folder in _FOLDERS]
    names = _merge(pair for folder in folders for pair in _read_names(folder))
    return Gazetteer(names, _read_cues(folders))


def _single(tokens: Sequence[_Token], position: int) -> Words:
    """Give the word at a position as a key, empty beyond the ends."""
    return (tokens[position].word,) if 0 <= position < len(tokens) else ()


def _has_capital_inside(match: _Match, tokens: Sequence[_Token], text: str) -> bool:
    """Tell a name written with a capital letter from the first word of a sentence and from a text all in capitals."""
    start = tokens[match.first].start
    inside = start > 0 and not _SENTENCE_END.search(text[:start])
    return inside and text[start].isupper() and not text.isupper()


def _stands_alone(match: _Match, tokens: Sequence[_Token]) -> bool:
    return match.end - match.first == len(tokens)


def _mark_guess(match: _Match, tokens: Sequence[_Token], words: Sequence[str]) -> _Match:
    written = tokens[match.first].word
    alone = match.end - match.first == 1
    return replace(match, guessed=alone and written != words[match.first])


def _is_district(match: _Match) -> bool:
    return match.name.place.endswith(" rajonas")


def _mention(match: _Match, tokens: Sequence[_Token], text: str) -> PlaceMention:
    start, end = tokens[match.first].start, tokens[match.end - 1].end
    return PlaceMention(match.name.municipality, match.name.place, start, end, text[start:end])
