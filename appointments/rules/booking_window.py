"""How soon, how far ahead and at which minutes a visit may be booked."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from appointments.rules.local_time import is_shown_once, wall_clock


@dataclass(frozen=True, slots=True)
class Window:
    """How soon, how many days ahead and at which minutes a visit may start."""

    lead_minutes: int
    horizon_days: int
    step_minutes: int

    def opens(self, now: datetime) -> datetime:
        """The first moment at which a visit may start."""
        return now + timedelta(minutes=self.lead_minutes)

    def last_day(self, today: date) -> date:
        """The last Danish day on which one may start."""
        return today + timedelta(days=self.horizon_days)


class StartRefusal(StrEnum):
    """Why a visit cannot start then; the doors have the sentences."""

    NO_SUCH_TIME = "no_such_time"
    IN_THE_PAST = "in_the_past"
    TOO_SOON = "too_soon"
    TOO_FAR_AHEAD = "too_far_ahead"
    OFF_GRID = "off_grid"


def check_start(start: datetime, now: datetime, window: Window) -> StartRefusal | None:
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
    start, now = start.astimezone(UTC), now.astimezone(UTC)
    if start < now:
        return StartRefusal.IN_THE_PAST
    if start < window.opens(now):
        return StartRefusal.TOO_SOON
    if day > window.last_day(today):
        return StartRefusal.TOO_FAR_AHEAD
    if minute % window.step_minutes or start.second or start.microsecond:
        return StartRefusal.OFF_GRID
    return None
