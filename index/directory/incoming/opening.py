"""Reads opening hours as people write them ("I–V 8–17, pietūs 12–12.45"), and only what admits no other reading.

Days of one language at a time are understood ("Pn" is Friday to Lithuanians and Monday to Poles); where two
languages read different hours, nothing is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from index.hours import DAYS
from nlu.normalisation import fold

_DASH = re.compile(r"\s*[-\u2010-\u2015\u2212]+\s*")
_UNTIL = re.compile(r"\s*(?<!\w)(?:iki|do|to|till|until)(?!\w)\s*")
_SUPERSCRIPT = re.compile(r"(\d)([⁰¹²³⁴⁵])([⁰⁵])")
_TIME = r"(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d))?(?!\d)\s?(?P<half>am|pm)?"
_DAY_END = 24 * 60
# What begins earlier than this and ends "before it began" is a slip ("9–5"), not a night.
_EVENING = 14 * 60

Range = tuple[int, int]
"""Opening and closing in minutes after midnight."""


class _Unclear(Exception):
    """The text may mean something else."""


@dataclass(frozen=True)
class _Token:
    kind: str
    value: int = 0


@dataclass
class _Group:
    """Days with the same hours."""

    days: set[int] = field(default_factory=set)
    ranges: list[Range] = field(default_factory=list)
    closed: bool = False
    has_lunch: bool = False

    @property
    def whole(self) -> bool:
        return bool(self.ranges) or self.closed


def read_opening(text: str) -> str | None:
    """The rule that `index.hours` reads; None where the text cannot be read with certainty."""
    found = set()
    for language in _vocabulary()["days"]:
        try:
            found.add(_rule(_Reading(list(_tokens(_plainly(text), language))).groups()))
        except _Unclear:
            continue
    return found.pop() if len(found) == 1 else None


def _plainly(text: str) -> str:
    """With one kind of dash, and figures that stood on high beside the hour."""
    high = str.maketrans("⁰¹²³⁴⁵", "012345")
    plain = _SUPERSCRIPT.sub(lambda m: f"{m[1]}:{(m[2] + m[3]).translate(high)}", text.replace("\u00a0", " "))
    return _DASH.sub("-", plain)


def _tokens(text: str, language: str) -> Iterator[_Token]:
    """Raises _Unclear at the first word that is not understood."""
    folded = _UNTIL.sub(lambda m: "-".ljust(len(m[0])), fold(text))
    position = 0
    while position < len(folded):
        match = _lexer(language).match(folded, position)
        if match is None or match.end() == position:
            raise _Unclear
        kind = str(match.lastgroup)
        if kind == "word":
            # A small "i" is the Polish "and"; Roman figures are written large.
            yield from _word(match["word"].rstrip("."), text[match.start()].isupper(), language)
        elif match["hour"]:
            yield _Token("time", _minutes(match))
        elif kind not in ("idle", "blank"):
            yield _Token(kind)
        position = match.end()


def _word(word: str, large: bool, language: str) -> Iterator[_Token]:
    roman = _vocabulary()["roman"]
    if large and word in roman:
        yield _Token("day", roman.index(word))
        return
    for at, day in enumerate(DAYS):
        known = _vocabulary()["days"][language][day]
        if word in known["short"] or word.startswith(known["from"]):
            yield _Token("day", at)
            return
    if word != "i":
        raise _Unclear


def _minutes(match: re.Match[str]) -> int:
    hour, minute, half = int(match["hour"]), int(match["minute"] or 0), match["half"]
    if half:
        if not 1 <= hour <= 12:
            raise _Unclear
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour * 60 + minute > _DAY_END:
        raise _Unclear
    return hour * 60 + minute


class _Reading:
    """Goes through the tokens once, and collects groups of days."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._at = tokens, 0
        self._groups: list[_Group] = []
        self._closed_next = self._always = False

    def groups(self) -> list[_Group]:
        """Raises _Unclear unless every day's hours are told once."""
        while self._at < len(self._tokens):
            kind = self._kind()
            step = {"day": self._days, "time": self._hours, "lunch": self._lunch, "closed": self._closed}.get(kind)
            if step:
                step()
                continue
            if kind in _SETS:
                self._open_group().days |= _SETS[kind]
            elif kind == "always":
                self._always = True
            elif kind == "dash" and not (self._kind(-1) in _OF_DAYS and self._kind(1) in ("time", "closed", "always")):
                raise _Unclear
            self._at += 1
        return self._checked()

    def _checked(self) -> list[_Group]:
        if self._always:
            if any(group.whole or len(group.days) < len(DAYS) for group in self._groups):
                raise _Unclear
            return [_Group(set(range(7)), [(0, _DAY_END)])]
        days = [day for group in self._groups for day in group.days]
        told = all(group.days and group.whole for group in self._groups)
        if not told or len(days) != len(set(days)) or all(group.closed for group in self._groups):
            raise _Unclear
        return [group for group in self._groups if not group.closed]

    def _kind(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._tokens[at].kind if 0 <= at < len(self._tokens) else ""

    def _open_group(self) -> _Group:
        """The group that days are added to now."""
        last = self._groups[-1] if self._groups else None
        # "8–17 darbo dienomis": hours may come before their days where there is but one group.
        if last is None or (last.whole and last.days):
            self._groups.append(_Group(closed=self._closed_next))
            self._closed_next = False
        return self._groups[-1]

    def _days(self) -> None:
        first = self._tokens[self._at].value
        group = self._open_group()
        if self._kind(1) == "dash" and self._kind(2) == "day":
            last = self._tokens[self._at + 2].value
            if last <= first:
                raise _Unclear
            group.days |= set(range(first, last + 1))
            self._at += 3
        else:
            group.days.add(first)
            self._at += 1

    def _range(self) -> Range:
        if (self._kind(), self._kind(1), self._kind(2)) != ("time", "dash", "time"):
            raise _Unclear
        opens, closes = self._tokens[self._at].value, self._tokens[self._at + 2].value
        self._at += 3
        if opens == closes or (closes < opens < _EVENING):
            raise _Unclear
        return opens, closes

    def _hours(self) -> None:
        if not self._groups:
            self._groups.append(_Group())
        group, found = self._groups[-1], self._range()
        # Hours after a break, after "closed", or inside hours that were told before: whose are they?
        if group.has_lunch or group.closed or any(found[0] < closes for _, closes in group.ranges):
            raise _Unclear
        group.ranges.append(found)

    def _lunch(self) -> None:
        """A break is that of every group since the last break."""
        self._at += 1
        while self._kind() in ("dash", "separator"):
            self._at += 1
        opens, closes = self._range()
        waiting = [group for group in self._groups if not group.has_lunch and not group.closed]
        if not waiting:
            raise _Unclear
        for group in waiting:
            group.ranges = list(_without(group.ranges, opens, closes))
            group.has_lunch = True

    def _closed(self) -> None:
        self._at += 1
        last = self._groups[-1] if self._groups else None
        if last and last.days and not last.whole:
            last.closed = True
        else:
            self._closed_next = True


def _without(ranges: list[Range], opens: int, closes: int) -> Iterator[Range]:
    """The hours with a break in one of them."""
    inside = [pair for pair in ranges if pair[0] < opens < closes < pair[1]]
    if len(inside) != 1:
        raise _Unclear
    for start, end in ranges:
        yield from ((start, opens), (closes, end)) if (start, end) == inside[0] else ((start, end),)


_SETS: Mapping[str, set[int]] = {"workdays": set(range(5)), "weekend": {5, 6}, "every_day": set(range(7))}
_OF_DAYS = {"day", *_SETS}


def _rule(groups: list[_Group]) -> str:
    hours: dict[str, list[int]] = {}
    for day in range(7):
        for group in groups:
            if day in group.days:
                told = ",".join(f"{_clock(opens)}-{_clock(closes)}" for opens, closes in group.ranges)
                hours.setdefault(told, []).append(day)
    if list(hours) == ["00:00-24:00"] and len(hours["00:00-24:00"]) == 7:
        return "24/7"
    return "; ".join(f"{_day_list(days)} {told}" for told, days in hours.items())


def _day_list(days: list[int]) -> str:
    """`Mo-We,Fr` for the numbers of days in order."""
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in runs)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@cache
def _vocabulary() -> Any:
    return yaml.safe_load(Path(__file__).with_name("opening.yml").read_text(encoding="utf-8"))


@cache
def _lexer(language: str) -> re.Pattern[str]:
    """One alternative for each kind of token; phrases come before the words that they are made of."""
    kinds = ("workdays", "weekend", "every_day", "always", "lunch", "closed")
    phrases = [f"(?P<{kind}>{_any(kind)})" for kind in kinds]
    # "8–24 val." ends at midnight.
    phrases[3] = rf"(?<![-.:\d]){phrases[3]}"
    rest = [f"(?P<idle>{_any('idle')})", r"(?P<dash>-)", r"(?P<separator>[,;/\n])", r"(?P<word>[a-z]+\.?)"]
    return re.compile("|".join([*phrases, f"(?:{_TIME})", *rest, r"(?P<blank>[\s.:()]+)"]))


def _any(kind: str) -> str:
    longest = sorted(map(str, _vocabulary()[kind]), key=len, reverse=True)
    return rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)"
