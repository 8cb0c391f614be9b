"""How long a time is still kept for whoever is typing."""

from dataclasses import dataclass
from datetime import datetime

from appointments.models import Hold
from appointments.services.booking.holds import is_live


@dataclass(frozen=True, slots=True)
class Kept:
    """What a page says of a hold: until when, and how long that still is."""

    until: datetime
    seconds: int

    @property
    def minutes(self) -> int:
        """Whole minutes, never fewer than there are; the last one is a minute, too."""
        return -(-self.seconds // 60)


def kept(hold: Hold | None, now: datetime) -> Kept | None:
    """The same of a draft's hold; None once it is over."""
    if hold is None or not is_live(hold, now):
        return None
    return Kept(hold.expires_at, int((hold.expires_at - now).total_seconds()) or 1)
