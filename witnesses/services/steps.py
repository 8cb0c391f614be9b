"""What every step of a case begins and ends with: hold the case, ask if the step may be taken."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from borgerservice.audit.events import Event
from borgerservice.audit.models import AuditEntry
from borgerservice.audit.services import unsaved_entry
from borgerservice.municipalities.models import StaffMember
from borgerservice.municipalities.policies import has_own_number
from borgerservice.people.models import Person
from borgerservice.people.services import Marks, marks_of, person_marked
from borgerservice.vault.keys import KeyUnavailable
from borgerservice.vault.services import BrokenKey, OpenKey, open_data_key
from witnesses.exceptions import CaseOver, Refused
from witnesses.models import IdentityProofing
from witnesses.rules.lifecycle import TRANSITIONS, CaseState, Step, is_over, may
from witnesses.rules.numbers import IdentityNumber, number_kind
from witnesses.services.grounds import case_held

Within = Callable[[], AbstractContextManager[Any]]
"""What begins the transaction of an act that is slow before it, and writes with it."""


def held_case(
    proofing: IdentityProofing, step: Step, *, staff: StaffMember | None, seen: int | None = None
) -> IdentityProofing:
    """The case as it stands now, kept from everybody else until the transaction ends.

    `staff` is who takes the step; None: the witness, signed in. `seen` is the revision whoever acts
    had before them; None: they need not have seen it. Raises CaseOver, or Refused `wrong_step`
    where the step may not be taken now, `own_number_needed`, `changed_meanwhile`.
    """
    case, is_actor_known = case_held(
        municipality_id=proofing.municipality_id, pk=proofing.pk, staff=staff
    )
    require_step(case, step, is_actor_known=staff is None or is_actor_known, seen=seen)
    return case


def require_step(
    case: IdentityProofing, step: Step, *, is_actor_known: bool, seen: int | None
) -> None:
    """Raise what `held_case` raises where the step may not be taken in the case as it stands."""
    require_open(case)
    state = CaseState(case.state)
    passed = case.questions == IdentityProofing.Questions.PASSED
    if not may(step, state, questions_passed=passed):
        raise Refused("wrong_step")
    if not is_actor_known:
        raise Refused("own_number_needed")
    if seen is not None and seen != case.revision:
        raise Refused("changed_meanwhile")


def require_open(case: IdentityProofing) -> None:
    """Raise CaseOver for a case that is decided or abandoned."""
    state = CaseState(case.state)
    if is_over(state):
        raise CaseOver("already_decided" if state is CaseState.DECIDED else "")


def require_own_number(staff: StaffMember) -> None:
    """Raise Refused `own_number_needed` for staff who have not told us their own number.

    Without it nobody could see that the applicant or the witness is the clerk.
    """
    if not has_own_number(staff):
        raise Refused("own_number_needed")


def step_forward(case: IdentityProofing, step: Step) -> None:
    """Set the state the step leads to, and count the step. The caller saves both."""
    case.state = TRANSITIONS[CaseState(case.state)][step]
    case.revision += 1


def key_of(case: IdentityProofing) -> OpenKey:
    """The case's own key. Raises CaseOver where it was destroyed with what it sealed.

    Raises Refused `case_unreadable` where the key itself is broken.
    """
    key = open_data_key(case.data_key)
    if key is None:
        raise CaseOver
    if isinstance(key, BrokenKey):
        raise Refused("case_unreadable")
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
    """The one person the number stands for. Raises Refused `ledger_unavailable`."""
    try:
        return person_marked(kind=number_kind(number), marks=marks, now=now)
    except KeyUnavailable as lost:
        raise Refused("ledger_unavailable", field="number") from lost


def note(
    event: Event,
    case: IdentityProofing,
    *,
    staff: StaffMember | None,
    now: datetime,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Write the audit entry of a step, in its transaction. Without staff, the witness acted."""
    entry_of(event, case, staff=staff, now=now, facts=facts).save(force_insert=True)


def entry_of(
    event: Event,
    case: IdentityProofing,
    *,
    staff: StaffMember | None,
    now: datetime,
    facts: Mapping[str, object] | None = None,
) -> AuditEntry:
    """The audit entry of a step, yet to be written with it."""
    return unsaved_entry(
        event,
        actor=staff.actor if staff else "witness",
        subject=f"proofing:{case.reference}",
        municipality=case.municipality_id,
        at=now,
        facts=dict(facts or {}),
    )
