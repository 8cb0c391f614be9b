"""Book: one function behind every door, and one statement that decides who gets the time."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import IntegrityError

from appointments.exceptions import Refused, SlotTaken
from appointments.models import Appointment
from appointments.rules.local_time import wall_clock
from appointments.services import capacity
from appointments.services.conditions import check_contact, check_time, cleaned_name
from appointments.services.new_visit import NewVisit, Wish, new_visit
from appointments.services.plan import Visitor, plan_visit
from appointments.services.repeats import Request, repeat_of
from borgerservice.municipalities.models import Centre
from borgerservice.notifications.services import tell_workers
from borgerservice.together import write_together

MADE_BY_STAFF = (Appointment.Origin.DESK, Appointment.Origin.WALK_IN)


def book_appointment(
    *,
    centre: Centre,
    visitors: Sequence[Visitor],
    start: datetime,
    phone: str,
    email: str,
    language: str,
    origin: Appointment.Origin,
    actor: str,
    now: datetime,
    request: Request | None = None,
) -> Appointment:
    """Give the citizen the time, or raise; nothing is written halfway.

    `phone` is E.164, `email` an address; a citizen needs one of the two, a walk-in neither.
    Raises SlotTaken, or Refused with the code and field of what is wrong. A repeat of the same
    `request` returns the appointment it made the first time.
    """
    try:
        names = [cleaned_name(visitor.name, place) for place, visitor in enumerate(visitors)]
        plan = plan_visit(centre=centre, codes=[visitor.service for visitor in visitors])
        check_contact(phone=phone, email=email, language=language, origin=origin)
        is_walk_in = origin == Appointment.Origin.WALK_IN
        check_time(centre=centre, window=plan.window, start=start, now=now, is_walk_in=is_walk_in)
        start = start.astimezone(UTC)
        wish = Wish(centre, plan, start, origin, actor, now, language, phone, email)
        protected = [visitor.is_protected for visitor in visitors]
        visit = new_visit(wish, names=names, protected=protected, request=request)
        _write(visit, wish)
    except (IntegrityError, Refused) as clash:
        if request and (earlier := repeat_of(request)):
            return earlier
        if "one_visit_per_desk_and_time" in str(clash):
            raise SlotTaken(field="start") from clash
        raise
    tell_workers([message.pk for message in visit.messages])
    return visit.appointment


def _write(visit: NewVisit, wish: Wish) -> None:
    """Write the visit at the desk that suits it best; who is overtaken there looks for another.

    The rows to choose from are read before anything is locked.
    """
    day, minute = wall_clock(wish.start)
    length = wish.plan.minutes + wish.plan.buffer
    capacity.require_within_the_day(minute=minute, minutes=length)
    public_at = None if wish.origin in MADE_BY_STAFF else wish.now
    for _attempt in range(capacity.TRIES):
        desk_id = capacity.free_desk(
            centre_id=wish.centre.pk,
            day=day,
            minute=minute,
            minutes=length,
            caps=wish.plan.caps,
            public_at=public_at,
        )
        if desk_id is None:
            break
        taking = capacity.taking(
            centre_id=wish.centre.pk,
            desk_id=desk_id,
            day=day,
            minute=minute,
            minutes=length,
            public_at=public_at,
        )
        if write_together(taking, visit.at_desk(desk_id)):
            return
    raise capacity.why_not_free(centre=wish.centre, day=day, minute=minute, minutes=length)
