"""Times offered: held for one person, told by message, taken or left by a link until they expire.

A time is held a little longer than it is offered, so that it can go on to the next who waits.
"""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from appointments.models import Appointment, Hold, Offer
from appointments.rules.local_time import wall_clock
from appointments.rules.waiting import PASSED_ON_WITHIN
from appointments.services.booking import capacity
from appointments.services.offering.given_back import Place, keep_back, let_go
from appointments.services.offering.who_fits import Fits, Waiting
from appointments.services.visits.notices import offer_notice, subject_of_offer
from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.database.together import New, write_together
from borgerservice.municipalities.models import Centre
from borgerservice.notifications.services import drop_unsent, queue
from borgerservice.vault.links import derive_link, link_hash, new_salt

Answer = Offer.Answer
PURPOSE = "offer"
BEFORE_ALL = timedelta(seconds=90)
"""So long before a place that was kept back comes free to all, who waits by then is offered it."""
CHANCE = secrets.SystemRandom()


def pass_on(*places: Place, now: datetime) -> None:
    """Places of a centre given back go to the first who waits for one like it; else they come free.

    Their desk-days are locked, and their ticks are clear.
    """
    waiting = Waiting(places, now=now)
    keep_back([one for one in places if not _passed_on(one, waiting, now=now)], now=now)


def _passed_on(place: Place, waiting: Waiting, *, now: datetime) -> bool:
    for fits in waiting.who_fit(place):
        if _offered(fits, place, now=now):
            waiting.is_offered(fits, place)
            return True
    return False


def offer_what_returns(*, now: datetime) -> int:
    """Offer the places that were kept back to those who wait by now, before all; how many.

    Who began to wait while a place was kept back has no claim by having been quicker: one of them
    is drawn. So neither the fastest who looks nor the first who asks is sure to get it.
    """
    # Across municipalities: one sweep offers them everywhere.
    soon = Hold.unscoped.filter(
        purpose=Hold.Purpose.RETURNED, expires_at__gt=now, expires_at__lte=now + BEFORE_ALL
    )
    return sum(_offered_before_all(hold, now=now) for hold in soon.select_related("centre"))


def _offered_before_all(hold: Hold, *, now: datetime) -> bool:
    place = Place(hold.centre, hold.desk_id, hold.starts_at, hold.busy_until)
    with transaction.atomic():
        capacity.lock_days({(hold.centre_id, hold.day)})
        fitting = list(Waiting([place], now=now).who_fit(place))
        if not fitting or not capacity.remove_holds(
            centre=hold.centre, desk_id=hold.desk_id, day=hold.day, which=Q(pk=hold.pk)
        ):
            return False
        CHANCE.shuffle(fitting)
        if any(_offered(fits, place, now=now) for fits in fitting):
            return True
        transaction.set_rollback(True)  # it stays kept back until its moment
    return False


def lock_offers(*, visit: Appointment) -> list[Offer]:
    """The offers of a visit, locked: before the visit is, as whoever answers one does it."""
    known = Offer.objects.for_municipality(visit.municipality_id).filter(appointment=visit)
    return list(known.select_for_update(of=("self",)).select_related("centre").order_by("pk"))


def renew_links(offers: Sequence[Offer], *, visit: Appointment, now: datetime) -> None:
    """Lead to the offers of a visit by other links, which its contact of now is sent.

    Whoever was sent the former ones opens nothing by them any more.
    """
    for offer in offers:
        drop_unsent(municipality=visit.municipality_id, subject=subject_of_offer(offer))
        offer.link_salt, offer.link_hash = _new_link()
        offer.save(update_fields=["link_salt", "link_hash"])
        if offer.answer == Answer.OPEN and offer.expires_at > now and offer.centre:
            queue([offer_notice(offer, visit.contact, visit.language)], now=now)


def end_offer(offer: Offer, answer: Offer.Answer, event: Event, *, now: datetime) -> None:
    """Write down what came of an offer."""
    offer.answer, offer.answered_at = answer, now
    offer.save(update_fields=["answer", "answered_at"])
    _record(offer, event, by_system=answer in {Answer.EXPIRED, Answer.RECALLED}, now=now)


def hold_of(offer: Offer) -> Hold | None:
    """What keeps the time of an offer, if it is still kept."""
    if offer.hold_id is None:
        return None
    held = Hold.objects.for_municipality(offer.municipality_id).filter(pk=offer.hold_id)
    return held.select_related("centre__municipality").first()


