"""Free times as the API writes them: up to two thousand rows, so each costs as little as it can."""

from datetime import timedelta

from appointments.rules.local_time import instant
from appointments.rules.ticks import MINUTES_PER_DAY, clock_change_mask
from appointments.selectors import FreeDay
from borgerservice.kernel.clock import COPENHAGEN

_ON_THE_CLOCK = [f"T{minute // 60:02}:{minute % 60:02}:00" for minute in range(MINUTES_PER_DAY)]


def slot_rows(free: FreeDay, minutes: int) -> list[dict[str, str]]:
    """The starts of a day with their ends, as ISO 8601 with Denmark's offset.

    Where the clock stands still all day, the offset is that of midnight.
    """
    if clock_change_mask(free.day) or not free.minutes:
        return _one_by_one(free, minutes)
    if free.minutes[-1] + minutes >= MINUTES_PER_DAY:
        return _one_by_one(free, minutes)
    day = free.day.isoformat()
    offset = instant(free.day, 0).astimezone(COPENHAGEN).isoformat()[-6:]
    shown = _ON_THE_CLOCK
    return [
        {
            "start": f"{day}{shown[start]}{offset}",
            "end": f"{day}{shown[start + minutes]}{offset}",
        }
        for start in free.minutes
    ]


def _one_by_one(free: FreeDay, minutes: int) -> list[dict[str, str]]:
    length = timedelta(minutes=minutes)
    return [
        {
            "start": start.astimezone(COPENHAGEN).isoformat(),
            "end": (start + length).astimezone(COPENHAGEN).isoformat(),
        }
        for start in free.starts
    ]
