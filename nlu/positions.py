"""Which municipality a point on the map lies in, for a location shared in a chat.

The borders are data (``data/municipality_areas.json``; how they were made and how exact they are: docs/concepts.md).
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_AREAS = Path(__file__).parent / "data" / "municipality_areas.json"
_PER_DEGREE = 10_000  # the file counts in ten-thousandths of a degree
_KM = np.array([63.5, 111.3])  # of a degree of longitude and of latitude, in the middle of Lithuania
_COAST = 21.3  # degrees east: the sea and the lagoon lie west of it
_ALONG_COAST = 1.5  # km; the coastline is coarse, and people stand on piers, ferries and dunes
_NEAREST = 3

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Borders:
    """The sides of all areas, area after area: their ends in km east and north, and where each area's sides begin."""

    names: tuple[str, ...]
    begins: NDArray[np.intp]
    owners: NDArray[np.intp]
    starts: _Floats
    ends: _Floats

    def around(self, point: _Floats) -> NDArray[np.intp]:
        """Give the areas that the point lies in: one, or none; a ray to the east leaves them an odd number of times."""
        (x, y), (x0, y0), (x1, y1) = point, self.starts.T, self.ends.T
        met = np.flatnonzero((y0 > y) != (y1 > y))
        share = (y - y0[met]) / (y1[met] - y0[met])
        east = met[x0[met] + share * (x1[met] - x0[met]) > x]
        return np.flatnonzero(np.bincount(self.owners[east], minlength=len(self.names)) % 2)

    def distances(self, point: _Floats) -> _Floats:
        """Give the way from the point to each area in km, 0 where it lies inside."""
        sides = self.ends - self.starts
        lengths = np.maximum((sides**2).sum(axis=1), 1e-12)
        share = np.clip(((point - self.starts) * sides).sum(axis=1) / lengths, 0, 1)
        ways = np.hypot(*(self.starts + share[:, None] * sides - point).T)
        nearest: _Floats = np.minimum.reduceat(ways, self.begins)
        nearest[self.around(point)] = 0
        return nearest


def municipality_at(latitude: float, longitude: float) -> str | None:
    """Give the official name of the municipality at a point in degrees (WGS 84); None outside Lithuania."""
    borders, point = _read_borders(), _kilometres(latitude, longitude)
    found = borders.around(point)
    if found.size:
        return borders.names[int(found[0])]
    on_coast = longitude < _COAST and borders.distances(point).min() <= _ALONG_COAST
    return near(latitude, longitude)[0] if on_coast else None


def near(latitude: float, longitude: float) -> tuple[str, ...]:
    """Give the three municipalities nearest to a point in degrees, the nearest first; from abroad too."""
    borders = _read_borders()
    order = borders.distances(_kilometres(latitude, longitude)).argsort(kind="stable")
    return tuple(borders.names[index] for index in order[:_NEAREST])


def _kilometres(latitude: float, longitude: float) -> _Floats:
    point: _Floats = np.array([longitude, latitude]) * _KM
    return point


@cache
def _read_borders() -> _Borders:
    areas: dict[str, list[list[int]]] = json.loads(_AREAS.read_text(encoding="utf-8"))["areas"]
    starts, ends, counts = [], [], []
    for rings in areas.values():
        corners = [np.array(ring).reshape(-1, 2) * _KM / _PER_DEGREE for ring in rings]
        starts += corners
        ends += [np.roll(ring, -1, axis=0) for ring in corners]
        counts.append(sum(map(len, corners)))
    return _Borders(
        names=tuple(areas),
        begins=np.cumsum([0, *counts[:-1]]),
        owners=np.repeat(np.arange(len(areas)), counts),
        starts=np.concatenate(starts),
        ends=np.concatenate(ends),
    )
