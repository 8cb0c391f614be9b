"""Between the wall clock of Copenhagen, which rosters use, and instants in UTC, which are stored.

An appointment's end is its start plus its length, never a second reading of the wall clock: a
visit at 01:30 on the night in March ends at 02:00, a time that no clock shows.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from appointments.rules.ticks import MINUTES_PER_DAY
from borgerservice.kernel.clock import COPENHAGEN, danish_date

__all__ = [
    "COPENHAGEN",
    "AmbiguousTime",
    "NoSuchTime",
    "NonexistentTime",
    "danish_date",
    "instant",
    "is_shown_once",
    "wall_clock",
    "written_here",
]


class NoSuchTime(ValueError):
    """The wall clock does not show this time exactly once on that day."""


class NonexistentTime(NoSuchTime):
    """The clock jumps over this time, in the night to the last Sunday of March."""


class AmbiguousTime(NoSuchTime):
    """The clock shows this time twice, in the night to the last Sunday of October."""


def instant(day: date, minute: int) -> datetime:
    """Return the moment, in UTC, at which the wall clock shows a minute of a Danish day.

    Minute 1440 is the next midnight. Raises NoSuchTime where that moment is none or two.
    """
    if not 0 <= minute <= MINUTES_PER_DAY:
        raise ValueError("a day has 1440 minutes on the wall clock")
    shown = datetime.combine(day, time.min, COPENHAGEN) + timedelta(minutes=minute)
    offset = shown.utcoffset()
    later_offset = shown.replace(fold=1).utcoffset()
    if offset != later_offset:
        jumped = offset is not None and later_offset is not None and offset < later_offset
        raise NonexistentTime if jumped else AmbiguousTime
    return shown.astimezone(UTC)


def wall_clock(moment: datetime) -> tuple[date, int]:
    """Return the Danish day and the minute of it that the wall clock shows at that moment."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone has no wall clock")
    shown = moment.astimezone(COPENHAGEN)
    return shown.date(), shown.hour * 60 + shown.minute


@lru_cache(maxsize=4096)
def written_here(moment: datetime) -> str:
    """Return the moment as ISO 8601 writes it with Denmark's offset; lists hold the same often."""
    return moment.astimezone(COPENHAGEN).isoformat()


def is_shown_once(moment: datetime) -> bool:
    """Tell whether the wall clock shows that moment's time, and shows it only once that day."""
    try:
        instant(*wall_clock(moment))
    except NoSuchTime:
        return False
    else:
        return True
