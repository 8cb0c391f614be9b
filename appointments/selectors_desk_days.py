"""The desk-days of a centre as somebody finds them: what a hold kept is free once it is over."""

from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Any

from django.db import connection

from appointments.models import Hold
from appointments.rules.availability import Audience, DeskDay, HeldDeskDay, with_holds_over
from borgerservice.planned import planned

_WITHOUT_HOLD = itemgetter(slice(0, 8))
_DAY = itemgetter(0)


def desk_days(
    *,
    centre_id: int,
    first: date,
    last: date,
    now: datetime,
    audience: Audience = Audience.EVERYONE,
    own_hold: int | None = None,
) -> list[DeskDay]:
    """Every desk's day from one day to another, ordered by day. One statement.

    Holds that are over count as free although their ticks are still set; so does one's own.
    """
    rows = held_desk_days(
        centre_id=centre_id,
        first=first,
        last=last,
        now=now,
        audience=audience,
        own_hold=own_hold,
    )
    if not (held := [row for row in rows if row[9]]):
        return list(map(_WITHOUT_HOLD, rows))
    days = [_WITHOUT_HOLD(row) for row in rows if not row[9]]
    days += [day for _desk, day in with_holds_over(held)]
    days.sort(key=_DAY)
    return days


def held_desk_days(
    *,
    centre_id: int,
    first: date,
    last: date,
    now: datetime,
    audience: Audience,
    own_hold: int | None = None,
) -> list[HeldDeskDay]:
    """The same with the desk, as the bits are set, beside each hold that is over."""
    moment = connection.ops.adapt_datetimefield_value(now)
    over = ["h.expires_at <= %s"]
    asked: list[Any] = [moment]
    if audience is Audience.WALK_IN:
        over.append("h.purpose = %s")
        asked.append(Hold.Purpose.RETURNED.value)
    if own_hold is not None:
        over.append("h.id = %s")
        asked.append(own_hold)
    where = ["d.centre_id = %s", "d.day BETWEEN %s AND %s"]
    asked += [centre_id, first, last]
    if audience is Audience.EVERYONE:
        where.append("(d.opens_at IS NULL OR d.opens_at <= %s)")
        asked.append(moment)
    with planned() as cursor:
        cursor.execute(
            "SELECT d.day, d.caps, d.b0, d.b1, d.b2, d.b3, d.b4, d.b5, d.desk_id,"
            " h.starts_at, h.busy_until"
            " FROM appointments_deskday d LEFT JOIN appointments_hold h"
            " ON h.centre_id = d.centre_id AND h.day = d.day AND h.desk_id = d.desk_id"
            f" AND ({' OR '.join(over)})"
            f" WHERE {' AND '.join(where)} ORDER BY d.day, d.desk_id",
            asked,
        )
        rows: list[HeldDeskDay] = cursor.fetchall()
    if connection.vendor == "sqlite":
        return [_aware(row) if row[9] else row for row in rows]
    return rows


def _aware(row: Any) -> HeldDeskDay:
    """SQLite keeps moments as UTC without saying so."""
    starts_at, busy_until = (moment.replace(tzinfo=UTC) for moment in row[9:])
    return (*row[:9], starts_at, busy_until)
