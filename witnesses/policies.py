"""Who may: nobody works on a case of their own (four eyes)."""

from collections.abc import Collection

from borgerservice.municipalities.models import StaffMember
from borgerservice.people.services import roots_of
from witnesses.models import IdentityProofing, WitnessStatement


def persons_at_work(
    case: IdentityProofing, *, staff: StaffMember, statement: WitnessStatement | None = None
) -> frozenset[int]:
    """Who the staff who opened the case, took the statement, or act now turned out to be."""
    staff_ids = {case.opened_by_id, staff.pk}
    if statement is not None:
        staff_ids.add(statement.recorded_by_id)
    persons = StaffMember.objects.filter(pk__in=staff_ids).values_list("person_id", flat=True)
    return frozenset(roots_of(persons).values())


def is_own_case(case: IdentityProofing, *, staff: StaffMember) -> bool:
    """Whether the applicant is one of the staff at work on the case."""
    if case.applicant_id is None:
        return False
    applicant = roots_of((case.applicant_id,))[case.applicant_id]
    return applicant in persons_at_work(case, staff=staff)


def is_among(staff: StaffMember, persons: Collection[int]) -> bool:
    """Whether one of the persons turned out to be the staff member."""
    roots = roots_of((staff.person_id, *persons))
    return roots[staff.person_id] in {roots[person] for person in persons}
