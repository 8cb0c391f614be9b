"""What every step of a case begins and ends with: hold the case, ask if the step may be taken."""

from collections.abc import Mapping
from datetime import datetime

from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.municipalities.models import StaffMember
from borgerservice.people.models import Person
from borgerservice.people.services import Marks, marks_of, person_marked
from borgerservice.vault.keys import KeyUnavailable
from borgerservice.vault.services import OpenKey, open_data_key
from witnesses.exceptions import CaseOver, Refused
from witnesses.models import IdentityProofing
from witnesses.rules.lifecycle import TRANSITIONS, CaseState, Step, is_over, may
from witnesses.rules.numbers import IdentityNumber, number_kind


def held_case(
    proofing: IdentityProofing, step: Step, *, seen: int | None = None
) -> IdentityProofing:
    """The case as it stands now, kept from everybody else until the transaction ends.

    `seen` is the revision whoever acts had before them; None: they need not have seen it. Raises
    CaseOver, or Refused `wrong_step` where the step may not be taken now, `changed_meanwhile`.
    """
    case = (
        IdentityProofing.objects.for_municipality(proofing.municipality_id)
        .select_for_update(of=("self",))
        .select_related("participant__appointment", "data_key", "opened_by")
        .get(pk=proofing.pk)
    )
    require_open(case)
    state = CaseState(case.state)
    passed = case.questions == IdentityProofing.Questions.PASSED
    if not may(step, state, questions_passed=passed):
        raise Refused("wrong_step")
    if seen is not None and seen != case.revision:
        raise Refused("changed_meanwhile")
    return case


def require_open(case: IdentityProofing) -> None:
    """Raise CaseOver for a case that is decided or abandoned."""
    state = CaseState(case.state)
    if is_over(state):
        raise CaseOver("already_decided" if state is CaseState.DECIDED else "")


def step_forward(case: IdentityProofing, step: Step) -> None:
    """Set the state the step leads to, and count the step. The caller saves both."""
    case.state = TRANSITIONS[CaseState(case.state)][step]
    case.revision += 1


def key_of(case: IdentityProofing) -> OpenKey:
    """The case's own key. Raises CaseOver where it was destroyed with what it sealed."""
    key = open_data_key(case.data_key)
    if key is None:
        raise CaseOver
    return key


def marks_for(number: IdentityNumber) -> Marks:
    """The keyed marks of a number. Slow, so it is called before the transaction begins.

    Raises Refused `ledger_unavailable` where the key for it is missing: nobody can be recognised.
    """
    try:
        return marks_of(kind=number_kind(number), normalised=number.digits)
    except KeyUnavailable as lost:
        raise Refused("ledger_unavailable", field="number") from lost


def person_behind(number: IdentityNumber, marks: Marks, *, now: datetime) -> Person:
    """The one person the number stands for."""
    return person_marked(kind=number_kind(number), marks=marks, now=now)


def actor(staff: StaffMember) -> str:
    """How the staff member stands in the audit trail."""
    return f"staff:{staff.pk}"


def note(
    event: Event,
    case: IdentityProofing,
    *,
    staff: StaffMember,
    now: datetime,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Write the audit entry of a step, in its transaction."""
    record(
        event,
        actor=actor(staff),
        subject=f"proofing:{case.reference}",
        municipality=case.municipality_id,
        at=now,
        facts=dict(facts or {}),
    )
