"""What a centre's roster says: when each desk is closed, and when its days open to all."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from random import Random
from typing import TypeVar

from django.db.models import Max, QuerySet

from appointments.models import Absence, Desk, DeskDay
from appointments.rules.calendar import AgreementDay as AgreedDay
from appointments.rules.calendar import closed_from
from appointments.rules.opening import Closing, Extra, OpeningPeriod, closed_ticks, shut_ticks
from appointments.rules.opening_moment import kept_until, some_moment_of
from appointments.rules.ticks import ALL_DAY
from borgerservice.municipalities.models import AgreementDay, Centre, Closure, OpeningHours
from borgerservice.vault.links import derive_link, new_salt

Row = TypeVar("Row", Absence, Closure)


def closed_bits(
    *, centre: Centre, desks: Collection[Desk], days: Collection[date]
) -> dict[tuple[int, date], int]:
    """The closed ticks of each desk and day.

    Outside hours and extra openings, on holidays and agreement days, in closures and absences;
    all day where nobody sits.
    """
    if not desks or not days:
        return {}
    shut = _centre_closed(centre, days)
    away = _away(centre, desks, days)
    return {
        (desk.pk, day): shut[day] | shut_ticks(day, away[desk.pk]) if desk.is_staffed else ALL_DAY
        for desk in desks
        for day in days
    }


def last_day_made(*, centre: Centre, today: date) -> date:
    """The last day that has desk-days: one past the horizon, so that midnight finds its day."""
    return today + timedelta(days=_farthest_horizon(centre) + 1)


def last_day_kept(*, centre: Centre, today: date) -> date:
    """The last day whose desk-days have to be true, also where a horizon has become shorter."""
    there = DeskDay.objects.filter(centre=centre).aggregate(last=Max("day"))["last"]
    return max(there or today, last_day_made(centre=centre, today=today))


def opening_moments(
    *, centre: Centre, desks: Collection[Desk], days: Collection[date], today: date
) -> dict[tuple[int, date], datetime | None]:
    """When the desk-days open to all; None for those that are open from the beginning.

    The last desks are kept for phone and walk-in, but never the only one. Where new days open bit
    by bit, each desk-day does so at a random moment of the day on which one could first book it:
    drawn once for all, as asking again gives the same.
    """
    staffed = sorted((desk for desk in desks if desk.is_staffed), key=lambda desk: desk.number)
    kept = {desk.pk for desk in staffed[max(1, len(staffed) - centre.kept_desks) :]}
    ahead = timedelta(days=_farthest_horizon(centre)) if centre.spreads_new_days else None
    moments: dict[tuple[int, date], datetime | None] = {}
    for desk in desks:
        for day in days:
            told = [_kept_until(centre, day)] if desk.pk in kept else []
            if ahead is not None and day - ahead >= today:
                told.append(some_moment_of(day - ahead, chance=_chance_of(desk, day)))
            moments[desk.pk, day] = max(told, default=None)
    return moments


def _chance_of(desk: Desk, day: date) -> Random:
    """What only who has the key can foresee, the same for a desk-day whenever it is asked for."""
    return Random(derive_link("opening", new_salt(f"{desk.pk}:{day}")))  # noqa: S311 - seeded so


def _kept_until(centre: Centre, day: date) -> datetime:
    return kept_until(day, days_before=centre.kept_until_days, minute=centre.kept_until_minute)


def _farthest_horizon(centre: Centre) -> int:
    own = centre.offers.aggregate(most=Max("horizon_days"))["most"]
    return max(centre.horizon_days, own or 0)


def _centre_closed(centre: Centre, days: Collection[date]) -> dict[date, int]:
    first, last = min(days), max(days)
    periods = [
        OpeningPeriod(h.weekday, h.opens_minute, h.closes_minute, h.valid_from, h.valid_to)
        for h in centre.hours.filter(use=OpeningHours.Use.BOOKING)
    ]
    closings = [_closing(one) for one in _touching(centre.closures.all(), first, last)]
    extras = {
        day: [Extra(day, one.opens_minute, one.closes_minute) for one in ones]
        for day, ones in groupby(
            centre.extra_openings.filter(day__range=(first, last)), key=lambda one: one.day
        )
    }
    agreed = [
        AgreedDay(a.month, a.day, a.from_minute)
        for a in AgreementDay.objects.filter(municipality_id=centre.municipality_id)
    ]
    return {
        day: closed_ticks(day, periods, closings, closed_from(day, agreed), extras.get(day, ()))
        for day in days
    }


def _away(
    centre: Centre, desks: Iterable[Desk], days: Collection[date]
) -> dict[int, list[Closing]]:
    away: dict[int, list[Closing]] = defaultdict(list)
    for absence in _touching(centre.absences.all(), min(days), max(days)):
        for desk in desks:
            if desk.pk == absence.desk_id or (
                desk.clerk_id is not None and desk.clerk_id == absence.clerk_id
            ):
                away[desk.pk].append(_closing(absence))
    return away


def _touching(rows: QuerySet[Row], first: date, last: date) -> QuerySet[Row]:
    return rows.filter(first_day__lte=last, last_day__gte=first)


def _closing(row: Absence | Closure) -> Closing:
    return Closing(row.first_day, row.last_day, row.from_minute, row.to_minute)
