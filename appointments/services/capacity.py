"""The desk-days: making them from hours and closures, taking and giving back time.

A day's bits are closed time OR booked time. `claim` is the guarded statement that decides who
gets a time; the overlap guard in the database stands behind it (`guards/`).
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from appointments.exceptions import Refused, SlotTaken
from appointments.models import Appointment, Desk, DeskDay
from appointments.rules.availability import pick_desk
from appointments.rules.calendar import AgreementDay as AgreedDay
from appointments.rules.calendar import closed_from
from appointments.rules.local_time import instant, wall_clock
from appointments.rules.opening import Closing, OpeningPeriod, closed_ticks
from appointments.rules.ticks import ALL_DAY, mask, to_words
from appointments.selectors import open_to_all
from appointments.services.room import room_came
from borgerservice.municipalities.models import AgreementDay, Centre
from borgerservice.together import Guarded, write_together

WORDS = ("b0", "b1", "b2", "b3", "b4", "b5")
TRIES = 8
MINUTES_PER_DAY = 1440
_THE_ROW = "WHERE centre_id = %s AND day = %s AND desk_id = %s"
"""One desk-day by its whole unique key, so that no other day of the desk is read."""


def free_desk(
    *, centre_id: int, day: date, minute: int, minutes: int, caps: int, public_at: datetime | None
) -> int | None:
    """The desk that would take a visit now, or None when all are taken.

    One that is kept for staff at `public_at` takes none; None, for staff, asks for no moment.
    """
    rows = DeskDay.objects.filter(open_to_all(public_at), centre_id=centre_id, day=day).values_list(
        "desk_id", "caps", *WORDS
    )
    desk: int | None = pick_desk(rows, start_minute=minute, minutes=minutes, needed_caps=caps)
    return desk


def taking(
    *,
    centre_id: int,
    desk_id: int,
    day: date,
    minute: int,
    minutes: int,
    public_at: datetime | None,
) -> Guarded:
    """What takes a time at a desk: it changes the desk-day only while every tick is still free.

    And, but for staff, only once the desk-day is open to all at `public_at`.
    """
    words = zip(WORDS, to_words(mask(minute, minutes)), strict=True)
    changed = {name: word for name, word in words if word}
    assignments = ", ".join(f"{name} = {name} | %s" for name in changed)
    free = " AND ".join(f"{name} & %s = 0" for name in changed)
    where, asked = _THE_ROW, [centre_id, day, desk_id]
    if public_at is not None:
        where += " AND (opens_at IS NULL OR opens_at <= %s)"
        asked.append(connection.ops.adapt_datetimefield_value(public_at))
    return Guarded(
        f"UPDATE appointments_deskday SET {assignments} {where} AND {free}",
        [*changed.values(), *asked, *changed.values()],
    )


def claim(
    *, centre_id: int, day: date, minute: int, minutes: int, caps: int, public_at: datetime | None
) -> int | None:
    """Take a time at any desk that can serve it; the desk's id, or None when all are taken.

    The guarded UPDATE only changes a row whose bits are still free, so of many callers one wins.
    """
    for _attempt in range(TRIES):
        desk = free_desk(
            centre_id=centre_id,
            day=day,
            minute=minute,
            minutes=minutes,
            caps=caps,
            public_at=public_at,
        )
        if desk is None:
            return None
        taken = taking(
            centre_id=centre_id,
            desk_id=desk,
            day=day,
            minute=minute,
            minutes=minutes,
            public_at=public_at,
        )
        if write_together(taken, []):
            return desk
    return None


def require_within_the_day(*, minute: int, minutes: int) -> None:
    """Raise Refused for a visit that would go on past midnight."""
    if minute + minutes > MINUTES_PER_DAY:
        raise Refused("closed", field="start")


def why_not_free(*, centre: Centre, day: date, minute: int, minutes: int) -> Refused:
    """What to tell somebody no desk takes then: the centre is closed, or others came first."""
    if closed_bits(centre=centre, days=[day])[day] & mask(minute, minutes):
        return Refused("closed", field="start")
    return SlotTaken(field="start")


def last_day_made(*, centre: Centre, today: date) -> date:
    """The last day that has desk-days: one past the horizon, so that midnight finds its day."""
    return today + timedelta(days=centre.horizon_days + 1)


def lock_days(*, centre: Centre, days: Collection[date]) -> None:
    """Take the desk-days of a centre in one order, so that no two movers wait for each other."""
    rows = DeskDay.objects.select_for_update().filter(centre=centre, day__in=days)
    list(rows.order_by("pk").values_list("pk"))


def release(*, centre: Centre, desk_id: int, day: date, minute: int, minutes: int) -> None:
    """Give a time back, but for what has been closed meanwhile: that stays taken."""
    lock_days(centre=centre, days=[day])
    is_staffed = Desk.objects.filter(pk=desk_id, is_staffed=True).exists()
    shut = closed_bits(centre=centre, days=[day])[day] if is_staffed else ALL_DAY
    words = to_words(mask(minute, minutes) & ~shut)
    changed = [(name, word) for name, word in zip(WORDS, words, strict=True) if word]
    if not changed:
        return
    assignments = ", ".join(f"{name} = {name} & %s" for name, _word in changed)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE appointments_deskday SET {assignments} {_THE_ROW}",
            [*(~word for _name, word in changed), centre.pk, day, desk_id],
        )
    room_came(centre_id=centre.pk, days=[day])


def open_days(*, centre: Centre, first: date, last: date) -> int:
    """Make the desk-days that are missing from one day to another; how many were made."""
    desks = list(Desk.objects.filter(centre=centre, is_staffed=True))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    there = set(
        DeskDay.objects.filter(centre=centre, day__range=(first, last)).values_list(
            "desk_id", "day"
        )
    )
    closed = closed_bits(centre=centre, days=days)
    missing = [
        _desk_day(desk, day, closed[day])
        for desk in desks
        for day in days
        if (desk.pk, day) not in there and closed[day] != ALL_DAY
    ]
    with transaction.atomic():
        DeskDay.objects.bulk_create(missing, ignore_conflicts=True)
        room_came(centre_id=centre.pk, days={row.day for row in missing})
    return len(missing)


def rebuild(*, centre: Centre, first: date, last: date) -> int:
    """Set every desk-day of a period to what hours and appointments say; how many differed."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    with transaction.atomic():
        rows = {
            (row.desk_id, row.day): row
            for row in DeskDay.objects.select_for_update()
            .filter(centre=centre, day__range=(first, last))
            .order_by("pk")
        }
        closed = closed_bits(centre=centre, days=days)
        booked = booked_bits(centre=centre, first=first, last=last)
        changed, made = [], []
        for desk in Desk.objects.filter(centre=centre):
            for day in days:
                shut = closed[day] if desk.is_staffed else ALL_DAY
                wanted = _desk_day(desk, day, shut | booked.get((desk.pk, day), 0))
                row = rows.get((desk.pk, day))
                if row is None:
                    if shut != ALL_DAY or (desk.pk, day) in booked:
                        made.append(wanted)
                elif any(getattr(row, name) != getattr(wanted, name) for name in ("caps", *WORDS)):
                    wanted.pk = row.pk
                    changed.append(wanted)
        DeskDay.objects.bulk_create(made)
        DeskDay.objects.bulk_update(changed, ["caps", *WORDS], batch_size=100)
        room_came(centre_id=centre.pk, days={row.day for row in (*made, *changed)})
    return len(made) + len(changed)


def closed_bits(*, centre: Centre, days: Iterable[date]) -> dict[date, int]:
    """The closed ticks of each day: outside hours, holidays, agreement days, closures."""
    periods = [
        OpeningPeriod(h.weekday, h.opens_minute, h.closes_minute, h.valid_from, h.valid_to)
        for h in centre.hours.all()
    ]
    closings = [Closing(c.first_day, c.last_day) for c in centre.closures.all()]
    agreed = [
        AgreedDay(a.month, a.day, a.from_minute)
        for a in AgreementDay.objects.filter(municipality_id=centre.municipality_id)
    ]
    return {day: closed_ticks(day, periods, closings, closed_from(day, agreed)) for day in days}


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
        day, minute = wall_clock(starts_at)
        taken = mask(minute, int((busy_until - starts_at).total_seconds()) // 60)
        bits[desk_id, day] = bits.get((desk_id, day), 0) | taken
    return bits


def _desk_day(desk: Desk, day: date, busy: int) -> DeskDay:
    words = dict(zip(WORDS, to_words(busy), strict=True))
    return DeskDay(centre_id=desk.centre_id, desk=desk, day=day, caps=desk.caps, **words)
