"""Holds: a time nobody else can take for a while. They end by comparison, never by a job.

A hold's ticks are set in the desk-day like a visit's, so the same statement decides about both. Who
finds one in the way that is over removes it first (`capacity.take`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import Q

from appointments.models import Hold
from appointments.rules.availability import Audience
from appointments.rules.local_time import wall_clock
from appointments.services.booking import capacity
from appointments.services.booking.plan import Plan
from borgerservice.database.together import Guarded, New
from borgerservice.municipalities.models import Centre

HOLD_LIFE = timedelta(minutes=10)


def place_hold(
    *,
    centre: Centre,
    plan: Plan,
    start: datetime,
    purpose: Hold.Purpose,
    expires_at: datetime,
    now: datetime,
    secret_hash: str = "",
    for_staff: bool = False,
    beside: Sequence[New] = (),
) -> Hold:
    """Keep a time for somebody until a moment; nobody lengthens that.

    Whether a visit may be booked then (lead, horizon, grid) is the caller's to ask. Rows `beside`
    are written with it, and may point to the row named "hold". Raises SlotTaken, or Refused.
    """
    start = start.astimezone(UTC)
    hold = Hold(
        municipality_id=centre.municipality_id,
        centre=centre,
        day=wall_clock(start)[0],
        starts_at=start,
        busy_until=start + timedelta(minutes=plan.minutes + plan.buffer),
        purpose=purpose,
        caps=plan.caps,
        secret_hash=secret_hash,
        expires_at=expires_at,
    )

    def at_desk(desk_id: int) -> list[New]:
        hold.desk_id = desk_id
        return [New("hold", hold), *beside]

    audience = Audience.STAFF if for_staff else Audience.EVERYONE
    wanted = capacity.wanted(centre=centre, plan=plan, start=start, now=now, audience=audience)
    capacity.take(wanted, at_desk)
    return hold


def release_hold(*, hold: Hold) -> bool:
    """Give the time of a hold back at once: False where it is used or gone already."""
    removed = capacity.remove_holds(
        centre=hold.centre, desk_id=hold.desk_id, day=hold.day, which=Q(pk=hold.pk)
    )
    return bool(removed)


def is_live(hold: Hold | None, now: datetime) -> bool:
    """Whether the time is still kept; used or given up meanwhile is for the database to say."""
    return hold is not None and hold.expires_at > now


def still_kept(hold: Hold | None, *, start: datetime, now: datetime) -> Hold | None:
    """The hold, if it is live and keeps the time somebody wants."""
    return hold if hold and hold.starts_at == start and is_live(hold, now) else None


def is_for(hold: Hold, *, centre: Centre, plan: Plan, start: datetime) -> bool:
    """Whether what is held is exactly what a visit of that plan takes, at a desk that can do it."""
    length = timedelta(minutes=plan.minutes + plan.buffer)
    held = hold.centre_id, hold.starts_at, hold.busy_until, hold.caps
    return held == (centre.pk, start, start + length, plan.caps)


def using(hold: Hold, *, now: datetime) -> Guarded:
    """What turns a hold into a visit: it removes the hold only while it is live; its ticks stay."""
    return Guarded(
        "DELETE FROM appointments_hold WHERE id = %s AND expires_at > %s",
        [hold.pk, connection.ops.adapt_datetimefield_value(now)],
    )


def forget_holds(*, now: datetime) -> int:
    """Remove the holds that are over; how many went. Nothing waits for it."""
    # Across municipalities: what is over is over everywhere.
    over = Hold.unscoped.filter(expires_at__lte=now).select_related("centre")
    places = {(hold.desk_id, hold.day): hold for hold in over}
    return sum(
        capacity.remove_holds(
            centre=hold.centre, desk_id=hold.desk_id, day=hold.day, which=Q(expires_at__lte=now)
        )
        for hold in places.values()
    )
