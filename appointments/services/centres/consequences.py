"""What whoever changes a roster decides about the visits it affects, in the same act."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from appointments.models import Rebooking
from appointments.selectors.waiting import without_offer
from appointments.services.centres.affected import VisitsAffected, coming, misfits
from appointments.services.centres.desk_days import lock_roster
from appointments.services.offering.rebooking import take_up
from borgerservice.municipalities.models import Centre, StaffMember


class Then(StrEnum):
    """What happens to visits that no longer fit."""

    OFFER = "offer"
    PHONE = "phone"
    STAY = "stay"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change led to: how many visits went to other desks, and other times being offered."""

    reseated: int
    rebooking: Rebooking | None


def change_and_then(
    *,
    centre: Centre,
    change: Callable[[], object],
    then: Then | None,
    staff: StaffMember,
    now: datetime,
) -> Outcome:
    """Do a change of a roster, and what is decided about the visits it affects.

    Raises what the change does, and VisitsAffected where nothing is decided.
    """
    with transaction.atomic():
        lock_roster(centre=centre)
        before = misfits(centre=centre, now=now)
        were_at = _desks(centre, now)
        change()
        after = misfits(centre=centre, now=now)
        affected = coming(centre, now).filter(pk__in=after - before)
        if after - before and then is None:
            raise VisitsAffected(list(affected))
        rebooking = None
        if then in {Then.OFFER, Then.PHONE}:
            rebooking = take_up(
                centre=centre,
                visits=without_offer(affected, municipality_id=centre.municipality_id),
                staff=staff,
                now=now,
                by_phone=then is Then.PHONE,
            )
        are_at = _desks(centre, now)
        reseated = sum(are_at.get(pk, desk) != desk for pk, desk in were_at.items())
        return Outcome(reseated, rebooking)


def _desks(centre: Centre, now: datetime) -> dict[int, int]:
    """At which desk each coming visit is."""
    return dict(coming(centre, now).values_list("pk", "desk_id"))
