"""Two persons linked as the product links them: one of the staff proposes, another approves."""

from borgerservice.municipalities.models import Municipality, StaffMember, StaffRole
from tests.builders import NOW, build_municipality, build_staff
from witnesses.models import LinkProposal
from witnesses.services import answer_link


def build_link(one: int, other: int) -> None:
    """Join two persons by id, and all who are linked to them. Two of the staff are made for it."""
    place = Municipality.objects.first() or build_municipality()
    proposal = LinkProposal.unscoped.create(
        municipality=place,
        person_id=one,
        other_id=other,
        reason=LinkProposal.Reason.REGISTER,
        proposed_by=_staff("proposes-links", place),
        proposed_at=NOW,
    )
    answer_link(proposal=proposal, approve=True, staff=_staff("approves-links", place), now=NOW)


def _staff(username: str, place: Municipality) -> StaffMember:
    known = StaffMember.objects.filter(username=username).first()
    return known or build_staff(place, username=username, role=StaffRole.Role.LEAD)
