"""The small language in which `crisis.yml` names words and phrases, and how they are found in a message.

A term is a word (`peilis`), the start of words (`peil*`), a class (`@weapon`) or several with `|` between them;
`(su|pri|)mušė` stands for all its spellings. A phrase is terms in order, each at most one word after the last; `...`
allows four words between, `?` after a term makes it optional. Phrases with `&` between them may come in any order, near
one another; `&&` lets them lie farther apart. Diacritics may be missing in the message; one typing error is forgiven in
long words.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from rapidfuzz.distance import OSA

from nlu.errors import DataFault
from nlu.normalisation import fold

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_SPELLED_OUT = re.compile(r"(?<!\w)[^\W\d_](?:[ .\-_][^\W\d_]){3,}(?!\w)")
_PIECE = re.compile(r"(?P<word>[^\W_]+(?:['’ʼ`´][^\W_]+)*)|(?P<end>[.!?;\n…]+)|(?P<clause>[,:()–—\"„“”«»]+|\s-+\s)")
_APOSTROPHES = re.compile(r"['’ʼ`´]")
_SENTENCE_STEP = 4  # a sentence's end counts as this many words
_GAP, _WIDE_GAP = 1, 4  # words that may stand between two terms of a phrase
_SPAN, _WIDE_SPAN = 7, 14  # words from the first to the last of an unordered pattern
_MOST_TOKENS = 500
_MOST_ATTEMPTS = 60  # finds of one pattern that are looked at; an attacker's text must not cost more
_SHORT = 5  # words up to here must agree in the diacritics that the person typed ("mūsų" is not "mušu")
_HEAD = 3  # letters by which starts of words are looked up
_FUZZY = 5  # letters from which one typing error is forgiven in a class's words; one more in starts of words,
_FUZZY_ELSEWHERE = 7  # and this many in words that only one phrase names: short everyday words are too alike


@dataclass(frozen=True)
class Token:
    """One word of a message: folded, as written, and where it stands (`clause` changes at commas, too)."""

    word: str
    written: str
    position: int
    clause: int
    sentence: int


@dataclass(frozen=True)
class Step:
    """One term of a pattern; `gap` is how many words may stand before it."""

    term: int
    optional: bool
    gap: int


@dataclass(frozen=True)
class Pattern:
    """Phrases that mean something together, in any order, when all lie within `span` words."""

    parts: tuple[tuple[Step, ...], ...]
    span: int
    label: str
    required: frozenset[int]
    anchor: int


def tokens_of(text: str) -> list[Token]:
    """Cut a message into words, after undoing stretched ("heeelp") and spelled-out ("m u š a") writing."""
    plain = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    plain = _STRETCHED.sub(r"\1", plain)
    plain = _SPELLED_OUT.sub(lambda found: re.sub(r"[ .\-_]", "", found.group()), plain)
    found: list[Token] = []
    position = clause = sentence = 0
    for piece in _PIECE.finditer(fold(plain)):
        if piece["word"]:
            word, written = piece["word"], plain[piece.start() : piece.end()].lower()
            if not word.isalnum():
                word, written = _APOSTROPHES.sub("", word), _APOSTROPHES.sub("", written)
            found.append(Token(word, written, position, clause, sentence))
            position += 1
            if len(found) >= _MOST_TOKENS:
                break
            continue
        clause += 1
        if piece["end"]:
            sentence += 1
            position += _SENTENCE_STEP
    return found


def _spellings(word: str) -> list[str]:
    """Every spelling that `(a|b|)` groups stand for."""
    group = re.search(r"\(([^()]*)\)", word)
    if group is None:
        return [word]
    heads = [word[: group.start()] + choice + word[group.end() :] for choice in group[1].split("|")]
    return [spelling for head in heads for spelling in _spellings(head)]


def _agrees(written: str, pattern: str) -> bool:
    """A diacritic that the person typed must be the pattern's; a missing one is forgiven."""
    return all(typed == meant or typed == fold(meant) for typed, meant in zip(written, pattern, strict=False))


class _Entry:
    """What one folded word or start of words stands for: all its terms, and which spelling brought which."""

    def __init__(self) -> None:
        self.terms: set[int] = set()
        self.spellings: dict[str, set[int]] = defaultdict(set)

    def terms_for(self, written: str, key: str) -> set[int]:
        """The terms whose spelling agrees with what was written."""
        if written == key or len(key) > _SHORT:
            return self.terms
        agreeing = (terms for spelling, terms in self.spellings.items() if _agrees(written, spelling))
        return set().union(*agreeing)


