"""A staff member's own number: nobody works on a case of their own, whatever number they show."""

from datetime import datetime

from django.db import IntegrityError, transaction

from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.kernel.cpr import CprNumber
from borgerservice.municipalities.models import StaffMember
from borgerservice.municipalities.policies import has_own_number
from borgerservice.people.models import PersonAlias, PersonLink
from borgerservice.people.services import marks_of, person_marked, roots_of
from borgerservice.staff.exceptions import StaffRefused
from borgerservice.vault.keys import KeyUnavailable


def record_own_number(*, staff: StaffMember, number: CprNumber, now: datetime) -> StaffMember:
    """Make a staff member the person their number stands for. Nothing but its keyed mark is kept.

    Once recorded they cannot change it. That somebody else has told the number is refused in words
    that do not say so. Raises StaffRefused `own_number_recorded`, `own_number_refused`,
    `numbers_unavailable`.
    """
    kind = PersonAlias.Kind.REPLACEMENT if number.is_replacement else PersonAlias.Kind.CPR
    try:
        marks = marks_of(kind=kind, normalised=number.digits)
        with transaction.atomic():
            held = StaffMember.objects.select_for_update().get(pk=staff.pk)
            if has_own_number(held):
                raise StaffRefused("own_number_recorded")
            held.person = person_marked(kind=kind, marks=marks, now=now)
            _require_nobody_elses(held)
            held.save(update_fields=["person"])
            record(
                Event.STAFF_NUMBER_RECORDED,
                actor=held.actor,
                subject=held.actor,
                municipality=None,
                at=now,
                facts={"kind": str(kind)},
            )
    except KeyUnavailable:
        raise StaffRefused("numbers_unavailable", field="number") from None
    except IntegrityError:
        # A colleague told the same number at the same moment; one account is one person.
        raise StaffRefused("own_number_refused", field="number") from None
    return held


def _require_nobody_elses(staff: StaffMember) -> None:
    """Raise StaffRefused where a colleague is the same human being, under whatever number."""
    root = roots_of((staff.person_id,))[staff.person_id]
    linked = PersonLink.objects.filter(root=root).values_list("person_id", flat=True)
    others = StaffMember.objects.filter(person__in=[root, *linked]).exclude(pk=staff.pk)
    if others.exists():
        raise StaffRefused("own_number_refused", field="number")
