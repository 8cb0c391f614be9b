"""When a desk is open: weekly hours but on holidays, and extra openings; less what closes it.

A closure beats an extra opening, an absence beats both, and nothing opens the hour in which the
clock changes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import Final

from appointments.rules.ticks import (
    ALL_DAY,
    MINUTES_PER_DAY,
    TICK_MINUTES,
    clock_change_mask,
    mask,
    mask_within,
)

_DAYS_PER_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class OpeningPeriod:
    """Hours of one weekday (0 is Monday), from and to and including the days of its validity."""

    weekday: int
    opens_minute: int
    closes_minute: int
    valid_from: date | None = None
    valid_to: date | None = None
    is_of_door: bool = False

    def holds_on(self, day: date) -> bool:
        """Tell whether these hours are the hours of that very day."""
        return (
            day.weekday() == self.weekday
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )


@dataclass(frozen=True, slots=True)
class Extra:
    """Hours of one day that are open although the weekly hours or a holiday say no."""

    day: date
    opens_minute: int
    closes_minute: int


@dataclass(frozen=True, slots=True)
class Closing:
    """A closure or an absence: on each of its days, both ends included, between two minutes."""

    first_day: date
    last_day: date
    from_minute: int = 0
    to_minute: int = MINUTES_PER_DAY


class HoursProblem(StrEnum):
    """What can be wrong with hours somebody entered; the doors have the sentences."""

    NO_SUCH_WEEKDAY = "no_such_weekday"
    OUTSIDE_THE_DAY = "outside_the_day"
    OFF_THE_GRID = "off_the_grid"
    ENDS_BEFORE_IT_BEGINS = "ends_before_it_begins"
    OVERLAPS = "overlaps"
    NO_SUCH_TIME = "no_such_time"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: in which entry, in which of its fields, and with which other entry."""

    code: HoursProblem
    index: int
    field: str
    other_index: int | None = None


def open_ticks(
    day: date,
    periods: Iterable[OpeningPeriod],
    closings: Iterable[Closing] = (),
    holiday_from: int | None = None,
    extras: Iterable[Extra] = (),
) -> int:
    """Return the ticks of a day in which a desk is open.

    `holiday_from` is the minute from which a holiday closes the day, 0 for the whole of it
    (`calendar.closed_from` knows). Reading: a tick is open only if all of it lies within the
    hours, and closed as soon as any of it lies within a closure.
    """
    opened = 0
    for period in periods:
        if period.holds_on(day):
            opened |= mask_within(period.opens_minute, period.closes_minute)
    if holiday_from is not None:
        opened &= ~_touched(holiday_from, MINUTES_PER_DAY)
    for extra in extras:
        if extra.day == day:
            opened |= mask_within(extra.opens_minute, extra.closes_minute)
    return opened & ~shut_ticks(day, closings) & ~clock_change_mask(day)


def closed_ticks(
    day: date,
    periods: Iterable[OpeningPeriod],
    closings: Iterable[Closing] = (),
    holiday_from: int | None = None,
    extras: Iterable[Extra] = (),
) -> int:
    """Return the other ticks of the day: those a desk-day is born busy with."""
    return ALL_DAY & ~open_ticks(day, periods, closings, holiday_from, extras)


def shut_ticks(day: date, closings: Iterable[Closing]) -> int:
    """Return the ticks of a day that closures or absences touch."""
    shut = 0
    for closing in closings:
        if closing.first_day <= day <= closing.last_day:
            shut |= _touched(closing.from_minute, closing.to_minute)
    return shut


def problems_with_periods(periods: Sequence[OpeningPeriod]) -> list[Problem]:
    """Find everything wrong with a set of weekly hours, in the order of the entries.

    Reading: door hours and hours of booked visits may lie over each other; hours that meet (until
    12, from 12) do not overlap; equal hours do, unless the days of their validity are apart.
    Overlaps are told at the later entry, and only of sound ones.
    """
    problems: list[Problem] = []
    sound: list[tuple[int, OpeningPeriod]] = []
    for index, period in enumerate(periods):
        found = list(_problems_of_period(index, period))
        problems += found
        if not found:
            sound.append((index, period))
    problems += (
        Problem(HoursProblem.OVERLAPS, later_index, "opens_minute", index)
        for (index, period), (later_index, later) in combinations(sound, 2)
        if period.weekday == later.weekday
        and period.is_of_door == later.is_of_door
        and period.opens_minute < later.closes_minute
        and later.opens_minute < period.closes_minute
        and _validities_meet(period, later)
    )
    return sorted(problems, key=lambda problem: problem.index)


