"""When somebody is reminded of a visit, and when a reminder would only be noise."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder, in times before the visit.

    It is due at `due`; when it could not be made then, it still is until `latest`. Whoever was
    told something about the visit since `quiet` needs no reminding.
    """

    kind: str
    due: timedelta
    latest: timedelta
    quiet: timedelta


REMINDERS: Final = (
    # Booked or moved two and a half days before: the day after that, a reminder says nothing new.
    Reminder("reminder_2d", timedelta(days=2), timedelta(days=1), timedelta(days=3)),
    # Booked or moved less than three hours before. Later than half an hour, they are on their way.
    Reminder("reminder_2h", timedelta(hours=2), timedelta(minutes=30), timedelta(hours=3)),
)
