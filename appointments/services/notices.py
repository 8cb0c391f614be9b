"""What is told about a visit, and the facts the wording needs. Nothing personal is in them."""

from collections.abc import Sequence
from datetime import datetime

from appointments.models import Appointment, ServiceType
from borgerservice.notifications.models import Contact
from borgerservice.notifications.services import Notice, queue


def tell_booked(
    appointment: Appointment,
    *,
    contact: Contact,
    services: Sequence[ServiceType],
    now: datetime,
) -> None:
    """Confirm a booking."""
    _tell("booked", appointment, contact=contact, services=services, now=now)


def tell_moved(appointment: Appointment, *, services: Sequence[ServiceType], now: datetime) -> None:
    """Tell the new time."""
    _tell("moved", appointment, contact=appointment.contact, services=services, now=now)


def tell_cancelled(
    appointment: Appointment, *, services: Sequence[ServiceType], now: datetime
) -> None:
    """Tell that the visit will not take place."""
    _tell("cancelled", appointment, contact=appointment.contact, services=services, now=now)


def facts_of(appointment: Appointment, services: Sequence[ServiceType]) -> dict[str, object]:
    """What every message about a visit may need; `link_salt` leads to the link at delivery."""
    centre = appointment.centre
    language = appointment.language
    return {
        "reference": appointment.reference,
        "starts_at": appointment.starts_at.isoformat(),
        "services": [service.names.get(language, service.code) for service in services],
        "centre": centre.name,
        "address": ", ".join(
            part for part in (centre.address, f"{centre.postal_code} {centre.city}".strip()) if part
        ),
        "phone": centre.phone,
        "link_salt": appointment.link_salt,
    }


def _tell(
    kind: str,
    appointment: Appointment,
    *,
    contact: Contact,
    services: Sequence[ServiceType],
    now: datetime,
) -> None:
    notice = Notice(
        kind=kind,
        subject=f"appointment:{appointment.reference}",
        facts=facts_of(appointment, services),
        once=f"{kind}:{appointment.pk}:{appointment.moves}",
    )
    queue([notice], contact=contact, language=appointment.language, now=now)
