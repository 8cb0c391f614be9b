"""The workload: which times are booked, the same in every run (seeds 42 and 7).

`single`: one centre, 5 desks, a 15-minute service, Monday to Friday 08 to 16, 60 % taken.
`national`: 200 centres of 5 desks, visits of 15, 20, 30 and 45 minutes on the 5-minute grid, about
60 % taken; in many centres the first days are sold out. Both cover 60 calendar days from a Monday
in June, after which no Danish holiday comes for three months.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

OPENS, CLOSES = 8 * 60, 16 * 60
DESKS = 5
LENGTHS = (15, 15, 20, 30, 45)
STEP = 15
SINGLE_SEED, NATIONAL_SEED = 42, 7
TAKEN_SINGLE, TAKEN_NATIONAL, SOLD_OUT = 0.6, 0.62, 0.97


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of it there is, how long it is measured, and how often where the rounds disagree."""

    centres: int
    days: int
    free_days: int
    witnesses: int
    reminders: int
    seconds: float
    attempts: int


FULL = Scale(
    centres=200,
    days=60,
    free_days=40,
    witnesses=100_000,
    reminders=100_000,
    seconds=3.0,
    attempts=3,
)
SMALL = Scale(
    centres=6,
    days=14,
    free_days=14,
    witnesses=300,
    reminders=2_000,
    seconds=0.2,
    attempts=1,
)
SCALES = {"full": FULL, "small": SMALL}


def first_day(today: date) -> date:
    """The Monday on which the workload begins: on or after 16 June of next year."""
    june = date(today.year + 1, 6, 16)
    return june + timedelta(days=-june.weekday() % 7)


def working_days(first: date, days: int) -> list[date]:
    """Monday to Friday within that many calendar days."""
    every = (first + timedelta(days=number) for number in range(days))
    return [day for day in every if day.weekday() < 5]  # noqa: PLR2004 - Saturday


def single(first: date, days: int) -> list[tuple[date, int, int]]:
    """The taken quarters of an hour of one centre: day, minute, desk; in order."""
    quarters = [
        (day, minute, desk)
        for day in working_days(first, days)
        for minute in range(OPENS, CLOSES, STEP)
        for desk in range(DESKS)
    ]
    random.Random(SINGLE_SEED).shuffle(quarters)  # noqa: S311 - a workload, repeated
    return sorted(quarters[: int(len(quarters) * TAKEN_SINGLE)])


def national(first: date, days: int, centres: int) -> Iterator[tuple[int, int, date, int, int]]:
    """The visits of a country: centre, desk, day, minute, length."""
    chance = random.Random(NATIONAL_SEED)  # noqa: S311 - a workload, repeated
    all_days = working_days(first, days)
    for centre in range(1, centres + 1):
        sold_out = all_days[: chance.choice((0, 2, 5, 10))]
        for day in all_days:
            share = SOLD_OUT if day in sold_out else TAKEN_NATIONAL
            for desk in range(DESKS):
                for minute, length in _desk_day(chance, share):
                    yield centre, desk, day, minute, length


def _desk_day(chance: random.Random, share: float) -> Iterator[tuple[int, int]]:
    gap = 15 if share < SOLD_OUT else 5
    minute = OPENS
    while minute < CLOSES:
        length = chance.choice(LENGTHS)
        if chance.random() < share and minute + length <= CLOSES:
            yield minute, length
            minute += length
        else:
            minute += gap
