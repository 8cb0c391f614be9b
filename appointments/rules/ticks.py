"""A desk's day as one integer: 288 five-minute ticks of the wall clock, bit 0 at 00:00.

A set bit is a busy tick (or, for starts and openings, a tick that qualifies). The database keeps
the integer as six words of 48 bits, each safe in a signed 64-bit column of either database.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from borgerservice.kernel.clock import COPENHAGEN

MINUTES_PER_DAY: Final = 1440
TICK_MINUTES: Final = 5
TICKS_PER_DAY: Final = MINUTES_PER_DAY // TICK_MINUTES
WORD_BITS: Final = 48
WORDS_PER_DAY: Final = TICKS_PER_DAY // WORD_BITS
ALL_DAY: Final = (1 << TICKS_PER_DAY) - 1

Words = tuple[int, int, int, int, int, int]

_WORD: Final = (1 << WORD_BITS) - 1
_BYTES_PER_DAY: Final = TICKS_PER_DAY // 8
_MINUTES_IN_BYTE: Final = tuple(
    tuple(
        tuple((8 * place + bit) * TICK_MINUTES for bit in range(8) if value >> bit & 1)
        for value in range(256)
    )
    for place in range(_BYTES_PER_DAY)
)


def to_words(bitmap: int) -> Words:
    """Split a day into the six words the database keeps, earliest first."""
    if not 0 <= bitmap <= ALL_DAY:
        raise ValueError("a day has 288 ticks")
    return (
        bitmap & _WORD,
        bitmap >> 48 & _WORD,
        bitmap >> 96 & _WORD,
        bitmap >> 144 & _WORD,
        bitmap >> 192 & _WORD,
        bitmap >> 240,
    )


def from_words(words: Words) -> int:
    """Join the six words of the database to one day."""
    w0, w1, w2, w3, w4, w5 = words
    return w0 | w1 << 48 | w2 << 96 | w3 << 144 | w4 << 192 | w5 << 240


def mask(start_minute: int, minutes: int) -> int:
    """Return every tick a visit touches; half a tick is a whole one."""
    end_minute = start_minute + minutes
    if minutes <= 0 or start_minute < 0 or end_minute > MINUTES_PER_DAY:
        raise ValueError("a visit has a length and lies within one day")
    return _between(start_minute // TICK_MINUTES, -(-end_minute // TICK_MINUTES))


def mask_within(from_minute: int, to_minute: int) -> int:
    """Return the ticks that lie wholly between two minutes; none where there is no whole tick."""
    if not (0 <= from_minute <= MINUTES_PER_DAY and 0 <= to_minute <= MINUTES_PER_DAY):
        raise ValueError("both minutes lie within one day")
    return _between(-(-from_minute // TICK_MINUTES), to_minute // TICK_MINUTES)


def starts(busy: int, minutes: int, step: int = TICK_MINUTES) -> int:
    """Return the ticks at which a visit may start and be over before the next busy tick.

    Doubling: once a free run of four is known, one shift more makes it eight, so the length of
    the visit costs only its logarithm.
    """
    for shift in doubling_shifts(minutes):
        busy |= busy >> shift
    return possible_starts(minutes, step) & ~busy


@lru_cache(maxsize=512)
def doubling_shifts(minutes: int) -> tuple[int, ...]:
    """Return the shifts that spread a busy tick over every start whose visit would touch it."""
    ticks = _ticks_of(minutes)
    shifts: list[int] = []
    reached = 1
    while reached < ticks:
        shifts.append(min(reached, ticks - reached))
        reached += shifts[-1]
    return tuple(shifts)


@lru_cache(maxsize=512)
def possible_starts(minutes: int, step: int = TICK_MINUTES) -> int:
    """Return the starts an empty day would offer: on the grid, and over before midnight."""
    return start_grid(step) & _between(0, TICKS_PER_DAY - _ticks_of(minutes) + 1)


@lru_cache(maxsize=64)
def start_grid(step_minutes: int) -> int:
    """Return the ticks at whole steps since midnight: 00:00, 00:15, 00:30 for 15 minutes."""
    if step_minutes <= 0 or step_minutes % TICK_MINUTES:
        raise ValueError("a step is a number of whole five-minute ticks")
    return sum(1 << tick for tick in range(0, TICKS_PER_DAY, step_minutes // TICK_MINUTES))


def minutes_of(bitmap: int) -> list[int]:
    """Return the set ticks as minutes of the day, earliest first."""
    minutes: list[int] = []
    for minutes_in_byte, byte in zip(_MINUTES_IN_BYTE, _bytes_of(bitmap), strict=True):
        if byte:
            minutes += minutes_in_byte[byte]
    return minutes


def set_bytes(bitmap: int) -> list[tuple[int, int]]:
    """Return the eights of ticks in which some are set: which eight, and its pattern."""
    return [(place, byte) for place, byte in enumerate(_bytes_of(bitmap)) if byte]


def first_start(bitmap: int) -> int:
    """Return the earliest set tick as a minute of the day; one is set."""
    return ((bitmap & -bitmap).bit_length() - 1) * TICK_MINUTES


def from_minute_on(bitmap: int, minute: int) -> int:
    """Keep the ticks that begin at the minute or later."""
    tick = -(-minute // TICK_MINUTES)
    return bitmap >> tick << tick


@lru_cache(maxsize=1024)
def free_minutes_from(busy: int, minute: int) -> int:
    """Return how long a day stays free from a minute of it on."""
    after = busy >> minute // TICK_MINUTES
    if after:
        return ((after & -after).bit_length() - 1) * TICK_MINUTES
    return MINUTES_PER_DAY - minute


def clock_change_mask(day: date) -> int:
    """Close 02:00 to 03:00 on a day the clock changes; no tick on any other day.

    Reading: in March that hour does not exist and in October it exists twice, so no tick of it
    names one moment. As the ticks are closed, no visit can span the change either.
    """
    midnight = datetime.combine(day, time.min, COPENHAGEN)
    next_midnight = datetime.combine(day + timedelta(days=1), time.min, COPENHAGEN)
    changes = midnight.utcoffset() != next_midnight.utcoffset()
    return mask(120, 60) if changes else 0


def _ticks_of(minutes: int) -> int:
    if not 0 < minutes <= MINUTES_PER_DAY:
        raise ValueError("a visit lasts between one minute and one day")
    return -(-minutes // TICK_MINUTES)


def _between(first_tick: int, end_tick: int) -> int:
    return ((1 << (end_tick - first_tick)) - 1) << first_tick if end_tick > first_tick else 0


def _bytes_of(bitmap: int) -> bytes:
    return bitmap.to_bytes(_BYTES_PER_DAY, "little")
