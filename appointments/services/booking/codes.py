"""A code by text message or e-mail, before a time is held: where a municipality asks for it.

Whoever calls the API is the municipality itself, and is asked for none.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from appointments.exceptions import Refused
from appointments.models import Appointment, ContactCode
from appointments.services.booking.conditions import check_contact
from appointments.services.booking.drafts import (
    DRAFT_LIFE,
    LONGEST_DRAFT,
    TOKEN_BYTES,
    Typed,
    start_draft,
)
from appointments.services.booking.limits import count_code, count_wrong_code, forgive_code
from appointments.services.booking.plan import plan_visit
from borgerservice.municipalities.models import Centre
from borgerservice.notifications.models import Contact
from borgerservice.notifications.services import Notice, new_contact, queue, shred_contacts
from borgerservice.vault.links import derive_code, derive_link, link_hash, new_salt
from borgerservice.vault.services import open_data_key

CODE_LIFE: Final = timedelta(minutes=10)
MOST_TRIES: Final = 5
PURPOSE: Final = "contact code"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to book once their contact is proven."""

    centre: Centre
    service: str
    people: int
    start: datetime


def send_code(
    *, wanted: Wanted, phone: str, email: str, language: str, network: str, now: datetime
) -> str:
    """Send a code to the phone number, else the e-mail address; the secret of the page it is for.

    Nothing is held. Raises Refused for a contact nothing can be sent to, TooMany.
    """
    if phone:
        email = ""
    check_contact(phone=phone, email=email, language=language, origin=Appointment.Origin.WEB)
    plan = plan_visit(centre=wanted.centre, codes=[wanted.service] * wanted.people)
    count_code(phone=phone, email=email, network=network, now=now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        contact, _key = new_contact(
            municipality=wanted.centre.municipality, phone=phone, email=email
        )
        row = ContactCode.objects.create(
            token_hash=link_hash(token),
            contact=contact,
            centre=wanted.centre,
            service=plan.services[0],
            people=wanted.people,
            starts_at=wanted.start,
            code_salt=new_salt(secrets.token_urlsafe(12)),
            expires_at=now + CODE_LIFE,
        )
        queue([_notice(row, contact, language)], now=now)
    return token


def find_code(*, token: str, now: datetime) -> ContactCode:
    """The code a page is for. Raises Refused `code_over` for one that is over or never was."""
    row = (
        ContactCode.objects.select_related("centre__municipality", "service", "contact__data_key")
        .filter(token_hash=link_hash(token), expires_at__gt=now)
        .first()
    )
    if row is None:
        raise Refused("code_over")
    return row


def prove_contact(*, row: ContactCode, typed: str, network: str, now: datetime) -> None:
    """Take what was typed for the code. Each try counts, and of two right ones at once one does.

    Raises Refused `code_wrong`, or `code_over` after the fifth; TooMany.
    """
    if row.proven_at is not None:
        return
    count_wrong_code(network=network, now=now)
    is_tried = _try(row, now=now)
    if is_tried and not hmac.compare_digest(derive_code(PURPOSE, row.code_salt), typed):
        raise Refused("code_wrong", field="code")
    forgive_code(network=network, now=now)
    if not is_tried:
        raise Refused("code_over")
    open_rows = ContactCode.objects.filter(pk=row.pk, proven_at=None, expires_at__gt=now)
    open_rows.update(proven_at=now, expires_at=now + DRAFT_LIFE)


def keep_code_awhile(*, row: ContactCode, now: datetime) -> None:
    """Whoever proved a contact and still looks for a time has an hour more; 24 hours in all."""
    if row.proven_at is not None:
        ContactCode.objects.filter(pk=row.pk, expires_at__gt=now).update(
            expires_at=min(now + DRAFT_LIFE, row.proven_at + LONGEST_DRAFT)
        )


def start_proven_draft(
    *, row: ContactCode, start: datetime, now: datetime, is_shared: bool = False
) -> str:
    """Begin the booking of a proven contact and hold its time, once; the draft's secret.

    Asking again gives the same draft. Raises SlotTaken or Refused; then another time may be asked
    for.
    """
    token = derive_link("draft", row.code_salt)
    with transaction.atomic():
        held = (
            ContactCode.objects.select_for_update(of=("self",))
            .select_related("centre__municipality", "service", "contact__data_key")
            .get(pk=row.pk)
        )
        if held.proven_at is None:
            raise Refused("code_needed")
        if held.spent_at is None:
            start_draft(
                centre=held.centre,
                service=held.service.code,
                people=held.people,
                start=start,
                now=now,
                proven=_proven(held),
                token=token,
                is_shared=is_shared,
            )
            held.spent_at = now
            held.save(update_fields=["spent_at"])
    return token


def forget_codes(*, now: datetime) -> int:
    """Delete the codes that are over, and how they were sent; how many went."""
    over = list(ContactCode.objects.filter(expires_at__lte=now).select_related("contact")[:1000])
    with transaction.atomic():
        ContactCode.objects.filter(pk__in=[row.pk for row in over]).delete()
        shred_contacts([row.contact for row in over], now=now)
    return len(over)


def _try(row: ContactCode, *, now: datetime) -> bool:
    """Use up one of the tries; of several at once no more than are left."""
    open_rows = ContactCode.objects.filter(pk=row.pk, proven_at=None, expires_at__gt=now)
    return bool(open_rows.filter(tries__lt=MOST_TRIES).update(tries=F("tries") + 1))


def _proven(row: ContactCode) -> Typed:
    key = open_data_key(row.contact.data_key)
    if key is None:
        raise Refused("code_over")
    phone = key.open(row.contact.phone_sealed, "contact.phone")
    email = key.open(row.contact.email_sealed, "contact.email")
    return Typed(people=row.people, phone=phone, email=email, proven="phone" if phone else "email")


def _notice(row: ContactCode, contact: Contact, language: str) -> Notice:
    return Notice(
        kind="code",
        subject=f"code:{row.pk}",
        facts={
            "starts_at": row.expires_at.isoformat(),
            "centre": row.centre.name,
            "phone": row.centre.phone,
            "code_salt": row.code_salt,
        },
        once=f"code:{row.token_hash}",
        contact=contact,
        language=language,
    )
