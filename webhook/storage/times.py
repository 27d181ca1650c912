"""Moments as the tables hold them: UTC, to the second, so that their texts sort as they do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def stamp(moment: datetime) -> str:
    """`2026-11-23T08:15:00+00:00`."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def stamp_before(moment: datetime, **ago: float) -> str:
    """The moment that lies this long before another: `stamp_before(now, minutes=30)`."""
    return stamp(moment - timedelta(**ago))
