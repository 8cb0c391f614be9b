"""A witnessing that should not count: one proposes to reverse it, a second person answers.

Nothing in the ledger changes. An approval adds a `Reversal`, and with it the witness has the
witnessing back; a refusal adds nothing.
"""

from datetime import date, datetime

from django.db import IntegrityError

from borgerservice.audit.events import Event
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import StaffMember
from witnesses.exceptions import Refused
from witnesses.models import IdentityProofing, Reversal, ReversalProposal, Witnessing
from witnesses.policies import is_among, is_same_human
from witnesses.rules.reversals import within_limit
from witnesses.selectors.approvals import (
    days_of_reversals,
    figures_in_force,
    reversal_of,
    witnessing_of,
)
from witnesses.services.ledger import hold_witness, is_reversal_guards_refusal, ledger_transaction
from witnesses.services.signals import look_at_reversal
from witnesses.services.steps import note, require_own_number


def propose_reversal(
    *, proofing: IdentityProofing, reason: str, staff: StaffMember, now: datetime
) -> ReversalProposal:
    """Propose that the witnessing of a decided case be reversed.

    Raises Refused `unknown_reason`, `nothing_to_reverse`, `already_reversed`, `reversal_waits`,
    `own_number_needed`, and `about_yourself` for the applicant and the witness.
    """
    if reason not in ReversalProposal.Reason.values:
        raise Refused("unknown_reason", field="reason")
    with ledger_transaction():
        case = _held(proofing)
        witnessing = _still_counting(case)
        _require_stranger(staff, witnessing)
        waiting = ReversalProposal.objects.for_municipality(case.municipality_id).filter(
            witnessing=witnessing, answered_at__isnull=True
        )
        if waiting.exists():
            raise Refused("reversal_waits")
        proposal = ReversalProposal.unscoped.create(
            municipality_id=case.municipality_id,
            witnessing=witnessing,
            reason=reason,
            proposed_by=staff,
            proposed_at=now,
        )
        note(Event.REVERSAL_PROPOSED, case, staff=staff, now=now, facts={"reason": reason})
    return proposal


def answer_reversal(
    *, proposal: ReversalProposal, approve: bool, staff: StaffMember, now: datetime
) -> ReversalProposal:
    """Approve or decline a reversal as the second person; approved, the witnessing counts no more.

    Raises Refused `already_answered`, `own_proposal`, `own_decision`, `own_number_needed`,
    `about_yourself`, `already_reversed`, and `too_many_reversals` where the limit is reached.
    """
    try:
        return _answer(proposal, approve=approve, staff=staff, now=now)
    except IntegrityError as refusal:
        if not is_reversal_guards_refusal(refusal):
            raise
    raise _too_many(danish_date(now))


def _answer(
    proposal: ReversalProposal, *, approve: bool, staff: StaffMember, now: datetime
) -> ReversalProposal:
    with ledger_transaction():
        case = _held(proposal.witnessing.proofing)
        held = (
            ReversalProposal.objects.for_municipality(case.municipality_id)
            .select_for_update(of=("self",))
            .get(pk=proposal.pk)
        )
        if held.answered_at is not None:
            raise Refused("already_answered")
        if is_same_human(staff, held.proposed_by):
            raise Refused("own_proposal")
        if is_same_human(staff, case.decided_by):
            raise Refused("own_decision")
        _require_stranger(staff, proposal.witnessing)
        held.answered_by, held.answered_at, held.is_approved = staff, now, approve
        held.save(update_fields=["answered_by", "answered_at", "is_approved"])
        if approve:
            _reverse(_still_counting(case), held, now=now)
        event = Event.REVERSAL_APPROVED if approve else Event.REVERSAL_DECLINED
        note(event, case, staff=staff, now=now, facts={"reason": held.reason})
    return held


def _reverse(witnessing: Witnessing, proposal: ReversalProposal, *, now: datetime) -> None:
    """Add the reversal where the rule allows one more; the guard looks once more."""
    on = danish_date(now)
    figures = figures_in_force(on)
    root = hold_witness(witnessing.witness_id)
    earlier = days_of_reversals(root)
    if not within_limit(earlier, on=on, at_most=figures.reversals_at_most, days=figures.quota_days):
        raise _too_many(on)
    reversal = Reversal.unscoped.create(
        witnessing=witnessing,
        municipality_id=witnessing.municipality_id,
        proposal=proposal,
        reversed_on=on,
        recorded_at=now,
    )
    look_at_reversal(reversal, witness=root, now=now)


def _held(proofing: IdentityProofing) -> IdentityProofing:
    """The case, so that one proposal or answer about it comes after the other."""
    return (
        IdentityProofing.objects.for_municipality(proofing.municipality_id)
        .select_for_update(of=("self",))
        .get(pk=proofing.pk)
    )


def _still_counting(case: IdentityProofing) -> Witnessing:
    witnessing = witnessing_of(case)
    if witnessing is None:
        raise Refused("nothing_to_reverse")
    if reversal_of(witnessing) is not None:
        raise Refused("already_reversed")
    return witnessing


def _require_stranger(staff: StaffMember, witnessing: Witnessing) -> None:
    require_own_number(staff)
    if is_among(staff, {witnessing.witness_id, witnessing.applicant_id}):
        raise Refused("about_yourself")


def _too_many(on: date) -> Refused:
    figures = figures_in_force(on)
    params = {"limit": figures.reversals_at_most, "days": figures.quota_days}
    return Refused("too_many_reversals", params=params)
