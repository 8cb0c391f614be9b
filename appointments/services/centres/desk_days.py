"""The desk-days: made from the roster, the visits and the holds, and compared with them.

A day's bits are closed time OR booked time OR held time, whether a hold is over or not.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from appointments.models import Appointment, Desk, DeskDay, Hold
from appointments.rules.availability import ticks_of
from appointments.rules.local_time import instant, wall_clock
from appointments.rules.ticks import ALL_DAY, MINUTES_PER_DAY, to_words
from appointments.services.booking.capacity import WORDS
from appointments.services.centres.room import room_came
from appointments.services.centres.roster import closed_bits, opening_moments
from borgerservice.municipalities.models import Centre


def lock_roster(*, centre: Centre) -> None:
    """One at a time makes days of a centre; whoever books there is not held up."""
    Centre.objects.select_for_update(no_key=True).get(pk=centre.pk)


def open_days(*, centre: Centre, first: date, last: date) -> int:
    """Make the desk-days that are missing from today, the first, to the last; how many were made.

    Nobody changes the roster meanwhile, so no day is made of hours that hold no more.
    """
    if not _unmade(centre, first, last):
        return 0
    with transaction.atomic():
        lock_roster(centre=centre)
        made = DeskDay.objects.bulk_create(_unmade(centre, first, last))
        room_came(centre_id=centre.pk, days={row.day for row in made})
    return len(made)


def rebuild(*, centre: Centre, first: date, last: date) -> int:
    """Set every desk-day from today, the first, to what hours, visits and holds say.

    How many differed. Holds that fit no more end here.
    """
    with transaction.atomic():
        found = differences(centre=centre, first=first, last=last)
        set_right(centre=centre, found=found)
    return len(found.missing) + len(found.wrong)


@dataclass(frozen=True, slots=True)
class Differences:
    """The desk-days as they should be: those that are not there, and those that are otherwise.

    And the holds that lie in time that is closed now, or at a desk that cannot do it any more.
    """

    missing: list[DeskDay]
    wrong: list[DeskDay]
    unfit_holds: list[int]


def differences(*, centre: Centre, first: date, last: date) -> Differences:
    """The desk-days from today, the first, that are not what hours, visits and holds say.

    In a transaction: the days are locked, so that nobody books while one compares. The holds are
    locked before the visits are read: who makes a visit of a hold meanwhile waits, or is seen.
    """
    lock_roster(centre=centre)
    locked = DeskDay.objects.select_for_update().filter(centre=centre, day__range=(first, last))
    rows = {(row.desk_id, row.day): row for row in locked.order_by("pk")}
    desks, days = list(Desk.objects.filter(centre=centre)), _days(first, last)
    closed = closed_bits(centre=centre, desks=desks, days=days)
    can = {desk.pk: desk.caps for desk in desks}
    holds = Hold.objects.for_municipality(centre.municipality_id).filter(
        centre=centre, day__range=(first, last)
    )
    found = Differences([], [], [])
    taken: dict[tuple[int, date], int] = defaultdict(int)
    for hold in holds.select_for_update().order_by("pk"):
        ticks = ticks_of(hold.starts_at, hold.busy_until)
        if ticks & closed[hold.desk_id, hold.day] or hold.caps & ~can[hold.desk_id]:
            found.unfit_holds.append(hold.pk)
        else:
            taken[hold.desk_id, hold.day] |= ticks
    for place, ticks in booked_bits(centre=centre, first=first, last=last).items():
        taken[place] |= ticks
    moments = opening_moments(centre=centre, desks=desks, days=days, today=first)
    for desk in desks:
        for day in days:
            place = desk.pk, day
            wanted = _desk_day(desk, day, closed[place] | taken.get(place, 0), moments[place])
            row = rows.get(place)
            if row is None:
                if closed[place] != ALL_DAY or place in taken:
                    found.missing.append(wanted)
            elif any(getattr(row, name) != getattr(wanted, name) for name in ("caps", *WORDS)):
                wanted.pk = row.pk
                found.wrong.append(wanted)
    return found


def set_right(*, centre: Centre, found: Differences) -> None:
    """Write the desk-days as they should be, in the transaction in which they were compared."""
    holds = Hold.objects.for_municipality(centre.municipality_id)
    holds.filter(pk__in=found.unfit_holds).delete()
    DeskDay.objects.bulk_create(found.missing)
    DeskDay.objects.bulk_update(found.wrong, ["caps", *WORDS], batch_size=100)
    room_came(centre_id=centre.pk, days={row.day for row in (*found.missing, *found.wrong)})


def set_opening_moments(*, centre: Centre, today: date) -> None:
    """Let every desk-day from today on open to all when the centre's settings now say.

    Those for which that is the moment they have already are left alone.
    """
    rows = list(
        DeskDay.objects.select_for_update().filter(centre=centre, day__gte=today).order_by("pk")
    )
    desks, days = list(Desk.objects.filter(centre=centre)), sorted({row.day for row in rows})
    moments = opening_moments(centre=centre, desks=desks, days=days, today=today)
    changed = [row for row in rows if row.opens_at != moments[row.desk_id, row.day]]
    for row in changed:
        row.opens_at = moments[row.desk_id, row.day]
    DeskDay.objects.bulk_update(changed, ["opens_at"], batch_size=100)


def _unmade(centre: Centre, first: date, last: date) -> list[DeskDay]:
    desks = list(Desk.objects.filter(centre=centre, is_staffed=True))
    days = _days(first, last)
    rows = DeskDay.objects.filter(centre=centre, day__range=(first, last))
    there = set(rows.values_list("desk_id", "day"))
    closed = closed_bits(centre=centre, desks=desks, days=days)
    moments = opening_moments(centre=centre, desks=desks, days=days, today=first)
    return [
        _desk_day(desk, day, closed[desk.pk, day], moments[desk.pk, day])
        for desk in desks
        for day in days
        if (desk.pk, day) not in there and closed[desk.pk, day] != ALL_DAY
    ]


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def booked_bits(*, centre: Centre, first: date, last: date) -> dict[tuple[int, date], int]:
    """The ticks that appointments hold, by desk and day."""
    bits: dict[tuple[int, date], int] = {}
    visits = (
        Appointment.objects.for_municipality(centre.municipality_id)
        .filter(
            centre=centre,
            starts_at__gte=instant(first, 0),
            starts_at__lt=instant(last, MINUTES_PER_DAY),
        )
        .exclude(status=Appointment.Status.CANCELLED)
    )
    for desk_id, starts_at, busy_until in visits.values_list("desk_id", "starts_at", "busy_until"):
        day, _minute = wall_clock(starts_at)
        bits[desk_id, day] = bits.get((desk_id, day), 0) | ticks_of(starts_at, busy_until)
    return bits


def _desk_day(desk: Desk, day: date, busy: int, opens_at: datetime | None) -> DeskDay:
    return DeskDay(
        centre_id=desk.centre_id,
        desk=desk,
        day=day,
        caps=desk.caps,
        opens_at=opens_at,
        **dict(zip(WORDS, to_words(busy), strict=True)),
    )
