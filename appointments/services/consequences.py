"""What whoever changes a roster decides about the visits it affects, in the same act."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from appointments.models import Rebooking
from appointments.services.affected import VisitsAffected, unreceivable
from appointments.services.desk_days import lock_roster
from appointments.services.rebooking import begin_rebooking
from borgerservice.municipalities.models import Centre, StaffMember


class Then(StrEnum):
    """What happens to visits that no longer fit."""

    OFFER = "offer"
    PHONE = "phone"
    STAY = "stay"


def change_and_then(
    *,
    centre: Centre,
    change: Callable[[], object],
    then: Then | None,
    staff: StaffMember,
    now: datetime,
) -> Rebooking | None:
    """Do a change of a roster that is accepted, and what is decided about the visits it affects.

    The rebooking that was begun for them, if any. Raises VisitsAffected where nothing is decided.
    """
    with transaction.atomic():
        lock_roster(centre=centre)
        before = {visit.pk for visit in unreceivable(centre=centre, now=now)}
        change()
        affected = [
            visit for visit in unreceivable(centre=centre, now=now) if visit.pk not in before
        ]
        if affected and then is None:
            raise VisitsAffected(affected)
        if then is None or then is Then.STAY:
            return None
        return begin_rebooking(
            centre=centre,
            visits=[visit.pk for visit in affected],
            staff=staff,
            now=now,
            by_phone=then is Then.PHONE,
        )
