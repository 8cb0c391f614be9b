"""Somebody says at the centre's own screen that they are here."""

from datetime import datetime

from appointments.exceptions import Refused
from appointments.models import Appointment
from appointments.rules.reference import normalise_reference
from appointments.services.booking.limits import count_arrival
from appointments.services.visits.attendance import check_in
from borgerservice.municipalities.models import Centre


def arrive(*, centre: Centre, reference: str, now: datetime) -> None:
    """Check the visit of a reference in, today and at this centre. Once more does no harm.

    Whatever is wrong, the answer is the same: Refused `no_visit_here`. Raises TooMany.
    """
    count_arrival(centre=centre, now=now)
    meant = normalise_reference(reference)
    visits = Appointment.objects.for_municipality(centre.municipality_id)
    visit = visits.filter(centre=centre, reference=meant).first() if meant else None
    if visit is None:
        raise Refused("no_visit_here", field="reference")
    if visit.status == Appointment.Status.CHECKED_IN:
        return
    try:
        check_in(appointment=visit, actor=f"screen:{centre.pk}", now=now)
    except Refused:
        raise Refused("no_visit_here", field="reference") from None
