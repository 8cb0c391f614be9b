"""A centre closes: everybody who is affected gets a personal offer of the nearest equal time.

In the order in which they booked, one at a time, each in a transaction of its own: a run that is
stopped goes on where it was, and nobody gets two offers.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from appointments.exceptions import Refused, SlotTaken
from appointments.models import Appointment, Hold, Offer, Rebooking
from appointments.rules.local_time import wall_clock
from appointments.rules.waiting import PASSED_ON_WITHIN, REBOOKED_WITHIN, answer_by
from appointments.selectors import bookable_times
from appointments.selectors_waiting import left_of, to_be_offered
from appointments.services.holds import place_hold
from appointments.services.notices import offer_notice
from appointments.services.offers import new_offer
from appointments.services.plan import Plan, plan_visit
from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Closure, StaffMember
from borgerservice.notifications.services import queue
from borgerservice.together import New

LOOKED_AHEAD = timedelta(days=30)
TRIES = 5
MINUTES_PER_DAY = 1440


def start_rebooking(*, closure: Closure, staff: StaffMember, now: datetime) -> Rebooking:
    """Begin to offer other times to those booked in a closure that stands; once a closure."""
    centre = closure.centre
    known = Rebooking.objects.for_municipality(centre.municipality_id)
    with transaction.atomic():
        list(Closure.objects.select_for_update().filter(pk=closure.pk))
        if earlier := known.filter(closure=closure).first():
            return earlier
        rebooking = Rebooking.unscoped.create(
            municipality_id=centre.municipality_id,
            centre=centre,
            closure=closure,
            first_day=closure.first_day,
            last_day=closure.last_day,
            started_by=staff,
            started_at=now,
        )
        _record(Event.REBOOKING_STARTED, rebooking, actor=f"staff:{staff.pk}", now=now)
    return rebooking


def continue_rebookings(*, now: datetime) -> int:
    """Go on with every rebooking that is not finished; how many offers were made."""
    # Across municipalities: one sweep serves everybody.
    unfinished = Rebooking.unscoped.filter(finished_at=None).select_related(
        "centre__municipality", "closure"
    )
    return sum(continue_rebooking(rebooking=one, now=now) for one in unfinished.order_by("pk"))


def continue_rebooking(*, rebooking: Rebooking, now: datetime, at_most: int | None = None) -> int:
    """Offer another time to those who have none yet, first booked first; how many that were."""
    made = 0
    for visit in to_be_offered(rebooking, now=now)[:at_most]:
        made += _offer(rebooking, visit, now=now)
    if not left_of(rebooking, now=now).exists():
        known = Rebooking.objects.for_municipality(rebooking.municipality_id)
        with transaction.atomic():
            if known.filter(pk=rebooking.pk, finished_at=None).update(finished_at=now):
                _record(Event.REBOOKING_FINISHED, rebooking, actor="system", now=now)
    return made


def mark_phoned(*, offer: Offer, staff: StaffMember, now: datetime) -> None:
    """Somebody has phoned about the visit; it leaves the list. Raises Refused `offer_over`."""
    known = Offer.objects.for_municipality(offer.municipality_id)
    with transaction.atomic():
        left = known.filter(pk=offer.pk, answer__in=Offer.TO_BE_PHONED)
        if not left.update(answer=Offer.Answer.PHONED, answered_at=now):
            raise Refused("offer_over")
        record(
            Event.OFFER_PHONED,
            actor=f"staff:{staff.pk}",
            subject=f"offer:{offer.pk}",
            municipality=offer.municipality_id,
            at=now,
        )


def _offer(rebooking: Rebooking, visit: Appointment, *, now: datetime) -> bool:
    """Whether the visit now has its offer, or its place in the list to phone."""
    codes = list(visit.participants.values_list("service__code", flat=True))
    for _attempt in range(TRIES):
        try:
            plan = plan_visit(centre=visit.centre, codes=codes)
            start = _nearest(visit, plan, now=now)
            until = _until(visit, start, now=now)
            if start is None or until is None:
                break
            return _held_for(rebooking, visit, plan, start, until=until, now=now)
        except SlotTaken:
            continue
        except Refused:  # the centre no longer offers the service
            break
    return _to_phone(rebooking, visit, now=now)


def _nearest(visit: Appointment, plan: Plan, *, now: datetime) -> datetime | None:
    """The free start closest to the one that cannot be kept, before it or after."""
    day, today = wall_clock(visit.starts_at)[0], danish_date(now)
    days = bookable_times(
        centre=visit.centre,
        minutes=plan.minutes + plan.buffer,
        caps=plan.caps,
        window=plan.window,
        first=max(today, day - LOOKED_AHEAD),
        last=day + LOOKED_AHEAD,
        now=now,
        for_staff=True,
    )
    starts: Sequence[datetime] = [start for free in days for start in free.starts]
    return min(starts, key=lambda start: abs(start - visit.starts_at), default=None)


def _until(visit: Appointment, start: datetime | None, *, now: datetime) -> datetime | None:
    if start is None:
        return None
    latest = min(start, visit.starts_at)
    return answer_by(now=now, latest=latest, within=REBOOKED_WITHIN)


def _held_for(
    rebooking: Rebooking,
    visit: Appointment,
    plan: Plan,
    start: datetime,
    *,
    until: datetime,
    now: datetime,
) -> bool:
    offer = new_offer(
        municipality_id=rebooking.municipality_id,
        hold=None,
        now=now,
        until=until,
        rebooking=rebooking,
        appointment=visit,
        instead_of=visit.starts_at,
    )
    offer.centre, offer.starts_at = visit.centre, start
    try:
        with transaction.atomic():
            if not _is_still_to_be_offered(rebooking, visit, now=now):
                return False
            place_hold(
                centre=visit.centre,
                plan=plan,
                start=start,
                purpose=Hold.Purpose.OFFER,
                expires_at=until + PASSED_ON_WITHIN,
                now=now,
                for_staff=True,
                beside=[New("offer", offer, {"hold_id": "hold"})],
            )
            queue([offer_notice(offer, visit.contact, visit.language)], now=now)
    except IntegrityError:  # another run was first
        return False
    return True


def _to_phone(rebooking: Rebooking, visit: Appointment, *, now: datetime) -> bool:
    """Nothing equal is free: somebody has to phone."""
    offer = new_offer(
        municipality_id=rebooking.municipality_id,
        hold=None,
        now=now,
        until=now,
        rebooking=rebooking,
        appointment=visit,
        instead_of=visit.starts_at,
    )
    offer.answer, offer.answered_at = Offer.Answer.TO_PHONE, now
    try:
        with transaction.atomic():
            if not _is_still_to_be_offered(rebooking, visit, now=now):
                return False
            offer.save(force_insert=True)
    except IntegrityError:  # another run was first
        return False
    return True


def _is_still_to_be_offered(rebooking: Rebooking, visit: Appointment, *, now: datetime) -> bool:
    """Whether the visit, which is locked now, was not moved, cancelled or offered a time meanwhile.

    And whether the closure still stands.
    """
    visits = Appointment.objects.for_municipality(visit.municipality_id)
    list(visits.select_for_update().filter(pk=visit.pk).values_list("pk"))
    known = Rebooking.objects.for_municipality(rebooking.municipality_id)
    as_it_is = known.select_related("centre", "closure").get(pk=rebooking.pk)
    return to_be_offered(as_it_is, now=now).filter(pk=visit.pk, starts_at=visit.starts_at).exists()


def _record(event: Event, rebooking: Rebooking, *, actor: str, now: datetime) -> None:
    record(
        event,
        actor=actor,
        subject=f"rebooking:{rebooking.pk}",
        municipality=rebooking.municipality_id,
        at=now,
        facts={"centre": rebooking.centre_id},
    )
