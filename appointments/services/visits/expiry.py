"""Forgetting: what has had its time goes by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from appointments.models import (
    Appointment,
    IdempotencyRecord,
    Offer,
    Participant,
    WaitingEntry,
)
from appointments.services.booking.codes import forget_codes
from appointments.services.booking.drafts import forget_drafts
from appointments.services.booking.holds import forget_holds
from appointments.services.booking.limits import forget_uses
from appointments.services.booking.proofs import forget_proofs
from appointments.services.visits.notices import subject_of_former
from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.kernel.clock import danish_date
from borgerservice.notifications.limits import forget_counts
from borgerservice.notifications.models import Contact
from borgerservice.notifications.services import shred_contacts
from borgerservice.sent_again import forget_sent_forms

KEPT_KEYS = timedelta(hours=24)
KEPT_CONTACT = timedelta(days=30)
CONTACTS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much went."""

    drafts: int
    keys: int
    contacts: int
    holds: int


def forget_expired(*, now: datetime) -> Forgotten:
    """Let go of drafts left alone, callers' keys after a day, contact data 30 days after.

    And of holds that are over, which keep nothing from anybody any more, of what those who
    waited without a visit told, as soon as they wait no more, and of what staff's forms led to.
    """
    forget_counts(today=danish_date(now))
    forget_uses(now=now)
    forget_proofs(now=now)
    forget_codes(now=now)
    forget_sent_forms(now=now)
    return Forgotten(
        drafts=forget_drafts(now=now),
        keys=IdempotencyRecord.objects.filter(created_at__lte=now - KEPT_KEYS).delete()[0],
        contacts=_shred_contacts(now=now) + _shred_of_wishes(now=now),
        holds=forget_holds(now=now),
    )


def _shred_contacts(*, now: datetime) -> int:
    """Names, phones and e-mails of visits that ended 30 days ago become unreadable for ever."""
    gone = 0
    while visits := _visits_long_over(now=now):
        with transaction.atomic():
            of_visits = [visit.contact for visit in visits]
            shred_contacts([*of_visits, *_former(visits)], now=now)
            # Across municipalities: a life that is over is over everywhere.
            Participant.unscoped.filter(appointment__in=visits).update(name_sealed=None)
            for visit in visits:
                _note(f"appointment:{visit.reference}", visit.municipality_id, now=now)
        gone += len(visits)
    return gone


def _shred_of_wishes(*, now: datetime) -> int:
    """What somebody told who waited without a visit; one they got has its own copy of it."""
    gone = 0
    while wishes := _wishes_that_ended():
        with transaction.atomic():
            shred_contacts([wish.contact for wish in wishes], now=now)
            # Across municipalities: see above.
            ended = WaitingEntry.unscoped.filter(pk__in=[wish.pk for wish in wishes])
            ended.update(names_sealed=None)
            for wish in wishes:
                _note(f"waiting:{wish.pk}", wish.municipality_id, now=now)
        gone += len(wishes)
    return gone


def _note(subject: str, municipality: int, *, now: datetime) -> None:
    event = Event.CONTACT_SHREDDED
    record(event, actor="system", subject=subject, municipality=municipality, at=now)


def _wishes_that_ended() -> list[WaitingEntry]:
    """Those made without a visit that are over and are offered nothing any more."""
    # Across municipalities: see above.
    offers = Offer.unscoped.filter(entry=OuterRef("pk"), answer=Offer.Answer.OPEN)
    return list(
        WaitingEntry.unscoped.filter(~Exists(offers), names_sealed__isnull=False)
        .exclude(status=WaitingEntry.Status.WAITING)
        .select_related("contact")
        .order_by("pk")[:CONTACTS_AT_ONCE]
    )


def _former(visits: Sequence[Appointment]) -> list[Contact]:
    """Who was told that a visit's contact is no longer theirs."""
    # Across municipalities: see above.
    return list(
        Contact.unscoped.filter(
            message__subject__in=[subject_of_former(visit) for visit in visits]
        ).distinct()
    )


def _visits_long_over(*, now: datetime) -> list[Appointment]:
    # Across municipalities: see above.
    return list(
        Appointment.unscoped.filter(
            ends_at__lte=now - KEPT_CONTACT, contact__data_key__wrapped__isnull=False
        )
        .select_related("contact")
        .order_by("ends_at")[:CONTACTS_AT_ONCE]
    )