def let_go_of(offers: Sequence[Offer], *, now: datetime) -> None:
    """Give the times of offers of a municipality back, each to the next who waits.

    In so many statements, whatever their number, and some more for each who waits and is offered
    one of them.
    """
    kept = [offer.hold_id for offer in offers if offer.hold_id is not None]
    if not kept:
        return
    known = Hold.objects.for_municipality(offers[0].municipality_id)
    holds = known.filter(pk__in=kept)
    days = set(holds.values_list("centre_id", "day"))
    if not days:
        return
    capacity.lock_days(days)
    locked = holds.select_for_update(of=("self",)).select_related("centre__municipality")
    still_there = {hold.pk: hold for hold in locked}
    known.filter(pk__in=still_there).delete()
    places: dict[Centre, list[Place]] = defaultdict(list)
    for hold in (still_there[pk] for pk in kept if pk in still_there):
        place = Place(hold.centre, hold.desk_id, hold.starts_at, hold.busy_until)
        places[hold.centre].append(place)
    for of_centre in places.values():
        let_go(*of_centre)
        pass_on(*of_centre, now=now)


def withdraw_offers(offers: Sequence[Offer], *, now: datetime) -> None:
    """End offers of a municipality that nobody has any use for, and give their times back."""
    for offer in offers:
        drop_unsent(municipality=offer.municipality_id, subject=subject_of_offer(offer))
        end_offer(offer, Answer.EXPIRED, Event.OFFER_EXPIRED, now=now)
    let_go_of(offers, now=now)


def recall_overtaken(offers: Sequence[Offer], *, start: datetime, now: datetime) -> None:
    """End what was offered instead of a time that the visit has just got again by moving."""
    for offer in offers:
        is_unsettled = offer.answer in {*Offer.UNSETTLED, Answer.PHONED}
        if is_unsettled and offer.instead_of == start:
            end_offer(offer, Answer.RECALLED, Event.OFFER_RECALLED, now=now)


def days_of(offers: Sequence[Offer]) -> set[tuple[int, date]]:
    """The centres and days of the times offered, to be locked in one order with others."""
    return {
        (offer.centre_id, wall_clock(offer.starts_at)[0])
        for offer in offers
        if offer.centre_id is not None and offer.starts_at is not None
    }


def new_offer(
    *, municipality_id: int, hold: Hold | None, now: datetime, until: datetime, **about: object
) -> Offer:
    """An offer of a held time, yet to be written; without a hold there is nothing to offer."""
    salt, hashed = _new_link()
    return Offer(
        municipality_id=municipality_id,
        centre=hold.centre if hold else None,
        starts_at=hold.starts_at if hold else None,
        link_salt=salt,
        link_hash=hashed,
        offered_at=now,
        expires_at=until,
        **about,
    )


def _record(offer: Offer, event: Event, *, by_system: bool, now: datetime) -> None:
    record(
        event,
        actor="system" if by_system else "citizen",
        subject=f"offer:{offer.pk}",
        municipality=offer.municipality_id,
        at=now,
    )


def _new_link() -> tuple[str, str]:
    """A salt, and the hash of the link that is derived from it."""
    salt = new_salt(secrets.token_urlsafe(12))
    return salt, link_hash(derive_link(PURPOSE, salt))


def _offered(fits: Fits, place: Place, *, now: datetime) -> bool:
    """Whether the place is held for them and they are told; not if somebody else was faster."""
    day, minute = wall_clock(place.starts_at)
    hold = Hold(
        municipality_id=place.centre.municipality_id,
        centre=place.centre,
        desk_id=place.desk_id,
        day=day,
        starts_at=place.starts_at,
        busy_until=place.starts_at + timedelta(minutes=fits.minutes),
        purpose=Hold.Purpose.OFFER,
        caps=fits.plan.caps,
        expires_at=fits.until + PASSED_ON_WITHIN,
    )
    offer = new_offer(
        municipality_id=hold.municipality_id,
        hold=hold,
        now=now,
        until=fits.until,
        entry=fits.entry,
        appointment=fits.entry.appointment,
    )
    taking = capacity.taking(
        centre_id=place.centre.pk,
        desk_id=place.desk_id,
        day=day,
        minute=minute,
        minutes=fits.minutes,
        caps=fits.plan.caps,
        public_at=now,
    )
    rows = [New("hold", hold), New("offer", offer, {"hold_id": "hold"})]
    try:
        with transaction.atomic():
            if not write_together(taking, rows):
                return False
            queue([offer_notice(offer, fits.entry.contact, fits.entry.language)], now=now)
    except IntegrityError:  # offered something else at this very moment
        return False
    return True
