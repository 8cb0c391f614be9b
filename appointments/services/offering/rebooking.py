"""Visits that cannot be received: each gets a personal offer of the nearest equal time.

In the order in which they booked, one at a time, each in a transaction of its own: a run that is
stopped goes on where it was, and nobody gets two offers.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from appointments.exceptions import Refused, SlotTaken
from appointments.models import Appointment, Hold, Offer, Rebooking
from appointments.rules.local_time import wall_clock
from appointments.rules.waiting import PASSED_ON_WITHIN, REBOOKED_WITHIN, answer_by
from appointments.selectors.bookable import bookable_times
from appointments.selectors.waiting import left_of, to_be_offered, without_offer
from appointments.services.booking import capacity
from appointments.services.booking.holds import place_hold
from appointments.services.booking.plan import Plan, plan_visit
from appointments.services.centres.affected import unreceivable
from appointments.services.centres.desk_days import lock_roster
from appointments.services.centres.reseating import reseat
from appointments.services.offering.offers import new_offer
from appointments.services.offering.recalling import recall_offers
from appointments.services.visits.notices import offer_notice
from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre, StaffMember
from borgerservice.notifications.services import queue

Answer = Offer.Answer
LOOKED_AHEAD = timedelta(days=30)
TRIES = 5


def not_taken_up(*, centre: Centre, now: datetime) -> QuerySet[Appointment]:
    """The visits a centre cannot receive as booked and that no rebooking has taken up, in order."""
    visits = unreceivable(centre=centre, now=now)
    return without_offer(visits, municipality_id=centre.municipality_id)


def begin_rebooking(
    *,
    centre: Centre,
    visits: Collection[int],
    staff: StaffMember,
    now: datetime,
    by_phone: bool = False,
) -> Rebooking | None:
    """Begin to offer other times for these visits, or put them all in the list to phone.

    Those that fit by now, or for which another rebooking does it, are left out; None when nobody is
    left.
    """
    with transaction.atomic():
        lock_roster(centre=centre)  # one at a time takes visits up, and none that fits by now
        left = not_taken_up(centre=centre, now=now).filter(pk__in=visits)
        return take_up(centre=centre, visits=left, staff=staff, now=now, by_phone=by_phone)


def take_up(
    *,
    centre: Centre,
    visits: QuerySet[Appointment],
    staff: StaffMember,
    now: datetime,
    by_phone: bool,
) -> Rebooking | None:
    """The same for visits that cannot be received and are not taken up; the roster is locked."""
    in_fair_order = list(visits.order_by("created_at", "pk"))
    if not in_fair_order:
        return None
    days = [danish_date(visit.starts_at) for visit in in_fair_order]
    rebooking = Rebooking.unscoped.create(
        municipality_id=centre.municipality_id,
        centre=centre,
        first_day=min(days),
        last_day=max(days),
        started_by=staff,
        started_at=now,
    )
    answer = Answer.TO_PHONE if by_phone else Answer.PLANNED
    Offer.unscoped.bulk_create(_for(visit, rebooking, answer, now) for visit in in_fair_order)
    _record(Event.REBOOKING_STARTED, rebooking, actor=staff.actor, now=now)
    return rebooking


def continue_rebookings(*, now: datetime) -> int:
    """Go on with every rebooking that is not finished; how many offers were made."""
    # Across municipalities: one sweep serves everybody.
    unfinished = Rebooking.unscoped.filter(finished_at=None)
    return sum(continue_rebooking(rebooking=one, now=now) for one in unfinished.order_by("pk"))


def continue_rebooking(*, rebooking: Rebooking, now: datetime, at_most: int | None = None) -> int:
    """Offer another time to those who have none yet, first booked first; how many that were."""
    made = 0
    planned = to_be_offered(rebooking, now=now).select_related("appointment__centre__municipality")
    for offer in planned[:at_most]:
        made += _offer(offer, now=now)
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
            actor=staff.actor,
            subject=f"offer:{offer.pk}",
            municipality=offer.municipality_id,
            at=now,
        )


def _for(visit: Appointment, rebooking: Rebooking, answer: Offer.Answer, now: datetime) -> Offer:
    """The place of a visit in a rebooking."""
    return new_offer(
        municipality_id=rebooking.municipality_id,
        hold=None,
        now=now,
        until=now,
        rebooking=rebooking,
        appointment=visit,
        instead_of=visit.starts_at,
        answer=answer,
    )


def _offer(planned: Offer, *, now: datetime) -> bool:
    """Whether the visit now has its offer, or its place in the list to phone."""
    visit = planned.appointment
    if visit is None:
        return False
    if _is_reseated(planned, visit, now=now):
        return False
    codes = list(visit.participants.values_list("service__code", flat=True))
    for _attempt in range(TRIES):
        try:
            plan = plan_visit(centre=visit.centre, codes=codes)
            start = _nearest(visit, plan, now=now)
            until = _until(visit, start, now=now)
            if start is None or until is None:
                break
            return _held_for(planned, plan, start, until=until, now=now)
        except SlotTaken:
            continue
        except Refused:  # the centre no longer offers the service
            break
    return _to_phone(planned, now=now)


def _is_reseated(planned: Offer, visit: Appointment, *, now: datetime) -> bool:
    """Whether a desk has become free at the time the visit has, so that it stays there."""
    place = visit.centre_id, wall_clock(visit.starts_at)[0]
    with transaction.atomic():
        offer = _still_planned(planned, now=now)
        if offer is None or offer.appointment is None:
            return False
        capacity.lock_days({place})
        if not reseat(offer.appointment, actor="system", now=now):
            return False
        known = Offer.objects.for_municipality(offer.municipality_id)
        recall_offers(known.filter(pk=offer.pk), now=now)
    return True


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
    planned: Offer, plan: Plan, start: datetime, *, until: datetime, now: datetime
) -> bool:
    with transaction.atomic():
        offer = _still_planned(planned, now=now)
        if offer is None or offer.appointment is None:
            return False
        visit = offer.appointment
        offer.hold = place_hold(
            centre=visit.centre,
            plan=plan,
            start=start,
            purpose=Hold.Purpose.OFFER,
            expires_at=until + PASSED_ON_WITHIN,
            now=now,
            for_staff=True,
        )
        offer.centre, offer.starts_at = visit.centre, start
        offer.answer, offer.offered_at, offer.expires_at = Answer.OPEN, now, until
        offer.save()
        queue([offer_notice(offer, visit.contact, visit.language)], now=now)
    return True


def _to_phone(planned: Offer, *, now: datetime) -> bool:
    """Nothing equal is free: somebody has to phone."""
    with transaction.atomic():
        offer = _still_planned(planned, now=now)
        if offer is None:
            return False
        offer.answer, offer.answered_at = Answer.TO_PHONE, now
        offer.save(update_fields=["answer", "answered_at"])
    return True


def _still_planned(planned: Offer, *, now: datetime) -> Offer | None:
    """The offer as it is, locked with its visit, unless the visit needs none any more.

    It may have been moved, cancelled, offered another time, or can be received after all.
    """
    known = Offer.objects.for_municipality(planned.municipality_id)
    visits = Appointment.objects.for_municipality(planned.municipality_id)
    list(known.select_for_update().filter(appointment=planned.appointment_id).order_by("pk"))
    its_own = visits.filter(offers=planned).select_for_update(of=("self",), no_key=True)
    list(its_own.values_list("pk"))
    offer = known.select_related("rebooking", "appointment__centre").get(pk=planned.pk)
    if offer.rebooking is None:
        return None
    left = to_be_offered(offer.rebooking, now=now)
    return offer if left.filter(pk=offer.pk).exists() else None


def _record(event: Event, rebooking: Rebooking, *, actor: str, now: datetime) -> None:
    record(
        event,
        actor=actor,
        subject=f"rebooking:{rebooking.pk}",
        municipality=rebooking.municipality_id,
        at=now,
        facts={"centre": rebooking.centre_id},
    )
