"""Visits that another desk can take at the same time go there; nobody who comes notices."""

from collections.abc import Collection
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import QuerySet

from appointments.exceptions import Refused
from appointments.models import Appointment, Desk
from appointments.rules.availability import Audience, ticks_of
from appointments.services.booking import capacity
from appointments.services.booking.capacity import Wanted
from appointments.services.centres.roster import closed_bits
from appointments.services.history import record_visit
from appointments.services.offering.given_back import Place, let_go, place_of
from appointments.services.offering.offers import pass_on
from borgerservice.audit.events import Event
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre


def reseat_all(*, centre: Centre, visits: Collection[int], actor: str, now: datetime) -> set[int]:
    """Give each of these visits another desk where one is free, who booked first first; which.

    The centre's days are locked. A visit that somebody changes at this very moment is left alone.
    """
    if not visits:
        return set()
    known = Appointment.objects.for_municipality(centre.municipality_id).filter(pk__in=visits)
    untouched = list(_untouched(known.select_related("desk").order_by("created_at", "pk")))
    days = {danish_date(visit.starts_at) for visit in untouched}
    desks = list(Desk.objects.filter(centre=centre)) if untouched else []
    closed = closed_bits(centre=centre, desks=desks, days=days)
    reseated = set()
    for visit in untouched:
        visit.centre = centre
        place = place_of(visit)
        is_open = any(not closed[desk.pk, place.day] & _ticks(place) for desk in desks)
        shut = closed[place.desk_id, place.day]
        if is_open and _reseat(visit, closed=shut, actor=actor, now=now):
            reseated.add(visit.pk)
    return reseated


def reseat(visit: Appointment, *, actor: str, now: datetime) -> bool:
    """Give a visit another desk at its time, if one is free; it is locked, and so is its day."""
    desk, day = visit.desk, danish_date(visit.starts_at)
    closed = closed_bits(centre=visit.centre, desks=[desk], days=[day])
    return _reseat(visit, closed=closed[desk.pk, day], actor=actor, now=now)


def _reseat(visit: Appointment, *, closed: int, actor: str, now: datetime) -> bool:
    """The same, with the time that is closed at its desk. One that is kept for staff will do."""
    was, number = place_of(visit), visit.desk.number
    minutes = int((visit.busy_until - visit.starts_at).total_seconds()) // 60
    wanted = Wanted(visit.centre, visit.starts_at, minutes, _caps(visit), now, Audience.STAFF)
    if capacity.free_desk(wanted) is None:
        return False
    try:
        visit.desk = Desk.objects.get(pk=capacity.take(wanted))
    except Refused:  # somebody else was faster
        return False
    visit.save(update_fields=["desk"])
    if _ticks(was) & ~closed:
        let_go(was)
    if not _ticks(was) & closed:
        pass_on(was, now=now)
    record_visit(
        Event.APPOINTMENT_RESEATED,
        visit,
        actor=actor,
        now=now,
        from_desk=number,
        to_desk=visit.desk.number,
    )
    return True


def _untouched(visits: QuerySet[Appointment]) -> QuerySet[Appointment]:
    """Lock visits, but for those somebody has locked, who may wait for the days we hold."""
    return visits.select_for_update(of=("self",), no_key=True, skip_locked=True)


def _ticks(place: Place) -> int:
    return ticks_of(place.starts_at, place.busy_until)


def _caps(visit: Appointment) -> int:
    bits = visit.participants.values_list("service__bit", flat=True)
    return reduce(or_, (1 << bit for bit in bits), 0)
