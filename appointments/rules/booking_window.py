"""How soon, how far ahead and at which minutes a visit may be booked."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from appointments.rules.local_time import is_shown_once, wall_clock


class StartRefusal(StrEnum):
    """Why a visit cannot start then; the doors have the sentences."""

    NO_SUCH_TIME = "no_such_time"
    IN_THE_PAST = "in_the_past"
    TOO_SOON = "too_soon"
    TOO_FAR_AHEAD = "too_far_ahead"
    OFF_GRID = "off_grid"


def check_start(
    start: datetime, now: datetime, lead: timedelta, horizon_days: int, step_minutes: int
) -> StartRefusal | None:
    """Return what is wrong with a start, or None; whether it is free is the database's to say.

    Reading: a start exactly one lead away may be booked, and so may every start of the last day of
    the horizon, counted in Danish days. The hour in which the clock changes holds no start, though
    an instant of October's doubled hour would be clear.
    """
    if start.tzinfo is None or now.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be booked")
    if not is_shown_once(start):
        return StartRefusal.NO_SUCH_TIME

    day, minute = wall_clock(start)
    today, _ = wall_clock(now)
    ahead = start.astimezone(UTC) - now.astimezone(UTC)
    if ahead < timedelta(0):
        return StartRefusal.IN_THE_PAST
    if ahead < lead:
        return StartRefusal.TOO_SOON
    if (day - today).days > horizon_days:
        return StartRefusal.TOO_FAR_AHEAD
    if minute % step_minutes or start.second or start.microsecond:
        return StartRefusal.OFF_GRID
    return None
