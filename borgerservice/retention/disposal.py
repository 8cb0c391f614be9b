"""Visits that have had their time: one administrator proposes that they go, another answers."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.municipalities.models import Municipality, StaffMember
from borgerservice.retention.due import latest_day, standing
from borgerservice.retention.exceptions import RetentionRefused
from borgerservice.retention.models import Disposal
from witnesses.policies import is_same_human


def propose_disposal(
    *, municipality: Municipality, before: date, authority: str, staff: StaffMember, now: datetime
) -> Disposal:
    """Propose that a municipality's visits from before a day go, with their cases.

    `authority` is the journal number of the archives' permission. Raises RetentionRefused
    `too_recent`, `nothing_due`, `disposal_waits`.
    """
    latest = latest_day(now)
    if before > latest:
        raise RetentionRefused("too_recent", field="before", params={"latest": latest})
    if not standing(municipality=municipality, before=before).is_due:
        raise RetentionRefused("nothing_due", field="before")
    try:
        with transaction.atomic():
            proposal = Disposal.unscoped.create(
                municipality=municipality,
                before=before,
                authority=authority,
                proposed_by=staff,
                proposed_at=now,
            )
            _note(Event.DISPOSAL_PROPOSED, proposal, staff=staff, now=now)
    except IntegrityError:
        if waiting_disposal(municipality):
            raise RetentionRefused("disposal_waits") from None
        raise
    return proposal


def answer_disposal(
    *, proposal: Disposal, approve: bool, staff: StaffMember, now: datetime
) -> Disposal:
    """Approve or decline as the second person; approved, what is due goes by itself within hours.

    Raises RetentionRefused `already_answered`, `own_proposal`.
    """
    with transaction.atomic():
        held = (
            Disposal.objects.for_municipality(proposal.municipality_id)
            .select_for_update(of=("self",))
            .select_related("proposed_by")
            .get(pk=proposal.pk)
        )
        if held.answered_at is not None:
            raise RetentionRefused("already_answered")
        if is_same_human(staff, held.proposed_by):
            raise RetentionRefused("own_proposal")
        held.answered_by, held.answered_at, held.is_approved = staff, now, approve
        held.save(update_fields=["answered_by", "answered_at", "is_approved"])
        event = Event.DISPOSAL_APPROVED if approve else Event.DISPOSAL_DECLINED
        _note(event, held, staff=staff, now=now)
    return held


def waiting_disposal(municipality: Municipality) -> Disposal | None:
    """What waits for the second person; there is one at most."""
    return (
        Disposal.objects.for_municipality(municipality)
        .filter(answered_at__isnull=True)
        .select_related("proposed_by")
        .first()
    )


def approved_disposals(municipality: Municipality) -> list[Disposal]:
    """What was approved, the latest day first."""
    approved = Disposal.objects.for_municipality(municipality).filter(is_approved=True)
    return list(
        approved.select_related("proposed_by", "answered_by").order_by("-before", "-answered_at")
    )


def _note(event: Event, disposal: Disposal, *, staff: StaffMember, now: datetime) -> None:
    record(
        event,
        actor=f"staff:{staff.pk}",
        subject=f"disposal:{disposal.pk}",
        municipality=disposal.municipality_id,
        at=now,
        facts={"before": disposal.before.isoformat(), "authority": disposal.authority},
    )