class Lexicon:
    """Terms and the words that belong to them; gives each word of a message the terms that it fills."""

    def __init__(self, classes: Mapping[str, Iterable[str]], real_words: Iterable[str] = ()) -> None:
        self._classes = {name: [s for word in words for s in _spellings(word)] for name, words in classes.items()}
        self._class_words = {fold(s.rstrip("*").lower()) for words in self._classes.values() for s in words}
        self._real_words = frozenset(map(fold, real_words))  # are never typing errors of another word
        self._terms: dict[str, int] = {}
        self._rarity: list[int] = []
        self._words: dict[str, _Entry] = defaultdict(_Entry)
        self._stems: dict[str, _Entry] = defaultdict(_Entry)
        self._stem_heads: dict[str, set[int]] = defaultdict(set)  # the first letters of stems, and how long those are
        self._near_keys: dict[str, set[tuple[str, bool]]] = defaultdict(set)
        self.terms_of = lru_cache(maxsize=20_000)(self._terms_of)

    def term(self, source: str) -> int:
        """The number of a term, which is made when it is first named."""
        if source not in self._terms:
            number = self._terms[source] = len(self._terms)
            spellings = self._expand(source)
            self._rarity.append(min(len(spelling) for spelling in spellings))
            for spelling in spellings:
                self._add(_APOSTROPHES.sub("", spelling.lower()), number)
                self._add_digraphs(spelling.lower(), number)
            self.terms_of.cache_clear()
        return self._terms[source]

    def rarity(self, term: int) -> int:
        """Letters of the term's shortest word: the longer, the rarer."""
        return self._rarity[term]

    def _expand(self, source: str) -> list[str]:
        found: list[str] = []
        for choice in re.split(r"\|(?![^(]*\))", source):
            if not choice.startswith("@"):
                found += _spellings(choice)
            elif choice[1:] in self._classes:
                found += self._classes[choice[1:]]
            else:
                raise DataFault(f"unknown class {choice} in {source!r}")
        if not all(found):
            raise DataFault(f"empty term {source!r}")
        return found

    def _add(self, spelling: str, term: int) -> None:
        is_stem = spelling.endswith("*")
        written = spelling.rstrip("*")
        key = fold(written)
        if not re.fullmatch(r"[^\W_]+", key):
            raise DataFault(f"not a word: {spelling!r}")
        entry = (self._stems if is_stem else self._words)[key]
        entry.terms.add(term)
        entry.spellings[written].add(term)
        if is_stem:
            self._stem_heads[key[:_HEAD]].add(len(key))
        shortest = (_FUZZY if key in self._class_words else _FUZZY_ELSEWHERE) + is_stem
        if len(key) >= shortest:
            for near in (key[:3], key[0] + "~" + key[3:5], key[:2] + "^" + key[4:5]):
                self._near_keys[near].add((key, is_stem))

    def _add_digraphs(self, spelling: str, term: int) -> None:
        """Add the spelling of those who type "sh" for "š"."""
        plain = spelling.replace("š", "sh").replace("ž", "zh").replace("č", "ch")
        if plain != spelling:
            self._add(plain, term)

    def _terms_of(self, word: str, written: str) -> frozenset[int]:
        found: set[int] = set()
        if word in self._words:
            found |= self._words[word].terms_for(written, word)
        for size in range(1, _HEAD + 1):
            for length in self._stem_heads.get(word[:size], ()):
                stem = word[:length]
                if (size == _HEAD or length == size) and stem in self._stems:
                    found |= self._stems[stem].terms_for(written[:length], stem)
        if not found and len(word) >= _FUZZY and word not in self._real_words:
            for key, is_stem in self._mistyped(word):
                found |= (self._stems if is_stem else self._words)[key].terms
        return frozenset(found)

    def _mistyped(self, word: str) -> Iterator[tuple[str, bool]]:
        """Known words at one typing error's distance; the first letter must be right."""
        keys = {word[:3], word[:2] + "^" + word[4:5]} | {word[0] + "~" + word[at : at + 2] for at in (2, 3, 4)}
        for key, is_stem in {known for near in keys for known in self._near_keys.get(near, ())}:
            length = len(key)
            heads = {word[: length + more] for more in (-1, 0, 1)} if is_stem else {word}
            # The last letter of a start must be right: else a shorter start would do, and that means something else.
            heads = {head for head in heads if not is_stem or head[-1] == key[-1]}
            if length == _FUZZY:  # in so short a word another letter makes another word; only swapped ones are an error
                heads = {head for head in heads if len(head) != length or sorted(head) == sorted(key)}
            if any(OSA.distance(head, key, score_cutoff=1) <= 1 for head in heads):
                yield key, is_stem


