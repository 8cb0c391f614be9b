"""The decision: facts read and the engine asked first, then all of it written in one go.

Nobody is kept waiting while a decision is being made. It is written under the lock on the witness,
and only where all it rests on still stands there as it was read; where not, it is made anew.
"""

import json
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, connection

from borgerservice.audit.events import Event
from borgerservice.database.rows import new_row
from borgerservice.database.together import Act, Guarded, New
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import StaffMember
from borgerservice.notifications.models import Message
from borgerservice.notifications.services import tell_workers
from witnesses import seals
from witnesses.exceptions import Refused
from witnesses.models import IdentityProofing, Witnessing
from witnesses.rules.answers import Answer
from witnesses.rules.engine import decide
from witnesses.rules.lifecycle import Step
from witnesses.rules.rule_sets import rule_set
from witnesses.rules.signals import Seen
from witnesses.selectors.ledger import Ledger, still_told
from witnesses.services.facts import facts_of
from witnesses.services.grounds import Record, record_of
from witnesses.services.ledger import (
    is_guards_refusal,
    is_no_longer_known,
    ledger_transaction,
    lock_on,
)
from witnesses.services.notices import decided_messages
from witnesses.services.signals import completes_a_pattern, look_at_witnessing
from witnesses.services.steps import entry_of, key_of, require_step, step_forward

