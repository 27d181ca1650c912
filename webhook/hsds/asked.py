"""The standard's query parameters, read strictly; what is not one of an address's own is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import request

from index.hours import VILNIUS
from webhook.refusals import Refusal

_PAGE, _MOST, _LONGEST = 50, 100, 200
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}
LIST = ("search", "page", "per_page", "format")


@dataclass(frozen=True)
class Asked:
    """What is asked of a list. `modified_after` is in UTC; `per_page` None is the usual size."""

    search: str = ""
    page: int = 1
    per_page: int | None = None
    format: str = "json"
    taxonomy_term_id: str | None = None
    taxonomy_id: str | None = None
    organization_id: str | None = None
    parent_id: str | None = None
    modified_after: datetime | None = None
    minimal: bool = False
    full: bool = False
    full_service: bool = False
    top_only: bool = False

    @property
    def size(self) -> int:
        return self.per_page or _PAGE


def read_asked(*known: str) -> Asked:
    """The parameters of the request. Raises Refusal for any that is unknown here, or cannot be read."""
    values: dict[str, Any] = {}
    for name, given in request.args.items(multi=True):
        if name not in known:
            raise Refusal("unknown_field", name if name in _READ or name in _UNSUPPORTED else None)
        try:
            values[name] = _READ[name](given)
        except (ValueError, KeyError):
            raise Refusal("bad_value", name) from None
    return Asked(**values)


def _text(given: str) -> str:
    if not given.strip() or len(given) > _LONGEST or "\x00" in given:
        raise ValueError
    return given.strip()


def _number(most: int) -> Callable[[str], int]:
    def read(given: str) -> int:
        number = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
        if not 1 <= number <= most:
            raise ValueError
        return number

    return read


def _truth(given: str) -> bool:
    return _TRUTHS[given.casefold()]


def _format(given: str) -> str:
    if given not in ("json", "ndjson"):
        raise ValueError
    return given


def _moment(given: str) -> datetime:
    """An ISO date or time; local unless it says otherwise. A plus sign that became a blank in the address is one."""
    moment = datetime.fromisoformat(given.strip().replace(" 0", "+0") if "T" in given else given)
    if not 1900 < moment.year < 3000:
        raise ValueError
    return (moment if moment.tzinfo else moment.replace(tzinfo=VILNIUS)).astimezone(UTC)


# A postcode says nothing here: there are no coordinates of Lithuania's postcodes in the directory.
_UNSUPPORTED = ("postcode", "proximity")
_READ: Mapping[str, Callable[[str], object]] = {
    "search": _text,
    "page": _number(10**6),
    "per_page": _number(_MOST),
    "format": _format,
    "taxonomy_term_id": _text,
    "taxonomy_id": _text,
    "organization_id": _text,
    "parent_id": _text,
    "modified_after": _moment,
    "minimal": _truth,
    "full": _truth,
    "full_service": _truth,
    "top_only": _truth,
}
