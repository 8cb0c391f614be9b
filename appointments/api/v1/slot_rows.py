"""Free times as the API writes them: up to two thousand rows, so each costs as little as it can."""

import json
from datetime import timedelta
from functools import cache, lru_cache

from appointments.rules.availability import FreeDay
from appointments.rules.local_time import instant
from appointments.rules.ticks import (
    MINUTES_PER_DAY,
    TICK_MINUTES,
    clock_change_mask,
    set_bytes,
)
from borgerservice.kernel.clock import COPENHAGEN

_DAY, _OFFSET = "D", "Z"
_TICKS_IN_BYTE = range(8)


@lru_cache(maxsize=64)
def slots(days: tuple[FreeDay, ...], minutes: int) -> bytes:
    """The whole answer; while nothing changes at a centre, it need not be written anew."""
    rows = ",".join([slot_rows(day, minutes) for day in days])
    return f'{{"results":[{rows}],"next":null}}'.encode()


@lru_cache(maxsize=8192)
def slot_rows(free: FreeDay, minutes: int) -> str:
    """The starts of a day with their ends, ISO 8601 with Denmark's offset, as the JSON of a list.

    The brackets are left to whoever joins the days. Where the clock stands still all day, the
    offset is that of midnight.
    """
    last_start = (free.bits.bit_length() - 1) * TICK_MINUTES
    if clock_change_mask(free.day) or last_start + minutes >= MINUTES_PER_DAY:
        return _one_by_one(free, minutes)
    rows = ",".join([_rows_of(place, byte, minutes) for place, byte in set_bytes(free.bits)])
    offset = instant(free.day, 0).astimezone(COPENHAGEN).isoformat()[-6:]
    return rows.replace(_DAY, free.day.isoformat()).replace(_OFFSET, offset)


@cache
def _rows_of(place: int, byte: int, minutes: int) -> str:
    """The rows of eight ticks of any day: 36 places of 255 patterns for each length at most."""
    starts = [(8 * place + bit) * TICK_MINUTES for bit in _TICKS_IN_BYTE if byte >> bit & 1]
    return ",".join(
        f'{{"start":"{_at(start)}","end":"{_at(start + minutes)}"}}' for start in starts
    )


def _at(minute: int) -> str:
    return f"{_DAY}T{minute // 60:02}:{minute % 60:02}:00{_OFFSET}"


def _one_by_one(free: FreeDay, minutes: int) -> str:
    length = timedelta(minutes=minutes)
    rows = [
        {
            "start": start.astimezone(COPENHAGEN).isoformat(),
            "end": (start + length).astimezone(COPENHAGEN).isoformat(),
        }
        for start in free.starts
    ]
    return json.dumps(rows, separators=(",", ":"))[1:-1]