def problems_with_closings(closings: Sequence[Closing]) -> list[Problem]:
    """Find everything wrong with a set of closures, in the order of the entries."""
    problems: list[Problem] = []
    sound: list[tuple[int, Closing]] = []
    for index, closing in enumerate(closings):
        found = list(_problems_of_minutes(index, closing, "from_minute", "to_minute"))
        if closing.last_day < closing.first_day:
            found.append(Problem(HoursProblem.ENDS_BEFORE_IT_BEGINS, index, "last_day"))
        problems += found
        if not found:
            sound.append((index, closing))
    problems += (
        Problem(HoursProblem.OVERLAPS, later_index, "first_day", index)
        for (index, closing), (later_index, later) in combinations(sound, 2)
        if closing.first_day <= later.last_day
        and later.first_day <= closing.last_day
        and closing.from_minute < later.to_minute
        and later.from_minute < closing.to_minute
    )
    return sorted(problems, key=lambda problem: problem.index)


def problems_with_extras(extras: Sequence[Extra]) -> list[Problem]:
    """Find everything wrong with a set of extra openings, in the order of the entries."""
    problems: list[Problem] = []
    sound: list[tuple[int, Extra]] = []
    for index, extra in enumerate(extras):
        found = list(_problems_of_minutes(index, extra, "opens_minute", "closes_minute"))
        if not found and not open_ticks(extra.day, (), extras=[extra]):
            found.append(Problem(HoursProblem.NO_SUCH_TIME, index, "opens_minute"))
        problems += found
        if not found:
            sound.append((index, extra))
    problems += (
        Problem(HoursProblem.OVERLAPS, later_index, "opens_minute", index)
        for (index, extra), (later_index, later) in combinations(sound, 2)
        if extra.day == later.day
        and extra.opens_minute < later.closes_minute
        and later.opens_minute < extra.closes_minute
    )
    return sorted(problems, key=lambda problem: problem.index)


def _touched(from_minute: int, to_minute: int) -> int:
    return mask(from_minute, to_minute - from_minute) if from_minute < to_minute else 0


def _problems_of_period(index: int, period: OpeningPeriod) -> Iterator[Problem]:
    if not 0 <= period.weekday < _DAYS_PER_WEEK:
        yield Problem(HoursProblem.NO_SUCH_WEEKDAY, index, "weekday")
    yield from _problems_of_minutes(index, period, "opens_minute", "closes_minute")
    bounded = period.valid_from is not None and period.valid_to is not None
    if bounded and not _validities_meet(period, period):
        yield Problem(HoursProblem.ENDS_BEFORE_IT_BEGINS, index, "valid_to")


def _problems_of_minutes(
    index: int, entry: OpeningPeriod | Closing | Extra, first_field: str, last_field: str
) -> Iterator[Problem]:
    first: int = getattr(entry, first_field)
    last: int = getattr(entry, last_field)
    for field, minute in ((first_field, first), (last_field, last)):
        if not 0 <= minute <= MINUTES_PER_DAY:
            yield Problem(HoursProblem.OUTSIDE_THE_DAY, index, field)
        elif minute % TICK_MINUTES:
            yield Problem(HoursProblem.OFF_THE_GRID, index, field)
    if last <= first:
        yield Problem(HoursProblem.ENDS_BEFORE_IT_BEGINS, index, last_field)


def _validities_meet(one: OpeningPeriod, other: OpeningPeriod) -> bool:
    first = max(one.valid_from or date.min, other.valid_from or date.min)
    last = min(one.valid_to or date.max, other.valid_to or date.max)
    return first <= last
