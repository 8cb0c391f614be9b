"""What is kept beyond its time: a hold on a visit, and on all that hangs on it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from appointments.models import Appointment
from appointments.rules.reference import normalise_reference
from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.municipalities.models import Municipality, StaffMember
from borgerservice.retention.exceptions import RetentionRefused
from borgerservice.retention.models import LegalHold
from witnesses.models import IdentityProofing


def place_hold(
    *, municipality: Municipality, reference: str, reason: str, staff: StaffMember, now: datetime
) -> LegalHold:
    """Keep a visit, named by its own number or a case's, until the hold is lifted.

    Raises RetentionRefused `unknown_reason`, `unknown_reference`, `already_held`.
    """
    if reason not in LegalHold.Reason.values:
        raise RetentionRefused("unknown_reason", field="reason")
    visits = Appointment.objects.for_municipality(municipality)
    wanted = normalise_reference(reference) or reference.strip().upper()
    visit = visits.filter(
        Q(reference=wanted) | Q(participants__proofings__reference=wanted)
    ).first()
    if visit is None:
        raise RetentionRefused("unknown_reference", field="reference")
    open_holds = LegalHold.objects.for_municipality(municipality).filter(lifted_at__isnull=True)
    try:
        with transaction.atomic():
            hold = LegalHold.unscoped.create(
                municipality=municipality,
                appointment=visit,
                reason=reason,
                placed_by=staff,
                placed_at=now,
            )
            _note(Event.HOLD_PLACED, hold, staff=staff, now=now)
    except IntegrityError:
        if open_holds.filter(appointment=visit).exists():
            raise RetentionRefused("already_held", field="reference") from None
        if not visits.filter(pk=visit.pk).exists():
            raise RetentionRefused("unknown_reference", field="reference") from None
        raise
    return hold


def lift_hold(*, hold: LegalHold, staff: StaffMember, now: datetime) -> LegalHold:
    """Keep the visit no longer. Raises RetentionRefused `already_lifted`."""
    with transaction.atomic():
        held = (
            LegalHold.objects.for_municipality(hold.municipality_id)
            .select_for_update(of=("self",))
            .select_related("appointment")
            .get(pk=hold.pk)
        )
        if held.lifted_at is not None:
            raise RetentionRefused("already_lifted")
        held.lifted_by, held.lifted_at = staff, now
        held.save(update_fields=["lifted_by", "lifted_at"])
        _note(Event.HOLD_LIFTED, held, staff=staff, now=now)
    return held


def holds_of(municipality: Municipality) -> list[LegalHold]:
    """What a municipality keeps, the oldest hold first."""
    holds = LegalHold.objects.for_municipality(municipality).filter(lifted_at__isnull=True)
    return list(holds.select_related("appointment", "placed_by").order_by("placed_at", "pk"))


def held_visits() -> list[int]:
    """The ids of all visits that are kept."""
    # Across municipalities: what goes by itself goes everywhere.
    return list(
        LegalHold.unscoped.filter(lifted_at__isnull=True).values_list("appointment_id", flat=True)
    )


def subjects_of(visits: Iterable[int]) -> set[str]:
    """The marks under which entries about visits and their cases are found."""
    # Across municipalities: see above.
    kept = Appointment.unscoped.filter(pk__in=list(visits))
    cases = IdentityProofing.unscoped.filter(participant__appointment__in=kept)
    return {
        *(f"appointment:{reference}" for reference in kept.values_list("reference", flat=True)),
        *(f"proofing:{reference}" for reference in cases.values_list("reference", flat=True)),
    }


def _note(event: Event, hold: LegalHold, *, staff: StaffMember, now: datetime) -> None:
    record(
        event,
        actor=f"staff:{staff.pk}",
        subject=f"appointment:{hold.appointment.reference}",
        municipality=hold.municipality_id,
        at=now,
        facts={"reason": hold.reason},
    )
