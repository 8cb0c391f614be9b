"""Book: one function behind every door, and one statement that decides who gets the time."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import IntegrityError, transaction

from appointments.exceptions import Refused, SlotTaken
from appointments.models import Appointment, Hold
from appointments.rules.availability import Audience, HeldDeskDay
from appointments.rules.local_time import wall_clock
from appointments.rules.needs import kept_needs
from appointments.services.booking import (
    capacity,
    holds,
)
from appointments.services.booking.conditions import check_contact, check_time, cleaned_name
from appointments.services.booking.limits import ONE_TOO_MANY, too_many, uses_of_booking
from appointments.services.booking.new_visit import NewVisit, Wish, new_visit
from appointments.services.booking.plan import (
    CentreNamed,
    Plan,
    Visitor,
    centre_plan_and_desks,
    plan_and_desks,
    plan_to_book,
)
from appointments.services.booking.repeats import Request, repeat_of
from borgerservice.database.together import New, write_together
from borgerservice.municipalities.models import Centre
from borgerservice.notifications.services import tell_workers

_AUDIENCES = {
    Appointment.Origin.DESK: Audience.STAFF,
    Appointment.Origin.WALK_IN: Audience.WALK_IN,
}


def book_appointment(
    *,
    centre: Centre | CentreNamed,
    visitors: Sequence[Visitor],
    start: datetime,
    phone: str,
    email: str,
    language: str,
    origin: Appointment.Origin,
    actor: str,
    now: datetime,
    request: Request | None = None,
    hold: Hold | None = None,
    needs: Sequence[str] = (),
    network: str | None = None,
) -> Appointment:
    """Give the citizen the time, or raise; nothing is written halfway.

    `phone` is E.164, `email` an address; a citizen needs one of the two, a walk-in neither. `needs`
    are codes of `rules/needs.py`. `network` is where somebody books from whose bookings are
    counted, empty where it is not known; None counts nothing. A centre that is only named is read
    with the rest. With a `hold` the time is theirs; once that is over, they get it if it is still
    free. Raises SlotTaken, TooMany, or Refused with the code and field of what is wrong. A repeat
    of the same `request` returns the appointment it made the first time.
    """
    reach, uses = {"phone": phone, "email": email}, list[New]()
    try:
        names = [cleaned_name(visitor.name, place) for place, visitor in enumerate(visitors)]
        codes = [visitor.service for visitor in visitors]
        protected = [visitor.is_protected for visitor in visitors]
        start = start.astimezone(UTC)
        kept = holds.still_kept(hold, start=start, now=now)
        audience = _AUDIENCES.get(origin, Audience.EVERYONE)
        centre, plan, seen = _read(centre, codes, start, now, audience, is_held=bool(kept))
        check_contact(**reach, language=language, origin=origin)
        check_time(
            centre=centre,
            plan=plan,
            start=start,
            now=now,
            is_walk_in=origin == Appointment.Origin.WALK_IN,
            is_held=bool(kept),
        )
        kept_as = kept_needs(needs)
        wish = Wish(centre, plan, start, origin, actor, now, language, needs=kept_as, **reach)
        if network is not None:
            uses = uses_of_booking(centre=centre, network=network, now=now, **reach)
        visit = new_visit(wish, names=names, protected=protected, request=request, uses=uses)
        wanted = capacity.wanted(centre=centre, plan=plan, start=start, now=now, audience=audience)
        _write(visit, wish, kept, wanted, seen)
    except (IntegrityError, Refused) as clash:
        if request and (earlier := repeat_of(request)):
            return earlier
        if refusal := _refusal_of(clash, uses, now):
            raise refusal from None
        raise
    tell_workers([message.pk for message in visit.messages])
    if request:
        request.answered = visit.answered()
    return visit.appointment


def _refusal_of(clash: Exception, uses: Sequence[New], now: datetime) -> Refused | None:
    """What it means that the database refused a row of the visit, where it means anything."""
    if "one_visit_per_desk_and_time" in str(clash):
        return SlotTaken(field="start")
    if ONE_TOO_MANY in str(clash):
        return too_many(uses, now=now)
    return None


def _read(
    centre: Centre | CentreNamed,
    codes: Sequence[str],
    start: datetime,
    now: datetime,
    audience: Audience,
    *,
    is_held: bool,
) -> tuple[Centre, Plan, list[HeldDeskDay] | None]:
    """Centre and plan; and how the desks stand that day, for whom no desk is held."""
    day, _minute = wall_clock(start)
    if isinstance(centre, CentreNamed):
        return centre_plan_and_desks(named=centre, codes=codes, day=day, now=now, audience=audience)
    if is_held:
        return centre, plan_to_book(centre=centre, codes=codes), None
    seen = plan_and_desks(centre=centre, codes=codes, day=day, now=now, audience=audience)
    return centre, *seen


def _write(
    visit: NewVisit,
    wish: Wish,
    hold: Hold | None,
    wanted: capacity.Wanted,
    seen: Sequence[HeldDeskDay] | None,
) -> None:
    """Write the visit at the desk that is held for it, or wherever the time is free."""
    if not hold:
        capacity.take(wanted, visit.at_desk, seen)
        return
    is_for = holds.is_for(hold, centre=wish.centre, plan=wish.plan, start=wish.start)
    if is_for and write_together(holds.using(hold, now=wish.now), visit.at_desk(hold.desk_id)):
        return
    with transaction.atomic():  # the length of the service has changed meanwhile, or it was ended
        if not holds.release_hold(hold=hold):
            check_time(centre=wish.centre, plan=wish.plan, start=wish.start, now=wish.now)
        capacity.take(wanted, visit.at_desk)
