"""A case begins and ends without a decision: open it, or leave it."""

import secrets
from datetime import datetime

from django.db import transaction

from appointments.models import Appointment, Participant
from appointments.rules.reference import reference_from
from borgerservice.audit.events import Event
from borgerservice.municipalities.models import StaffMember
from borgerservice.vault.reading import read_sealed
from borgerservice.vault.services import new_data_key, open_data_key
from witnesses import seals
from witnesses.exceptions import Refused
from witnesses.models import IdentityProofing
from witnesses.rules.lifecycle import CaseState, Step, is_over
from witnesses.selectors.approvals import still_confirms
from witnesses.services.steps import held_case, note, require_own_number, step_forward


def open_proofing(
    *, participant: Participant, staff: StaffMember, now: datetime
) -> IdentityProofing:
    """Open a participant's case, or return the one already open.

    A case opened after one that did not confirm, was left, or rests on a witnessing that was
    reversed points back to it. Raises Refused `not_checked_in`, `proves_no_identity`,
    `already_confirmed`, `own_number_needed`.
    """
    require_own_number(staff)
    with transaction.atomic():
        visit = (
            Appointment.objects.for_municipality(participant.municipality_id)
            .select_for_update(of=("self",))
            .select_related("contact__data_key")
            .get(pk=participant.appointment_id)
        )
        previous = (
            IdentityProofing.objects.for_municipality(participant.municipality_id)
            .filter(participant=participant)
            .order_by("-id")
            .first()
        )
        if previous is not None and not is_over(CaseState(previous.state)):
            return previous
        _require_openable(participant, visit, previous)
        key = new_data_key()
        name = _booked_name(participant, visit)
        case = IdentityProofing.unscoped.create(
            municipality_id=participant.municipality_id,
            participant=participant,
            previous=previous,
            reference=reference_from(secrets.token_bytes(16)),
            data_key=key.row,
            opened_by=staff,
            opened_at=now,
            name_sealed=key.seal(name, seals.APPLICANT_NAME) if name else None,
        )
        came_from = {"previous": previous.reference} if previous else {}
        facts = {"appointment": visit.reference, "position": participant.position, **came_from}
        note(Event.PROOFING_OPENED, case, staff=staff, now=now, facts=facts)
    return case


def abandon_proofing(
    *, proofing: IdentityProofing, staff: StaffMember, now: datetime, seen: int | None = None
) -> IdentityProofing:
    """Leave a case without a decision. What was recorded stays, and nothing more is added."""
    with transaction.atomic():
        case = held_case(proofing, Step.ABANDON, staff=staff, seen=seen)
        reached = case.state
        step_forward(case, Step.ABANDON)
        case.save(update_fields=["state", "revision"])
        note(Event.PROOFING_ABANDONED, case, staff=staff, now=now, facts={"reached": reached})
    return case


def note_reading(
    *, proofing: IdentityProofing, staff: StaffMember, now: datetime, read: str = ""
) -> None:
    """Write down that a member of staff looked into a case, or what of it they read."""
    facts = {"read": read} if read else None
    note(Event.PROOFING_READ, proofing, staff=staff, now=now, facts=facts)


def _require_openable(
    participant: Participant, visit: Appointment, previous: IdentityProofing | None
) -> None:
    if not participant.service.proves_identity:
        raise Refused("proves_no_identity")
    if visit.status != Appointment.Status.CHECKED_IN:
        raise Refused("not_checked_in")
    if previous is not None and still_confirms(previous):
        raise Refused("already_confirmed")


def _booked_name(participant: Participant, visit: Appointment) -> str:
    """The name it was booked under; empty where that is deleted, or cannot be read."""
    key = open_data_key(visit.contact.data_key)
    if key is None:
        return ""
    place = f"participant.name:{participant.position}"
    return read_sealed(key, participant.name_sealed, place, of=Participant, pk=participant.pk) or ""
