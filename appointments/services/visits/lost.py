"""A lost link is sent again, to the phone or address the visit was booked with and to no other."""

from dataclasses import replace
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from appointments.models import Appointment, Participant
from appointments.services.booking.limits import count_find
from appointments.services.visits.notices import notice_of
from borgerservice.notifications.models import Message
from borgerservice.notifications.services import queue
from borgerservice.vault.marks import contact_marks

MOST = 5


def send_links_again(*, phone: str, email: str, network: str, now: datetime) -> None:
    """Send the link of every coming visit booked with a phone number or e-mail address.

    Nothing tells the caller whether there is one. Raises TooMany.
    """
    count_find(phone=phone, email=email, network=network, now=now)
    known = {"phone": phone, "email": email.casefold()}
    marks = {kind: contact_marks(kind, value) for kind, value in known.items() if value}
    reached = Q(contact__phone_mark__in=marks.get("phone", [])) | Q(
        contact__email_mark__in=marks.get("email", [])
    )
    # In whichever municipality they booked: the citizen asks for what is their own.
    visits = (
        Appointment.unscoped.filter(reached, status=Appointment.Status.BOOKED, starts_at__gt=now)
        .annotate(
            proves_identity=Exists(
                Participant.unscoped.filter(
                    appointment=OuterRef("pk"), service__proves_identity=True
                )
            )
        )
        .select_related("centre", "contact")
        .order_by("starts_at")[:MOST]
    )
    channels = [Message.Channel.SMS] * bool(phone) + [Message.Channel.EMAIL] * bool(email)
    queue(
        [
            replace(
                notice_of(
                    "found", visit, contact=visit.contact, proves_identity=visit.proves_identity
                ),
                once=f"found:{visit.reference}:{now:%Y%m%d%H}",
                channels=tuple(channels),
            )
            for visit in visits
        ],
        now=now,
    )
