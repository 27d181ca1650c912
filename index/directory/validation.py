"""What a field of a record may hold: the same rules for the console, for imports and for an institution's own link.

A check is handed where a value stands ("phones.0.number") and the value as plain JSON, and gives its faults.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Any, get_args
from urllib.parse import urlsplit

import phonenumbers

from index.hours import UnreadableHours, read_schedule
from index.needs.taxonomy import read_taxonomy
from index.records import COUNTRY, LANGUAGES, How, Status
from nlu.crisis import TOPICS
from nlu.places import Gazetteer

# Longer than these is a page pasted into a field; the starter directory's longest are 89, 316 and 233.
_NAME, _LINE, _PARAGRAPH, _ADDRESS = 200, 600, 4000, 300
_MOST_PHONES, _MOST_ITEMS = 40, 60
# A short code is dialled as it is printed: three to six figures, the first of them a 1.
_SHORT_CODE = re.compile(r"1\d{2,5}")
_DIALLED = re.compile(r"\+?[\d (). /-]+")
_FREE_NUMBER = re.compile(r"0800\d{5}")
_EMAIL = re.compile(r"[^@\s<>,;:()\[\]\"]+@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}")
_HOST = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SHOWN = 80
ROUTES = ("municipality", "crisis", "direct", "doctor", "helpline", "online")
ORGANIZATION_ID = re.compile(r"[a-z0-9-]{1,80}")
SERVICE_ID = re.compile(r"[a-z0-9-]{1,80}\.[a-z0-9-]{1,100}")


@dataclass(frozen=True)
class Fault:
    """Why a value may not stand in a field. `code` is a key of `faults.yml`; `value` is cut short."""

    field: str
    code: str
    value: str = ""


Check = Callable[[str, Any], Iterator[Fault]]


def faults_of(kind: str, field: str, value: Any) -> tuple[Fault, ...]:
    """What is wrong with a value (plain JSON) for this field of an organization, service or helpline."""
    check = _checks()[kind].get(field)
    return (Fault(field, "unknown_field"),) if check is None else tuple(check(field, value))


def record_faults(kind: str, content: Mapping[str, Any]) -> tuple[Fault, ...]:
    """What is wrong with a whole record (`index.directory.plain`), its id included."""
    found = [*_of_id(kind, content)]
    for field, value in content.items():
        if field not in ("id", "organization_id"):
            found += faults_of(kind, field, value)
    return tuple(found)


def told_only(content: Mapping[str, Any]) -> dict[str, Any]:
    """A plain record without the kind and route that nobody has told yet: an import proposes them."""
    return {name: value for name, value in content.items() if not (name in ("kind", "route") and value == "")}


def editable_fields(kind: str) -> tuple[str, ...]:
    """The fields of a kind of record that people may change."""
    return tuple(_checks()[kind])


def _of_id(kind: str, content: Mapping[str, Any]) -> Iterator[Fault]:
    identity = content.get("id")
    pattern = SERVICE_ID if kind == "service" else ORGANIZATION_ID
    if not isinstance(identity, str) or not pattern.fullmatch(identity):
        yield _fault("id", "id", identity)
    elif kind == "service" and identity.partition(".")[0] != content.get("organization_id"):
        yield _fault("organization_id", "id", content.get("organization_id"))


def _fault(where: str, code: str, value: object = "") -> Fault:
    return Fault(where, code, str(value or "")[:_SHOWN])


def _text(where: str, value: Any, most: int = _NAME, needed: bool = True) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield _fault(where, "shape", value)
    elif needed and not value.strip():
        yield _fault(where, "missing")
    elif len(value) > most:
        yield _fault(where, "too_long", value)
    elif _CONTROL.search(value):
        yield _fault(where, "characters", value)


def _languages(where: str, value: Any, check: Check, needed: bool) -> Iterator[Fault]:
    """A mapping from language to content; one language is enough."""
    if not isinstance(value, dict):
        yield _fault(where, "shape", value)
        return
    for language, content in value.items():
        if language not in LANGUAGES:
            yield _fault(where, "language", language)
        elif content:
            yield from check(f"{where}.{language}", content)
    if needed and not any(value.values()):
        yield _fault(where, "missing")


def _said(most: int, needed: bool = True) -> Check:
    """A text by language."""
    return partial(_languages, check=partial(_text, most=most), needed=needed)


def _each(check: Check, least: int = 0, most: int = _MOST_ITEMS) -> Check:
    def checked(where: str, value: Any) -> Iterator[Fault]:
        if not isinstance(value, list | tuple):
            yield _fault(where, "shape", value)
            return
        if len(value) < least:
            yield _fault(where, "missing")
        if len(value) > most:
            yield _fault(where, "too_many", len(value))
        for position, item in enumerate(value):
            yield from check(f"{where}.{position}", item)

    return checked


def _lists(most: int) -> Check:
    """A list of texts by language."""
    return partial(_languages, check=_each(partial(_text, most=most)), needed=False)


def _optional(check: Check) -> Check:
    def checked(where: str, value: Any) -> Iterator[Fault]:
        if value is not None:
            yield from check(where, value)

    return checked


def _fields(**checks: Check) -> Check:
    """A mapping of exactly these fields; a missing one is checked as None."""

    def checked(where: str, value: Any) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield _fault(where, "shape", value)
            return
        for name in value.keys() - checks.keys():
            yield _fault(f"{where}.{name}", "unknown_field")
        for name, check in checks.items():
            yield from check(f"{where}.{name}", value.get(name))

    return checked


def _one_of(known: Collection[str], code: str = "term") -> Check:
    def checked(where: str, value: Any) -> Iterator[Fault]:
        if not isinstance(value, str) or value not in known:
            yield _fault(where, code, value)

    return checked


def _flag(where: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, bool):
        yield _fault(where, "shape", value)


def _order(where: str, value: Any) -> Iterator[Fault]:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 99:
        yield _fault(where, "shape", value)


def _matching(pattern: str, code: str) -> Check:
    compiled = re.compile(pattern)

    def checked(where: str, value: Any) -> Iterator[Fault]:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            yield _fault(where, code, value)

    return checked


def phone_fault(number: str) -> str | None:
    """The code of what is wrong with a number; None for one that can be dialled from Lithuania."""
    digits = re.sub(r"[^\d+]", "", number)
    if not _DIALLED.fullmatch(number.strip()) or "+" in digits[1:]:
        return "phone"
    if _SHORT_CODE.fullmatch(digits) or _FREE_NUMBER.fullmatch(digits):
        return None
    if not digits.startswith(("+", "0")):
        return "phone_prefix"
    try:
        parsed = phonenumbers.parse("+370" + digits[1:] if digits.startswith("0") else digits, "LT")
    except phonenumbers.NumberParseException:
        return "phone"
    return None if phonenumbers.is_valid_number(parsed) else "phone"


def _phone(where: str, value: Any) -> Iterator[Fault]:
    code = phone_fault(value) if isinstance(value, str) and len(value) <= 40 else "phone"
    if code:
        yield _fault(where, code, value)


def _email(where: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, str) or len(value) > _NAME or not _EMAIL.fullmatch(value):
        yield _fault(where, "email", value)


def _url(where: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, str) or not _is_web_address(value):
        yield _fault(where, "url", value)


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    whole = len(value) <= 500 and not re.search(r"[\s<>\"]", value) and "@" not in parts.netloc
    return whole and parts.scheme in ("http", "https") and bool(_HOST.fullmatch(host))


def _schedule(where: str, value: Any) -> Iterator[Fault]:
    try:
        if len(value) > 200 or not read_schedule(value):
            yield _fault(where, "hours", value)
    except (UnreadableHours, TypeError, ValueError):
        yield _fault(where, "hours", value)


def _day(where: str, value: Any) -> Iterator[Fault]:
    try:
        # `fromisoformat` also takes 20261130, which nothing else here reads.
        whole = isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        whole = False
    if not whole:
        yield _fault(where, "date", value)


def _place(where: str, value: Any) -> Iterator[Fault]:
    if value != COUNTRY and value not in _municipalities():
        yield _fault(where, "municipality", value)


@cache
def _municipalities() -> frozenset[str]:
    return Gazetteer.load().municipalities()


def _way(where: str, value: Any) -> Iterator[Fault]:
    """A way to reach a line; what its value must be depends on its kind."""
    values = {"call": _phone, "sms": _phone, "chat": _url, "email": _email}
    kind = value.get("kind") if isinstance(value, dict) else None
    yield from _fields(
        kind=_one_of(values), value=values.get(str(kind), _text),
        hours_text=_optional(_said(_LINE, needed=False)), schedule=_optional(_schedule),
    )(where, value)  # fmt: skip


@cache
def _checks() -> Mapping[str, Mapping[str, Check]]:
    """The check of each editable field, by kind of record."""
    verified = _optional(_fields(on=_day, by=_text, how=_one_of(get_args(How))))
    # A source may be dated to the year or month only.
    source = _fields(
        url=_optional(_url), title=partial(_text, most=_LINE, needed=False),
        date=_optional(_matching(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", "date")),
    )  # fmt: skip
    proof = {"source": source, "verified": verified}
    reached = _reached(proof)
    called = {name: reached[name] for name in ("email", "website", "spoken_languages", "alert")}
    offered = {**_offered(proof), "verified": verified}
    of = {"sources": _each(source), "municipality": _place, "serves": _each(_place, least=1)}
    return {
        "organization": {**_organization(), **of, **reached},
        "service": {**offered, **_service(), **reached},
        "helpline": {**offered, **_helpline(), "sources": of["sources"], "serves": of["serves"], **called},
    }


def _reached(proof: Mapping[str, Check]) -> dict[str, Check]:
    """How and when somebody is reached."""
    return {
        "phones": _each(_fields(number=_phone, label=_said(_NAME, needed=False), **proof), most=_MOST_PHONES),
        "email": _optional(_fields(value=_email, **proof)),
        "website": _optional(_fields(value=_url, **proof)),
        "address": _optional(_fields(text=partial(_text, most=_ADDRESS), confidential=_flag, **proof)),
        "hours": _optional(_fields(text=_said(_LINE), schedule=_optional(_schedule), **proof)),
        "spoken_languages": _each(_matching(r"[a-z]{2}", "language")),
        "alert": _optional(_fields(text=_said(_LINE), until=_day)),
    }


def _offered(proof: Mapping[str, Check]) -> dict[str, Check]:
    """What is given, and to whom."""
    taxonomy = read_taxonomy()
    return {
        "status": _one_of(get_args(Status)),
        "name": _said(_NAME),
        # Tables often hold no more than names; kind and needs then say what is given, and to whom.
        "description": _said(_PARAGRAPH, needed=False),
        "who": _said(_LINE, needed=False),
        "needs": _each(_one_of(taxonomy.needs)),
        "target_groups": _each(_one_of(taxonomy.target_groups)),
        "discretion": _optional(_fields(text=_said(_PARAGRAPH), **proof)),
        "first_contact": _optional(_fields(text=_said(_PARAGRAPH), **proof)),
    }


def _organization() -> dict[str, Check]:
    return {
        "status": _one_of(get_args(Status)),
        "name": _said(_NAME),
        "aliases": _lists(_NAME),
        "legal_status": partial(_text, needed=False),
        "legal_code": _optional(_matching(r"\d{7}|\d{9}", "legal_code")),
        "parent": _optional(_matching(ORGANIZATION_ID.pattern, "id")),
    }


def _service() -> dict[str, Check]:
    taxonomy = read_taxonomy()
    return {
        "kind": _one_of(taxonomy.kinds),
        "route": _one_of(ROUTES),
        "categories": _each(_one_of(taxonomy.categories)),
        "how_to_get": _lists(_LINE),
        "cost": _optional(_said(_LINE)),
        "night_intake": _flag,
        "statutory": _flag,
    }


def _helpline() -> dict[str, Check]:
    return {
        "verification": _matching(r"[a-z_]{0,40}", "term"),
        "number": _optional(_phone),
        "ways": _each(_way),
        "languages_known": _flag,
        "free": _optional(_flag),
        "danger_order": _order,
        "crisis_topics": _each(_one_of(TOPICS)),
    }
