"""Records as columns, so that all of them are scored at once, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from index.contacts import dialled
from index.hours import state_at
from index.records import COUNTRY, Directory, Helpline, Organization, Service

Record = Service | Helpline
Flags = npt.NDArray[np.bool_]
Shares = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

# A service's first need is what it is for; later ones are what it also helps with.
NEED_ORDER = (1.0, 0.92, 0.82, 0.74, 0.68)


class Columns:
    """One row a record. Rows of places are made when a place is first asked for."""

    def __init__(self, directory: Directory, needs: Sequence[str], records: Sequence[Record]) -> None:
        self._directory = directory
        self.records: tuple[Record, ...] = tuple(records)
        self.row = {record.id: row for row, record in enumerate(self.records)}
        self.owners = tuple(_owner(record) for record in self.records)
        self._organizations = tuple(
            directory.organizations[record.organization_id] if isinstance(record, Service) else None
            for record in self.records
        )
        self._needs = tuple(needs)
        self._need_of, self._share_of = _needs_of(self.records, needs)
        self._here: dict[str | None, Flags] = {}
        self._own: dict[str, tuple[Flags, Flags]] = {}
        self._county: dict[str, Flags] = {}

    def __len__(self) -> int:
        return len(self.records)

    def prepare(self) -> None:
        """Makes the columns that every question looks at, so that the first one after a change is not a slow one."""
        for name, value in vars(Columns).items():
            if isinstance(value, cached_property):
                getattr(self, name)

    def shares_of_needs(self, chances: Shares, rows: Rows | slice = slice(None)) -> Shares:
        """Each record's likeliest need; needs that it names later count less. `chances` ends with a zero."""
        result: Shares = (chances[self._need_of[rows]] * self._share_of[rows]).max(axis=1)
        return result

    def shares_of(self, chances: Mapping[str, float]) -> Shares:
        """The same from chances by the needs' ids."""
        return self.shares_of_needs(
            np.array([chances.get(need, 0.0) for need in self._needs] + [0.0], dtype=np.float32)
        )

    def take_from(self, chances: Shares, row: int, share: float) -> None:
        """Lowers the chances of the needs that a record answers, by this share of what it answers them."""
        chances[self._need_of[row]] *= 1.0 - np.float32(share) * self._share_of[row]

    @cached_property
    def is_line(self) -> Flags:
        return np.array([isinstance(record, Helpline) for record in self.records], dtype=bool)

    @cached_property
    def is_statutory(self) -> Flags:
        return np.array([isinstance(record, Service) and record.statutory for record in self.records], dtype=bool)

    @cached_property
    def is_nationwide(self) -> Flags:
        """Is for everybody in the country."""
        owners = (owner or record for record, owner in zip(self.records, self._organizations, strict=True))
        return np.array([not isinstance(owner, Service) and COUNTRY in owner.serves for owner in owners], dtype=bool)

    @cached_property
    def takes_in_at_night(self) -> Flags:
        return np.array([isinstance(record, Service) and record.night_intake for record in self.records], dtype=bool)

    @cached_property
    def is_reachable(self) -> Flags:
        """Has a telephone or an e-mail of its own, or its institution has."""
        pairs = zip(self.records, self._organizations, strict=True)
        return np.array([_is_reachable(record, owner) for record, owner in pairs], dtype=bool)

    @cached_property
    def freshness(self) -> Rows:
        """Larger for records that were verified or published more recently; undated ones are the oldest."""
        pairs = zip(self.records, self._organizations, strict=True)
        _, numbers = np.unique([_newest_date(record, owner) for record, owner in pairs], return_inverse=True)
        return numbers.astype(np.int64)

    @cached_property
    def house(self) -> Rows:
        """The institution that stands behind each record, as a number: records of one house are one answer."""
        houses = _houses(self._directory)
        _, numbers = np.unique([houses.get(owner, owner) for owner in self.owners], return_inverse=True)
        return numbers.astype(np.int64)

    @cached_property
    def _rows_of(self) -> Mapping[str, list[int]]:
        rows: dict[str, list[int]] = defaultdict(list)
        for row, owner in enumerate(self.owners):
            rows[owner].append(row)
        return rows

    @cached_property
    def _groups(self) -> Rows:
        """Each record's target groups, a bit for each."""
        return np.array([self._mask(record.target_groups) for record in self.records], dtype=np.int64)

    @cached_property
    def _bits(self) -> Mapping[str, int]:
        groups = sorted({group for record in self.records for group in record.target_groups})
        return {group: 1 << at for at, group in enumerate(groups)}

    def _mask(self, groups: Iterable[str]) -> int:
        return sum(self._bits.get(group, 0) for group in set(groups))

    def owned_by(self, shares: Mapping[str, float]) -> Shares:
        """The share of each record's institution."""
        result = np.zeros(len(self), dtype=np.float32)
        for owner, share in shares.items():
            result[self._rows_of.get(owner, [])] = share
        return result

    def for_groups(self, groups: Iterable[str]) -> Flags:
        """Records that name one of these target groups."""
        result: Flags = (self._groups & self._mask(groups)) != 0
        return result

    def in_category(self, category: str) -> Flags:
        flags = self._categories.get(category)
        return np.zeros(len(self), dtype=bool) if flags is None else flags

    @cached_property
    def _categories(self) -> Mapping[str, Flags]:
        own = [record.categories if isinstance(record, Service) else () for record in self.records]
        return {name: np.array([name in names for names in own], dtype=bool) for name in set().union(*own)}

    def of_status(self, statuses: Iterable[str]) -> Flags:
        """Records whose own status, or else their institution's, is one of these."""
        return np.isin(self._statuses, list(statuses))

    @cached_property
    def _statuses(self) -> npt.NDArray[np.str_]:
        pairs = zip(self.records, self._organizations, strict=True)
        return np.array([_status(record, owner) for record, owner in pairs], dtype=str)

    def speaking(self, language: str) -> Flags:
        """Records where this language is said to be spoken; Lithuanian also where nothing is said."""
        flags = self._speaking.get(language)
        return np.zeros(len(self), dtype=bool) if flags is None else flags

    @cached_property
    def _speaking(self) -> Mapping[str, Flags]:
        said = [
            record.spoken_languages or (owner.spoken_languages if owner else ()) or ("lt",)
            for record, owner in zip(self.records, self._organizations, strict=True)
        ]
        return {code: np.array([code in codes for codes in said], dtype=bool) for code in set().union(*said)}

    def maybe_open(self, moment: datetime, candidates: Flags) -> Flags:
        """Those of the candidates that are open at a moment, or whose hours are not known."""
        result = np.zeros(len(self), dtype=bool)
        is_closed = cache(lambda rule: state_at(rule, moment).open_now is False)
        for row in np.flatnonzero(candidates).tolist():
            result[row] = not all(is_closed(rule) for rule in _rules(self.records[row], self._organizations[row]))
        return result

    def here(self, place: str | None) -> Flags:
        """Whether somebody of this place may ask there. The law's promise needs a place to be somebody's."""
        if place not in self._here:
            pairs = zip(self.records, self._organizations, strict=True)
            self._here[place] = np.array([_serves(record, owner, place) for record, owner in pairs], dtype=bool)
        return self._here[place]

    def own_and_served(self, place: str) -> tuple[Flags, Flags]:
        """Records that stand in the municipality, and those that serve it from elsewhere."""
        if place not in self._own:
            own = np.array([o is not None and o.municipality == place for o in self._organizations], dtype=bool)
            served = np.array([o is not None and place in o.serves for o in self._organizations], dtype=bool)
            self._own[place] = own, served & ~own
        return self._own[place]

    def same_county(self, place: str) -> Flags:
        if place not in self._county:
            municipality = self._directory.municipality(place)
            county = municipality.county if municipality else None
            towns = {m.official for m in self._directory.municipalities.values() if county and m.county == county}
            near = [o is not None and o.municipality in towns for o in self._organizations]
            self._county[place] = np.array(near, dtype=bool)
        return self._county[place]