def _steps(phrase: str, lexicon: Lexicon) -> tuple[Step, ...]:
    steps: list[Step] = []
    gap = _GAP
    for word in phrase.split():
        if word == "...":
            gap = _WIDE_GAP
            continue
        steps.append(Step(lexicon.term(word.rstrip("?")), word.endswith("?"), gap))
        gap = _GAP
    return tuple(steps)


def compile_pattern(source: str, label: str, lexicon: Lexicon) -> Pattern:
    """Read one line of the data; raises DataFault when it names an unknown class or nothing."""
    parts = tuple(_steps(phrase, lexicon) for phrase in source.replace("&&", "&").split("&"))
    if any(all(step.optional for step in part) for part in parts):
        raise DataFault(f"pattern with an empty phrase: {source!r}")
    span = _WIDE_SPAN if "&&" in source else _SPAN
    span += sum(step.gap for part in parts for step in part[1:])
    required = frozenset(step.term for part in parts for step in part if not step.optional)
    return Pattern(parts, span, label, required, max(required, key=lexicon.rarity))


@dataclass(frozen=True)
class Find:
    """Where a pattern stands in a message: indexes of its words."""

    pattern: Pattern
    words: tuple[int, ...]


class Scan:
    """One message with the terms that its words fill."""

    def __init__(self, tokens: list[Token], lexicon: Lexicon) -> None:
        self.tokens = tokens
        self._places: dict[int, list[int]] = defaultdict(list)
        for index, token in enumerate(tokens):
            for term in lexicon.terms_of(token.word, token.written):
                self._places[term].append(index)

    def fills(self, index: int, term: int) -> bool:
        """Whether the word at `index` belongs to the term."""
        return index in self._places.get(term, ())

    def hide(self, words: Iterable[int]) -> None:
        """Take words out, so that no pattern finds them any more."""
        gone = set(words)
        for term, places in self._places.items():
            self._places[term] = [index for index in places if index not in gone]

    def finds(self, patterns: Mapping[int, list[Pattern]], settled: Container[str] = ()) -> Iterator[Find]:
        """Every pattern that stands in the message; `patterns` are listed under their anchors.

        Patterns whose label is, or meanwhile becomes, `settled` are passed over.
        """
        present = {term for term, places in self._places.items() if places}
        for anchor in present & patterns.keys():
            for pattern in patterns[anchor]:
                if pattern.label not in settled and pattern.required <= present:
                    for words in islice(self._together(pattern, ()), _MOST_ATTEMPTS):
                        yield Find(pattern, words)
                        if pattern.label in settled:
                            break

    def _together(self, pattern: Pattern, sofar: tuple[int, ...], done: int = 0) -> Iterator[tuple[int, ...]]:
        if done == len(pattern.parts):
            yield sofar
            return
        reach = range(sofar[0] - pattern.span, sofar[0] + pattern.span) if sofar else range(len(self.tokens))
        for words in self._in_order(pattern.parts[done], (), reach):
            stands = [self.tokens[at].position for at in (*sofar, *words)]
            if max(stands) - min(stands) < pattern.span and not set(words) & set(sofar):
                yield from self._together(pattern, (*sofar, *words), done + 1)

    def _in_order(self, steps: tuple[Step, ...], sofar: tuple[int, ...], reach: range) -> Iterator[tuple[int, ...]]:
        if not steps:
            yield sofar
            return
        step, rest = steps[0], steps[1:]
        for place in self._places_within(step.term, reach):
            near = range(place + 1, place + 2 + (rest[0].gap if rest else 0))
            if not sofar or self.tokens[place].position - self.tokens[sofar[-1]].position <= step.gap + 1:
                yield from self._in_order(rest, (*sofar, place), near)
        if step.optional:
            yield from self._in_order(rest, sofar, range(reach.start, reach.stop + 1))

    def _places_within(self, term: int, reach: range) -> list[int]:
        places = self._places.get(term, [])
        return places[bisect_left(places, reach.start) : bisect_left(places, reach.stop)]
