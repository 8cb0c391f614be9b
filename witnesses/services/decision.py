"""The decision: facts read and the engine asked first, then all of it written in one go.

Nobody is kept waiting while a decision is being made. It is written under the lock on the witness,
and only where all it rests on still stands there as it was read; where not, it is made anew.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import IntegrityError

from borgerservice.audit.events import Event
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import StaffMember
from borgerservice.notifications.models import Message
from borgerservice.notifications.services import tell_workers
from borgerservice.together import Act, New, changing
from witnesses import seals
from witnesses.exceptions import Refused
from witnesses.models import IdentityProofing, Witnessing
from witnesses.rules.answers import Answer
from witnesses.rules.engine import decide
from witnesses.rules.lifecycle import Step
from witnesses.rules.rule_sets import rule_set
from witnesses.selectors import met_on
from witnesses.selectors_ledger import Asked, Ledger, ledger_of
from witnesses.services.facts import facts_of
from witnesses.services.grounds import Record, record_of
from witnesses.services.ledger import hold_root, is_guards_refusal, ledger_transaction
from witnesses.services.notices import decided_messages
from witnesses.services.signals import look_at_witnessing
from witnesses.services.steps import entry_of, key_of, require_step, step_forward

DECIDED: Final = (
    *("state", "revision", "decided_by", "decided_at", "decided_on", "late_reason"),
    *("rule_set", "outcome", "route", "failed", "findings", "facts_sealed"),
)
MOST_ATTEMPTS: Final = 10
"""Each but the last was overtaken by a change to the case or to what is known of its persons."""


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
    for _attempt in range(MOST_ATTEMPTS):
        draft = _drafted(proofing, acting)
        try:
            with ledger_transaction():
                if _stands(draft) and _write(draft, now):
                    return draft.case
        except IntegrityError as refusal:
            if not is_guards_refusal(refusal):
                raise
    raise Refused("changed_meanwhile")


@dataclass(frozen=True, slots=True)
class _Acting:
    """Who decides, when, and what they said."""

    staff: StaffMember
    now: datetime
    seen: int | None
    late_reason: str


@dataclass(frozen=True, slots=True)
class _Draft:
    """A decision yet to be written, and the ledger it rests on."""

    case: IdentityProofing
    asked: Asked
    ledger: Ledger
    entered: Witnessing | None
    messages: list[Message]
    act: Act


def _drafted(proofing: IdentityProofing, acting: _Acting) -> _Draft:
    record = record_of(municipality_id=proofing.municipality_id, pk=proofing.pk, staff=acting.staff)
    case = record.case
    require_step(case, Step.DECIDE, is_actor_known=record.is_actor_known, seen=acting.seen)
    asked = _asked(record)
    ledger = ledger_of(asked)
    if ledger.applicant is not None and ledger.applicant in (ledger.opened, ledger.acts):
        raise Refused("own_case")
    if record.lacks_declaration:
        raise Refused("declaration_needed")
    case.late_reason = _checked_reason(case, acting)
    key = key_of(case)
    facts = facts_of(record, ledger, key=key)
    answer = decide(facts, rule_set(ledger.rule_set))
    case.facts_sealed = key.seal(json.dumps(facts), seals.DECISION_FACTS)
    entered = _entered(asked, case, answer, acting.now)
    messages = decided_messages(case, now=acting.now)
    act = _act(case, answer, entered, messages, acting)
    return _Draft(case, asked, ledger, entered, messages, act)


def _asked(record: Record) -> Asked:
    return Asked(
        witness=record.statement.person_id if record.statement else None,
        applicant=record.case.applicant_id,
        opened=record.opened,
        acts=record.acts,
        recorded=record.recorded,
        on=met_on(record.case),
    )


def _stands(draft: _Draft) -> bool:
    """Whether all is in the ledger as it was read; held from now on until it is written."""
    if draft.ledger.witness is not None:
        hold_root(draft.ledger.witness)
    return ledger_of(draft.asked) == draft.ledger


def _checked_reason(case: IdentityProofing, acting: _Acting) -> str:
    """Why it is decided after the day of the meeting; empty on the day itself."""
    is_late = danish_date(acting.now) > met_on(case)
    if not is_late and acting.late_reason:
        raise Refused("late_reason_unwanted", field="late_reason")
    if is_late and acting.late_reason not in IdentityProofing.LateReason.values:
        raise Refused("late_reason_needed", field="late_reason")
    return acting.late_reason


def _entered(
    asked: Asked, case: IdentityProofing, answer: Answer, now: datetime
) -> Witnessing | None:
    """The row of the ledger where a witness was what confirmed; the guard looks at it once more."""
    if (answer["outcome"], answer["route"]) != ("confirmed", "witness"):
        return None
    if asked.witness is None or asked.applicant is None:
        raise ValueError("a witnessing of nobody")
    return Witnessing(
        witness_id=asked.witness,
        applicant_id=asked.applicant,
        on_date=asked.on,
        municipality_id=case.municipality_id,
        proofing=case,
        rule_set=answer["rule_set"],
        recorded_at=now,
        recorded_on=danish_date(now),
        late_reason=case.late_reason,
    )


def _act(
    case: IdentityProofing,
    answer: Answer,
    entered: Witnessing | None,
    messages: list[Message],
    acting: _Acting,
) -> Act:
    """Decision, witnessing, audit entry and messages, if nobody touches the case meanwhile."""
    before, now = case.revision, acting.now
    step_forward(case, Step.DECIDE)
    case.decided_by, case.decided_at, case.decided_on = acting.staff, now, met_on(case)
    case.rule_set, case.outcome = answer["rule_set"], answer["outcome"]
    case.route = answer["route"] or ""
    case.failed, case.findings = answer["failed"], answer["findings"]
    told = {name: answer[name] for name in ("outcome", "route", "failed", "rule_set")}
    entry = entry_of(Event.PROOFING_DECIDED, case, staff=acting.staff, now=now, facts=told)
    news = [New("entry", entry)]
    news += [New(f"message_{place}", one) for place, one in enumerate(messages)]
    if entered:
        news.append(New("witnessing", entered))
    return Act(changing(case, *DECIDED, counted_by="revision", before=before), news)


def _write(draft: _Draft, now: datetime) -> bool:
    """Whether all of it was written: nobody has touched the case."""
    if not draft.act.write(savepoint=False):
        return False
    tell_workers([message.pk for message in draft.messages])
    entered, ledger = draft.entered, draft.ledger
    if entered and ledger.witness and ledger.applicant:
        persons = {"witness": ledger.witness, "applicant": ledger.applicant}
        look_at_witnessing(entered, **persons, around=ledger.seen, now=now)
    return True
