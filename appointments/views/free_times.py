"""Free times as a page shows them: a few days, each in a morning and an afternoon."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from appointments.rules.availability import FreeDay
from appointments.rules.local_time import wall_clock
from appointments.rules.time_choice import nearest_starts
from appointments.selectors.bookable import LONGEST_PERIOD_DAYS, bookable_times
from appointments.selectors.centres import stand_on
from appointments.services import Plan
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre, MobileStop

DAYS_ON_A_PAGE = 5
NEAREST_TIMES = 12
NOON = 12 * 60


@dataclass(frozen=True, slots=True)
class ShownDay:
    """A day with the moments to choose from, and where, at a centre that moves."""

    day: date
    morning: tuple[datetime, ...]
    afternoon: tuple[datetime, ...]
    stand: Centre | MobileStop | None = None


@dataclass(frozen=True, slots=True)
class ShownTimes:
    """The days of a page; `later` begins the next page, `last_day` is as far as one can book."""

    days: Sequence[ShownDay]
    later: date | None
    last_day: date


def free_days(
    *, centre: Centre, plan: Plan, first: date, now: datetime, own_hold: int | None = None
) -> tuple[FreeDay, ...]:
    """Every day with room from a day on, as far ahead as one can book. One statement."""
    last_day = plan.window.last_day(danish_date(now))
    return bookable_times(
        centre=centre,
        minutes=plan.minutes + plan.buffer,
        caps=plan.caps,
        window=plan.window,
        first=first,
        last=max(first, min(last_day, first + timedelta(LONGEST_PERIOD_DAYS - 1))),
        now=now,
        own_hold=own_hold,
    )


def shown_times(
    days: Sequence[FreeDay], *, wanted: datetime | None, centre: Centre, plan: Plan, now: datetime
) -> ShownTimes:
    """The earliest days; or, around a time that could not be had, the times closest to it."""
    last_day = plan.window.last_day(danish_date(now))
    if wanted is None:
        later = days[DAYS_ON_A_PAGE].day if len(days) > DAYS_ON_A_PAGE else None
        shown = [_shown(free.day, free.starts) for free in days[:DAYS_ON_A_PAGE]]
        return ShownTimes(_with_stands(shown, centre, plan), later=later, last_day=last_day)
    by_day: dict[date, list[datetime]] = {}
    every_start = (start for free in days for start in free.starts)
    for start in nearest_starts(every_start, wanted, NEAREST_TIMES):
        by_day.setdefault(danish_date(start), []).append(start)
    shown = [_shown(day, tuple(starts)) for day, starts in by_day.items()]
    return ShownTimes(_with_stands(shown, centre, plan), later=None, last_day=last_day)


def _with_stands(days: Sequence[ShownDay], centre: Centre, plan: Plan) -> Sequence[ShownDay]:
    """The days of a mobile centre with the stop of each; others stand where they always do."""
    if not centre.is_mobile:
        return days
    return [
        replace(shown, stand=stand_on(centre, day=shown.day, stops=plan.stops)) for shown in days
    ]


def _shown(day: date, starts: tuple[datetime, ...]) -> ShownDay:
    return ShownDay(
        day,
        morning=tuple(start for start in starts if wall_clock(start)[1] < NOON),
        afternoon=tuple(start for start in starts if wall_clock(start)[1] >= NOON),
    )
