"""Reads the fields of a record from a form, where each input is called by the path of its value: `phones.0.label.lt`.

Nothing that was typed is corrected here; what is wrong stays in the value, for the check and for the form to show.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import phonenumbers
from werkzeug.datastructures import MultiDict

from index.directory.plain import as_text
from index.directory.validation import phone_fault
from index.hours import DAYS
from index.records import LANGUAGES
from webhook.console.fields import Shape
from webhook.console.texts import texts
from webhook.console.timetable import rule_of, same_rule, spoken_everywhere

Form = MultiDict[str, str]
_PROOFS = frozenset({"source", "verified"})
_MOST_ROWS = 40
_LONGEST_ORDER = 4
# Without this a row is empty.
_NEEDED: Mapping[Shape, str] = {"phones": "number", "ways": "value"}
# Numbers with these beginnings are dialled as they are written.
_AS_WRITTEN = re.compile(r"1|0 ?800")


def read_field(shape: Shape, form: Form, name: str, now: Any) -> Any:
    """The plain value that the form gives a field, without its proof. `now` is what the record holds."""
    return _READERS[shape](form, name, now)


def digest(value: Any) -> str:
    """Changes when what a form shows of a value changes; sources and confirmations do not count."""
    return hashlib.sha256(as_text(bare(value)).encode()).hexdigest()[:16]


def bare(value: Any) -> Any:
    """A plain value without proofs, blanks around texts, and parts that hold nothing."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, list):
        return [bare(item) for item in value]
    if isinstance(value, dict):
        kept = {key: bare(item) for key, item in value.items() if key not in _PROOFS}
        if kept.get("schedule"):
            kept["schedule"] = same_rule(kept["schedule"])
        return {key: item for key, item in kept.items() if item not in (None, "", [], {})}
    return value


def proven(shape: Shape, value: Any, now: Any, source: Mapping[str, Any], verified: Mapping[str, str] | None) -> Any:
    """The value with sources and confirmations: the old ones where nothing has changed, else the new one."""
    proof = {"source": dict(source), "verified": dict(verified) if verified else None}
    if not value:
        return value
    if shape == "phones":
        known = {phone["number"]: phone for phone in now or ()}
        kept = {number: {name: phone[name] for name in _PROOFS} for number, phone in known.items()}
        return [{**phone, **kept.get(phone["number"], proof)} for phone in value]
    if shape in ("contact", "address", "hours", "statement"):
        unchanged = now and bare(now) == bare(value)
        return {**value, **({name: now[name] for name in _PROOFS} if unchanged else proof)}
    return value


def formatted(number: str) -> str:
    """A number as it is printed internationally; short codes, free numbers and wrong ones stay as typed."""
    if phone_fault(number) or _AS_WRITTEN.match(number):
        return number
    digits = re.sub(r"[^\d+]", "", number)
    parsed = phonenumbers.parse("+370" + digits[1:] if digits.startswith("0") else digits, "LT")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _clean(text: str | None) -> str:
    # Browsers count a line's end as one sign and send two.
    return (text or "").replace("\r\n", "\n").strip()


def _said(form: Form, name: str, _now: Any = None) -> dict[str, str]:
    found = {language: _clean(form.get(f"{name}.{language}")) for language in LANGUAGES}
    return {language: text for language, text in found.items() if text}


def _optional_said(form: Form, name: str, now: Any) -> dict[str, str] | None:
    return _said(form, name) or None


def _lists(form: Form, name: str, _now: Any) -> dict[str, list[str]]:
    """One text a line."""
    lines = {language: [line.strip() for line in text.split("\n")] for language, text in _said(form, name).items()}
    return {language: [line for line in texts if line] for language, texts in lines.items()}


def filled_rows(shape: Shape, form: Form, name: str) -> Iterator[str]:
    """The names of the rows that are filled in: `phones.0`, `phones.2`. Their order is that of the value's items."""
    for at in range(_MOST_ROWS if shape in _NEEDED else 0):
        if _clean(form.get(f"{name}.{at}.{_NEEDED[shape]}")):
            yield f"{name}.{at}"


