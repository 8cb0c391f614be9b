"""What waits for a second person, and how the witnessing of a case stands."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from borgerservice.municipalities.models import Municipality
from borgerservice.people.models import PersonLink
from witnesses.models import (
    IdentityProofing,
    LinkProposal,
    Reversal,
    ReversalProposal,
    RuleSetInForce,
    Witnessing,
)


@dataclass(frozen=True, slots=True)
class WitnessingShown:
    """How the witnessing of a decided case stands: it counts, waits to be reversed, or was.

    Of this case alone; never a word about others of the same witness.
    """

    waiting: ReversalProposal | None
    reversed: Reversal | None
    declined: ReversalProposal | None

    @property
    def may_propose(self) -> bool:
        """Whether somebody may propose to reverse it."""
        return self.waiting is None and self.reversed is None


def witnessing_of(case: IdentityProofing) -> Witnessing | None:
    """What a decided case wrote into the ledger; None where no witness was what confirmed."""
    return Witnessing.objects.for_municipality(case.municipality_id).filter(proofing=case).first()


def reversal_of(witnessing: Witnessing) -> Reversal | None:
    """The reversal of a witnessing; None while it counts."""
    return (
        Reversal.objects.for_municipality(witnessing.municipality_id)
        .select_related("proposal__proposed_by", "proposal__answered_by")
        .filter(witnessing=witnessing)
        .first()
    )


def still_confirms(case: IdentityProofing) -> bool:
    """Whether a case confirmed somebody, and no witnessing it rests on has been reversed."""
    if case.outcome != IdentityProofing.Outcome.CONFIRMED:
        return False
    witnessing = witnessing_of(case)
    return witnessing is None or reversal_of(witnessing) is None


def witnessing_shown(case: IdentityProofing) -> WitnessingShown | None:
    """How the witnessing of a case stands; None where it wrote none."""
    witnessing = witnessing_of(case)
    if witnessing is None:
        return None
    proposals = list(
        ReversalProposal.objects.for_municipality(case.municipality_id)
        .select_related("proposed_by", "answered_by")
        .filter(witnessing=witnessing)
        .order_by("-id")
    )
    return WitnessingShown(
        waiting=next((one for one in proposals if one.answered_at is None), None),
        reversed=reversal_of(witnessing),
        declined=next((one for one in proposals if one.is_approved is False), None),
    )


def days_of_reversals(root: int) -> list[date]:
    """The days on which witnessings of a person were reversed, in all municipalities.

    `root` is who they turned out to be. For the rule alone.
    """
    linked = PersonLink.objects.filter(root=root).values_list("person_id", flat=True)
    everybody = [root, *linked]
    return list(
        Reversal.unscoped.filter(witnessing__witness__in=everybody).values_list(
            "reversed_on", flat=True
        )
    )


def figures_in_force(on: date) -> RuleSetInForce:
    """The row of the schedule that counts on a local day."""
    return RuleSetInForce.objects.filter(in_force_from__lte=on).order_by("-in_force_from", "-id")[0]


def waiting_reversals(municipality: Municipality) -> QuerySet[ReversalProposal]:
    """The reversals of a municipality that wait for an answer, the oldest first."""
    return (
        ReversalProposal.objects.for_municipality(municipality)
        .filter(answered_at__isnull=True)
        .select_related("proposed_by", "witnessing__proofing")
        .order_by("proposed_at", "id")
    )


def waiting_links(municipality: Municipality) -> QuerySet[LinkProposal]:
    """The links of a municipality that wait for an answer, the oldest first."""
    return (
        LinkProposal.objects.for_municipality(municipality)
        .filter(answered_at__isnull=True)
        .select_related("proposed_by")
        .order_by("proposed_at", "id")
    )
