"""What a reader of foreign files gives: organizations with their services, or the row that could not be read."""

from __future__ import annotations

from dataclasses import dataclass

from index.records import Helpline, Organization, Service


@dataclass(frozen=True)
class Where:
    """A place in a file. `line` counts from 1; in a file of one long line it is the number of the entry."""

    file: str
    line: int


@dataclass(frozen=True)
class Candidate:
    """An organization that wants to come in, with those of its services that this place of the file tells of.

    Ids are the ones that the records will keep: the same entry always gives the same ids.
    """

    where: Where
    organization: Organization
    services: tuple[Service, ...]


@dataclass(frozen=True)
class HelplineCandidate:
    """A help line that wants to come in: only our own export holds any."""

    where: Where
    helpline: Helpline


@dataclass(frozen=True)
class RowFault:
    """Why a row stays outside. `reason` is a key of `faults.yml`; `value` is what stands in the field, cut short."""

    where: Where
    field: str
    reason: str
    value: str = ""
