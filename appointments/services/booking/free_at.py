"""What is free at a centre that is known by its key: for the API, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Final

from appointments.rules.availability import Audience, FreeDay
from appointments.rules.booking_window import Window
from appointments.selectors.bookable import require_period, within
from appointments.selectors.desk_days import DeskDaysAsked, Visiting, free_days
from appointments.services.booking.plan import are_among, by_place, require_party
from borgerservice.database.planned import planned

_FREE_AT: Final = """
SELECT s.code, o.minutes, o.buffer_minutes, s.bit,
  COALESCE(o.lead_minutes, c.lead_minutes), COALESCE(o.horizon_days, c.horizon_days),
  c.is_open_for_booking, c.start_step_minutes, {days}
FROM municipalities_centre c
JOIN appointments_centreservice o ON o.centre_id = c.id
JOIN appointments_servicetype s ON s.id = o.service_id
WHERE c.key = %(centre)s AND {are_wanted}
"""


@dataclass(frozen=True, slots=True)
class FreeAt:
    """The days with room at a centre, for a visit of so many minutes."""

    days: tuple[FreeDay, ...]
    minutes: int


def free_at(
    *, key: str, codes: Sequence[str], first: date, last: date, now: datetime
) -> FreeAt | None:
    """The times a citizen can book now for these services at a centre. One statement.

    None where there is no such centre, or it lacks one of the services. Raises Refused
    `no_participants`, `too_many_participants`, `period_reversed`, `period_too_long`.
    """
    require_party(codes)
    require_period(first, last)
    wanted = by_place(codes)
    asked = DeskDaysAsked(key, first, last, now, audience=Audience.EVERYONE)
    with planned() as cursor:
        statement = _FREE_AT.format(days=asked.as_text, are_wanted=are_among(wanted))
        cursor.execute(statement, {**asked.parameters, **wanted})
        found = cursor.fetchall()
    if len(found) < len(wanted):
        return None
    lengths = {code: minutes for code, minutes, *_rest in found}
    _codes, _minutes, buffers, bits, leads, horizons, are_open, steps, told, holds = zip(
        *found, strict=True
    )
    minutes = sum(lengths[code] for code in codes)
    if not are_open[0]:
        return FreeAt((), minutes)
    caps = reduce(or_, (1 << bit for bit in bits))
    window = Window(max(leads), min(horizons), steps[0])
    visit = Visiting(minutes + max(buffers), caps, window.step_minutes)
    return FreeAt(within(window, free_days(told[0], holds[0], visit), now), minutes)
