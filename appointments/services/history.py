"""What was done to a visit or a centre, written into its history: the audit trail."""

from datetime import datetime

from appointments.models import Appointment
from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.municipalities.models import Centre


def record_visit(
    event: Event, visit: Appointment, *, actor: str, now: datetime, **facts: object
) -> None:
    """Write an act into the history of a visit."""
    record(
        event,
        actor=actor,
        subject=f"appointment:{visit.reference}",
        municipality=visit.municipality_id,
        at=now,
        facts=facts,
    )


def record_centre(
    event: Event, centre: Centre, *, actor: str, now: datetime, facts: dict[str, object]
) -> None:
    """Write an act into the history of a centre."""
    record(
        event,
        actor=actor,
        subject=f"centre:{centre.pk}",
        municipality=centre.municipality_id,
        at=now,
        facts=facts,
    )
