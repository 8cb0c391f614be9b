"""What is told to whoever booked once a case is decided: that it was, and nothing of what."""

from datetime import datetime, timedelta
from typing import Final

from borgerservice.notifications.models import Message
from borgerservice.notifications.services import Notice, unsaved_messages
from witnesses.models import IdentityProofing

WORTH_TELLING: Final = timedelta(days=7)
"""How long after the decision the notice still goes out: a warning is better late than never."""


def decided_messages(case: IdentityProofing, *, now: datetime) -> list[Message]:
    """What tells the visit's contact that a decision was made: when, where, whom to call.

    Neither name, purpose nor outcome is in it. Yet to be written with the decision; none where
    there is no contact any more.
    """
    visit = case.participant.appointment
    centre = visit.centre
    town = f"{centre.postal_code} {centre.city}".strip()
    notice = Notice(
        kind="decided",
        subject=f"proofing:{case.reference}",
        facts={
            "reference": visit.reference,
            "happened_at": now.isoformat(),
            "starts_at": (now + WORTH_TELLING).isoformat(),
            "centre": centre.name,
            "address": ", ".join(part for part in (centre.address, town) if part),
            "phone": centre.phone,
        },
        once=f"decided:{case.pk}",
        contact=visit.contact,
        language=visit.language,
    )
    messages = unsaved_messages(notice, now=now)
    for message in messages:
        message.contact = visit.contact
    return messages
