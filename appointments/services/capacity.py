"""The desk-days: making them from hours and closures, taking and giving back time.

A day's bits are closed time OR booked time OR held time. `taking` is the guarded statement that
decides who gets a time; the overlap guard in the database stands behind it (`guards/`).
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from appointments.exceptions import Refused, SlotTaken
from appointments.models import Appointment, Desk, DeskDay, Hold
from appointments.rules.availability import Audience, pick_desk, ticks_of, with_holds_over
from appointments.rules.calendar import AgreementDay as AgreedDay
from appointments.rules.calendar import closed_from
from appointments.rules.local_time import instant, wall_clock
from appointments.rules.opening import Closing, OpeningPeriod, closed_ticks
from appointments.rules.ticks import ALL_DAY, from_words, mask, to_words
from appointments.selectors_desk_days import held_desk_days
from appointments.services.plan import Plan
from appointments.services.room import room_came
from borgerservice.municipalities.models import AgreementDay, Centre
from borgerservice.together import Guarded, New, write_together

WORDS = ("b0", "b1", "b2", "b3", "b4", "b5")
TRIES = 8
MINUTES_PER_DAY = 1440
_THE_ROW = "WHERE centre_id = %s AND day = %s AND desk_id = %s"
"""One desk-day by its whole unique key, so that no other day of the desk is read."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A time somebody wants at a centre, the time after it included, and who wants it."""

    centre: Centre
    start: datetime
    minutes: int
    caps: int
    now: datetime
    audience: Audience = Audience.EVERYONE


@dataclass(frozen=True, slots=True)
class FreeDesk:
    """A desk that would take a visit now, once the holds that are over there are cleared away."""

    desk_id: int
    is_in_the_way: bool


def wanted(
    *,
    centre: Centre,
    plan: Plan,
    start: datetime,
    now: datetime,
    audience: Audience = Audience.EVERYONE,
) -> Wanted:
    """The time a visit of that plan takes."""
    return Wanted(centre, start, plan.minutes + plan.buffer, plan.caps, now, audience)


def take(wanted: Wanted, news: Callable[[int], Sequence[New]] = lambda _desk: ()) -> int:
    """Take the time at the desk that suits it best, write the rows with it, and say which desk.

    What there is to choose from is read before anything is locked; who is overtaken at a desk looks
    for another. Raises SlotTaken, or Refused `closed`.
    """
    day, minute = wall_clock(wanted.start)
    if minute + wanted.minutes > MINUTES_PER_DAY:
        raise Refused("closed", field="start")
    for _attempt in range(TRIES):
        found = free_desk(wanted)
        if found is None:
            break
        if found.is_in_the_way:
            clear_holds(wanted, desk_id=found.desk_id)
        taken = taking(
            centre_id=wanted.centre.pk,
            desk_id=found.desk_id,
            day=day,
            minute=minute,
            minutes=wanted.minutes,
            public_at=wanted.now if wanted.audience is Audience.EVERYONE else None,
        )
        if write_together(taken, news(found.desk_id)):
            return found.desk_id
    raise why_not_free(centre=wanted.centre, day=day, minute=minute, minutes=wanted.minutes)


def free_desk(wanted: Wanted) -> FreeDesk | None:
    """The desk that would take a visit now, or None when all are taken."""
    day, minute = wall_clock(wanted.start)
    rows = held_desk_days(
        centre_id=wanted.centre.pk,
        first=day,
        last=day,
        now=wanted.now,
        audience=wanted.audience,
    )
    desk_id: int | None = pick_desk(
        ((desk, *desk_day[1:]) for desk, desk_day in with_holds_over(rows)),
        start_minute=minute,
        minutes=wanted.minutes,
        needed_caps=wanted.caps,
    )
    if desk_id is None:
        return None
    words = next(row[2:8] for row in rows if row[8] == desk_id)
    return FreeDesk(desk_id, bool(from_words(words) & mask(minute, wanted.minutes)))


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


def clear_holds(wanted: Wanted, *, desk_id: int) -> None:
    """Remove the holds at a desk that are over on the day, and those a walk-in comes before.

    Whoever removes a hold clears its ticks, so of two that try, one does.
    """
    day, _minute = wall_clock(wanted.start)
    end = wanted.start + timedelta(minutes=wanted.minutes)
    over = Q(expires_at__lte=wanted.now)
    if wanted.audience is Audience.WALK_IN:
        over |= Q(purpose=Hold.Purpose.RETURNED, starts_at__lt=end, busy_until__gt=wanted.start)
    remove_holds(centre=wanted.centre, desk_id=desk_id, day=day, which=over)