def _phones(form: Form, name: str, now: Any) -> list[dict[str, Any]]:
    known = {phone["number"] for phone in now or ()}
    found = []
    for row in filled_rows("phones", form, name):
        number = _clean(form.get(f"{row}.number"))
        label = _said(form, f"{row}.label")
        found.append({"number": number if number in known else formatted(number), "label": label})
    return found


def _ways(form: Form, name: str, _now: Any) -> list[dict[str, Any]]:
    return [
        {
            "kind": form.get(f"{row}.kind", ""),
            "value": _clean(form.get(f"{row}.value")),
            "hours_text": _said(form, f"{row}.hours_text"),
            "schedule": _clean(form.get(f"{row}.schedule")) or None,
        }
        for row in filled_rows("ways", form, name)
    ]


def _contact(form: Form, name: str, _now: Any) -> dict[str, str] | None:
    value = _clean(form.get(f"{name}.value"))
    return {"value": value} if value else None


def _address(form: Form, name: str, _now: Any) -> dict[str, Any] | None:
    text = _clean(form.get(f"{name}.text"))
    return {"text": text, "confidential": f"{name}.confidential" in form} if text else None


def _hours(form: Form, name: str, now: Any) -> dict[str, Any] | None:
    """The words follow from the days, unless somebody wants their own or no day is filled in."""
    rule = rule_of({day: form.get(f"{name}.{day}", "") for day in DAYS}, always=f"{name}.always" in form)
    own = _said(form, f"{name}.text")
    if not rule and not own:
        return None
    words = own if f"{name}.own" in form or not rule else spoken_everywhere(rule) or own
    return {"text": words, "schedule": (now or {}).get("schedule") if _is_same(rule, now) else rule}


def _is_same(rule: str | None, now: Any) -> bool:
    return bool(now and rule and same_rule(now["schedule"]) == rule)


def _statement(form: Form, name: str, _now: Any) -> dict[str, Any] | None:
    text = _said(form, f"{name}.text")
    return {"text": text} if text else None


def _alert(form: Form, name: str, _now: Any) -> dict[str, Any] | None:
    """A phrase chosen from the list fills the languages that nobody has written."""
    phrase, text, until = form.get(f"{name}.phrase", ""), _said(form, f"{name}.text"), _clean(form.get(f"{name}.until"))
    for language in LANGUAGES:
        if phrase and language not in text:
            text[language] = str(texts(language)["keeping_phrases"].get(phrase, ""))
    return {"text": text, "until": until} if text or until else None


def _line(form: Form, name: str, _now: Any) -> str:
    return _clean(form.get(name))


def _optional_line(form: Form, name: str, _now: Any) -> str | None:
    return _clean(form.get(name)) or None


def _choices(form: Form, name: str, now: Any) -> list[str]:
    """What stays keeps its place, because the most fitting stands first; what is new follows."""
    chosen = form.getlist(name)
    kept = [value for value in now or () if value in chosen]
    return kept + [value for value in dict.fromkeys(chosen) if value not in kept]


def _flag(form: Form, name: str, _now: Any) -> bool:
    return name in form


def _maybe(form: Form, name: str, _now: Any) -> bool | None:
    return {"yes": True, "no": False}.get(form.get(name, ""))


def _order(form: Form, name: str, _now: Any) -> int | str:
    text = _clean(form.get(name))
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_ORDER else text


_READERS: Mapping[Shape, Callable[[Form, str, Any], Any]] = {
    "said": _said, "optional_said": _optional_said, "lists": _lists, "phones": _phones, "contact": _contact,
    "address": _address, "hours": _hours, "statement": _statement, "alert": _alert, "ways": _ways, "line": _line,
    "optional_line": _optional_line, "choice": _line, "choices": _choices, "flag": _flag, "maybe": _maybe,
    "order": _order,
}  # fmt: skip
