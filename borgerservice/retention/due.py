"""What may go, and what stays though it is old: the same as the guard in the database says."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from appointments.models import Appointment, DoubleBooking, WaitingEntry
from borgerservice.kernel.terms import midnight, years_before
from borgerservice.municipalities.models import Centre, Municipality
from borgerservice.retention.models import LegalHold
from witnesses.models import FraudSignal, IdentityProofing, ReversalProposal

KEPT_YEARS: Final = 5
OVER: Final = (IdentityProofing.State.DECIDED, IdentityProofing.State.ABANDONED)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many of a municipality's rows from before a day may go, and how many visits may not."""

    visits: int
    cases: int
    wishes: int
    held: int
    unfinished: int

    @property
    def is_due(self) -> bool:
        """Whether anything may go."""
        return bool(self.visits or self.wishes)


def latest_day(now: datetime) -> date:
    """The latest day before which visits may go. The database counts days of UTC, so do we."""
    return years_before(now.astimezone(UTC).date(), KEPT_YEARS)


def standing(
    *, municipality: Municipality, before: date, approved_at: datetime | None = None
) -> Standing:
    """What may go, and what is kept or not finished; with `approved_at` under that approval."""
    due = due_visits(municipality=municipality, before=before, approved_at=approved_at)
    old = old_visits(municipality=municipality, before=before)
    held = old.filter(_is_held())
    cases = IdentityProofing.objects.for_municipality(municipality)
    return Standing(
        visits=due.count(),
        cases=cases.filter(participant__appointment__in=due).count(),
        wishes=due_wishes(municipality=municipality, before=before).count(),
        held=held.count(),
        unfinished=old.filter(~_is_held(), _is_unfinished(municipality, before)).count(),
    )


def due_visits(
    *, municipality: Municipality, before: date, approved_at: datetime | None = None
) -> QuerySet[Appointment]:
    """Visits from before a day that nobody keeps, with nothing left to do.

    An approval of before a hold was lifted does not hold for what was held: two decide anew.
    """
    old = old_visits(municipality=municipality, before=before)
    due = old.filter(~_is_held(), ~_is_unfinished(municipality, before))
    if approved_at is None:
        return due
    lifted = LegalHold.unscoped.filter(appointment=OuterRef("pk"), lifted_at__gte=approved_at)
    return due.filter(~Exists(lifted))


def due_wishes(*, municipality: Municipality, before: date) -> QuerySet[WaitingEntry]:
    """Wishes that ended before a day without a visit; the others go with their visit."""
    wishes = WaitingEntry.objects.for_municipality(municipality)
    ended = wishes.exclude(status=WaitingEntry.Status.WAITING)
    return ended.filter(
        appointment__isnull=True, last_day__lt=before, created_at__lt=midnight(before)
    )


def old_visits(*, municipality: Municipality, before: date) -> QuerySet[Appointment]:
    """Every visit from before a day. By centre: that is how they stand in order of time."""
    centres = Centre.objects.filter(municipality=municipality).values_list("pk", flat=True)
    return Appointment.objects.for_municipality(municipality).filter(
        centre__in=list(centres), starts_at__lt=midnight(before), ends_at__lt=midnight(before)
    )


def _is_held() -> Q:
    """Kept itself, or asked about together with one that is: which of the two should stay."""
    holds = LegalHold.unscoped.filter(lifted_at__isnull=True)
    asked_with = Q(first=OuterRef("pk"), second__in=holds.values("appointment")) | Q(
        second=OuterRef("pk"), first__in=holds.values("appointment")
    )
    return Q(Exists(holds.filter(appointment=OuterRef("pk")))) | Q(
        Exists(DoubleBooking.objects.filter(asked_with))
    )


def _is_unfinished(municipality: Municipality, before: date) -> Exists:
    """A case that is open or is of later, or something about its witness to be answered."""
    place = municipality
    signals = FraudSignal.unscoped.filter(
        witnessing__proofing=OuterRef("pk"), reviewed_at__isnull=True
    )
    proposals = ReversalProposal.objects.for_municipality(place).filter(
        witnessing__proofing=OuterRef("pk"), answered_at__isnull=True
    )
    return Exists(
        IdentityProofing.objects.for_municipality(place)
        .filter(participant__appointment=OuterRef("pk"))
        .filter(
            ~Q(state__in=OVER)
            | Q(decided_on__gte=before)
            | Q(opened_at__gte=midnight(before))
            | Exists(signals)
            | Exists(proposals)
        )
    )
