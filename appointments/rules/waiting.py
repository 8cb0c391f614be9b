"""What somebody who waits would take, and how long they may think about an offer."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

ANSWERED_WITHIN: Final = timedelta(hours=12)
"""How long an offer of an earlier time stands, where the time is far enough away."""
REBOOKED_WITHIN: Final = timedelta(hours=24)
"""How long the offer made because a visit cannot be received stands."""
SHORTEST: Final = timedelta(minutes=30)
"""Less than this is no time to answer: then the place is not offered at all."""
PASSED_ON_WITHIN: Final = timedelta(minutes=10)
"""How much longer a time is held than it is offered, so that it can go to the next."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Days from and to, both included, minutes of the day, weekdays as bits (Monday is 1)."""

    first_day: date
    last_day: date
    from_minute: int
    to_minute: int
    weekdays: int

    def takes(self, *, day: date, minute: int, minutes: int) -> bool:
        """Whether a visit of that length, then, is what was asked for."""
        return (
            self.first_day <= day <= self.last_day
            and bool(self.weekdays >> day.weekday() & 1)
            and self.from_minute <= minute
            and minute + minutes <= self.to_minute
        )


def answer_by(*, now: datetime, latest: datetime, within: timedelta) -> datetime | None:
    """Until when an offer stands, at the latest until `latest`; None: too soon to offer at all."""
    until = min(now + within, latest - PASSED_ON_WITHIN)
    return until if until - now >= SHORTEST else None
