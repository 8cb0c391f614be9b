"""The decision: facts read under the lock, the engine asked, everything written in one go."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import IntegrityError

from borgerservice.audit.events import Event
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import StaffMember
from borgerservice.together import New, changing, write_together
from witnesses import seals
from witnesses.exceptions import Refused
from witnesses.models import IdentityProofing, Witnessing, WitnessStatement
from witnesses.rules.answers import Answer
from witnesses.rules.engine import decide
from witnesses.rules.lifecycle import Step
from witnesses.rules.rule_sets import rule_set
from witnesses.selectors import earlier_witnessings, met_on
from witnesses.services.facts import WitnessFacts, facts_of
from witnesses.services.grounds import Grounds, grounds_of
from witnesses.services.ledger import hold_witness, is_guards_refusal, ledger_transaction
from witnesses.services.notices import tell_decided
from witnesses.services.signals import look_at_witnessing
from witnesses.services.steps import entry_of, held_case, key_of, step_forward

DECIDED: Final = (
    *("state", "revision", "decided_by", "decided_at", "decided_on", "late_reason"),
    *("rule_set", "outcome", "route", "failed", "findings", "facts_sealed"),
)


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
    comes second, Refused `wrong_step`, `own_case`, `changed_meanwhile`, `declaration_needed`,
    `late_reason_needed`, `late_reason_unwanted`.
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
        case = held_case(proofing, Step.DECIDE, staff=staff, seen=acting.seen)
        grounds = grounds_of(case, staff=staff, met_on=met_on(case))
        if grounds.is_own_case:
            raise Refused("own_case")
        if grounds.lacks_declaration(case):
            raise Refused("declaration_needed")
        case.late_reason = _checked_reason(case, acting)
        witness = _witness_held(grounds.statement)
        key = key_of(case)
        facts = facts_of(case, key=key, grounds=grounds, witness=witness)
        answer = decide(facts, rule_set(grounds.rule_set))
        entered = None
        if witness and answer["outcome"] == "confirmed" and answer["route"] == "witness":
            entered = _witnessing(case, witness.statement, grounds, now=now)
        case.facts_sealed = key.seal(json.dumps(facts), seals.DECISION_FACTS)
        _write(case, answer, entered, acting)
        if witness and entered and grounds.applicant:
            look_at_witnessing(entered, witness=witness.root, applicant=grounds.applicant, now=now)
        tell_decided(case, now=now)
    return case


def _checked_reason(case: IdentityProofing, acting: _Acting) -> str:
    """Why it is decided after the day of the meeting; empty on the day itself."""
    is_late = danish_date(acting.now) > met_on(case)
    if not is_late and acting.late_reason:
        raise Refused("late_reason_unwanted", field="late_reason")
    if is_late and acting.late_reason not in IdentityProofing.LateReason.values:
        raise Refused("late_reason_needed", field="late_reason")
    return acting.late_reason


def _witness_held(statement: WitnessStatement | None) -> WitnessFacts | None:
    """The witness and their history, read once nobody else can add to it."""
    if statement is None:
        return None
    root = hold_witness(statement.person_id)
    return WitnessFacts(statement, root, earlier_witnessings(root))


def _witnessing(
    case: IdentityProofing, statement: WitnessStatement, grounds: Grounds, *, now: datetime
) -> Witnessing:
    """The row of the ledger; the guard looks once more as it is written."""
    if case.applicant_id is None:
        raise ValueError("a decision about nobody")
    return Witnessing(
        witness_id=statement.person_id,
        applicant_id=case.applicant_id,
        on_date=met_on(case),
        municipality_id=case.municipality_id,
        proofing=case,
        rule_set=grounds.rule_set,
        recorded_at=now,
        recorded_on=danish_date(now),
        late_reason=case.late_reason,
    )


def _write(
    case: IdentityProofing, answer: Answer, entered: Witnessing | None, acting: _Acting
) -> None:
    """Decision, witnessing and audit entry together, if nobody has touched the case."""
    before, now = case.revision, acting.now
    step_forward(case, Step.DECIDE)
    case.decided_by, case.decided_at, case.decided_on = acting.staff, now, met_on(case)
    case.rule_set, case.outcome = answer["rule_set"], answer["outcome"]
    case.route = answer["route"] or ""
    case.failed, case.findings = answer["failed"], answer["findings"]
    told = {name: answer[name] for name in ("outcome", "route", "failed", "rule_set")}
    entry = entry_of(Event.PROOFING_DECIDED, case, staff=acting.staff, now=now, facts=told)
    news = [New("entry", entry)]
    if entered:
        news.append(New("witnessing", entered))
    guarded = changing(case, *DECIDED, counted_by="revision", before=before)
    if not write_together(guarded, news, savepoint=False):
        raise Refused("changed_meanwhile")
