"""A record's form as its template shows it: groups of fields with values, choices, faults and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from index.directory.plain import PlainRecord
from index.directory.validation import Fault
from index.records import LANGUAGES, Directory, Language
from webhook.console.choices import Choice, choices_of
from webhook.console.drafts import sentences
from webhook.console.fields import GROUPS, Shape, shapes, texts_of
from webhook.console.forms import digest
from webhook.console.timetable import day_cells, spoken_everywhere
from webhook.console.wording import confirmation_of, field_name, lines_of

_SPARE_ROWS = 1
_WITHDRAWABLE = frozenset({"phones", "contact", "address", "hours", "statement"})


@dataclass(frozen=True)
class FieldView:
    """One field. name: of its inputs. seen: a digest of what is shown, by which a change of somebody else is noticed.

    now: what stands in the record where somebody else changed it meanwhile. rows: how many rows a list shows.
    """

    field: str
    name: str
    shape: Shape
    label: str
    value: Any
    seen: str
    missing: tuple[str, ...]
    confirmed: str
    choices: tuple[Choice, ...] = ()
    now: tuple[str, ...] = ()
    rows: int = 0
    withdrawable: bool = False

    @property
    def days(self) -> Mapping[str, str]:
        """What stands in the field of each day."""
        return day_cells((self.value or {}).get("schedule"))

    @property
    def spoken(self) -> Mapping[str, str]:
        """The rule in words."""
        return spoken_everywhere((self.value or {}).get("schedule"))

    @property
    def own_words(self) -> bool:
        """Whether the hours are written otherwise than the rule would say them."""
        return bool(self.value and self.value["text"] and self.value["text"] != self.spoken)

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(choice.name for choice in self.choices if choice.value in (self.value or ()))


@dataclass(frozen=True)
class GroupView:
    id: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True)
class FormView:
    """The whole form. missing: how many texts each language lacks; faults: sentences by input."""

    kind: str
    prefix: str
    groups: tuple[GroupView, ...]
    faults: Mapping[str, str]
    missing: Mapping[str, int]


def form_view(
    kind: str, shown: PlainRecord, now: PlainRecord, directory: Directory, language: Language,
    faults: Iterable[Fault] = (), conflicts: Mapping[str, Any] | None = None, rows: int = _SPARE_ROWS,
    prefix: str = "", fields: Iterable[str] | None = None,
) -> FormView:  # fmt: skip
    """`shown` is what the fields hold, `now` what the record holds; `fields` limits the form to some."""
    wanted = list(fields) if fields is not None else list(shapes(kind))

    def view(field: str, shape: Shape) -> FieldView:
        value = shown.get(field)
        offered = "ways" if shape == "ways" else field
        return FieldView(
            field=field, name=prefix + field, shape=shape, label=field_name(field, language), value=value,
            seen=digest(now.get(field)), missing=missing_languages(field, value) if field in texts_of(kind) else (),
            confirmed=confirmation_of(now.get(field), language), choices=choices_of(offered, directory, language),
            now=lines_of(field, conflicts[field], directory, language) if conflicts and field in conflicts else (),
            rows=rows + (len(value) if isinstance(value, list) else 0),
            withdrawable=bool(now.get(field)) and shape in _WITHDRAWABLE,
        )  # fmt: skip

    groups = tuple(
        GroupView(group.id, tuple(view(field, shape) for field, shape in group.fields.items() if field in wanted))
        for group in GROUPS[kind]
    )
    lacking = [language for group in groups for each in group.fields for language in each.missing]
    return FormView(
        kind, prefix, tuple(group for group in groups if group.fields), sentences(kind, faults, language, prefix),
        {code: lacking.count(code) for code in LANGUAGES if code in lacking},
    )  # fmt: skip


def missing_languages(field: str, value: Any) -> tuple[str, ...]:
    """The languages that a text lacks while another one has it."""
    text = value.get("text", {}) if isinstance(value, dict) and "text" in value else value
    if not isinstance(text, dict) or not any(text.values()):
        return ()
    return tuple(language for language in LANGUAGES if not text.get(language))


def incomplete(kind: str, record: PlainRecord) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each field of a record that lacks a language, with the languages."""
    for field in texts_of(kind):
        missing = missing_languages(field, record.get(field))
        if missing:
            yield field, missing