MOST_ATTEMPTS: Final = 10
"""Each but the last was overtaken by a change to the case or to what is known of its persons."""
NOT_YET_WRITTEN: Final = 2**63 - 1
"""Stands for the id of the witnessing while it is looked at: later than all there are."""
_WRITTEN: Final = """
  UPDATE witnesses_identityproofing SET state = %s, revision = %s, decided_by_id = %s,
    decided_at = %s, decided_on = %s, late_reason = %s, rule_set = %s, outcome = %s, route = %s,
    failed = %s, findings = %s, facts_sealed = %s
  WHERE id = %s AND revision = %s AND """


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
    `late_reason_needed`, `late_reason_unwanted`, `no_longer_known`.
    """
    acting = _Acting(staff, now, seen, late_reason)
    for _attempt in range(MOST_ATTEMPTS):
        draft = _drafted(proofing, acting)
        try:
            if _write(draft, now):
                return draft.case
        except IntegrityError as refusal:
            if is_no_longer_known(refusal):
                raise Refused("no_longer_known") from None
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
    ledger: Ledger
    entered: Witnessing | None
    is_pattern: bool
    messages: Sequence[Message]
    act: Act


def _drafted(proofing: IdentityProofing, acting: _Acting) -> _Draft:
    record = record_of(municipality_id=proofing.municipality_id, pk=proofing.pk, staff=acting.staff)
    case, ledger = record.case, record.ledger
    require_step(case, Step.DECIDE, is_actor_known=record.is_actor_known, seen=acting.seen)
    is_witness = ledger.witness is not None and ledger.witness == ledger.acts
    if is_witness or ledger.applicant in ledger.at_work:
        raise Refused("own_case")
    if record.lacks_declaration:
        raise Refused("declaration_needed")
    case.late_reason = _checked_reason(record.met_on, acting)
    key = key_of(case)
    facts = facts_of(record, key=key)
    rules = rule_set(facts["rule_set"])
    answer = decide(facts, rules)
    case.facts_sealed = key.seal(json.dumps(facts), seals.DECISION_FACTS)
    entered = _entered(record, answer, acting.now)
    is_pattern = entered is not None and completes_a_pattern(
        _seen_now(record), ledger.seen, under=rules
    )
    messages = decided_messages(case, record.meeting, record.contact, now=acting.now)
    act = _act(record, answer, entered, messages, acting)
    return _Draft(case, ledger, entered, is_pattern, messages, act)


def _checked_reason(met_on: date, acting: _Acting) -> str:
    """Why it is decided after the day of the meeting; empty on the day itself."""
    is_late = danish_date(acting.now) > met_on
    if not is_late and acting.late_reason:
        raise Refused("late_reason_unwanted", field="late_reason")
    if is_late and acting.late_reason not in IdentityProofing.LateReason.values:
        raise Refused("late_reason_needed", field="late_reason")
    return acting.late_reason


def _entered(record: Record, answer: Answer, now: datetime) -> Witnessing | None:
    """The row of the ledger where a witness was what confirmed; the guard looks at it once more."""
    if (answer["outcome"], answer["route"]) != ("confirmed", "witness"):
        return None
    witness, applicant, *_staff = record.persons
    if witness is None or applicant is None:
        raise ValueError("a witnessing of nobody")
    return new_row(
        Witnessing,
        witness_id=witness,
        applicant_id=applicant,
        on_date=record.met_on,
        municipality_id=record.case.municipality_id,
        proofing_id=record.case.pk,
        rule_set=answer["rule_set"],
        recorded_at=now,
        recorded_on=danish_date(now),
        late_reason=record.case.late_reason,
    )


def _seen_now(record: Record) -> Seen:
    """The witnessing as the patterns look at it."""
    ledger = record.ledger
    if ledger.witness is None or ledger.applicant is None:
        raise ValueError("a witnessing of nobody")
    return Seen(
        NOT_YET_WRITTEN,
        ledger.witness,
        ledger.applicant,
        record.met_on,
        record.case.municipality_id,
    )


def _act(
    record: Record,
    answer: Answer,
    entered: Witnessing | None,
    messages: Sequence[Message],
    acting: _Acting,
) -> Act:
    """Decision, witnessing, audit entry and messages, where all still stands as it was read."""
    case = record.case
    guarded = _guarded(record, answer, acting)
    told = {name: answer[name] for name in ("outcome", "route", "failed", "rule_set")}
    entry = entry_of(Event.PROOFING_DECIDED, case, staff=acting.staff, now=acting.now, facts=told)
    news = [New("entry", entry)]
    news += [New(f"message_{place}", one) for place, one in enumerate(messages)]
    if entered:
        news.append(New("witnessing", entered))
    return Act(guarded, news)


def _guarded(record: Record, answer: Answer, acting: _Acting) -> Guarded:
    """What decides: nobody has touched the case, and the ledger tells the same."""
    case, before, now = record.case, record.case.revision, acting.now
    step_forward(case, Step.DECIDE)
    case.decided_by, case.decided_at, case.decided_on = acting.staff, now, record.met_on
    case.rule_set, case.outcome = answer["rule_set"], answer["outcome"]
    case.route = answer["route"] or ""
    case.failed, case.findings = answer["failed"], answer["findings"]
    stands, told = still_told(record.persons, record.ledger.told, case.reference)
    written = connection.ops
    decided = [
        *(case.state, case.revision, acting.staff.pk, written.adapt_datetimefield_value(now)),
        *(written.adapt_datefield_value(record.met_on), case.late_reason, case.rule_set),
        *(case.outcome, case.route, json.dumps(case.failed), json.dumps(case.findings)),
        case.facts_sealed,
    ]
    return Guarded(_WRITTEN + stands, [*decided, case.pk, before, *told])


def _write(draft: _Draft, now: datetime) -> bool:
    """Whether all of it was written: case and ledger stand as they were read."""
    ledger = draft.ledger
    with ledger_transaction() if draft.is_pattern else nullcontext():
        lock = lock_on(ledger.witness) if ledger.witness is not None else None
        if not draft.act.write(lock=lock):
            return False
        tell_workers([message.pk for message in draft.messages])
        if draft.is_pattern and draft.entered and ledger.witness and ledger.applicant:
            persons = {"witness": ledger.witness, "applicant": ledger.applicant}
            look_at_witnessing(draft.entered, **persons, around=ledger.seen, now=now)
    return True
