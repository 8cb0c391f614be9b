"""When a desk-day opens to all: what is kept for staff for a while, and new days bit by bit."""

from datetime import date, datetime, timedelta
from random import Random

from appointments.rules.local_time import NonexistentTime, NoSuchTime, instant
from appointments.rules.ticks import MINUTES_PER_DAY


def kept_until(day: date, *, days_before: int, minute: int) -> datetime:
    """Return the moment at which what is kept back of a day opens to all.

    Reading: a minute that the clock jumps over is the end of the hour it jumps over; one that it
    shows twice is the second, so that nothing opens too early.
    """
    opening = day - timedelta(days=days_before)
    try:
        return instant(opening, minute)
    except NonexistentTime:
        return instant(opening, 180)
    except NoSuchTime:
        return instant(opening, 180) - timedelta(minutes=180 - minute)


def some_moment_of(day: date, *, chance: Random) -> datetime:
    """Return a moment of a Danish day, each second of it as likely as any other."""
    begins, ends = instant(day, 0), instant(day, MINUTES_PER_DAY)
    return begins + timedelta(seconds=chance.randrange(int((ends - begins).total_seconds())))
