"""What two people approved is done: visits go with all that hangs on them, some at a time.

Stopped, it goes on at the next run: what is gone is gone, and what is left is still due.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Model, Q, QuerySet

from appointments.models import (
    Appointment,
    BookingDraft,
    ContactCode,
    DoubleBooking,
    IdempotencyRecord,
    Offer,
    Participant,
    Rebooking,
    WaitingEntry,
)
from appointments.services.visits.notices import subject_of_former
from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.database.removal import remove
from borgerservice.notifications.models import Contact, Message
from borgerservice.retention.due import due_visits, due_wishes
from borgerservice.retention.models import Disposal, DisposedVisit, LegalHold
from borgerservice.vault.models import DataKey
from witnesses.models import (
    ClientAnswer,
    Declaration,
    DocumentEvidence,
    FraudSignal,
    IdentityProofing,
    Reversal,
    ReversalProposal,
    SignInRequest,
    WitnessCheck,
    Witnessing,
    WitnessStatement,
)

AT_ONCE: Final = 50
logger = logging.getLogger(__name__)


def carry_out_disposals(*, now: datetime) -> int:
    """Delete what was approved to go, in every municipality; how many visits."""
    # Across municipalities: what two people approved in each.
    approved = Disposal.unscoped.filter(is_approved=True).select_related("municipality")
    gone = 0
    for disposal in approved.order_by("pk"):
        try:
            gone += _carry_out(disposal, now=now)
        except IntegrityError:
            logger.warning("retention.kept disposal=%s", disposal.pk)
    return gone


def _carry_out(disposal: Disposal, *, now: datetime) -> int:
    place, gone = disposal.municipality, 0
    due_now = due_visits(
        municipality=place, before=disposal.before, approved_at=disposal.answered_at
    )
    visits = due_now.order_by("starts_at", "pk")
    while due := list(visits[:AT_ONCE]):
        with transaction.atomic():
            DisposedVisit.unscoped.bulk_create(
                DisposedVisit(
                    municipality=place, visit=visit.pk, disposal=disposal, disposed_at=now
                )
                for visit in due
            )
            cases = _remove_cases(due)
            _remove_visits(due)
            _note(disposal, {"visits": len(due), "cases": cases}, now=now)
        gone += len(due)
    wishes = due_wishes(municipality=place, before=disposal.before).order_by("pk")
    while ended := list(wishes[:AT_ONCE]):
        with transaction.atomic():
            _remove_wishes([wish.pk for wish in ended])
            _remove_contacts([wish.contact_id for wish in ended])
            _note(disposal, {"wishes": len(ended)}, now=now)
    _remove_rebookings(disposal)
    return gone


def _remove_cases(visits: Sequence[Appointment]) -> int:
    """Cases with their evidence, what was witnessed in them, and the keys all of it is under."""
    cases = IdentityProofing.unscoped.filter(participant__appointment__in=visits)
    ids = _ids(cases)
    keys = list(cases.values_list("data_key_id", flat=True))
    witnessed = _ids(Witnessing.unscoped.filter(proofing__in=ids))
    for model in (FraudSignal, Reversal, ReversalProposal):
        remove(model, _ids(model.unscoped.filter(witnessing__in=witnessed)))
    remove(Witnessing, witnessed)
    remove(SignInRequest, _ids(SignInRequest.unscoped.filter(statement__proofing__in=ids)))
    for evidence in (ClientAnswer, Declaration, DocumentEvidence, WitnessStatement):
        remove(evidence, _ids(evidence.unscoped.filter(proofing__in=ids)))
    remove(IdentityProofing, ids)
    remove(DataKey, keys)
    return len(ids)


def _remove_visits(visits: Sequence[Appointment]) -> None:
    """Visits with who came, what was asked and offered about them, and how to reach them."""
    of_visits = Q(appointment__in=visits)
    remove(
        DoubleBooking,
        _ids(DoubleBooking.objects.filter(Q(first__in=visits) | Q(second__in=visits))),
    )
    for model in (BookingDraft, IdempotencyRecord):
        remove(model, _ids(model.objects.filter(of_visits)))
    wishes = WaitingEntry.unscoped.filter(of_visits)
    former = [subject_of_former(visit) for visit in visits]
    contacts = {
        *(visit.contact_id for visit in visits),
        *wishes.values_list("contact_id", flat=True),
        *Message.unscoped.filter(subject__in=former, contact__isnull=False).values_list(
            "contact_id", flat=True
        ),
    }
    remove(Offer, _ids(Offer.unscoped.filter(of_visits)))
    _remove_wishes(_ids(wishes))
    remove(WitnessCheck, _ids(WitnessCheck.unscoped.filter(participant__appointment__in=visits)))
    for held in (Participant, LegalHold):
        remove(held, _ids(held.unscoped.filter(of_visits)))
    remove(Appointment, [visit.pk for visit in visits])
    _remove_contacts(sorted(contacts))


def _remove_wishes(ids: Sequence[int]) -> None:
    """Wishes with what was offered for them."""
    remove(Offer, _ids(Offer.unscoped.filter(entry__in=ids)))
    chosen = WaitingEntry.centres.through
    remove(chosen, _ids(chosen.objects.filter(waitingentry__in=ids)))
    remove(WaitingEntry, ids)


def _remove_contacts(ids: Sequence[int]) -> None:
    """How to reach somebody, what was written to them, and the key; not while a row needs it."""
    contacts = Contact.unscoped.filter(
        pk__in=ids, appointment__isnull=True, waitingentry__isnull=True
    )
    ids = _ids(contacts)
    keys = list(contacts.values_list("data_key_id", flat=True))
    remove(Message, _ids(Message.unscoped.filter(contact__in=ids)))
    remove(ContactCode, _ids(ContactCode.objects.filter(contact__in=ids)))
    remove(Contact, ids)
    remove(DataKey, keys)


def _remove_rebookings(disposal: Disposal) -> None:
    """Days on which a centre was closed, of which no offer is left."""
    over = Rebooking.objects.for_municipality(disposal.municipality_id).filter(
        finished_at__isnull=False, last_day__lt=disposal.before, offers__isnull=True
    )
    remove(Rebooking, _ids(over))


def _ids(rows: QuerySet[Model]) -> list[int]:
    return list(rows.values_list("pk", flat=True))


def _note(disposal: Disposal, counts: dict[str, object], *, now: datetime) -> None:
    record(
        Event.VISITS_DISPOSED,
        actor="system",
        subject=f"disposal:{disposal.pk}",
        municipality=disposal.municipality_id,
        at=now,
        facts=counts,
    )
