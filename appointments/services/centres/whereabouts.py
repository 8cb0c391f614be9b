"""Where a centre receives, weekday by weekday, and who is told when that changes."""

from datetime import datetime

from appointments.models import Appointment
from appointments.selectors.centres import address_of, stop_of
from appointments.services.centres.affected import VisitsAffected, coming
from appointments.services.visits.notices import tell_place
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre

POSTAL_CODE_DIGITS = 4


def is_postal_code(text: str) -> bool:
    """Whether a text has the form of a Danish postal code."""
    return len(text) == POSTAL_CODE_DIGITS and text.isascii() and text.isdecimal()


def addresses(centre: Centre) -> list[str]:
    """Where the centre receives, weekday by weekday."""
    stops = list(centre.stops.all()) if centre.is_mobile else []
    return [address_of(stop_of(centre, weekday=weekday, stops=stops)) for weekday in range(7)]


def tell_where(*, centre: Centre, before: list[str], is_accepted: bool, now: datetime) -> None:
    """Tell those booked on weekdays whose address is another than before; they stay booked.

    Raises VisitsAffected unless `is_accepted`. Inside the transaction of the change.
    """
    after = addresses(centre)
    days = {day for day, address in enumerate(after) if address != before[day]}
    booked = coming(centre, now).select_related("contact", "centre") if days else ()
    visits = [visit for visit in booked if _weekday(visit) in days]
    if visits and not is_accepted:
        raise VisitsAffected(visits, code="place_changes")
    tell_place(visits, now=now)


def _weekday(visit: Appointment) -> int:
    return danish_date(visit.starts_at).weekday()
