"""Move and cancel: one function each, behind every door."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction

from appointments.exceptions import Refused, SlotTaken
from appointments.models import Appointment, Hold, Offer
from appointments.rules.availability import Audience
from appointments.rules.lifecycle import Act, AppointmentState, may
from appointments.rules.local_time import wall_clock
from appointments.services.booking import (
    capacity,
    holds,
)
from appointments.services.booking.capacity import Wanted
from appointments.services.booking.conditions import check_time
from appointments.services.booking.plan import Plan, plan_visit
from appointments.services.history import record_visit
from appointments.services.offering.given_back import let_go, place_of
from appointments.services.offering.offers import (
    days_of,
    lock_offers,
    pass_on,
    recall_overtaken,
    withdraw_offers,
)
from appointments.services.visits import notices
from appointments.services.visits.longer import lengthen_where_short
from borgerservice.audit.events import Event
from borgerservice.database.together import write_together

Answer = Offer.Answer


def move_appointment(
    *,
    appointment: Appointment,
    start: datetime,
    actor: str,
    now: datetime,
    for_staff: bool = False,
    hold: Hold | None = None,
) -> Appointment:
    """Give the visit another time; the old one is let go only with the new in hand.

    The reference and the link stay. Moving to the time it has changes nothing. `for_staff` may take
    what is kept for them. With a `hold` the time is the one held, at the hold's centre, which may
    be another of the municipality. Raises SlotTaken, or Refused. A visit too short for its witness
    is made longer where it now can be.
    """
    centre = hold.centre if hold else appointment.centre
    comers = list(appointment.participants.values_list("service__code", "lacks_time"))
    plan = plan_visit(centre=centre, codes=[code for code, _lacks_time in comers])
    start = start.astimezone(UTC)
    held = holds.still_kept(hold, start=start, now=now)
    audience = Audience.STAFF if for_staff else Audience.EVERYONE
    wanted = capacity.wanted(centre=centre, plan=plan, start=start, now=now, audience=audience)
    try:
        with transaction.atomic():
            offers = lock_offers(visit=appointment)
            visit = _locked(appointment)
            _require(Act.MOVE, visit, "cannot_move")
            if visit.starts_at <= now or visit.municipality_id != centre.municipality_id:
                raise Refused("cannot_move")
            if (visit.centre_id, visit.starts_at) != (centre.pk, wanted.start):
                check_time(centre=centre, plan=plan, start=start, now=now, is_held=bool(held))
                _move(visit, wanted, plan, held, offers=offers, actor=actor)
                if any(lacks_time for _code, lacks_time in comers):
                    lengthen_where_short(appointment=visit, actor=actor, now=now)
    except IntegrityError as clash:
        if "one_visit_per_desk_and_time" in str(clash):
            raise SlotTaken(field="start") from clash
        raise
    return visit


def _move(
    visit: Appointment,
    wanted: Wanted,
    plan: Plan,
    hold: Hold | None,
    *,
    offers: Sequence[Offer],
    actor: str,
) -> None:
    now, was = wanted.now, place_of(visit)
    useless = _useless(offers, start=wanted.start)
    days = {(was.centre.pk, was.day), (wanted.centre.pk, wall_clock(wanted.start)[0])}
    capacity.lock_days(days | days_of(useless))
    let_go(was)
    visit.centre = wanted.centre
    visit.desk_id = _take(wanted, plan, hold)
    visit.starts_at = wanted.start
    visit.ends_at = wanted.start + timedelta(minutes=plan.minutes)
    visit.busy_until = visit.ends_at + timedelta(minutes=plan.buffer)
    visit.moves += 1
    visit.save(update_fields=["centre", "desk", "starts_at", "ends_at", "busy_until", "moves"])
    pass_on(was, now=now)
    withdraw_offers(useless, now=now)
    recall_overtaken(offers, start=wanted.start, now=now)
    times = {"from": was.starts_at.isoformat(), "to": wanted.start.isoformat()}
    record_visit(Event.APPOINTMENT_MOVED, visit, actor=actor, now=now, **times)
    notices.tell_moved(visit, services=plan.services, now=now)


def cancel_appointment(*, appointment: Appointment, actor: str, now: datetime) -> Appointment:
    """Give the time back to others. Cancelling twice is the same as once."""
    with transaction.atomic():
        offers = [one for one in lock_offers(visit=appointment) if one.answer == Answer.OPEN]
        held = _locked(appointment)
        if held.status == Appointment.Status.CANCELLED:
            return held
        _require(Act.CANCEL, held, "cannot_cancel")
        if held.starts_at <= now:
            raise Refused("cannot_cancel")
        place = place_of(held)
        capacity.lock_days({(place.centre.pk, place.day), *days_of(offers)})
        let_go(place)
        held.status = Appointment.Status.CANCELLED
        held.save(update_fields=["status"])
        pass_on(place, now=now)
        withdraw_offers(offers, now=now)
        record_visit(Event.APPOINTMENT_CANCELLED, held, actor=actor, now=now)
        services = [p.service for p in held.participants.select_related("service")]
        notices.tell_cancelled(held, services=services, now=now)
    return held


def _useless(offers: Sequence[Offer], *, start: datetime) -> list[Offer]:
    """The open offers that a visit which moves has no use for.

    A time before the new one is still the earlier one they asked for.
    """
    return [
        offer
        for offer in offers
        if offer.answer == Answer.OPEN
        and not (offer.entry_id and offer.starts_at and offer.starts_at < start)
    ]


def _take(wanted: Wanted, plan: Plan, hold: Hold | None) -> int:
    """The desk of the new time: the one that is held, else any that is free."""
    if hold:
        is_for = holds.is_for(hold, centre=wanted.centre, plan=plan, start=wanted.start)
        if is_for and write_together(holds.using(hold, now=wanted.now), ()):
            return hold.desk_id
        if not holds.release_hold(hold=hold):  # ended since it was read
            check_time(centre=wanted.centre, plan=plan, start=wanted.start, now=wanted.now)
    return capacity.take(wanted)


def _locked(appointment: Appointment) -> Appointment:
    """The visit, locked; an offer may come to point to it, by whoever has the day we wait for."""
    return (
        Appointment.objects.for_municipality(appointment.municipality_id)
        .select_for_update(of=("self",), no_key=True)
        .select_related("centre__municipality", "contact")
        .get(pk=appointment.pk)
    )


def _require(act: Act, appointment: Appointment, code: str) -> None:
    if not may(act, AppointmentState(appointment.status)):
        raise Refused(code)
