"""Which times are free, and at which desk: bit arithmetic over the rows of one range scan."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Final, NamedTuple, TypeVar

from appointments.rules.local_time import instant, wall_clock
from appointments.rules.ticks import (
    ALL_DAY,
    MINUTES_PER_DAY,
    TICK_MINUTES,
    TICKS_PER_DAY,
    clock_change_mask,
    doubling_shifts,
    from_minute_on,
    from_words,
    mask,
    minutes_of,
    possible_starts,
    starts,
    to_words,
)

Desk = TypeVar("Desk")

DeskDay = tuple[date, int, int, int, int, int, int, int]
"""A day, what the desk can do, and its six words of busy ticks."""

HeldDeskDay = tuple[date, int, int, int, int, int, int, int, int, datetime | None, datetime | None]
"""A desk-day, its desk, and when a hold there that is over begins and ends; once for each hold."""

_NOBODY_FREE: Final = ALL_DAY
_QUARTER: Final = 15
_AFTER_MIDNIGHT: Final = {
    minute: timedelta(minutes=minute) for minute in range(0, MINUTES_PER_DAY, TICK_MINUTES)
}


class Audience(StrEnum):
    """Who looks for a time; each sees what the one before sees, and more."""

    EVERYONE = "everyone"
    STAFF = "staff"  # what is kept for phone and desk, and days not open yet
    WALK_IN = "walk_in"  # places given back that come free later


class FreeDay(NamedTuple):
    """A local day and the ticks of it at which a visit may start."""

    day: date
    bits: int

    @property
    def minutes(self) -> tuple[int, ...]:
        """The same as minutes of the day, earliest first."""
        return tuple(minutes_of(self.bits))

    @property
    def starts(self) -> tuple[datetime, ...]:
        """The same as moments. Where the clock stands still all day, they count from midnight."""
        if clock_change_mask(self.day):
            return tuple(instant(self.day, minute) for minute in self.minutes)
        midnight = instant(self.day, 0)
        return tuple([midnight + _AFTER_MIDNIGHT[minute] for minute in self.minutes])


def free_starts(
    desk_days: Iterable[DeskDay],
    *,
    minutes: int,
    needed_caps: int,
    step: int = TICK_MINUTES,
    not_before: tuple[date, int] | None = None,
) -> tuple[FreeDay, ...]:
    """Return the days with room, and on each the ticks at which a visit of that length may start.

    A tick qualifies when at least one desk that can do all of `needed_caps` stays free for the
    whole visit. The rows come ordered by day. `not_before` is the first Danish day and minute that
    may still be booked (`local_time.wall_clock(now + lead)`).
    """
    shifts = doubling_shifts(minutes)
    possible = possible_starts(minutes, step)
    first_day = not_before[0] if not_before else date.min
    found: list[FreeDay] = []
    current = date.min
    blocked = _NOBODY_FREE

    for day, caps, w0, w1, w2, w3, w4, w5 in desk_days:
        if day != current:
            if free := possible & ~blocked:
                found.append(FreeDay(current, free))
            current, blocked = day, _NOBODY_FREE
        if day < first_day or caps & needed_caps != needed_caps:
            continue
        busy = w0 | w1 << 48 | w2 << 96 | w3 << 144 | w4 << 192 | w5 << 240
        for shift in shifts:
            busy |= busy >> shift
        blocked &= busy
    if free := possible & ~blocked:
        found.append(FreeDay(current, free))
    return starts_from(tuple(found), not_before) if not_before else tuple(found)


def starts_from(found: tuple[FreeDay, ...], not_before: tuple[date, int]) -> tuple[FreeDay, ...]:
    """Return of the days, in order, those with starts from a day and minute on, and these."""
    first_day, first_minute = not_before
    while found and found[0].day < first_day:
        found = found[1:]
    if found and found[0].day == first_day:
        free = from_minute_on(found[0].bits, first_minute)
        return (FreeDay(first_day, free), *found[1:]) if free else found[1:]
    return found


def ticks_of(starts_at: datetime, busy_until: datetime) -> int:
    """Return the ticks of its day that a visit or a hold covers, the time after it included."""
    _day, minute = wall_clock(starts_at)
    return mask(minute, int((busy_until - starts_at).total_seconds()) // 60)


def with_holds_over(rows: Iterable[HeldDeskDay]) -> Iterator[tuple[int, DeskDay]]:
    """Give every desk-day once, with its desk, the ticks of holds that are over free again.

    The rows come ordered by day and desk.
    """
    for (_day, desk), same in groupby(rows, key=lambda row: (row[0], row[8])):
        held = 0
        for row in same:
            if row[9] is not None and row[10] is not None:
                held |= ticks_of(row[9], row[10])
        busy = from_words(row[2:8]) & ~held
        yield desk, (row[0], row[1], *to_words(busy))


def free_quarters(desk_days: Iterable[DeskDay], *, not_before: tuple[date, int]) -> int:
    """Count the quarters of an hour that are free, at every desk by itself."""
    first_day, first_minute = not_before
    count = 0
    for day, _caps, *words in desk_days:
        free = starts(from_words(tuple(words)), _QUARTER, _QUARTER)  # type: ignore[arg-type]
        if day == first_day:
            free = from_minute_on(free, first_minute)
        count += free.bit_count() if day >= first_day else 0
    return count


def pick_desk(
    desks: Iterable[tuple[Desk, int, int, int, int, int, int, int]],
    *,
    start_minute: int,
    minutes: int,
    needed_caps: int,
) -> Desk | None:
    """Choose the desk for a visit among the desks of one day, or None when all are taken.

    Reading: the desk with the fewest abilities the visit does not need, so that the desks that can
    do the rare things stay free for them; among those the tightest gap, so that long visits still
    find room; then the first in the order given.
    """
    visit = mask(start_minute, minutes)
    best: tuple[int, int] | None = None
    choice: Desk | None = None
    for desk, caps, w0, w1, w2, w3, w4, w5 in desks:
        busy = from_words((w0, w1, w2, w3, w4, w5))
        if caps & needed_caps != needed_caps or busy & visit:
            continue
        rank = ((caps & ~needed_caps).bit_count(), _gap_around(visit, busy))
        if best is None or rank < best:
            best, choice = rank, desk
    return choice


def _gap_around(visit: int, busy: int) -> int:
    """Count the free ticks in a row of which the visit would take its part."""
    before = busy & ((visit & -visit) - 1)
    after = busy >> visit.bit_length()
    ends_after = (after & -after).bit_length() - 1 if after else TICKS_PER_DAY - visit.bit_length()
    return visit.bit_length() + ends_after - before.bit_length()
