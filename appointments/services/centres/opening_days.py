"""The days one can book: made ahead of time, one more each day, for every centre."""

from datetime import datetime

from appointments.services.centres.desk_days import open_days
from appointments.services.centres.roster import last_day_made
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre


def keep_days_open(*, now: datetime) -> int:
    """Make the desk-days that are missing up to each centre's horizon; how many were made.

    One day further than can be booked now, so that midnight finds its day ready.
    """
    today = danish_date(now)
    return sum(
        open_days(centre=centre, first=today, last=last_day_made(centre=centre, today=today))
        for centre in Centre.objects.filter(is_open_for_booking=True)
    )
