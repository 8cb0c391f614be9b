"""Two persons who are one human being: one of the staff proposes to link them, another answers.

The numbers are typed at the desk and become persons at once. Neither is kept with the proposal.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.municipalities.models import Municipality, StaffMember
from borgerservice.people.models import Person
from borgerservice.people.services import Marks, are_one, link_persons
from witnesses.exceptions import Refused
from witnesses.models import LinkProposal
from witnesses.policies import is_among, is_same_human
from witnesses.rules.numbers import IdentityNumber
from witnesses.services.ledger import is_link_guards_refusal
from witnesses.services.steps import Within, marks_for, person_behind, require_own_number

MOST_ATTEMPTS = 50


def propose_link(
    *,
    municipality: Municipality,
    number: IdentityNumber,
    other_number: IdentityNumber,
    reason: str,
    staff: StaffMember,
    now: datetime,
    within: Within = transaction.atomic,
) -> LinkProposal:
    """Propose that the persons behind two numbers are one human being. Slow: two marks are made.

    Raises Refused `unknown_reason`, `same_number`, `already_linked`, `link_waits`,
    `about_yourself`, `own_number_needed`, `ledger_unavailable`.
    """
    if reason not in LinkProposal.Reason.values:
        raise Refused("unknown_reason", field="reason")
    if number == other_number:
        raise Refused("same_number", field="other_number")
    marks, other_marks = marks_for(number), _other_marks_for(other_number)
    with within():
        one = person_behind(number, marks, now=now)
        other = person_behind(other_number, other_marks, now=now)
        _hold(one, other)
        _require_linkable(one, other, municipality=municipality, staff=staff)
        proposal = LinkProposal.unscoped.create(
            municipality=municipality,
            person=one,
            other=other,
            reason=reason,
            proposed_by=staff,
            proposed_at=now,
        )
        _note(Event.LINK_PROPOSED, proposal, staff=staff, now=now)
    return proposal


def answer_link(
    *, proposal: LinkProposal, approve: bool, staff: StaffMember, now: datetime
) -> LinkProposal:
    """Approve or decline a link as the second person; approved, it holds for ever.

    From then on the histories of both count together. Raises Refused `already_answered`,
    `own_proposal`, `about_yourself`, `own_number_needed`, and `already_linked` for an approval of
    what is one person by now.
    """
    with transaction.atomic():
        held = (
            LinkProposal.objects.for_municipality(proposal.municipality_id)
            .select_for_update(of=("self",))
            .get(pk=proposal.pk)
        )
        if held.answered_at is not None:
            raise Refused("already_answered")
        if is_same_human(staff, held.proposed_by):
            raise Refused("own_proposal")
        require_own_number(staff)
        if is_among(staff, {held.person_id, held.other_id}):
            raise Refused("about_yourself")
        if approve and are_one(held.person_id, held.other_id):
            raise Refused("already_linked")
        held.answered_by, held.answered_at, held.is_approved = staff, now, approve
        held.save(update_fields=["answered_by", "answered_at", "is_approved"])
        if approve:
            _link(held, now=now)
        event = Event.LINK_APPROVED if approve else Event.LINK_DECLINED
        _note(event, held, staff=staff, now=now)
    return held


def _link(proposal: LinkProposal, *, now: datetime) -> None:
    """Link both groups. Where one moved while the guard waited, it refuses: then look again.

    Each refusal means that somebody else's link stands by now, so this comes to an end.
    """
    for _attempt in range(MOST_ATTEMPTS):
        try:
            with transaction.atomic():
                link_persons(proposal.person_id, proposal.other_id, now=now)
        except IntegrityError as refusal:
            if not is_link_guards_refusal(refusal):
                raise
        else:
            return
    raise Refused("changed_meanwhile")


def _hold(one: Person, other: Person) -> None:
    """Keep every other proposal about the two waiting, so that nobody proposes the same at once."""
    persons = Person.objects.select_for_update(no_key=True).filter(pk__in=(one.pk, other.pk))
    list(persons.order_by("pk"))


def _require_linkable(
    one: Person, other: Person, *, municipality: Municipality, staff: StaffMember
) -> None:
    if are_one(one.pk, other.pk):
        raise Refused("already_linked", field="other_number")
    require_own_number(staff)
    if is_among(staff, {one.pk, other.pk}):
        raise Refused("about_yourself")
    waiting = LinkProposal.objects.for_municipality(municipality).filter(
        Q(person=one, other=other) | Q(person=other, other=one), answered_at__isnull=True
    )
    if waiting.exists():
        raise Refused("link_waits")


def _other_marks_for(number: IdentityNumber) -> Marks:
    try:
        return marks_for(number)
    except Refused as lost:
        raise Refused(lost.code, field="other_number") from lost


def _note(event: Event, proposal: LinkProposal, *, staff: StaffMember, now: datetime) -> None:
    record(
        event,
        actor=staff.actor,
        subject=f"link_proposal:{proposal.pk}",
        municipality=proposal.municipality_id,
        at=now,
        facts={"reason": proposal.reason},
    )
