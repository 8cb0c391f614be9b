"""Places given back: free at once, or, where times are short, at a moment nobody can guess."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from appointments.models import Appointment, Hold
from appointments.rules.availability import free_quarters, ticks_of
from appointments.rules.local_time import wall_clock
from appointments.selectors_desk_days import desk_days
from appointments.services import capacity
from borgerservice.municipalities.models import Centre
from borgerservice.together import New, write_together

SHORT_OF_TIMES = 20
"""A centre is short of times with fewer free quarters of an hour than these..."""
LOOKED_AHEAD = timedelta(days=14)
"""...in the days from now to then."""
SOONEST, LATEST = timedelta(minutes=10), timedelta(minutes=180)


@dataclass(frozen=True, slots=True)
class Place:
    """The time of a visit at its desk."""

    centre: Centre
    desk_id: int
    starts_at: datetime
    busy_until: datetime

    @property
    def day(self) -> date:
        """Its Danish day."""
        return wall_clock(self.starts_at)[0]


def place_of(visit: Appointment) -> Place:
    """Where a visit stands now."""
    return Place(visit.centre, visit.desk_id, visit.starts_at, visit.busy_until)


def let_go(place: Place) -> None:
    """Make the time free; its desk-day is locked. `offers.pass_on` follows at once."""
    ticks = ticks_of(place.starts_at, place.busy_until)
    capacity.release(centre=place.centre, desk_id=place.desk_id, day=place.day, ticks=ticks)


def keep_back(place: Place, *, now: datetime) -> None:
    """Where returned places come back slowly and times are short, keep this one for a while.

    Until a moment drawn at random, 10 minutes to 3 hours away, and early enough to be booked. What
    is taken or closed again already is not kept.
    """
    centre = place.centre
    soonest = now + SOONEST
    latest = min(now + LATEST, place.starts_at - timedelta(minutes=centre.lead_minutes))
    if not centre.returns_slowly or latest < soonest or not _is_short_of_times(centre, now):
        return
    drawn = secrets.randbelow(int((latest - soonest).total_seconds()) + 1)
    day, minute = wall_clock(place.starts_at)
    taking = capacity.taking(
        centre_id=centre.pk,
        desk_id=place.desk_id,
        day=day,
        minute=minute,
        minutes=int((place.busy_until - place.starts_at).total_seconds()) // 60,
        caps=0,
        public_at=None,
    )
    hold = Hold(
        municipality_id=centre.municipality_id,
        centre=centre,
        desk_id=place.desk_id,
        day=day,
        starts_at=place.starts_at,
        busy_until=place.busy_until,
        purpose=Hold.Purpose.RETURNED,
        expires_at=soonest + timedelta(seconds=drawn),
    )
    write_together(taking, [New("hold", hold)])


def _is_short_of_times(centre: Centre, now: datetime) -> bool:
    today, minute = wall_clock(now)
    rows = desk_days(centre_id=centre.pk, first=today, last=today + LOOKED_AHEAD, now=now)
    return free_quarters(rows, not_before=(today, minute)) < SHORT_OF_TIMES
