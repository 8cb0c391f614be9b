"""What is told to whoever booked once a case is decided: that it was, and nothing of what."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from borgerservice.notifications.models import Contact, Message
from borgerservice.notifications.services import Notice, unsaved_messages
from witnesses.models import IdentityProofing

WORTH_TELLING: Final = timedelta(days=7)
"""How long after the decision the notice still goes out: a warning is better late than never."""


class Meeting(NamedTuple):
    """The visit's reference and language, and the centre to be called."""

    visit: str
    language: str
    centre: str
    address: str
    postal_code: str
    city: str
    phone: str


def decided_messages(
    case: IdentityProofing, meeting: Meeting, contact: Contact, *, now: datetime
) -> list[Message]:
    """What tells the visit's contact that a decision was made: when, where, whom to call.

    Neither name, purpose nor outcome is in it. Yet to be written with the decision; none where
    there is no contact any more.
    """
    town = f"{meeting.postal_code} {meeting.city}".strip()
    notice = Notice(
        kind="decided",
        subject=f"proofing:{case.reference}",
        facts={
            "reference": meeting.visit,
            "happened_at": now.isoformat(),
            "starts_at": (now + WORTH_TELLING).isoformat(),
            "centre": meeting.centre,
            "address": ", ".join(part for part in (meeting.address, town) if part),
            "phone": meeting.phone,
        },
        once=f"decided:{case.pk}",
        contact=contact,
        language=meeting.language,
    )
    messages = unsaved_messages(notice, now=now)
    for message in messages:
        message.contact = contact
    return messages
