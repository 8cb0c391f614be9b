"""Who may: nobody works on a case of their own (four eyes)."""

from borgerservice.municipalities.models import StaffMember
from witnesses.models import IdentityProofing, WitnessStatement


def persons_at_work(
    case: IdentityProofing, *, staff: StaffMember, statement: WitnessStatement | None = None
) -> frozenset[int]:
    """The ids, as persons, of the staff who opened the case, took the statement, or act now."""
    staff_ids = {case.opened_by_id, staff.pk}
    if statement is not None:
        staff_ids.add(statement.recorded_by_id)
    return frozenset(
        StaffMember.objects.filter(pk__in=staff_ids).values_list("person_id", flat=True)
    )


def is_own_case(case: IdentityProofing, *, staff: StaffMember) -> bool:
    """Whether the applicant is one of the staff at work on the case."""
    return case.applicant_id in persons_at_work(case, staff=staff)
