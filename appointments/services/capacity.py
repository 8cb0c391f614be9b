"""Taking and giving back time at a desk.

A day's bits are closed time OR booked time; `desk_days` makes them. `claim` is the guarded
statement that decides who gets a time; the overlap guard in the database stands behind it
(`guards/`).
"""

from collections.abc import Collection
from datetime import date, datetime

from django.db import connection

from appointments.exceptions import Refused, SlotTaken
from appointments.models import Desk, DeskDay
from appointments.rules.availability import pick_desk
from appointments.rules.ticks import mask, to_words
from appointments.selectors import open_to_all
from appointments.services.room import room_came
from appointments.services.roster import closed_bits
from borgerservice.municipalities.models import Centre
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
    desks = list(Desk.objects.filter(centre=centre))
    closed = closed_bits(centre=centre, desks=desks, days=[day])
    if all(shut & mask(minute, minutes) for shut in closed.values()):
        return Refused("closed", field="start")
    return SlotTaken(field="start")


def lock_days(*, centre: Centre, days: Collection[date]) -> None:
    """Take the desk-days of a centre in one order, so that no two movers wait for each other."""
    rows = DeskDay.objects.select_for_update().filter(centre=centre, day__in=days)
    list(rows.order_by("pk").values_list("pk"))


def release(*, centre: Centre, desk_id: int, day: date, minute: int, minutes: int) -> None:
    """Give a time back, but for what has been closed meanwhile: that stays taken."""
    lock_days(centre=centre, days=[day])
    desk = Desk.objects.get(pk=desk_id)
    shut = closed_bits(centre=centre, desks=[desk], days=[day])[desk_id, day]
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
