"""Which of the free times to offer somebody first."""

from collections.abc import Iterable
from datetime import datetime


def nearest_starts(
    starts: Iterable[datetime], wanted: datetime, limit: int
) -> tuple[datetime, ...]:
    """Return the times closest to the one wanted, in the order of the clock."""
    closest = sorted(starts, key=lambda start: (abs(start - wanted), start))[:limit]
    return tuple(sorted(closest))
