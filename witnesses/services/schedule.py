"""Which rule set is in force from when: one rule steward proposes, another answers.

The past stays as it is. A set can only be put in force from a day that has not begun, and the guard
`schedule_spares_the_past` in the database refuses what would change a decision already made.
"""

import logging
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction

from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import StaffMember
from borgerservice.municipalities.policies import is_rule_steward
from witnesses.exceptions import Refused
from witnesses.models import RuleSetInForce, RuleSetProposal
from witnesses.policies import is_same_human
from witnesses.rules.rule_sets import RULE_SETS
from witnesses.selectors.cases import rule_set_in_force
from witnesses.selectors.schedule import figures_for_guards, rows_unlike_their_set

# Each decision, from its look at the schedule to its last write, lies before or after this.
_HOLD_ALL_CASES = "LOCK TABLE witnesses_identityproofing IN EXCLUSIVE MODE"
logger = logging.getLogger(__name__)


def propose_rule_set(
    *, rule_set: str, in_force_from: date, staff: StaffMember, now: datetime
) -> RuleSetProposal:
    """Propose that a rule set decide from a local day on, until the next one scheduled.

    Raises Refused `not_rule_steward`, `unknown_rule_set`, `day_not_after_today`,
    `already_scheduled`, `rule_set_waits`.
    """
    _require_steward(staff, now)
    with transaction.atomic():
        _require_possible(rule_set, in_force_from, now)
        waiting = RuleSetProposal.objects.filter(
            rule_set=rule_set, in_force_from=in_force_from, answered_at=None
        )
        if waiting.exists():
            raise Refused("rule_set_waits", field="rule_set")
        proposal = RuleSetProposal.objects.create(
            rule_set=rule_set, in_force_from=in_force_from, proposed_by=staff, proposed_at=now
        )
        _note(Event.RULE_SET_PROPOSED, proposal, staff, now)
    return proposal


def answer_rule_set(
    *, proposal: RuleSetProposal, approve: bool, staff: StaffMember, now: datetime
) -> RuleSetProposal:
    """Approve or decline what another rule steward proposed; approved, it is scheduled.

    Of several for one day the one approved last counts. Raises Refused `not_rule_steward`,
    `already_answered`, `own_proposal`, and for an approval `unknown_rule_set`,
    `day_not_after_today`, `already_scheduled`, `decided_already`.
    """
    _require_steward(staff, now)
    try:
        with transaction.atomic():
            return _answer(proposal, approve=approve, staff=staff, now=now)
    except IntegrityError as refusal:
        if "schedule_spares_the_past" not in str(refusal):
            raise
        raise Refused("decided_already", field="in_force_from") from None


def warn_of_other_figures() -> None:
    """Write to the log which rows of the schedule hold other figures than their rule set."""
    for row in rows_unlike_their_set():
        logger.warning(
            "rule_schedule.differs row=%s from=%s: other figures than the rule set's file",
            row.pk,
            row.in_force_from,
        )


def _answer(
    proposal: RuleSetProposal, *, approve: bool, staff: StaffMember, now: datetime
) -> RuleSetProposal:
    held = (
        RuleSetProposal.objects.select_for_update(of=("self",))
        .select_related("proposed_by")
        .get(pk=proposal.pk)
    )
    if held.answered_at is not None:
        raise Refused("already_answered")
    if is_same_human(staff, held.proposed_by):
        raise Refused("own_proposal")
    held.answered_by, held.answered_at, held.is_approved = staff, now, approve
    held.save(update_fields=["answered_by", "answered_at", "is_approved"])
    if approve:
        _schedule(held, staff, now)
    _note(Event.RULE_SET_SCHEDULED if approve else Event.RULE_SET_DECLINED, held, staff, now)
    return held


def _schedule(proposal: RuleSetProposal, staff: StaffMember, now: datetime) -> None:
    """Add the set to the schedule, with the figures the guards in the database read there."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_HOLD_ALL_CASES)
    _require_possible(proposal.rule_set, proposal.in_force_from, now)
    chosen = RULE_SETS[proposal.rule_set]
    RuleSetInForce.objects.create(
        rule_set=chosen.id,
        in_force_from=proposal.in_force_from,
        **figures_for_guards(chosen),
        proposed_by_id=proposal.proposed_by_id,
        approved_by=staff,
        created_at=now,
    )


def _require_steward(staff: StaffMember, now: datetime) -> None:
    if not is_rule_steward(staff=staff, now=now):
        raise Refused("not_rule_steward")


def _require_possible(rule_set: str, in_force_from: date, now: datetime) -> None:
    if rule_set not in RULE_SETS:
        raise Refused("unknown_rule_set", field="rule_set")
    if in_force_from <= danish_date(now):
        raise Refused("day_not_after_today", field="in_force_from")
    if rule_set_in_force(in_force_from) == rule_set:
        raise Refused("already_scheduled", field="rule_set")


def _note(event: Event, proposal: RuleSetProposal, staff: StaffMember, now: datetime) -> None:
    record(
        event,
        actor=staff.actor,
        subject=f"rule_set:{proposal.rule_set}",
        municipality=None,
        at=now,
        facts={"proposal": proposal.pk, "from": proposal.in_force_from.isoformat()},
    )
