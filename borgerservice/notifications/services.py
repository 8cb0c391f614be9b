"""Messages are rows written with the act they tell of; delivery comes after, and may come twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from borgerservice.municipalities.models import Municipality
from borgerservice.notifications.models import Contact, Message
from borgerservice.vault.marks import contact_mark
from borgerservice.vault.services import OpenKey, new_data_key


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be told: the kind names the wording, the facts fill it, nothing in it personal."""

    kind: str
    subject: str
    facts: dict[str, object]
    once: str


def new_contact(*, municipality: Municipality, phone: str, email: str) -> tuple[Contact, OpenKey]:
    """Store how to reach somebody (E.164 and e-mail, either may be empty) under a fresh key."""
    key = new_data_key()
    version, phone_mark = contact_mark("phone", phone) if phone else (1, "")
    if email:
        version, email_mark = contact_mark("email", email.casefold())
    else:
        email_mark = ""
    contact = Contact.unscoped.create(
        municipality=municipality,
        data_key=key.row,
        phone_sealed=key.seal(phone, "contact.phone") if phone else None,
        email_sealed=key.seal(email, "contact.email") if email else None,
        phone_mark=phone_mark,
        email_mark=email_mark,
        mark_version=version,
    )
    return contact, key


def queue(
    notices: Iterable[Notice],
    *,
    contact: Contact,
    language: str,
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    """Write the messages of some notices, one per channel the contact has; a repeat adds none."""
    channels = []
    if contact.phone_sealed is not None:
        channels.append(Message.Channel.SMS)
    if contact.email_sealed is not None:
        channels.append(Message.Channel.EMAIL)
    Message.unscoped.bulk_create(
        [
            Message(
                municipality_id=contact.municipality_id,
                contact=contact,
                kind=notice.kind,
                channel=channel,
                language=language,
                subject=notice.subject,
                facts=notice.facts,
                dedupe_key=f"{notice.once}:{channel}",
                due_at=due_at or now,
                created_at=now,
            )
            for notice in notices
            for channel in channels
        ],
        ignore_conflicts=True,
    )
