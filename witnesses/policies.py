"""Who may: nobody works on a case of their own (four eyes)."""

from collections.abc import Collection
from typing import Final

from borgerservice.audit.events import WORK_ON_A_CASE
from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import StaffMember
from borgerservice.people.services import roots_of
from witnesses.models import IdentityProofing
from witnesses.selectors.cases import current_statement

STAFF: Final = "staff:"


def is_own_case(case: IdentityProofing, *, staff: StaffMember) -> bool:
    """Whether the staff member is its witness, or the applicant is one of the staff at work on it.

    Staff who vouched, or who are vouched for, take no further step in the case.
    """
    statement = current_statement(case)
    if statement is not None and is_among(staff, {statement.person_id}):
        return True
    return _is_one_of(case.applicant_id, [staff.person_id, *_who_worked(case)])


def ties_of(case: IdentityProofing, witness: int) -> tuple[str, ...]:
    """What a decision would hold against a witness of a case: `is_applicant`, `is_clerk`."""
    ties = {
        "is_applicant": _is_one_of(case.applicant_id, [witness]),
        "is_clerk": _is_one_of(witness, _who_worked(case)),
    }
    return tuple(tie for tie, holds in ties.items() if holds)


def _is_one_of(person: int | None, others: Collection[int]) -> bool:
    """Whether somebody turned out to be one of the others."""
    if person is None:
        return False
    roots = roots_of((person, *others))
    return roots[person] in {roots[other] for other in others}


def _who_worked(case: IdentityProofing) -> list[int]:
    """The persons of the staff who took a step in the case."""
    entries = AuditEntry.objects.for_municipality(case.municipality_id).filter(
        subject=f"proofing:{case.reference}",
        event__in=WORK_ON_A_CASE,
        actor__startswith=STAFF,
    )
    staff = {int(actor.removeprefix(STAFF)) for actor in entries.values_list("actor", flat=True)}
    return list(StaffMember.objects.filter(pk__in=staff).values_list("person_id", flat=True))


def is_among(staff: StaffMember, persons: Collection[int]) -> bool:
    """Whether one of the persons turned out to be the staff member."""
    return _is_one_of(staff.person_id, persons)


def is_same_human(staff: StaffMember, other: StaffMember | None) -> bool:
    """Whether two accounts are one human being's: four eyes need two of them."""
    return other is not None and is_among(staff, {other.person_id})
