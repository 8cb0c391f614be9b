"""Taking and giving back time at a desk.

A day's bits are closed time OR booked time OR held time; `desk_days` makes them. `taking` is the
guarded statement that decides who gets a time; the overlap guard in the database stands behind it
(`guards/`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from appointments.exceptions import Refused, SlotTaken
from appointments.models import Desk, DeskDay, Hold
from appointments.rules.availability import (
    Audience,
    HeldDeskDay,
    pick_desk,
    ticks_of,
    with_holds_over,
)
from appointments.rules.local_time import wall_clock
from appointments.rules.ticks import from_words, mask, to_words
from appointments.selectors.desk_days import held_desk_days
from appointments.services.booking.plan import Plan
from appointments.services.centres.room import room_came
from appointments.services.centres.roster import closed_bits
from borgerservice.database.together import Guarded, New, write_together
from borgerservice.municipalities.models import Centre

WORDS = ("b0", "b1", "b2", "b3", "b4", "b5")
TRIES = 8
MINUTES_PER_DAY = 1440
_THE_ROW = "WHERE centre_id = %s AND day = %s AND desk_id = %s"
"""One desk-day by its whole unique key, so that no other day of the desk is read."""
_ALL_TAKEN = ", ".join(f"{name} = {name} | %s" for name in WORDS)
_ALL_FREE = " AND ".join(f"{name} & %s = 0" for name in WORDS)
"""All words each time, so that it is one statement, planned once, at whatever hour."""
_GIVEN = ", ".join(f"given_{name}" for name in WORDS)
_CHANGE = f"""
WITH given (on_day, at_desk, {_GIVEN}) AS (VALUES {{{{rows}}}})
UPDATE appointments_deskday SET {{}} FROM given
WHERE centre_id = %s AND day = on_day AND desk_id = at_desk
"""
"""Changes many desk-days of a centre at once, each by words of its own."""
_RELEASE = _CHANGE.format(", ".join(f"{name} = {name} & ~given_{name}" for name in WORDS))
_KEEP = _CHANGE.format(", ".join(f"{name} = {name} | given_{name}" for name in WORDS))


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


def take(
    wanted: Wanted,
    news: Callable[[int], Sequence[New]] = lambda _desk: (),
    seen: Sequence[HeldDeskDay] | None = None,
) -> int:
    """Take the time at the desk that suits it best, write the rows with it, and say which desk.

    What there is to choose from is read before anything is locked, or was `seen` just now; who is
    overtaken at a desk looks for another. Raises SlotTaken, or Refused `closed`.
    """
    day, minute = wall_clock(wanted.start)
    if minute + wanted.minutes > MINUTES_PER_DAY:
        raise Refused("closed", field="start")
    for _attempt in range(TRIES):
        found = free_desk(wanted, seen)
        seen = None
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
            caps=wanted.caps,
            public_at=wanted.now if wanted.audience is Audience.EVERYONE else None,
        )
        if write_together(taken, news(found.desk_id)):
            return found.desk_id
    raise why_not_free(
        centre=wanted.centre, day=day, minute=minute, minutes=wanted.minutes, caps=wanted.caps
    )


def free_desk(wanted: Wanted, seen: Sequence[HeldDeskDay] | None = None) -> FreeDesk | None:
    """The desk that would take a visit now, or None when all are taken.

    `seen` are the desk-days of its day, where they have been read.
    """
    day, minute = wall_clock(wanted.start)
    if minute + wanted.minutes > MINUTES_PER_DAY:
        return None
    rows = seen
    if rows is None:
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
    caps: int,
    public_at: datetime | None,
) -> Guarded:
    """What takes a time at a desk: it changes the desk-day only while every tick is still free.

    And only while the desk can do it all; and, but for staff, only once the desk-day is open to
    all at `public_at`.
    """
    words = to_words(mask(minute, minutes))
    where = f"{_THE_ROW} AND caps & %s = %s"
    asked = [centre_id, day, desk_id, caps, caps]
    if public_at is not None:
        where += " AND (opens_at IS NULL OR opens_at <= %s)"
        asked.append(connection.ops.adapt_datetimefield_value(public_at))
    return Guarded(
        f"UPDATE appointments_deskday SET {_ALL_TAKEN} {where} AND {_ALL_FREE}",
        [*words, *asked, *words],
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
            release(centre=centre, taken={(desk_id, day): ticks})
    return len(gone)


def why_not_free(*, centre: Centre, day: date, minute: int, minutes: int, caps: int) -> Refused:
    """What to tell somebody no desk takes then.

    No desk can do it all, or those that can are closed, or others came first.
    """
    staffed = Desk.objects.filter(centre=centre, is_staffed=True)
    desks = [desk for desk in staffed if desk.caps & caps == caps]
    if staffed and not desks:
        return Refused("service_not_offered", field="service")
    closed = closed_bits(centre=centre, desks=desks, days=[day])
    if all(shut & mask(minute, minutes) for shut in closed.values()):
        return Refused("closed", field="start")
    return SlotTaken(field="start")


def lock_days(places: Collection[tuple[int, date]]) -> None:
    """Take the desk-days of centres in one order, so that no two movers wait for each other."""
    wanted = Q()
    for centre_id, day in places:
        wanted |= Q(centre_id=centre_id, day=day)
    rows = DeskDay.objects.select_for_update().filter(wanted)
    list(rows.order_by("pk").values_list("pk"))


def release(*, centre: Centre, taken: Mapping[tuple[int, date], int]) -> None:
    """Give ticks of desks on days that are locked back, but for what has been closed meanwhile.

    As many statements for many as for one.
    """
    desks = list(Desk.objects.filter(pk__in={desk_id for desk_id, _day in taken}))
    shut = closed_bits(centre=centre, desks=desks, days={day for _desk_id, day in taken})
    free = {place: open_to for place in sorted(taken) if (open_to := taken[place] & ~shut[place])}
    if not free:
        return
    _change_words(_RELEASE, free, centre=centre)
    room_came(centre_id=centre.pk, days={day for _desk_id, day in free})


def keep(*, centre: Centre, taken: Mapping[tuple[int, date], int]) -> None:
    """Take ticks of desks on days that are locked, and that nobody has. One statement."""
    _change_words(_KEEP, taken, centre=centre)


def _change_words(statement: str, bits: Mapping[tuple[int, date], int], *, centre: Centre) -> None:
    given: list[Any] = []
    for (desk_id, day), ticks in bits.items():
        given += [connection.ops.adapt_datefield_value(day), desk_id, *to_words(ticks)]
    row = f"({', '.join(['%s'] * (2 + len(WORDS)))})"
    with connection.cursor() as cursor:
        cursor.execute(statement.format(rows=", ".join([row] * len(bits))), [*given, centre.pk])
