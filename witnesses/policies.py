"""Who may: nobody works on a case of their own (four eyes)."""

from collections.abc import Collection
from typing import Final

from borgerservice.audit.events import WORK_ON_A_CASE
from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import StaffMember
from borgerservice.people.services import roots_of
from witnesses.models import IdentityProofing
from witnesses.selectors import current_statement

STAFF: Final = "staff:"


def is_own_case(case: IdentityProofing, *, staff: StaffMember) -> bool:
    """Whether the staff member is its witness, or the applicant is one of the staff at work on it.

    Staff who vouched, or who are vouched for, take no further step in the case.
    """
    statement = current_statement(case)
    if statement is not None and is_among(staff, {statement.person_id}):
        return True
    if case.applicant_id is None:
        return False
    at_work = StaffMember.objects.filter(pk__in=[staff.pk, *_who_worked(case)])
    persons = list(at_work.values_list("person_id", flat=True))
    roots = roots_of((case.applicant_id, *persons))
    return roots[case.applicant_id] in {roots[person] for person in persons}


def _who_worked(case: IdentityProofing) -> list[int]:
    """The staff who took a step in the case."""
    entries = AuditEntry.objects.for_municipality(case.municipality_id).filter(
        subject=f"proofing:{case.reference}",
        event__in=WORK_ON_A_CASE,
        actor__startswith=STAFF,
    )
    return [int(actor.removeprefix(STAFF)) for actor in entries.values_list("actor", flat=True)]


def is_among(staff: StaffMember, persons: Collection[int]) -> bool:
    """Whether one of the persons turned out to be the staff member."""
    roots = roots_of((staff.person_id, *persons))
    return roots[staff.person_id] in {roots[person] for person in persons}