def remove_holds(*, centre: Centre, desk_id: int, day: date, which: Q) -> int:
    """Remove holds of one desk-day and give their time back; how many there were.

    The desk-day is locked before the holds, here and wherever both are.
    """
    with transaction.atomic():
        row = DeskDay.objects.select_for_update().filter(centre=centre, day=day, desk_id=desk_id)
        list(row.values_list("pk"))
        holds = Hold.objects.for_municipality(centre.municipality_id).filter(
            which, centre=centre, day=day, desk_id=desk_id
        )
        gone = list(holds.select_for_update())
        if gone:
            known = Hold.objects.for_municipality(centre.municipality_id)
            known.filter(pk__in=[hold.pk for hold in gone]).delete()
            ticks = 0
            for hold in gone:
                ticks |= ticks_of(hold.starts_at, hold.busy_until)
            release(centre=centre, desk_id=desk_id, day=day, ticks=ticks)
    return len(gone)


def why_not_free(*, centre: Centre, day: date, minute: int, minutes: int) -> Refused:
    """What to tell somebody no desk takes then: the centre is closed, or others came first."""
    if closed_bits(centre=centre, days=[day])[day] & mask(minute, minutes):
        return Refused("closed", field="start")
    return SlotTaken(field="start")


def last_day_made(*, centre: Centre, today: date) -> date:
    """The last day that has desk-days: one past the horizon, so that midnight finds its day."""
    return today + timedelta(days=centre.horizon_days + 1)


def lock_days(places: Collection[tuple[int, date]]) -> None:
    """Take the desk-days of centres in one order, so that no two movers wait for each other."""
    wanted = Q()
    for centre_id, day in places:
        wanted |= Q(centre_id=centre_id, day=day)
    rows = DeskDay.objects.select_for_update().filter(wanted)
    list(rows.order_by("pk").values_list("pk"))


def release(*, centre: Centre, desk_id: int, day: date, ticks: int) -> None:
    """Give time of a desk-day that is locked back, but for what has been closed meanwhile."""
    is_staffed = Desk.objects.filter(pk=desk_id, is_staffed=True).exists()
    shut = closed_bits(centre=centre, days=[day])[day] if is_staffed else ALL_DAY
    words = to_words(ticks & ~shut)
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
    """Set every desk-day of a period to what hours, holds and visits say; how many differed.

    Holds in time that is closed now end here. The holds are locked before the visits are read: who
    turns a hold into a visit meanwhile waits, or is seen.
    """
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    with transaction.atomic():
        rows = {
            (row.desk_id, row.day): row
            for row in DeskDay.objects.select_for_update()
            .filter(centre=centre, day__range=(first, last))
            .order_by("pk")
        }
        closed = closed_bits(centre=centre, days=days)
        held = held_bits(centre=centre, first=first, last=last, closed=closed)
        booked = booked_bits(centre=centre, first=first, last=last)
        changed, made = [], []
        for desk in Desk.objects.filter(centre=centre):
            for day in days:
                shut = closed[day] if desk.is_staffed else ALL_DAY
                taken = booked.get((desk.pk, day), 0) | held.get((desk.pk, day), 0)
                wanted = _desk_day(desk, day, shut | taken)
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
        day, _minute = wall_clock(starts_at)
        taken = ticks_of(starts_at, busy_until)
        bits[desk_id, day] = bits.get((desk_id, day), 0) | taken
    return bits


def held_bits(
    *, centre: Centre, first: date, last: date, closed: dict[date, int]
) -> dict[tuple[int, date], int]:
    """The ticks that holds keep, live or not, by desk and day; a hold in closed time is removed."""
    bits: dict[tuple[int, date], int] = {}
    known = Hold.objects.for_municipality(centre.municipality_id)
    holds = known.filter(centre=centre, day__range=(first, last)).select_related("desk")
    shut = []
    for hold in holds.select_for_update(of=("self",)).order_by("pk"):
        ticks = ticks_of(hold.starts_at, hold.busy_until)
        if ticks & closed[hold.day] or not hold.desk.is_staffed:
            shut.append(hold.pk)
        else:
            bits[hold.desk_id, hold.day] = bits.get((hold.desk_id, hold.day), 0) | ticks
    if shut:
        known.filter(pk__in=shut).delete()
    return bits


def _desk_day(desk: Desk, day: date, busy: int) -> DeskDay:
    words = dict(zip(WORDS, to_words(busy), strict=True))
    return DeskDay(centre_id=desk.centre_id, desk=desk, day=day, caps=desk.caps, **words)
