"""Places given back: free at once, or, where times are short, at a moment nobody can guess."""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import starmap

from appointments.models import Appointment, DeskDay, Hold
from appointments.rules.availability import Audience, free_quarters, ticks_of, with_holds_over
from appointments.rules.local_time import wall_clock
from appointments.rules.ticks import ALL_DAY, from_words, to_words
from appointments.selectors.desk_days import held_desk_days
from appointments.services.booking import capacity
from appointments.services.booking.capacity import WORDS
from borgerservice.municipalities.models import Centre

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


def let_go(*places: Place) -> None:
    """Make times of a centre free; their desk-days are locked. `offers.pass_on` follows at once."""
    capacity.release(centre=places[0].centre, taken=_ticks(places))


def keep_back(places: Sequence[Place], *, now: datetime) -> None:
    """Where returned places come back slowly and times are short, keep these for a while.

    Each until a moment of its own, drawn at random, 10 minutes to 3 hours away, and early enough to
    be booked. What is taken or closed again already is not kept. Their desk-days are locked.
    """
    if not places or not places[0].centre.returns_slowly:
        return
    centre, soonest = places[0].centre, now + SOONEST
    lead = timedelta(minutes=centre.lead_minutes)
    in_time = [place for place in places if place.starts_at - lead >= soonest]
    missed = _missed(in_time, centre, now) if in_time else []
    if not missed:
        return
    holds = []
    for place in missed:
        latest = min(now + LATEST, place.starts_at - lead)
        drawn = secrets.randbelow(int((latest - soonest).total_seconds()) + 1)
        holds.append(
            Hold(
                municipality_id=centre.municipality_id,
                centre=centre,
                desk_id=place.desk_id,
                day=place.day,
                starts_at=place.starts_at,
                busy_until=place.busy_until,
                purpose=Hold.Purpose.RETURNED,
                expires_at=soonest + timedelta(seconds=drawn),
            )
        )
    capacity.keep(centre=centre, taken=_ticks(missed))
    Hold.objects.for_municipality(centre.municipality_id).bulk_create(holds)


def _missed(places: Sequence[Place], centre: Centre, now: datetime) -> list[Place]:
    """Those of the places that are clear and would be missed, as they come free one by one."""
    today, minute = wall_clock(now)
    days = held_desk_days(
        centre_id=centre.pk,
        first=today,
        last=today + LOOKED_AHEAD,
        now=now,
        audience=Audience.EVERYONE,
    )
    busy = {(desk, row[0]): from_words(row[2:]) for desk, row in with_holds_over(days)}
    clear = _clear(places, centre)
    for at, ticks in _ticks(clear).items():
        if at in busy:
            busy[at] |= ticks

    def count(at: tuple[int, date], bits: int) -> int:
        return free_quarters([(at[1], 0, *to_words(bits))], not_before=(today, minute))

    free, missed = sum(starmap(count, busy.items())), []
    for place in clear:
        at = place.desk_id, place.day
        less = busy.get(at, ALL_DAY) & ~ticks_of(place.starts_at, place.busy_until)
        more = count(at, less) - count(at, busy[at]) if at in busy else 0
        if free + more < SHORT_OF_TIMES:
            missed.append(place)
        else:
            free += more
            busy[at] = less
    return missed


def _clear(places: Sequence[Place], centre: Centre) -> list[Place]:
    """Those of the places whose time nobody has taken, and that is not closed."""
    rows = DeskDay.objects.filter(
        centre=centre,
        day__in={place.day for place in places},
        desk__in={place.desk_id for place in places},
    )
    busy = {
        (desk_id, day): from_words(tuple(words))
        for desk_id, day, *words in rows.values_list("desk", "day", *WORDS)
    }
    return [
        place
        for place in places
        if not busy.get((place.desk_id, place.day), ALL_DAY)
        & ticks_of(place.starts_at, place.busy_until)
    ]


def _ticks(places: Sequence[Place]) -> dict[tuple[int, date], int]:
    """The ticks of places by desk and day."""
    ticks: dict[tuple[int, date], int] = defaultdict(int)
    for place in places:
        ticks[place.desk_id, place.day] |= ticks_of(place.starts_at, place.busy_until)
    return ticks
