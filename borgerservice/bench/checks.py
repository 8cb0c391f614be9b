"""What must hold after everybody has booked at once: no overlap, and bitmaps that are true."""

from collections.abc import Iterable
from datetime import date

from django.db.models import F, Window
from django.db.models.functions import Lead

from appointments.models import Appointment
from appointments.services.centres.desk_days import rebuild
from borgerservice.municipalities.models import Centre


def overlaps(centres: Iterable[Centre]) -> int:
    """How many visits begin at their desk before the one before it is over."""
    # Across municipalities: the bench has made them all.
    visits = (
        Appointment.unscoped.filter(centre__in=list(centres))
        .exclude(status=Appointment.Status.CANCELLED)
        .annotate(
            following=Window(
                Lead("starts_at"), partition_by=[F("desk")], order_by=F("starts_at").asc()
            )
        )
        .filter(following__lt=F("busy_until"))
    )
    return visits.count()


def differences(centres: Iterable[Centre], first: date, last: date) -> int:
    """How many desk-days differ from what hours and appointments say."""
    return sum(rebuild(centre=centre, first=first, last=last) for centre in centres)
