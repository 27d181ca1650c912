"""What a person typed into a record's form, compared with what they saw and with what the record holds now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from index.directory.faults import fault_sentence
from index.directory.plain import PlainRecord
from index.directory.validation import Fault, faults_of
from index.hours import DAYS, UnreadableHours, read_schedule
from index.records import LANGUAGES, Directory, How, Language
from webhook.console.fields import PROVEN, PROVEN_AS_WHOLE, Shape, shapes
from webhook.console.forms import Form, digest, proven, read_field
from webhook.console.texts import texts
from webhook.console.timetable import day_cells

_EMPTY = "missing"
# What says „X is not a …“ says nothing where nothing stands.
_NOT_A = frozenset({"date", "email", "municipality", "phone", "term", "url"})
HOWS: tuple[How, ...] = ("phone", "email", "visit", "website")


@dataclass(frozen=True)
class Proof:
    """How somebody knows what they write. `how` is empty where they have not said it."""

    how: str
    address: str
    by: str
    on: str

    @property
    def source(self) -> dict[str, Any]:
        words = texts(LANGUAGES[0])
        title = urlsplit(self.address).hostname if self.how == "website" else None
        said = words["keeping_how_source"].format(how=words["keeping_hows"].get(self.how, ""))
        return {"url": self.address or None, "title": title or said.strip(), "date": self.on}

    @property
    def verified(self) -> dict[str, str] | None:
        return {"on": self.on, "by": self.by, "how": self.how} if self.how else None

    def faults(self) -> Iterator[Fault]:
        """What is missing, and an address that is none."""
        if self.how not in (*HOWS, "institution"):
            yield Fault("how", "how")
        elif self.address or self.how == "website":
            source = [{"url": self.address, "title": "", "date": None}]
            yield from (
                Fault("how_address", fault.code, fault.value) for fault in faults_of("helpline", "sources", source)
            )


@dataclass(frozen=True)
class Draft:
    """values: changed fields with their proofs. shown: the record as the form shows it again.

    conflicts: fields that somebody else changed since the form was opened, with what stands there now.
    """

    shown: PlainRecord
    values: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    conflicts: Mapping[str, Any] = field(default_factory=dict)


def read_draft(
    kind: str, form: Form, now: PlainRecord, proof: Proof, directory: Directory, prefix: str = "",
    fields: Collection[str] | None = None,
) -> Draft:  # fmt: skip
    """Only fields that stand in the form, and of these only what was touched; `fields` limits them further."""
    shown, values, conflicts = dict(now), {}, {}
    faults: list[Fault] = []
    for name, shape in shapes(kind).items():
        seen = form.get(f"{prefix}{name}.seen")
        if seen is None or (fields is not None and name not in fields):
            continue
        value = read_field(shape, form, prefix + name, now.get(name))
        if digest(value) in (seen, digest(now.get(name))):
            continue
        shown[name] = value
        if digest(now.get(name)) != seen:
            conflicts[name] = now.get(name)
        values[name] = proven(shape, value, now.get(name), proof.source, proof.verified)
        faults += [
            *field_faults(kind, name, values[name]),
            *_own_faults(name, value, now, form, prefix, proof, directory),
        ]
    if any(values[name] for name in PROVEN & values.keys()):
        faults += proof.faults()
    if PROVEN_AS_WHOLE & values.keys():
        values |= {"verified": proof.verified, "sources": [*now.get("sources", ()), proof.source]}
    return Draft(shown, values, tuple(faults), conflicts)


def field_faults(kind: str, name: str, value: Any) -> tuple[Fault, ...]:
    """The directory's own checks, with faults of hours at the days that are wrong."""
    found: list[Fault] = []
    for fault in faults_of(kind, name, value):
        if fault.field == "hours.schedule":
            found += _wrong_days(value["schedule"]) or [fault]
        elif ".verified" not in fault.field and ".source" not in fault.field:
            found.append(fault)
    return tuple(found)


def sentence_of(fault: Fault, language: Language) -> str:
    """What a person is told; codes of forms stand in the console's words."""
    code = _EMPTY if fault.code in _NOT_A and not fault.value else fault.code
    own = texts(language).get(f"keeping_fault_{code}")
    return str(own) if own else fault_sentence(code, language, fault.value)


def place_of(kind: str, path: str) -> str:
    """The input that a fault stands at: of a list the whole, of a text that is missing the Lithuanian one."""
    name, _, rest = path.partition(".")
    shape: Shape | None = shapes(kind).get(name)
    if shape == "choices":
        return name
    if shape == "lists":
        return ".".join(path.split(".")[:2])
    if rest.endswith("text") and shape in ("hours", "statement", "alert"):
        return f"{path}.{LANGUAGES[0]}"
    return f"{path}.{LANGUAGES[0]}" if shape in ("said", "optional_said") and not rest else path


def sentences(kind: str, faults: Iterable[Fault], language: Language, prefix: str = "") -> dict[str, str]:
    """The sentence of the first fault at each input."""
    found: dict[str, str] = {}
    for fault in faults:
        own = fault.field in ("how", "how_address", "id")
        found.setdefault(fault.field if own else prefix + place_of(kind, fault.field), sentence_of(fault, language))
    return found


def _own_faults(
    name: str, value: Any, now: PlainRecord, form: Form, prefix: str, proof: Proof, directory: Directory
) -> Iterator[Fault]:
    """What only a form can get wrong."""
    if name == "alert" and value and "" < value["until"] < proof.on:
        yield Fault("alert.until", "past")
    if name == "parent" and value and value not in directory.organizations:
        yield Fault("parent", "parent", value)
    before = now.get("hours") if name == "hours" and value and f"{prefix}hours.own" in form else None
    if before and value["schedule"] not in (None, before["schedule"]) and value["text"] == before["text"]:
        yield Fault("hours.own", "hours_words")


def _wrong_days(rule: str) -> list[Fault]:
    return [
        Fault(f"hours.{day}", "hours_cell", cell)
        for day, cell in day_cells(rule).items()
        if day in DAYS and cell and not _readable(f"{day} {cell.replace(', ', ',').replace('–', '-')}")
    ]


def _readable(rule: str) -> bool:
    try:
        return bool(read_schedule(rule))
    except (UnreadableHours, ValueError):
        return False