def serves(record: Record, directory: Directory, place: str | None) -> bool:
    """Whether somebody of this place may ask there."""
    owner = directory.organizations[record.organization_id] if isinstance(record, Service) else None
    return _serves(record, owner, place)


def _serves(record: Record, owner: Organization | None, place: str | None) -> bool:
    if isinstance(record, Helpline):
        return record.serves_place(place)
    if owner is None or place in (None, COUNTRY):
        return not record.statutory
    return place in owner.serves or COUNTRY in owner.serves or owner.municipality == place


def _rules(record: Record, owner: Organization | None) -> tuple[str | None, ...]:
    """Opening hours of a record's ways, of which one that is open is enough; None where they are not known."""
    if isinstance(record, Helpline):
        return tuple(way.schedule for way in record.ways)
    hours = record.hours or (owner.hours if owner else None)
    return (hours.schedule if hours else None,)


def _is_reachable(record: Record, owner: Organization | None) -> bool:
    return isinstance(record, Helpline) or any(of.phones or of.email for of in (record, owner) if of)


def _status(record: Record, owner: Organization | None) -> str:
    return owner.status if owner and record.status == "active" else record.status


def _newest_date(record: Record, owner: Organization | None) -> str:
    """ISO date, perhaps only a year, on which somebody last verified or published something of it; empty for never."""
    dates = [source.date for source in (owner or record).sources]  # type: ignore[union-attr]
    dates += [record.verified.on] if record.verified else []
    for holder in (record, owner):
        if holder is not None:
            contacts = (holder.email, holder.website)
            if not isinstance(holder, Helpline):
                contacts += (holder.address, holder.hours, *holder.phones)  # type: ignore[assignment]
            dates += [contact.verified.on for contact in contacts if contact and contact.verified]
    return max((date for date in dates if date), default="")


