"""The decision: facts read under the lock, the engine asked, everything written in one go."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError

from borgerservice.audit.events import Event
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import StaffMember
from witnesses import seals
from witnesses.exceptions import Refused
from witnesses.models import IdentityProofing, Witnessing, WitnessStatement
from witnesses.policies import is_own_case
from witnesses.rules.answers import Answer
from witnesses.rules.engine import decide
from witnesses.rules.lifecycle import Step
from witnesses.rules.rule_sets import rule_set
from witnesses.selectors import (
    current_statement,
    earlier_witnessings,
    met_on,
    rule_set_in_force,
)
from witnesses.services.facts import WitnessFacts, facts_of
from witnesses.services.ledger import hold_witness, is_guards_refusal, ledger_transaction
from witnesses.services.steps import held_case, key_of, note, step_forward


def decide_proofing(
    *,
    proofing: IdentityProofing,
    staff: StaffMember,
    now: datetime,
    seen: int | None = None,
    late_reason: str = "",
) -> IdentityProofing:
    """Decide a case under the rules in force on the day of the meeting, and keep all grounds.

    A witnessing enters the ledger only where a witness was what confirmed. `late_reason` is given
    exactly where the day of the meeting is over. Raises CaseOver `already_decided` for whoever
    comes second, Refused `wrong_step`, `own_case`, `changed_meanwhile`, `late_reason_needed`,
    `late_reason_unwanted`.
    """
    acting = _Acting(staff, now, seen, late_reason)
    try:
        return _decide(proofing, acting)
    except IntegrityError as refusal:
        if not is_guards_refusal(refusal):
            raise
    # Somebody else's witnessing came in between; looked at again, the rule itself says no.
    return _decide(proofing, acting)


@dataclass(frozen=True, slots=True)
class _Acting:
    """Who decides, when, and what they said."""

    staff: StaffMember
    now: datetime
    seen: int | None
    late_reason: str


def _decide(proofing: IdentityProofing, acting: _Acting) -> IdentityProofing:
    staff, now = acting.staff, acting.now
    with ledger_transaction():
        case = held_case(proofing, Step.DECIDE, seen=acting.seen)
        case.late_reason = _checked_reason(case, acting)
        if is_own_case(case, staff=staff):
            raise Refused("own_case")
        witness = _witness_held(case)
        in_force = rule_set_in_force(met_on(case))
        key = key_of(case)
        facts = facts_of(case, key=key, rule_set=in_force, witness=witness, staff=staff)
        answer = decide(facts, rule_set(in_force))
        if witness and answer["outcome"] == "confirmed" and answer["route"] == "witness":
            _enter(case, witness.statement, rule_set_id=in_force, now=now)
        case.facts_sealed = key.seal(json.dumps(facts), seals.DECISION_FACTS)
        _write(case, answer, staff=staff, now=now)
        told = {name: answer[name] for name in ("outcome", "route", "failed", "rule_set")}
        note(Event.PROOFING_DECIDED, case, staff=staff, now=now, facts=told)
    return case


def _checked_reason(case: IdentityProofing, acting: _Acting) -> str:
    """Why it is decided after the day of the meeting; empty on the day itself."""
    is_late = danish_date(acting.now) > met_on(case)
    if not is_late and acting.late_reason:
        raise Refused("late_reason_unwanted", field="late_reason")
    if is_late and acting.late_reason not in IdentityProofing.LateReason.values:
        raise Refused("late_reason_needed", field="late_reason")
    return acting.late_reason


def _witness_held(case: IdentityProofing) -> WitnessFacts | None:
    """The witness and their history, read once nobody else can add to it."""
    statement = current_statement(case)
    if statement is None:
        return None
    root = hold_witness(statement.person_id)
    return WitnessFacts(statement, root, earlier_witnessings(root))


def _enter(
    case: IdentityProofing, statement: WitnessStatement, *, rule_set_id: str, now: datetime
) -> None:
    """Add the witnessing to the ledger; the guard looks once more."""
    if case.applicant_id is None:
        raise ValueError("a decision about nobody")
    Witnessing.unscoped.create(
        witness_id=statement.person_id,
        applicant_id=case.applicant_id,
        on_date=met_on(case),
        municipality_id=case.municipality_id,
        proofing=case,
        rule_set=rule_set_id,
        recorded_at=now,
        recorded_on=danish_date(now),
        late_reason=case.late_reason,
    )


def _write(case: IdentityProofing, answer: Answer, *, staff: StaffMember, now: datetime) -> None:
    step_forward(case, Step.DECIDE)
    case.decided_by, case.decided_at, case.decided_on = staff, now, met_on(case)
    case.rule_set, case.outcome = answer["rule_set"], answer["outcome"]
    case.route = answer["route"] or ""
    case.failed, case.findings = answer["failed"], answer["findings"]
    case.save()