def _owner(record: Record) -> str:
    return record.organization_id if isinstance(record, Service) else record.id


def _needs_of(records: Sequence[Record], needs: Sequence[str]) -> tuple[Rows, Shares]:
    """Numbers of each record's needs, and what each counts; missing ones point behind the last need."""
    number = {need: at for at, need in enumerate(needs)}
    of = np.full((len(records), len(NEED_ORDER)), len(needs), dtype=np.int64)
    shares = np.zeros(of.shape, dtype=np.float32)
    for row, record in enumerate(records):
        for at, (need, share) in enumerate(zip(record.needs, NEED_ORDER, strict=False)):
            of[row, at], shares[row, at] = number.get(need, len(needs)), share
    return of, shares


# Reading a number takes time, and ten thousand stay what they were when one changes.
_dialled = lru_cache(maxsize=200_000)(dialled)


def _houses(directory: Directory) -> dict[str, str]:
    """Whose contact a record without one of its own has: a unit's parent's, a line's institution's."""
    houses = {
        organization.id: organization.parent
        for organization in directory.organizations.values()
        if organization.parent and not (organization.phones or organization.email or organization.address)
    }
    numbers = {
        _dialled(phone.number): organization.id
        for organization in directory.organizations.values()
        if organization.status == "active"
        for phone in organization.phones
    }
    for organization in directory.organizations.values():
        municipality = directory.municipality(organization.municipality)
        office = directory.organizations.get(municipality.id) if municipality else None
        numbers_here = {phone.number for phone in organization.phones}
        if office and numbers_here and numbers_here <= {phone.number for phone in office.phones}:
            houses[organization.id] = office.id
    return houses | {
        line.id: numbers[_dialled(line.number)]
        for line in directory.shown_helplines()
        if line.number and _dialled(line.number) in numbers
    }
